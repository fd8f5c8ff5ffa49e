"""The doctor names what is missing, the exact cure, and the licences that bind."""

from __future__ import annotations

import ctypes
import importlib.metadata
import json

import pytest

from app.cli import machine
from app.cli.main import main
from tools.setup import SYSTEM_LIBRARIES


def test_same_system_libraries_as_the_set_up() -> None:
    assert {name: (package,) for name, package in machine.SYSTEM_LIBRARIES.items()} == {
        name: tuple(packages) for name, packages in SYSTEM_LIBRARIES.items()
    }


def test_json_report(capsys) -> None:
    code = main(["doctor", "--json"])
    report = json.loads(capsys.readouterr().out)
    missing = [row for row in report["findings"] if row["state"] == "missing"]
    assert code == (1 if missing else 0)
    names = {row["name"]: row for row in report["findings"]}
    assert "AGPL-3.0" in names["ultralytics"]["text"]
    assert "non-commercial" in names["smplx"]["text"]
    assert names["torch"]["state"] == "ok"
    assert names["cpu"]["state"] == "ok"


def test_missing_library_gives_the_command(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    real = importlib.metadata.version

    def version(name: str) -> str:
        if name in ("trimesh", "smplx"):
            raise importlib.metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(machine, "version", version)
    assert main(["doctor"]) == 1
    shown = capsys.readouterr().out
    assert "-m pip install trimesh" in shown
    assert "Optional: smplx" in shown


def test_missing_system_library_gives_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    real = ctypes.CDLL

    def load(name: str, *rest: object) -> object:
        if name in ("libEGL.so.1", "libxcb-cursor.so.0"):
            raise OSError(name)
        return real(name, *rest)

    monkeypatch.setattr(machine.ctypes, "CDLL", load)
    monkeypatch.setattr(machine.sys, "platform", "linux")
    found = machine.system_findings()
    absent = {f.name: f.cure for f in found if f.state == "missing"}
    assert {"libEGL.so.1", "libxcb-cursor.so.0"} <= set(absent)
    assert "sudo apt-get install -y" in absent["libEGL.so.1"]
    assert "libxcb-cursor0" in absent["libEGL.so.1"]
