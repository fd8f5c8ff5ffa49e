"""Methods of installed packages: they appear in the list, and a broken one takes no other along."""

from __future__ import annotations

import importlib
import logging
import sys
from pathlib import Path

import pytest

from core.methods import MethodEntry, Preset, Variant, create_method, list_methods

GOOD = """
from core.methods import MethodEntry, Preset, Variant

ENTRY = MethodEntry("{id}", "Mine", "", "model-free", "picture", "{module}:build",
                    (Preset("lite", (Variant("body"),)),))


class Mine:
    def eval(self):
        return self


def build(preset, variant, body):
    return Mine()
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Puts a package with one entry point where Python finds it."""
    monkeypatch.syspath_prepend(tmp_path)

    def package(name: str, source: str, method_id: str = "mine") -> None:
        monkeypatch.delitem(sys.modules, name, raising=False)
        (tmp_path / f"{name}.py").write_text(
            source.replace("{id}", method_id).replace("{module}", name)
        )
        info: Path = tmp_path / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[meshloupe.methods]\n{name} = {name}:ENTRY\n")
        importlib.invalidate_caches()

    list_methods.cache_clear()
    yield package
    list_methods.cache_clear()


def ids() -> list[str]:
    return [entry.id for entry in list_methods()]


def test_a_method_of_a_package_is_listed_and_made(install):
    install("pack_good", GOOD)
    assert ids()[-1] == "mine"
    assert isinstance(list_methods()[-1], MethodEntry)
    assert list_methods()[-1].presets == (Preset("lite", (Variant("body"),)),)
    assert type(create_method("mine")).__name__ == "Mine"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("from core.methods import NoSuchThing", "ImportError"),
        ("import no_such_package_at_all", "ModuleNotFoundError"),
        ("raise RuntimeError('built for another torch')", "built for another torch"),
        ("def (:", "SyntaxError"),
        ("", "AttributeError"),
        ("ENTRY = dict(a=1)", "is no MethodEntry"),
    ],
)
def test_a_broken_package_is_left_out_by_name_and_the_others_stay(install, caplog, source, told):
    install("pack_broken", source)
    install("pack_good", GOOD)
    with caplog.at_level(logging.WARNING):
        assert ids()[-1] == "mine"
    (message,) = [record.getMessage() for record in caplog.records]
    assert "pack_broken" in message
    assert told in message


def test_the_first_of_two_methods_with_one_id_stays(install, caplog):
    install("pack_metro", GOOD, "metro")
    install("pack_one", GOOD)
    install("pack_two", GOOD)
    with caplog.at_level(logging.WARNING):
        assert ids().count("metro") == ids().count("mine") == 1
    left_out = [record.getMessage() for record in caplog.records]
    assert ["pack_metro" in left_out[0], "pack_two" in left_out[1]] == [True, True]
    assert all("already" in message for message in left_out)
