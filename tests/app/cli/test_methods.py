"""The list of methods."""

from __future__ import annotations

import json

from app.cli.main import main
from core.methods import list_methods


def test_every_variant_is_listed(capsys) -> None:
    assert main(["methods", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    listed = {(row["method"], row["preset"], row["variant"]) for row in rows}
    expected = {
        (entry.id, preset.id, variant.id)
        for entry in list_methods()
        for preset in entry.presets
        for variant in preset.variants
    }
    assert listed == expected
    assert all(row["licence"] for row in rows)
    assert all(row["parameters"] is None or row["parameters"] > 1000 for row in rows)


def test_table(capsys) -> None:
    assert main(["methods"]) == 0
    shown = capsys.readouterr().out
    assert "pose_lift" in shown
    assert "meshloupe weights add FILE" in shown
