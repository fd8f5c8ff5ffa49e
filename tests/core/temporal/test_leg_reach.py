"""Legs reach where they are asked to, and nothing else of the body moves."""

from __future__ import annotations

import numpy as np
import torch

from core.temporal.leg_reach import reached
from tests.core.temporal.walkers import body


def _posed(rotmat: np.ndarray, betas: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    chain = body().chain
    offsets = chain.offsets_of(torch.from_numpy(betas[None]).float()).double()
    turned, placed = chain.forward_kinematics(torch.from_numpy(rotmat[None]), offsets)
    return turned[0].numpy(), placed[0].numpy()


def _bent(seed: int) -> tuple[np.ndarray, np.ndarray]:
    from core.geometry.rotations import axis_angle_to_rotmat

    rng = np.random.default_rng(seed)
    turns = 0.2 * rng.normal(size=(24, 3))
    for name in ("R_Knee", "L_Knee"):
        turns[body().joint_names.index(name)] = [0.5, 0.0, 0.0]
    return axis_angle_to_rotmat(torch.from_numpy(turns)).numpy(), rng.normal(size=10)


def test_ankles_are_moved_and_feet_keep_their_direction() -> None:
    names = body().joint_names
    for seed in range(4):
        rotmat, betas = _bent(seed)
        moves = np.array([[0.02, -0.03, 0.04], [-0.03, 0.01, -0.05]])
        before, after = (_posed(r, betas) for r in (rotmat, reached(body(), rotmat, betas, moves)))
        legs = [row for row, name in enumerate(names) if name.endswith(("Knee", "Ankle", "Foot"))]
        others = [row for row in range(24) if row not in legs]
        np.testing.assert_allclose(after[1][others], before[1][others], atol=1e-9)
        for move, side in zip(moves, "RL", strict=True):
            ankle, foot = names.index(f"{side}_Ankle"), names.index(f"{side}_Foot")
            np.testing.assert_allclose(after[1][ankle] - before[1][ankle], move, atol=4e-3)
            np.testing.assert_allclose(after[1][foot] - before[1][foot], move, atol=4e-3)
            np.testing.assert_allclose(after[0][ankle], before[0][ankle], atol=1e-9)


def test_no_move_changes_nothing_and_straight_legs_stay_legs() -> None:
    rotmat, betas = _bent(0)
    np.testing.assert_allclose(reached(body(), rotmat, betas, np.zeros((2, 3))), rotmat, atol=1e-6)
    straight = np.tile(np.eye(3), (24, 1, 1))
    moves = np.array([[0.0, 0.1, 0.0], [0.0, -0.1, 0.0]])
    before, after = (
        _posed(r, betas)[1] for r in (straight, reached(body(), straight, betas, moves))
    )
    ankles = [body().joint_names.index(name) for name in ("R_Ankle", "L_Ankle")]
    assert (np.linalg.norm((after - before)[ankles] - moves, axis=-1) < 0.11).all()
    assert np.linalg.norm(after - before, axis=-1).max() < 0.25
