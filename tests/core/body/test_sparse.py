import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from core.body import SparseMap, SparseMatrix


def _random(rows, columns, seed, density=0.2):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(rows, columns)) * (rng.random((rows, columns)) < density)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 10_000))
def test_every_form_of_a_matrix_is_the_same_map(rows, columns, seed):
    dense = _random(rows, columns, seed)
    points = np.random.default_rng(seed).normal(size=(2, columns, 3))
    expected = dense @ points
    for form in (dense, sparse.csr_matrix(dense), sparse.csc_matrix(dense), torch.tensor(dense)):
        matrix = SparseMatrix.of(form)
        assert np.allclose(matrix.dense(), dense)
        assert np.allclose(matrix.apply(points[0]), expected[0])
        layer = SparseMap(matrix).double()
        assert np.allclose(layer(torch.from_numpy(points)).numpy(), expected, atol=1e-6)


def test_entries_at_the_same_place_add_up():
    twice = SparseMatrix(np.array([0, 0]), np.array([1, 1]), np.array([1.0, 2.0]), (1, 2))
    assert np.array_equal(twice.dense(), [[0.0, 3.0]])
    assert twice.picked() is None
    assert SparseMap(twice)(torch.tensor([[[1.0], [5.0]]])).item() == 15.0


def test_a_selection_picks_points_untouched():
    matrix = SparseMatrix.selection(np.array([3, 0]), 5)
    points = torch.randn(2, 5, 3)
    assert torch.equal(SparseMap(matrix)(points), points[:, [3, 0]])
    assert matrix.picked().tolist() == [3, 0]


def test_first_and_second_gradients():
    layer = SparseMap(SparseMatrix.of(_random(7, 5, 1))).double()
    points = torch.randn(2, 5, 3, dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradcheck(layer, points)
    assert torch.autograd.gradgradcheck(lambda p: layer(p).square(), points)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_is_summed_in_full(dtype):
    matrix = SparseMatrix.of(np.full((1, 1000), 1e-3))
    out = SparseMap(matrix)(torch.ones(1, 1000, 1, dtype=dtype))
    assert out.dtype == dtype
    assert out.item() == pytest.approx(1.0, abs=2e-3)
