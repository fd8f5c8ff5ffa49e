import numpy as np
import parity_weights
import pytest
import torch

from core.body import MeshHierarchy
from core.errors import BodyError


def test_down_after_up_is_nearly_nothing(body):
    coarse = body.downsample(body.v_template[None], 0, 2)
    again = body.downsample(body.upsample(coarse, 2, 0), 0, 2)
    error = (again - coarse).norm(dim=-1) * 1000
    assert error.mean() < 2
    assert error.max() < 25


def test_levels_may_be_counted_from_the_end(body):
    full = body.v_template[None]
    assert torch.equal(body.downsample(full), body.downsample(full, 0, 2))
    coarse = body.downsample(full)
    assert torch.equal(body.upsample(coarse), body.upsample(coarse, 2, 0))
    assert torch.equal(body.upsample(body.upsample(coarse, -1, 1), 1, 0), body.upsample(coarse))
    assert body.upsample(full, 0, 0) is full


def test_up_sampling_moves_with_the_body(body):
    """Rows sum to one, so a rigid motion passes through."""
    coarse = body.downsample(body.v_template[None])
    moved = coarse + torch.tensor([1.0, -2.0, 3.0])
    expected = body.upsample(coarse) + torch.tensor([1.0, -2.0, 3.0])
    assert torch.allclose(body.upsample(moved), expected, atol=1e-5)


@pytest.mark.parametrize("level", [0, 1, 2])
def test_adjacency_is_the_mesh_with_self_loops(body, level):
    matrix = body.adjacency(level)
    assert torch.allclose(matrix.sum(1).to_dense(), torch.ones(matrix.shape[0]), atol=1e-6)
    edges = body.edges(level)
    assert matrix._nnz() == 2 * len(edges) + matrix.shape[0]
    # Euler: a closed skin without holes.
    assert matrix.shape[0] - len(edges) + len(body.faces(level)) == 2
    if level:
        dense = matrix.to_dense()
        assert torch.equal(dense != 0, dense.T != 0)
        assert (dense.diagonal() > 0).all()


def test_graph_distance_is_a_metric_of_steps(body):
    limit = 6
    distance = body.graph_distance(-1, limit)
    linked = body.adjacency(-1).to_dense() != 0
    assert torch.equal(distance <= 1, linked)
    assert torch.equal(distance, distance.T)
    assert (distance.diagonal() == 0).all()
    assert distance.max() == limit + 1
    # Each vertex at distance d > 0 has a neighbour at d - 1.
    for vertex in (0, 100, 430):
        row = distance[vertex]
        for d in range(1, limit + 1):
            for other in torch.nonzero(row == d)[:, 0][:5]:
                assert (row[linked[other]] == d - 1).any()


def test_official_style_matrices_are_used_as_they_are(smpl):
    given = torch.from_numpy(parity_weights.synthetic_adjacency(431))
    assert torch.equal(smpl.adjacency(-1).to_dense(), given)
    up = parity_weights.dense_resample("U", 1723, 431, "public")
    points = torch.randn(1, 431, 3)
    assert torch.allclose(
        smpl.upsample(points, 2, 1)[0], torch.from_numpy(up) @ points[0], atol=1e-5
    )


def test_rows_that_do_not_sum_to_one_stay_so():
    D, U = np.eye(4)[[0, 2]], 0.9 * np.eye(4)[:, :2] + 0.01
    hierarchy = MeshHierarchy.from_matrices([D], [U])
    points = torch.randn(1, 2, 3)
    expected = torch.from_numpy(U).float() @ points[0]
    assert torch.allclose(hierarchy.upsample(points)[0], expected, atol=1e-6)


def test_matrices_that_do_not_fit_are_refused():
    with pytest.raises(BodyError, match="do not fit"):
        MeshHierarchy.from_matrices([np.ones((2, 5))], [np.ones((6, 2))])
    with pytest.raises(BodyError, match="mesh_downsampling"):
        MeshHierarchy.from_matrices([], [])


def test_unknown_triangles_are_said_so(smpl):
    with pytest.raises(BodyError, match="1723"):
        smpl.edges(1)
    with pytest.raises(BodyError, match="500"):
        smpl.regress(torch.zeros(1, 500, 3), "h36m17")
