"""Open3D is loaded in spite of what other threads load meanwhile."""

import importlib

import pytest

from core.render import geometry


def test_a_walk_over_the_modules_that_another_thread_disturbed_is_repeated(monkeypatch) -> None:
    tries = []

    def disturbed(name: str) -> object:
        tries.append(name)
        if len(tries) < 3:
            raise RuntimeError("dictionary changed size during iteration")
        return importlib.import_module("math")

    monkeypatch.setattr(geometry, "import_module", disturbed)
    assert geometry._open3d() is importlib.import_module("math")
    assert len(tries) == 3


def test_any_other_error_of_the_import_is_told(monkeypatch) -> None:
    def broken(name: str) -> object:
        raise RuntimeError("no such driver")

    monkeypatch.setattr(geometry, "import_module", broken)
    with pytest.raises(RuntimeError, match="driver"):
        geometry._open3d()
