"""Laws of graph convolution among tokens."""

import torch

from core.nn.graph import GraphConvolution, GraphResidualBlock


def ring(count: int) -> torch.Tensor:
    """(C, C) each vertex, itself and its two neighbours, equally."""
    near = torch.eye(count) + torch.eye(count).roll(1, 0) + torch.eye(count).roll(-1, 0)
    return near / near.sum(1, keepdim=True)


def test_a_convolution_reaches_neighbours_only() -> None:
    torch.manual_seed(0)
    layer = GraphConvolution(4, ring(9))
    x = torch.randn(1, 9, 4)
    moved = x.clone()
    moved[0, 4] += 1
    changed = (layer(moved) - layer(x)).abs().sum(-1)[0] > 1e-6
    assert changed.nonzero().flatten().tolist() == [3, 4, 5]


def test_equal_vertices_stay_equal() -> None:
    """Rows of the adjacency sum to one, so that a constant signal sees no graph."""
    torch.manual_seed(0)
    layer = GraphConvolution(4, ring(9))
    out = layer(torch.ones(1, 9, 4))
    assert torch.allclose(out, out[:, :1].expand_as(out), atol=1e-6)
    assert torch.allclose(out[0, 0], layer.weight.sum(0) + layer.bias, atol=1e-6)


def test_joints_and_picture_cells_pass_unchanged() -> None:
    torch.manual_seed(0)
    block = GraphResidualBlock(8, ring(6), first=3)
    tokens = torch.randn(2, 3 + 6 + 4, 8)
    out = block(tokens)
    assert torch.equal(out[:, :3], tokens[:, :3])
    assert torch.equal(out[:, 9:], tokens[:, 9:])
    assert (out[:, 3:9] - tokens[:, 3:9]).abs().max() > 0.1
