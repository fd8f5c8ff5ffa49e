"""The lifter's own errors, measured on sampled people: the prior of the refinement."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from core.geometry.rotations import rotmat_to_axis_angle
from core.methods.lift_network import Lifted, Marks
from core.methods.lift_refine import POSE
from core.methods.pose_lift import SIGMA_LEVELS, PoseLift
from core.synthesis.draws import Draws
from core.synthesis.poses import PoseSampler
from training.lift.marking import mark_exactly, project_landmarks, with_habits, with_noise
from training.lift.people import People, PosePool, draw_people

# People whose whole answer is wrong (flipped limbs) are another reading, not an error of this one.
LEFT_OUT = 0.07
FLOOR = 1e-4


@torch.no_grad()
def measure_errors(method: PoseLift, *, people: int = 8000, seed: int = 77) -> Tensor:
    """(2, levels, 82, 82) covariances of rotation vectors (radians) and shape numbers.

    Rows: marks that follow the body's own definition of joints, marks with habits; columns: the error
    levels of `SIGMA_LEVELS`.
    """
    body = method.lift_body()
    draws = Draws(seed)
    pool = PosePool(PoseSampler(body.chain, seed), 20_000, broad_share=0.5)
    truth = draw_people(body, pool.poses, draws, people)
    covariance = torch.zeros_like(method.error_covariance)
    for kind in (0, 1):
        for level, sigma in enumerate(SIGMA_LEVELS):
            marks = fixed_marks(truth, draws, sigma, foreign=bool(kind))
            gap = pose_gap(method.lift(marks), truth)
            size = gap.norm(dim=1)
            gap = gap[size < size.quantile(1 - LEFT_OUT)]
            covariance[kind, level] = gap.T @ gap / len(gap) + FLOOR * torch.eye(gap.shape[1])
    return covariance


def fixed_marks(truth: People, draws: Draws, sigma: float, *, foreign: bool) -> Marks:
    """Marks of all three joint sets with one or no joint missing and an error that is told."""
    n = len(truth)
    parts = []
    for joint_set, rows in enumerate(torch.arange(n).chunk(3)):
        some = truth.rows(rows)
        marks = mark_exactly(some, draws, missing=int(joint_set == 0), joint_set=joint_set)
        points = with_habits(some.landmarks, torch.full((len(rows),), float(foreign)), draws)
        rays = with_noise(
            project_landmarks(points, some.translation),
            torch.full((len(rows),), sigma),
            draws,
            outliers=False,
        )
        told = torch.full((len(rows),), sigma)
        own = torch.full((len(rows),), float(foreign))
        unknown = torch.full((len(rows),), math.nan)
        parts.append(Marks(rays, marks.known, told, own, marks.size_known, unknown, marks.hints))
    return Marks(
        *(torch.cat(values) for values in zip(*(vars(p).values() for p in parts), strict=True))
    )


def pose_gap(lifted: Lifted, truth: People) -> Tensor:
    """(n, 82) what to add to the lifted people to get the true ones."""
    turn = rotmat_to_axis_angle(lifted.rotmat.transpose(-1, -2) @ truth.rotmat)
    gap = torch.cat([turn.flatten(1), truth.betas - lifted.betas], dim=1)
    assert gap.shape[1] == POSE + truth.betas.shape[1]
    return gap
