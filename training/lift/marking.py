"""How people and detectors mark joints: noise, gaps, swapped sides, and constant habits.

Habits are what one annotator or detector does to one person alike in every picture: shoulders put
further out and up, hips lower, the neck higher or lower, the head's top on the hair; a body whose
proportions the shape space does not hold acts in the same way. They bend the depth of the trunk more
than any noise, so the network has to see them.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from core.body.joint_sets import JOINT_SETS
from core.methods.lift_habits import habits
from core.methods.lift_network import LIMBS, Marks
from core.synthesis.draws import Draws
from training.lift.people import People

NAMES = JOINT_SETS["lift25"].joint_names
ROW = {name: row for row, name in enumerate(NAMES)}
LSP14, FACE, FEET = slice(0, 14), slice(14, 19), slice(19, 25)
MIRRORED_PAIRS = tuple(
    (ROW[name], ROW["R_" + name[2:]]) for name in NAMES[:14] if name.startswith("L_")
)
LEG_PAIRS = tuple(p for p in MIRRORED_PAIRS if NAMES[p[0]][2:] in ("Hip", "Knee", "Ankle"))
ARM_PAIRS = tuple(p for p in MIRRORED_PAIRS if p not in LEG_PAIRS)
JOINT_SET_SHARES = (0.45, 0.30, 0.25)  # LSP-14, COCO-17, all 25


@torch.no_grad()
def mark_like_people(people: People, draws: Draws) -> Marks:
    """Training marks of sampled people: every fault that marks have, and every thing known of them."""
    n = len(people)
    foreign = draws.coin(0.6, n).float()
    rays = project_landmarks(with_habits(people.landmarks, foreign, draws), people.translation)
    stretched = (draws.coin(0.35, n).float() * foreign)[:, None] * draws.normal(0, 0.03, n, 1)
    rays = torch.stack([rays[..., 0], rays[..., 1] * torch.exp(stretched)], dim=-1)
    sigma = draws.uniform(0, 0.04, n) * draws.coin(0.75, n)
    rays = with_noise(rays, sigma, draws, outliers=True)
    known = known_marks(draws, n)
    rays = _with_swaps(rays, draws)
    told = (sigma * torch.exp(draws.normal(0, 0.25, n))).masked_fill(draws.coin(0.15, n), math.nan)
    pitch = people.pitch + draws.normal(0, 0.03, n)
    pitch = pitch.masked_fill(~draws.coin(0.25, n), math.nan)
    hints = true_hints(people.landmarks, 0.05)
    hints = hints * draws.coin(0.4, n, len(LIMBS)) * draws.coin(0.15, n, 1)
    return Marks(rays, known, told, foreign, draws.coin(0.8, n).float(), pitch, hints)


@torch.no_grad()
def mark_exactly(
    people: People, draws: Draws, *, noise: float = 0.0, missing: int = 0, joint_set: int = 0
) -> Marks:
    """Marks of a fixed test: ``noise`` as a fraction of the box on every joint, some missing.

    Args:
        joint_set: 0 LSP-14, 1 COCO-17, 2 all 25.
    """
    n = len(people)
    sigma = torch.full((n,), noise, device=draws.device)
    rays = with_noise(people.rays, sigma, draws, outliers=False)
    known = _set_mask(torch.full((n,), joint_set, device=draws.device))
    rank = draws.uniform(0, 1, n, 14).argsort(1).argsort(1)
    known[:, LSP14] &= rank >= missing
    nothing = torch.zeros(n, device=draws.device)
    unknown = torch.full_like(nothing, math.nan)
    hints = torch.zeros(n, len(LIMBS), device=draws.device)
    return Marks(rays, known, sigma, nothing, torch.ones_like(nothing), unknown, hints)


def with_habits(points: Tensor, amount: Tensor, draws: Draws) -> Tensor:
    """Landmarks (n, 25, 3) as a person with constant habits would mark them.

    Args:
        amount: (n,) 0 keeps the true points, 1 the usual size of habits.
    """
    n, table = len(points), habits().to(points.device)
    amount = amount * draws.uniform(0.2, 1.3, n)
    own = table.mean + table.sd * draws.normal(0, 1, n, len(table.names))
    moved = table.moved(points, amount[:, None] * own)
    return moved + amount[:, None, None] * draws.normal(0, 0.008, *points.shape)


def with_noise(rays: Tensor, sigma: Tensor, draws: Draws, *, outliers: bool) -> Tensor:
    """Marks with independent errors of ``sigma`` (n,), a fraction of the box of the 14 joints."""
    n, joints, _ = rays.shape
    box = (rays[:, LSP14].amax(1) - rays[:, LSP14].amin(1)).amax(1)
    spread = sigma[:, None].expand(n, joints)
    if outliers:
        spread = spread * torch.exp(draws.normal(0, 0.4, n, joints))
        wild = draws.coin(0.02, n, joints) & draws.coin(0.5, n, 1) & (sigma > 0)[:, None]
        spread = torch.where(wild, torch.full_like(spread, 0.10), spread)
    return rays + draws.normal(0, 1, n, joints, 2) * (spread * box[:, None])[..., None]


def known_marks(draws: Draws, n: int) -> Tensor:
    """(n, 25) bool: a joint set, some joints hidden, some people cut off below the hips."""
    chosen = draws.pick(JOINT_SET_SHARES, n)
    known = _set_mask(chosen)
    gone = draws.integers(0, 7, n, 1) * draws.coin(0.55, n, 1)
    rank = draws.uniform(0, 1, n, 14).argsort(1).argsort(1)
    known[:, LSP14] &= rank >= gone
    known[:, 14:] &= draws.coin(0.75, n, 11) | draws.coin(0.5, n, 1)
    cut = draws.coin(0.07, n)
    legs = [ROW[f"{s}_{j}"] for s in "LR" for j in ("Knee", "Ankle")]
    known[cut.nonzero(), torch.tensor(legs, device=known.device)] = False
    known[:, FEET] &= ~cut[:, None]
    return known


def true_hints(landmarks: Tensor, margin: float) -> Tensor:
    """(n, 8) depth order of each limb's ends: +1 child nearer, -1 farther, 0 closer than ``margin`` m."""
    parents = [ROW[a] for a, _ in LIMBS]
    children = [ROW[b] for _, b in LIMBS]
    nearer = landmarks[:, parents, 2] - landmarks[:, children, 2]
    return torch.sign(nearer) * (nearer.abs() > margin)


def _set_mask(chosen: Tensor) -> Tensor:
    known = torch.ones(len(chosen), len(NAMES), dtype=torch.bool, device=chosen.device)
    known[:, 14:] &= (chosen != 0)[:, None]
    known[:, [ROW["Neck"], ROW["Head_top"]]] &= (chosen != 1)[:, None]
    known[:, FEET] &= (chosen != 1)[:, None]
    return known


def _with_swaps(rays: Tensor, draws: Draws) -> Tensor:
    """Left and right exchanged: rarely one pair, more rarely all arms or legs."""
    groups = [((pair,), 0.004) for pair in MIRRORED_PAIRS] + [
        (LEG_PAIRS, 0.008),
        (ARM_PAIRS, 0.008),
    ]
    rays = rays.clone()
    for pairs, share in groups:
        rows = draws.coin(share, len(rays)).nonzero()[:, 0]
        for a, b in pairs:
            first = rays[rows, a].clone()
            rays[rows, a] = rays[rows, b]
            rays[rows, b] = first
    return rays


def project_landmarks(points: Tensor, translation: Tensor) -> Tensor:
    """(n, 25, 2) rays ``x / z, y / z`` of points (n, 25, 3) moved by (n, 3), metres."""
    points = points + translation[:, None]
    return points[..., :2] / points[..., 2:]
