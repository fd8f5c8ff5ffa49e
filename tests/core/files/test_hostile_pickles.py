"""No file runs anything, whatever it asks for; each ends as a clear error or as inert records."""

from __future__ import annotations

import io
import os
import pickle
import random
import struct
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.errors import MeshLoupeError, UnsafeFileError
from core.files import read_npy, read_npz, read_pickle
from core.files.limits import InertObject, Limits
from core.files.state_files import read_state
from core.files.torch_files import read_torch

READERS = (read_pickle, read_npz, read_npy, read_torch, read_state)


def outcome(read, path: Path) -> object:
    """What was read, or the error, which must name the file on one line."""
    try:
        return read(path)
    except MeshLoupeError as error:
        message = str(error)
        refusal = error
    assert str(path) in message
    assert "\n" not in message
    return refusal


def text(value: str) -> bytes:
    return b"X" + struct.pack("<I", len(value)) + value.encode()


class Call:
    """Pickles as a call of ``function(*args)``."""

    def __init__(self, function, *args, state=None) -> None:
        self.parts = (function, args) if state is None else (function, args, state)

    def __reduce__(self):
        return self.parts


def attacks(sentinel: Path) -> dict[str, bytes]:
    touch = f"touch {sentinel}"
    code = f"open({str(sentinel)!r}, 'w')"
    line = touch.encode()
    return {
        "os.system": pickle.dumps(Call(os.system, touch)),
        "os.system protocol 0": b"cos\nsystem\n(S'" + line + b"'\ntR.",
        "posix": b"cposix\nsystem\n(S'" + line + b"'\ntR.",
        "eval": pickle.dumps(Call(eval, code)),
        "exec": pickle.dumps(Call(exec, code)),
        "python 2 eval": b'c__builtin__\neval\n(S"' + code.encode() + b'"\ntR.',
        "python 2 execfile": b"c__builtin__\nexecfile\n(S'/tmp/x'\ntR.",
        "import": pickle.dumps(Call(__import__, "this")),
        "open": pickle.dumps(Call(open, str(sentinel), "w")),
        "subprocess": pickle.dumps(Call(subprocess.Popen, ["touch", str(sentinel)])),
        "inst": b"(S'" + line + b"'\nios\nsystem\n.",
        "obj": b"(cos\nsystem\nS'" + line + b"'\no.",
        "newobj": b"\x80\x02cos\nsystem\nS'" + line + b"'\n\x85\x81.",
        "newobj_ex": b"\x80\x04cos\nsystem\nS'" + line + b"'\n\x85}\x92.",
        "stack_global": b"\x80\x04"
        + text("os")
        + text("system")
        + b"\x93"
        + text(touch)
        + b"\x85R.",
        "dotted name": b"\x80\x04"
        + text("core.files.inert")
        + text("np.os.system")
        + b"\x93"
        + text(touch)
        + b"\x85R.",
        "nested": pickle.dumps(
            {"weights": [1, (2, {"k": Call(getattr, Call(__import__, "os"), "system")})]}
        ),
        "as key": b"}" + pickle.dumps(Call(os.system, touch), 0)[:-1] + b"Ns.",
        "as array state": b"cnumpy.core.multiarray\n_reconstruct\n(tR(I1\n(I1\ntcos\nsystem\n(S'"
        + line
        + b"'\ntRI00\nS'a'\ntb.",
        "getattr chain": b"c__builtin__\ngetattr\n(cos\nsystem\nS'__call__'\ntR(S'"
        + line
        + b"'\ntR.",
        "setstate": b"ccopy_reg\n_reconstructor\n(cos\nsystem\nc__builtin__\nobject\nNtR(S'"
        + line
        + b"'\ntb.",
        "copyreg extension": b"ccopyreg\nadd_extension\n(S'os'\nS'system'\nI7\ntR0\x82\x07(S'"
        + line
        + b"'\ntR.",
        "build on a class": b"cnumpy\nndarray\n}S'__setstate__'\ncos\nsystem\nsb.",
        "build on ordereddict": b"ccollections\nOrderedDict\n)R}S'__class__'\ncos\nsystem\nsb.",
        "persistent id": b"Pos.system\n.",
        "binary persistent id": b"cos\nsystem\nQ.",
        "numpy loads": pickle.dumps(Call(np.load, str(sentinel))),
        "runstring": b"cnumpy.testing\nrunstring\n(S'"
        + code.encode().replace(b"'", b'"')
        + b"'\n}tR.",
        "torch load": pickle.dumps(Call(torch.load, str(sentinel))),
        "nested storage": pickle.dumps(
            Call(torch.storage._load_from_bytes, pickle.dumps(Call(os.system, touch)))
        ),
        "partial": b"cfunctools\npartial\n(cos\nsystem\nS'" + line + b"'\ntR)R.",
        "dtype by text": b"cnumpy\ndtype\n(S'(" + b"9" * 50 + b")f8,O'\ntR.",
        "map": b"c__builtin__\nmap\n(cos\nsystem\n(lS'" + line + b"'\natR.",
    }


NAMES = sorted(attacks(Path("x")))


@pytest.fixture
def sentinel(tmp_path: Path) -> Path:
    return tmp_path / "sentinel"


@pytest.mark.parametrize("name", NAMES)
def test_no_attack_runs(name, sentinel, tmp_path):
    path = tmp_path / "attack.pkl"
    path.write_bytes(attacks(sentinel)[name])
    before = set(sys.modules)
    for read in READERS:
        value = outcome(read, path)
        if not isinstance(value, MeshLoupeError):  # only plain values and inert records come out
            assert read in (read_pickle, read_torch)
            assert isinstance(getattr(value, "value", value), (InertObject, tuple, dict))
        assert not sentinel.exists()
    assert "this" not in set(sys.modules) - before


@pytest.mark.parametrize(
    "name", ["os.system", "eval", "python 2 execfile", "subprocess", "inst", "obj"]
)
def test_plain_attacks_are_called_what_they_are(name, sentinel, tmp_path):
    path = tmp_path / "attack.pkl"
    path.write_bytes(attacks(sentinel)[name])
    with pytest.raises(UnsafeFileError, match="asks to run"):
        read_pickle(path)


def test_attacks_do_run_under_the_ordinary_reader(sentinel):
    """The corpus can fail: Python's own reader falls for it."""
    pickle.loads(attacks(sentinel)["os.system"])
    assert sentinel.exists()


@pytest.mark.parametrize("name", NAMES)
def test_attacks_inside_archives_do_not_run(name, sentinel, tmp_path):
    attack = attacks(sentinel)[name]
    numpy_header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        numpy_header, {"descr": "|O", "fortran_order": False, "shape": (1,)}
    )
    for member, content in (("a/data.pkl", attack), ("x.npy", numpy_header.getvalue() + attack)):
        path = tmp_path / f"{member.split('/')[0]}.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(member, content)
        for read in (read_npz, read_state):
            with pytest.raises(MeshLoupeError):
                read(path)
    assert not sentinel.exists()


BOMBS = {
    "deep lists": b"]" * 2_000_000 + b"a" * 1_999_999 + b".",
    "deep tuples": b")" + b"\x85" * 2_000_000 + b".",
    "deep marks": b"(" * 2_000_000 + b".",
    "deep key": b"})" + b"\x85" * 100_000 + b"Ns.",
    "doubling key": b"}N" + b"2\x86" * 60 + b"Ns.",
    "doubling lists": b"]q\x01" + b"(h\x01h\x01lq\x01" * 20_000 + b".",
    "frozenset doubling": b"\x80\x04}(K\x01\x91" + b"q\x01(h\x01h\x01\x86\x91" * 100 + b"Ns.",
    "many instructions": b"N0" * 3_000_000 + b"N.",
    "long text claim": b"X\xff\xff\xff\xff" + b"a",
    "long bytes claim": b"\x8e" + b"\xff" * 8 + b"a.",
    "negative text": b"T\xff\xff\xff\xffa.",
    "negative long": b"\x8b\xff\xff\xff\xff.",
    "frame claim": b"\x80\x04\x95" + b"\xff" * 8 + b"N.",
    "digits": b"L" + b"9" * 100_000 + b"L\n.",
    "huge key": b"}L" + b"9" * 60 + b"L\nNs.",
    "bytearray by count": b"c__builtin__\nbytearray\n(I99999999999\ntR.",
    "list of a range": b"c__builtin__\nlist\n(c__builtin__\nrange\n(I9999999999\ntRtR.",
    "array by shape": b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I99999999999\ntS'b'\ntR"
    b"(I1\n(I99999999\nI99999999\ntcnumpy\ndtype\n(S'f8'\ntRI00\nS''\ntb.",
    "copies": b"T"
    + struct.pack("<i", 2**20)
    + b"a" * 2**20
    + b"q\x010"
    + b"c_codecs\nencode\n(h\x01S'latin1'\ntR0" * 5_000
    + b"N.",
    "stack underflow": b"\x86.",
    "empty stop": b".",
    "missing memo": b"h\x05.",
    "unknown instruction": b"\xfe.",
    "future protocol": b"\x80\x09N.",
    "extension": b"\x82\x01.",
    "out of band": b"\x97.",
    "unhashable key": b"}]Ns.",
}


@pytest.mark.parametrize("name", sorted(BOMBS))
def test_bombs_end_soon_in_a_clear_error(name, tmp_path):
    path = tmp_path / "bomb.pkl"
    path.write_bytes(BOMBS[name])
    start = time.process_time()
    assert isinstance(outcome(read_pickle, path), MeshLoupeError)
    assert time.process_time() - start < 15


def test_sparse_matrices_that_point_outside_are_refused(tmp_path):
    from scipy import sparse

    matrix = sparse.eye(3, format="csc")
    matrix.indices[0] = 2**30
    path = tmp_path / "sparse.pkl"
    path.write_bytes(pickle.dumps({"J_regressor": matrix}))
    with pytest.raises(MeshLoupeError, match="sparse matrix"):
        read_pickle(path)


def test_shared_sparse_matrices_are_made_once(tmp_path):
    from scipy import sparse

    path = tmp_path / "shared.pkl"
    path.write_bytes(pickle.dumps([sparse.eye(1000, format="csc")] * 20_000))
    value = read_pickle(path)
    assert value[0] is value[-1]


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.binary(max_size=300))
@example(data=b"")
@example(data=b"PK\x03\x04")
@example(data=b"\x93NUMPY\x01\x00\xff\xff{")
@example(data=b"\x10\x00\x00\x00\x00\x00\x00\x00{")
def test_random_bytes_never_crash(tmp_path, data):
    path = tmp_path / "random.bin"
    path.write_bytes(data)
    for read in READERS:
        outcome(read, path)


@pytest.mark.parametrize("legacy", [False, True])
def test_every_cut_and_many_flips_of_a_checkpoint_are_survived(tmp_path, legacy):
    torch.save(
        {"model": {"a": torch.randn(3, 4), "b": torch.arange(5)}, "epoch": 1},
        tmp_path / "good.pt",
        _use_new_zipfile_serialization=not legacy,
    )
    good = (tmp_path / "good.pt").read_bytes()
    path = tmp_path / "bad.pt"
    dice = random.Random(0)
    for end in range(0, len(good) - 1, max(1, len(good) // 150)):
        path.write_bytes(good[:end])
        with pytest.raises(MeshLoupeError):
            read_state(path)
    for _ in range(300):
        bad = bytearray(good)
        for _ in range(dice.randint(1, 4)):
            bad[dice.randrange(len(bad))] = dice.randrange(256)
        path.write_bytes(bad)
        got = outcome(read_state, path)
        if not isinstance(got, MeshLoupeError):
            assert all(tensor.sum().numel() == 1 for tensor in got.tensors.values())


def test_limits_can_be_tightened(tmp_path):
    path = tmp_path / "long.pkl"
    path.write_bytes(pickle.dumps(list(range(1000))))
    with pytest.raises(UnsafeFileError, match="instructions"):
        read_pickle(path, Limits(opcodes=100))


@pytest.mark.parametrize(
    "data", [b"<!DOCTYPE html><html>", b"\xff\xd8\xff\xe0 JFIF", b"hello world", bytes(9)]
)
def test_what_never_was_a_pickle_is_not_called_a_damaged_one(tmp_path, data):
    (tmp_path / "x.bin").write_bytes(data)
    assert "this is no pickle" in str(outcome(read_torch, tmp_path / "x.bin"))
