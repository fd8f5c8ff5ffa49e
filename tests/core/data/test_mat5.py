import numpy as np
import pytest
from scipy.io import savemat

from core.data.mat5 import read_mat
from core.errors import InputError, UnsafeFileError

DTYPES = ("f8", "f4", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8")


def content():
    rng = np.random.default_rng(1)
    cells = np.empty((2, 3), object)
    for place in np.ndindex(2, 3):
        cells[place] = rng.random(place)
    people = np.array([{"x": 1.5, "name": "a"}, {"x": 2.5, "name": "long name"}])
    arrays = {f"n_{d}": rng.integers(0, 100, (3, 4)).astype(d) for d in DTYPES}
    return arrays | {
        "cube": rng.random((2, 3, 4)),
        "cells": cells,
        "people": people,
        "one": {"inner": {"deep": [1, 2, 3]}, "text": "words"},
        "nothing": np.zeros((0, 0)),
        "no_text": "",
    }


@pytest.mark.parametrize("compressed", [True, False])
def test_what_was_written_is_read(tmp_path, compressed):
    value = content()
    savemat(tmp_path / "a.mat", value, do_compression=compressed)
    found = read_mat(tmp_path / "a.mat")
    assert set(found) == set(value)
    for name in (f"n_{d}" for d in DTYPES):
        np.testing.assert_array_equal(found[name], value[name])
        assert found[name].dtype == value[name].dtype
    np.testing.assert_array_equal(found["cube"], value["cube"])
    assert found["cells"].shape == (2, 3)
    for place in np.ndindex(2, 3):
        np.testing.assert_array_equal(found["cells"][place], value["cells"][place])
    people = [item if isinstance(item, dict) else item.item() for item in np.ravel(found["people"])]
    assert [float(np.ravel(person["x"])[0]) for person in people] == [1.5, 2.5]
    assert [person["name"] for person in people] == ["a", "long name"]
    assert found["one"]["text"] == "words"
    np.testing.assert_array_equal(found["one"]["inner"]["deep"], [[1, 2, 3]])
    assert found["nothing"].shape == (0, 0)


def test_only_wanted_variables(tmp_path):
    savemat(tmp_path / "a.mat", content())
    assert set(read_mat(tmp_path / "a.mat", ("cube",))) == {"cube"}
    assert read_mat(tmp_path / "a.mat", ("other",)) == {}


def test_other_files_are_named(tmp_path):
    path = tmp_path / "a.mat"
    with pytest.raises(InputError, match=r"a\.mat: there is no such file"):
        read_mat(path)
    path.write_bytes(b"MATLAB 7.3 MAT-file, Platform: x" + bytes(200))
    with pytest.raises(InputError, match=r"7\.3"):
        read_mat(path)
    path.write_bytes(b"no" * 100)
    with pytest.raises(InputError, match="no MATLAB file"):
        read_mat(path)


@pytest.mark.parametrize("compressed", [True, False])
def test_damage_never_does_more_than_complain(tmp_path, compressed):
    path = tmp_path / "a.mat"
    savemat(path, content(), do_compression=compressed)
    whole, rng = path.read_bytes(), np.random.default_rng(5)
    refused = 0
    for _ in range(400):
        changed = bytearray(whole)
        for place in rng.integers(0, len(whole), 2):
            changed[place] = int(rng.integers(0, 256))
        cut = int(rng.integers(64, len(whole))) if rng.random() < 0.3 else len(whole)
        path.write_bytes(bytes(changed[:cut]))
        try:
            read_mat(path)
        except (InputError, UnsafeFileError):
            refused += 1
    assert refused > 100
