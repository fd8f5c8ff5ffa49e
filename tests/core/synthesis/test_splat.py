"""Splatting: depth order, holes, and what lies outside."""

import torch

from core.synthesis.splat import EMPTY, ID_MASK, Cloud, DepthRange, splat

SIZE = 16


def grid_points(depth: float, step: float = 1.0) -> tuple[torch.Tensor, torch.Tensor]:
    """A plane of points at the pixel centres, (1, N, 2), and its depth (1, N)."""
    along = torch.arange(0.5, SIZE, step)
    y, x = torch.meshgrid(along, along, indexing="ij")
    pixels = torch.stack([x.flatten(), y.flatten()], -1)[None]
    return pixels, torch.full(pixels.shape[:2], depth)


def draw(
    pixels: torch.Tensor,
    depth: torch.Tensor,
    spacing: float = 0.1,
    near: torch.Tensor | None = None,
) -> torch.Tensor:
    """(1, SIZE, SIZE) point numbers, -1 where nothing is."""
    seen = torch.ones_like(depth, dtype=torch.bool) if near is None else near
    cloud = Cloud(
        torch.zeros(1, dtype=torch.int64), pixels[..., 0].T, pixels[..., 1].T, depth.T, seen.T,
        torch.full((1,), spacing),
    )  # fmt: skip
    keys = splat([cloud], 1, DepthRange(torch.full((1,), 3.0), 3.6), SIZE)
    return torch.where(keys < EMPTY, keys & ID_MASK, -1)


def test_the_nearer_of_two_planes_is_seen_whatever_their_order() -> None:
    near, near_depth = grid_points(2.5)
    far, far_depth = grid_points(3.5)
    count = near.shape[1]
    first = draw(torch.cat([near, far], 1), torch.cat([near_depth, far_depth], 1))
    second = draw(torch.cat([far, near], 1), torch.cat([far_depth, near_depth], 1))
    assert (first < count).all()
    assert (second >= count).all()


def test_a_pin_hole_shows_neither_background_nor_the_far_side() -> None:
    near, near_depth = grid_points(2.5)
    far, far_depth = grid_points(3.5)
    hole = 7 * SIZE + 7
    keep = torch.arange(near.shape[1]) != hole
    index = draw(torch.cat([near[:, keep], far], 1), torch.cat([near_depth[:, keep], far_depth], 1))
    assert int(index[0, 7, 7]) < int(keep.sum())


def test_sparse_clouds_are_closed_by_wider_footprints() -> None:
    pixels, depth = grid_points(3.0, step=4.0)
    assert (draw(pixels, depth, spacing=0.1) < 0).any()
    assert (draw(pixels, depth, spacing=1.6)[:, 1:-1, 1:-1] >= 0).all()


def test_points_outside_and_hidden_points_draw_nothing() -> None:
    pixels = torch.tensor([[[-1.0, 3.0], [3.0, 99.0], [5.0, 5.0]]])
    depth = torch.full((1, 3), 3.0)
    visible = torch.tensor([[True, True, False]])
    index = draw(pixels, depth, near=visible)
    assert (index < 0).all()


def test_depth_survives_the_key() -> None:
    pixels, depth = grid_points(3.3)
    cloud = Cloud(
        torch.zeros(1, dtype=torch.int64), pixels[..., 0].T, pixels[..., 1].T, depth.T,
        torch.ones_like(depth.T, dtype=torch.bool), torch.full((1,), 0.1),
    )  # fmt: skip
    depths = DepthRange(torch.full((1,), 3.0), 3.6)
    keys = splat([cloud], 1, depths, SIZE)
    metres = depths.metres(keys, depths.middle[:, None, None])
    assert torch.allclose(metres, torch.tensor(3.3), atol=1e-3)
