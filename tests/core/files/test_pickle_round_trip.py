"""Everything plain that pickle writes comes back equal; everything else comes back inert."""

from __future__ import annotations

import pickle
from collections import Counter, OrderedDict, defaultdict, deque
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse

from core.files import InertObject, read_pickle

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)
DTYPES = ("?", "i1", "u2", "<i4", ">i4", "<i8", "f2", "<f4", ">f8", "c8", "c16", "U3", "S4")

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.complex_numbers(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text() | st.integers(-(2**60), 2**60), inner, max_size=4)
        | st.sets(st.integers(-1000, 1000) | st.text(), max_size=4)
    ),
    max_leaves=12,
)


class Person:
    """A class that the reader does not know."""

    def __init__(self) -> None:
        self.height = 1.7
        self.friends = [self]


def round_trip(folder: Path, value: object, protocol: int) -> object:
    path = folder / "value.pkl"
    path.write_bytes(pickle.dumps(value, protocol))
    return read_pickle(path)


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(value=plain, protocol=st.sampled_from(PROTOCOLS))
def test_plain_values_come_back_equal(tmp_path, value, protocol):
    assert round_trip(tmp_path, value, protocol) == value


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    value=hnp.arrays(
        st.sampled_from(DTYPES),
        hnp.array_shapes(min_dims=0, min_side=0),
    ),
    protocol=st.sampled_from(PROTOCOLS),
    fortran=st.booleans(),
)
def test_arrays_come_back_equal(tmp_path, value, protocol, fortran):
    value = np.asfortranarray(value) if fortran else value
    if value.dtype.kind in "US" and value.dtype.byteorder == ">":
        return
    got = round_trip(tmp_path, value, protocol)
    assert got.shape == value.shape
    np.testing.assert_array_equal(got, value)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_known_containers_come_back_as_plain_ones(tmp_path, protocol):
    value = [
        OrderedDict(b=1, a=2),
        Counter("aab"),
        defaultdict(list, {"k": [1]}),
        deque([1, 2]),
        slice(1, None, 2),
        frozenset([3]),
        bytearray(b"xyz"),
        np.float32(2.5),
        np.int64(-3),
    ]
    got = round_trip(tmp_path, value, protocol)
    assert got[0] == OrderedDict(b=1, a=2)
    assert list(got[0]) == ["b", "a"]
    assert got[1] == {"a": 2, "b": 1}
    assert got[2] == {"k": [1]}
    assert got[3] == [1, 2]
    assert got[4:] == value[4:]
    assert got[7].dtype == np.float32


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("kind", ["csc_matrix", "csr_matrix", "coo_matrix", "csc_array"])
def test_sparse_matrices_come_back(tmp_path, protocol, kind):
    dense = np.round(np.random.default_rng(0).random((5, 7)), 1) * (np.arange(7) % 2)
    got = round_trip(tmp_path, {"J_regressor": getattr(sparse, kind)(dense)}, protocol)
    assert sparse.issparse(got["J_regressor"])
    np.testing.assert_array_equal(got["J_regressor"].toarray(), dense)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_unknown_classes_stay_inert_and_keep_what_the_file_said(tmp_path, protocol):
    got = round_trip(tmp_path, {"who": Person()}, protocol)["who"]
    assert isinstance(got, InertObject)
    assert got.name == "Person"
    assert got.attributes["height"] == 1.7
    assert got.attributes["friends"][0] is got


def test_shared_and_cyclic_containers_keep_their_identity(tmp_path):
    cyclic: list[object] = [1]
    cyclic.append(cyclic)
    shared = {"x": 1}
    got = round_trip(tmp_path, [cyclic, shared, shared], 4)
    assert got[0][1] is got[0]
    assert got[1] is got[2]


def test_object_arrays_hold_real_matrices(tmp_path):
    value = np.empty(2, object)
    value[:] = [sparse.eye(3, format="csc"), sparse.eye(4, format="csr")]
    got = round_trip(tmp_path, value, 2)
    np.testing.assert_array_equal(got[1].toarray(), np.eye(4))


def python2_smpl(array_text: bytes) -> bytes:
    """A pickle as Python 2 wrote SMPL's: protocol 0 names, byte strings, chumpy objects."""
    array = (
        b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR"
        b"(I1\n(I2\ntcnumpy\ndtype\n(S'f8'\nI0\nI1\ntR(I3\nS'<'\nNNNI-1\nI-1\nI0\ntbI00\n"
        + array_text
        + b"tb"
    )
    chumpy = (
        b"ccopy_reg\n_reconstructor\n(cchumpy.ch\nCh\nc__builtin__\nobject\nNtR(dS'x'\n"
        + array
        + b"sb"
    )
    select = (
        b"ccopy_reg\n_reconstructor\n(cchumpy.reordering\nSelect\nc__builtin__\nobject\nNtR(dS'a'\n"
        + chumpy
        + b"sS'idxs'\n"
        + array.replace(array_text, b"S'" + b"\\x01" + b"\\x00" * 15 + b"'\n").replace(b"f8", b"i8")
        + b"sS'preferred_shape'\n(I2\nI1\ntsb"
    )
    return (
        b"(dS'v_template'\n" + array + b"sS'shapedirs'\n" + chumpy + b"sS'hands'\n" + select + b"s."
    )


def test_python_2_pickles_with_chumpy_become_arrays(tmp_path):
    numbers = np.array([1.5, -2.0])
    escaped = b"S'" + b"".join(b"\\x%02x" % byte for byte in numbers.tobytes()) + b"'\n"
    path = tmp_path / "smpl.pkl"
    path.write_bytes(python2_smpl(escaped))
    got = read_pickle(path)
    np.testing.assert_array_equal(got["v_template"], numbers)
    np.testing.assert_array_equal(got["shapedirs"], numbers)
    np.testing.assert_array_equal(got["hands"], numbers[[1, 0]].reshape(2, 1))
