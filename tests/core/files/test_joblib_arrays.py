"""Pickles of joblib: arrays behind their description, packed or not; hostile ones cost one line."""

import io
import pickle
import sys
import types
import zlib

import numpy as np
import pytest

from core.errors import InputError, MeshLoupeError, UnsafeFileError
from core.files import read_pickle
from core.files.limits import Limits


class NumpyArrayWrapper:
    """What joblib writes in place of an array."""

    def __init__(self, array, alignment=16):
        self.subclass, self.shape, self.dtype = np.ndarray, array.shape, array.dtype
        self.order = "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"
        self.allow_mmap = True
        if alignment:
            self.numpy_array_alignment_bytes = alignment


NumpyArrayWrapper.__module__ = "joblib.numpy_pickle"


class Writer(pickle._Pickler):
    """Writes as joblib does, from its documented layout."""

    def __init__(self, stream, alignment):
        super().__init__(stream, protocol=4)
        self.stream, self.alignment = stream, alignment

    def save(self, obj, *args, **more):
        if type(obj) is not np.ndarray:
            return super().save(obj, *args, **more)
        super().save(NumpyArrayWrapper(obj, self.alignment))
        self.framer.commit_frame(force=True)
        if self.alignment:
            padding = self.alignment - (self.stream.tell() + 1) % self.alignment
            self.stream.write(bytes([padding]) + b"\xff" * padding)
        self.stream.write(obj.tobytes("A"))
        return None


@pytest.fixture
def written(monkeypatch, tmp_path):
    module = types.ModuleType("joblib.numpy_pickle")
    module.NumpyArrayWrapper = NumpyArrayWrapper
    monkeypatch.setitem(sys.modules, "joblib", types.ModuleType("joblib"))
    monkeypatch.setitem(sys.modules, "joblib.numpy_pickle", module)

    def write(value, *, packed=False, alignment=16, cut=None):
        stream = io.BytesIO()
        Writer(stream, alignment).dump(value)
        data = zlib.compress(stream.getvalue(), 3) if packed else stream.getvalue()
        path = tmp_path / "tracks.pkl"
        path.write_bytes(data[:cut])
        return path

    return write


VALUE = {
    "a.jpg": {
        "tid": [1, 2],
        "smpl": [{"betas": np.linspace(0, 1, 10, dtype=np.float32)}],
        "order": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        "none": np.zeros((0, 3)),
    }
}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("alignment", [0, 16])
def test_arrays_and_what_follows_them_come_out(written, packed, alignment):
    found = read_pickle(written(VALUE, packed=packed, alignment=alignment))["a.jpg"]
    assert found["tid"] == [1, 2]
    for name in ("order", "none"):
        np.testing.assert_array_equal(found[name], VALUE["a.jpg"][name])
    np.testing.assert_array_equal(found["smpl"][0]["betas"], VALUE["a.jpg"]["smpl"][0]["betas"])


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_that_was_cut_off_says_so(written, packed):
    whole = len(written(VALUE, packed=packed).read_bytes())
    for cut in range(3, whole, 17):
        with pytest.raises(MeshLoupeError):
            read_pickle(written(VALUE, packed=packed, cut=cut))


def test_damage_inside_is_found(written, tmp_path):
    data = bytearray(written(VALUE, packed=True).read_bytes())
    data[len(data) // 2] ^= 0xFF
    path = tmp_path / "damaged.pkl"
    path.write_bytes(bytes(data))
    with pytest.raises(InputError, match=r"damaged|ends"):
        read_pickle(path)


def test_a_bomb_is_not_unpacked(tmp_path):
    path = tmp_path / "bomb.pkl"
    path.write_bytes(zlib.compress(bytes(50_000_000)))
    with pytest.raises(UnsafeFileError, match="claims"):
        read_pickle(path, Limits(slack=1_000_000))


def test_claims_of_more_than_the_file_holds_are_refused(written):
    array = np.zeros(3)
    path = written({"x": array})
    data = path.read_bytes()
    at = data.index(b"K\x03\x85")  # the shape (3,)
    path.write_bytes(data[: at + 1] + b"\xff" + data[at + 2 :])
    with pytest.raises(InputError, match="ends in the middle"):
        read_pickle(path)


def test_objects_in_an_array_are_refused(written):
    array = np.array([1, "a"], object)
    with pytest.raises(UnsafeFileError, match="data type"):
        read_pickle(written({"x": array}))
