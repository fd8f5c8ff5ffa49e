from importlib import import_module

import pytest

from core.data import DataSet, list_datasets, open_dataset
from core.errors import InputError


@pytest.mark.parametrize("row", list_datasets(), ids=lambda row: row.id)
def test_every_reader_is_found_under_its_name_and_misses_its_files(row, tmp_path):
    module, name = row.target.split(":")
    reader = getattr(import_module(module), name)
    assert issubclass(reader, DataSet)
    assert reader.id == row.id
    for split in row.splits or ("",):
        with pytest.raises(InputError, match=str(tmp_path / "nowhere")):
            open_dataset(row.id, tmp_path / "nowhere", split)


def test_unknown_names():
    with pytest.raises(InputError, match="use one of: human36m"):
        open_dataset("lsp", "x")
    with pytest.raises(InputError, match="use one of: test, train"):
        open_dataset("3dpw", "x", "val")
    with pytest.raises(InputError, match="leave the split out"):
        open_dataset("muco", "x", "test")


def test_opening_by_name(tmp_path, kit):
    kit.save_json(tmp_path / "annot/train.json", [
        {"image": "a.jpg", "center": [1, 2], "scale": 1, "joints": [[1, 2]] * 16, "joints_vis": [1] * 16}
    ])  # fmt: skip
    told = []
    people = open_dataset("mpii", tmp_path, progress=lambda done, what: told.append(done))
    assert len(people) == 1
    assert told[-1] == 1.0
    assert [record.key for record in people] == [people[0].key]
