"""The drawn skin: points without gaps, normals that are those of the mesh."""

import pytest
import torch

from core.body import load_body
from core.synthesis.surface import BodySurface, to_planes


@pytest.fixture(scope="module")
def surface() -> BodySurface:
    return BodySurface(load_body("embedded"), 2000, 5000)


def test_points_lie_between_their_vertices(surface: BodySurface) -> None:
    assert torch.allclose(surface.weight.sum(0), torch.ones(surface.count), atol=1e-5)
    assert float(surface.weight.min()) >= 0
    heights = surface.rest_vertices[:, 1:2]
    drawn = torch.cat([surface.coarse_points(heights), surface.fine_points(heights)])[:, 0]
    assert torch.allclose(drawn, surface.fields.y, atol=1e-5)


def test_the_first_points_are_spread_as_evenly_as_all(surface: BodySurface) -> None:
    """No place of the skin is far from one of the coarse points."""
    fields = surface.fields
    points = torch.stack([fields.x, fields.y, fields.z], 1)[: surface.coarse]
    gap = torch.cdist(surface.rest_vertices, points).amin(1)
    spacing = (surface.area / surface.coarse) ** 0.5
    assert float(gap.max()) < 1.6 * spacing


def test_normals_are_those_of_the_mesh_also_when_it_is_bent(surface: BodySurface) -> None:
    torch.manual_seed(0)
    bend = torch.linalg.qr(torch.randn(3, 3)).Q * torch.tensor([1.0, 0.7, 1.3])
    bend = bend * torch.linalg.det(bend).sign()
    vertices = (surface.rest_vertices @ bend.T)[None]
    found = surface.vertex_normals(vertices)[0]
    a, b, c = (vertices[0][surface.faces[:, i]] for i in range(3))
    face = torch.linalg.cross(b - a, c - a)
    expected = torch.zeros_like(found)
    for i in range(3):
        expected.index_add_(0, surface.faces[:, i], face)
    expected = torch.nn.functional.normalize(expected, dim=-1)
    agreement = (found * expected).sum(-1)
    assert float(agreement.median()) > 0.995
    assert float((agreement > 0.8).float().mean()) > 0.98
    assert torch.allclose(found.norm(dim=-1), torch.ones(len(found)), atol=1e-4)


def test_planes_hold_what_the_vertices_hold() -> None:
    vertices = torch.randn(2, 5, 3)
    x, _, z = to_planes(vertices)
    assert torch.equal(x, vertices[..., 0].T)
    assert torch.equal(z, vertices[..., 2].T)
