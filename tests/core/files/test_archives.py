"""Archives and numpy files: honest ones are read, bombs are refused before they unfold."""

from __future__ import annotations

import io
import struct
import zipfile

import numpy as np
import pytest
from scipy import sparse

from core.errors import InputError, MeshLoupeError, UnsafeFileError
from core.files import read_npy, read_npz
from core.files.archives import CheckedZip


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_npz_round_trip(tmp_path, save):
    levels = np.empty(2, object)
    levels[:] = [sparse.eye(3, format="csc"), sparse.eye(4, format="coo")]
    arrays = {
        "v": np.random.default_rng(0).random((5, 3)),
        "f": np.asfortranarray(np.arange(6).reshape(2, 3)),
        "text": np.array("smpl"),
        "empty": np.zeros((0, 3)),
        "record": np.zeros(2, [("a", "f4"), ("b", "i4")]),
        "D": levels,
    }
    save(tmp_path / "x.npz", **arrays)
    got = read_npz(tmp_path / "x.npz")
    assert set(got) == set(arrays)
    for name in ("v", "f", "text", "empty", "record"):
        np.testing.assert_array_equal(got[name], arrays[name])
    np.testing.assert_array_equal(got["D"][1].toarray(), np.eye(4))


def test_npy_round_trip(tmp_path):
    array = np.arange(12.0).reshape(3, 4)
    np.save(tmp_path / "x.npy", array)
    np.testing.assert_array_equal(read_npy(tmp_path / "x.npy"), array)


def npy_header(shape: str, descr: str = "'<f8'") -> bytes:
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}}}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode()


@pytest.mark.parametrize(
    "shape",
    [
        "(99999999999,)",
        "(2**60,)",
        "(-1,)",
        "(4294967296, 4294967296, 0)",
        "('a',)",
        "None",
        "(1L,)",
    ],
)
def test_shapes_that_do_not_fit_the_data_are_refused(tmp_path, shape):
    path = tmp_path / "x.npy"
    path.write_bytes(npy_header(shape) + b"1234567")
    with pytest.raises(MeshLoupeError):
        read_npy(path)


@pytest.mark.parametrize("shape", ["(" * 3000, "((1,", "'" * 3, "1" * 5000, "[" * 90 + "]" * 90])
def test_damaged_headers_are_refused(tmp_path, shape):
    path = tmp_path / "x.npy"
    path.write_bytes(npy_header(shape))
    with pytest.raises(MeshLoupeError):
        read_npy(path)


def test_headers_are_not_evaluated(tmp_path):
    path = tmp_path / "x.npy"
    sentinel = tmp_path / "sentinel"
    path.write_bytes(npy_header(f"open({str(sentinel)!r}, 'w')"))
    with pytest.raises(InputError):
        read_npy(path)
    assert not sentinel.exists()


def test_python_2_headers_are_read(tmp_path):
    path = tmp_path / "x.npy"
    path.write_bytes(npy_header("(2L,)") + np.arange(2.0).tobytes())
    np.testing.assert_array_equal(read_npy(path), [0, 1])


def test_zip_bombs_are_refused_before_they_unfold(tmp_path):
    path = tmp_path / "bomb.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", b"\0" * 300_000_000)
    with pytest.raises(UnsafeFileError, match="claims"):
        read_npz(path)


def test_overlapping_members_are_refused(tmp_path):
    path = tmp_path / "overlap.npz"
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("000.npy", b"a" * 10_000)
    data = inner.getvalue()
    start = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    entry, tail = data[start:end], bytearray(data[end:])
    many = b"".join(entry.replace(b"000.npy", b"%03d.npy" % i) for i in range(500))
    tail[8:12] = struct.pack("<HH", 500, 500)
    tail[12:16] = struct.pack("<I", len(many))
    path.write_bytes(data[:start] + many + bytes(tail))
    with pytest.raises(MeshLoupeError):
        read_npz(path)


def test_a_size_that_lies_is_found_out(tmp_path):
    path = tmp_path / "lie.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", b"\0" * 1000)
    data = path.read_bytes()
    path.write_bytes(data.replace(struct.pack("<I", 1000), struct.pack("<I", 10)))
    with pytest.raises(MeshLoupeError):
        read_npz(path)


def test_doubled_names_are_refused(tmp_path):
    path = tmp_path / "twice.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", b"1")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("x.npy", b"2")
    with pytest.raises(UnsafeFileError, match="odd member name"):
        CheckedZip(path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04rubbish", b"no archive"])
def test_files_that_are_no_archives_say_so(tmp_path, content):
    path = tmp_path / "x.npz"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"x\.npz"):
        read_npz(path)


def test_missing_files_and_folders_are_clear(tmp_path):
    with pytest.raises(InputError, match=r"no such file|cannot be read"):
        read_npz(tmp_path / "nowhere.npz")
    with pytest.raises(InputError, match="folder"):
        read_npy(tmp_path)
