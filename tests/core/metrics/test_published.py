from pathlib import Path

import pytest

from core.methods import method_entry
from core.metrics import get_protocol
from core.metrics.published import list_published, published_rows


@pytest.mark.parametrize("row", list_published(), ids=lambda row: f"{row.method} {row.protocol}")
def test_every_row_names_a_network_and_a_protocol_that_exist(row):
    method_entry(row.method).variant("paper", row.variant)
    protocol = get_protocol(row.protocol)
    assert protocol.dataset
    hand = protocol.joint_set == "hand21"
    assert hand == ("F@15mm" in row.values)
    for name, value in row.values.items():
        assert (0 < value < 1) if name.startswith("F@") else (1 < value < 200)
    assert "table" in row.source


def test_a_row_stands_beside_the_same_network_and_protocol_only():
    rows, refused = published_rows("3dpw-metro", "metro", "paper", "body_h64")
    assert [dict(row.values) for row in rows] == [{"MPVPE": 88.2, "MPJPE": 77.1, "PA-MPJPE": 47.9}]
    assert not refused
    for label, preset, variant in (
        ("3dpw-metro+crop", "paper", "body_h64"),
        ("3dpw-multi-roi", "paper", "body_h64"),
        ("metro-lsp14", "paper", "body_h64"),
        ("3dpw-metro", "lite", "body"),
        ("3dpw-metro", "paper", "body_r50"),
    ):
        rows, refused = published_rows(label, "metro", preset, variant)
        assert rows == ()
        assert refused


def test_the_two_families_are_never_mixed():
    families = {"metro": "metro", "graphormer": "metro", "pointhmr": "metro"}
    families |= {"fastmetro": "metro", "coarsemetro": "metro"}
    for row in list_published():
        family = families.get(row.method, "multi-roi")
        assert row.protocol.endswith(family) or row.protocol == "freihand-online"


TEXT = (Path(__file__).resolve().parents[3] / "docs" / "protocols.md").read_text("utf-8")


@pytest.mark.parametrize("row", list_published(), ids=lambda row: f"{row.method} {row.protocol}")
def test_the_documentation_has_the_same_rows(row):
    values = ", ".join(
        f"{name} {value:.3f}" if name.startswith("F@") else f"{name} {value:.1f}"
        for name, value in row.values.items()
    )
    line = f"| `{row.protocol}` | {row.source} | {row.method} {row.variant} | {values} |"
    assert line in TEXT.splitlines()
