"""The user's files are kept by content, found again, and never lost to a bad one."""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from core.errors import InputError, WeightsError
from core.files import file_sha256
from core.weights import (
    CardFile,
    CardNumber,
    ModelCard,
    add_file,
    cards,
    list_files,
    load_embedded,
    newest_weights,
    read_card,
    user_dir,
    write_card,
)
from core.weights.signatures import SIGNATURES


def metro_file(tmp_path, name, value=0.0):
    signature = next(row for row in SIGNATURES if row.network == "metro_body_h64")
    state = {key: torch.full(shape, value) for key, shape in signature.present}
    torch.save(state, tmp_path / name)
    return tmp_path / name


def test_the_folder_follows_the_variable(tmp_path, monkeypatch):
    monkeypatch.setenv("MESHLOUPE_HOME", str(tmp_path / "mine"))
    assert user_dir() == tmp_path / "mine"
    monkeypatch.delenv("MESHLOUPE_HOME")
    assert user_dir().name == "meshloupe"
    assert not (tmp_path / "mine").exists()


def test_added_files_are_listed_and_found(tmp_path):
    assert list_files() == ()
    first = add_file(metro_file(tmp_path, "a.bin"))
    second = add_file(metro_file(tmp_path, "b.bin", 1.0))
    np.save(tmp_path / "r.npy", np.zeros((17, 6890)))
    regressor = add_file(tmp_path / "r.npy")
    assert list_files() == (first, second, regressor)
    assert list_files("joint regressor") == (regressor,)
    assert newest_weights("metro", "paper", "body_h64") == second
    assert newest_weights("metro", "lite", "body") is None
    assert first.path.read_bytes() == (tmp_path / "a.bin").read_bytes()


def test_the_same_content_is_kept_once(tmp_path):
    path = metro_file(tmp_path, "a.bin")
    add_file(path)
    again = add_file(path)
    assert list_files() == (again,)
    assert len(list((user_dir() / "files").iterdir())) == 1


def test_useless_files_are_refused_and_leave_nothing(tmp_path):
    (tmp_path / "x.txt").write_text("hello")
    with pytest.raises(InputError, match=r"x\.txt: unknown"):
        add_file(tmp_path / "x.txt")
    assert not user_dir().joinpath("files").exists()


def test_deleted_files_drop_out_of_the_list(tmp_path):
    stored = add_file(metro_file(tmp_path, "a.bin"))
    stored.path.unlink()
    assert list_files() == ()


@pytest.mark.parametrize("content", ["", "{}", '{"files": [1]}', '{"files": [{"x": 1}]}'])
def test_a_damaged_list_says_so(content):
    user_dir().mkdir(parents=True, exist_ok=True)
    (user_dir() / "index.json").write_text(content)
    with pytest.raises(InputError, match="list of your files is damaged"):
        list_files()


def card() -> ModelCard:
    return ModelCard(
        id="metro-lite",
        method="metro",
        preset="lite",
        variant="body",
        title="METRO lite",
        files=(CardFile("backbone.safetensors", "0" * 64, "backbone."),),
        parameters=3,
        licence="Apache-2.0",
        recipe="python -m training.train",
        pictures_seen=10,
        numbers=(CardNumber("PA-MPJPE", 60.5, "mm", "metro-lsp14", "synthetic test"),),
        limits="one person",
    )


def test_cards_round_trip(tmp_path):
    path = tmp_path / "card.json"
    write_card(card(), path)
    got = read_card(path)
    assert got.path == path
    assert got.numbers == card().numbers
    assert got.parts[0].path == tmp_path / "backbone.safetensors"
    assert got.parts[0].prefix == "backbone."
    write_card(got, tmp_path / "again.json")
    assert (tmp_path / "again.json").read_text() == path.read_text()


@pytest.mark.parametrize("change", [{"extra": 1}, {"files": "x"}, {"files": [{"name": 1}]}])
def test_damaged_cards_say_so(tmp_path, change):
    path = tmp_path / "card.json"
    write_card(card(), path)
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(WeightsError, match="damaged model card"):
        read_card(path)


def test_shipped_weights_are_loaded_only_if_they_are_those_of_their_card(tmp_path, monkeypatch):
    path = tmp_path / "tiny.safetensors"
    save_file({"weight": torch.ones(2, 3), "bias": torch.zeros(2)}, path)
    for sha, fits in ((file_sha256(path), True), ("0" * 64, False)):
        shipped = replace(
            card(), files=(CardFile(path.name, sha),), path=tmp_path / "card.json", method="tiny"
        )
        monkeypatch.setattr(cards, "list_cards", lambda shipped=shipped: (shipped,))
        method = torch.nn.Linear(3, 2)
        method.method_id, method.preset, method.variant = "tiny", "lite", "body"
        method.unused_keys, method.from_official = (), lambda state, variant: dict(state)
        with nullcontext() if fits else pytest.raises(WeightsError, match="model card"):
            assert load_embedded(method).loaded == 2
