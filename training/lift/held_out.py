"""The fixed held-out people, and what the lifter is measured by on them.

Protocol (stated with every number): sampled people of the broad mixture before broad cameras (80 % of
elevations from N(7, 12) degrees, the rest uniform from -30 to 42, 5 % any orientation), shapes from
N(0, 0.8), centred on the middle of the hips, 14 LSP joints for MPJPE and PA-MPJPE, the 431 coarse
vertices for MPVPE; a limb is flipped when it spans more than 8 cm of depth and has the wrong sign.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from core.body.joint_sets import JOINT_SETS
from core.geometry.alignment import procrustes_align
from core.methods.lift_body import LiftBody
from core.methods.lift_network import LIMBS, LiftNetwork, Marks
from core.synthesis.draws import Draws
from core.synthesis.poses import PoseSampler
from training.lift.marking import mark_exactly
from training.lift.people import HIPS, CameraHabit, People, draw_people

SEED = 20_250
COUNT = 3000
FLIP_MARGIN_M = 0.08
HEADLINE = "clean14_pa_mpjpe_mm"
NAMES = JOINT_SETS["lift25"].joint_names


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Fixed people and their coarse vertices (n, 431, 3), hips at zero."""

    people: People
    vertices: Tensor
    seed: int

    @classmethod
    def build(
        cls,
        body: LiftBody,
        *,
        count: int = COUNT,
        seed: int = SEED,
        habit: CameraHabit = "broad",
        modes: tuple[int, ...] = (),
    ) -> HeldOut:
        """The same people on every machine with the same torch random numbers.

        Args:
            modes: only these activities; empty for all of the broad mixture.
        """
        cpu = body.to("cpu")
        sampler = PoseSampler(cpu.chain, seed)
        poses = sampler.sample(count * 2, "broad")
        if modes:
            kept = torch.isin(poses.mode, torch.tensor(modes))
            poses = type(poses)(poses.rotmat[kept], poses.mode[kept])
        people = draw_people(cpu, poses, Draws(seed + 1), count, habit)
        vertices = coarse_vertices(cpu, people.rotmat, people.betas)
        return cls(people, vertices, seed)

    def marks(self, *, noise: float = 0.0, missing: int = 0, joint_set: int = 0) -> Marks:
        """Their marks under a protocol, the same at each call."""
        draws = Draws(self.seed + 2)
        return mark_exactly(self.people, draws, noise=noise, missing=missing, joint_set=joint_set)


@dataclass(frozen=True)
class LiftErrors:
    """Errors over a set of people: millimetres, per cent of limbs flipped in depth, trunk lean.

    Lean is in degrees, predicted less true: median size, 90th percentile, median with its sign.
    """

    mpjpe_mm: float
    pa_mpjpe_mm: float
    mpvpe_mm: float
    flipped_percent: float
    lean_median_deg: float
    lean_p90_deg: float
    lean_toward_deg: float


def coarse_vertices(body: LiftBody, rotmat: Tensor, betas: Tensor) -> Tensor:
    """(n, 431, 3) metres, middle of the hips at zero."""
    assert body.coarse is not None
    turned, placed, landmarks = body.pose(rotmat, betas)
    vertices = body.coarse.at(turned, placed, betas)
    return vertices - landmarks[:, HIPS].mean(1, keepdim=True)


def errors_of(body: LiftBody, held_out: HeldOut, rotmat: Tensor, betas: Tensor) -> LiftErrors:
    """How far posed bodies are from the held-out people."""
    landmarks = body.pose(rotmat, betas)[2]
    landmarks = landmarks - landmarks[:, HIPS].mean(1, keepdim=True)
    points, truth = landmarks[:, :14], held_out.people.landmarks[:, :14]
    vertices = coarse_vertices(body, rotmat, betas)
    aligned = procrustes_align(points, truth)
    flipped, deep = flips(landmarks, held_out.people.landmarks)
    lean = trunk_lean_deg(landmarks) - trunk_lean_deg(held_out.people.landmarks)
    return LiftErrors(
        mpjpe_mm=_mean_mm(points - truth),
        pa_mpjpe_mm=_mean_mm(aligned - truth),
        mpvpe_mm=_mean_mm(vertices - held_out.vertices),
        flipped_percent=float(flipped.sum() / deep.sum().clamp_min(1)) * 100,
        lean_median_deg=float(lean.abs().median()),
        lean_p90_deg=float(lean.abs().quantile(0.9)),
        lean_toward_deg=float(lean.median()),
    )


def flips(points: Tensor, truth: Tensor) -> tuple[Tensor, Tensor]:
    """(n, 8) bool twice: limbs with the wrong depth sign, and limbs deep enough to count."""
    parents = [NAMES.index(a) for a, _ in LIMBS]
    children = [NAMES.index(b) for _, b in LIMBS]
    have = points[:, children, 2] - points[:, parents, 2]
    want = truth[:, children, 2] - truth[:, parents, 2]
    deep = want.abs() > FLIP_MARGIN_M
    return (have * want < 0) & deep, deep


def trunk_lean_deg(landmarks: Tensor) -> Tensor:
    """(n,) degrees by which the trunk (hips to neck) leans towards the camera."""
    spine = landmarks[:, NAMES.index("Neck")] - landmarks[:, HIPS].mean(1)
    return torch.rad2deg(torch.atan2(-spine[:, 2], -spine[:, 1]))


@torch.no_grad()
def quick_numbers(network: LiftNetwork, body: LiftBody, held_out: HeldOut) -> Mapping[str, float]:
    """Without refinement: exact marks and 2 % noise, 14 joints."""
    body = body.to("cpu")
    device = network.mean_rot6d.device
    network = network.to("cpu").eval()
    numbers: dict[str, float] = {}
    for name, noise in (("clean14", 0.0), ("noise2_14", 0.02)):
        lifted = network(held_out.marks(noise=noise))
        errors = errors_of(body, held_out, lifted.rotmat, lifted.betas)
        numbers |= {f"{name}_{key}": round(value, 2) for key, value in vars(errors).items()}
    network.to(device).train()
    return numbers


def _mean_mm(difference: Tensor) -> float:
    return float(difference.norm(dim=-1).mean()) * 1000
