"""The numbers of the model card: held-out tables, and the side-view set of upright people.

Side-view protocol: people who stand, walk or hold a stance with the trunk within 12 degrees of upright,
cameras within a few degrees of level (pitch N(5, 7), roll N(0, 2.4) degrees), marks on the 14 LSP joints.
Lean is the angle of hips to neck towards the camera, predicted less true: its median size, its 90th
percentile, and its median with sign (positive: towards the camera). Marks are exact, or put with
habits (`core.methods.lift_habits`) and 1.5 % noise as clicks are.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from core.methods.lift_body import LiftBody, lift_body_of
from core.methods.lift_network import Marks
from core.methods.pose_lift import FULL_ITERATIONS, LIVE_ITERATIONS, PoseLift
from core.synthesis.draws import Draws
from core.synthesis.leg_modes import MODE_ID
from core.synthesis.poses import PoseDraw, PoseSampler
from training.lift.held_out import HIPS, HeldOut, LiftErrors, coarse_vertices, errors_of
from training.lift.marking import (
    mark_exactly,
    project_landmarks,
    true_hints,
    with_habits,
    with_noise,
)
from training.lift.people import draw_people

UPRIGHT_MODES = ("stand", "walk", "stance")
UPRIGHT_DEG = 12.0
CLICK_SIGMA = 0.015
HINT_MARGIN_M = 0.12


@dataclass(frozen=True)
class TableRow:
    """One line: what was given, what was done, and the errors."""

    data: str
    marks: str
    how: str
    errors: LiftErrors


@dataclass(frozen=True)
class Protocol:
    """Marks of the held-out people: name, noise as a fraction of the box, missing, joint set."""

    name: str
    noise: float
    missing: int = 0
    joint_set: int = 0


PROTOCOLS = (
    Protocol("14 exact", 0.0),
    Protocol("14, 1 % noise", 0.01),
    Protocol("14, 2 % noise", 0.02),
    Protocol("14, 2 %, 3 missing", 0.02, 3),
    Protocol("COCO-17 exact", 0.0, 0, 1),
    Protocol("COCO-17, 2 %", 0.02, 0, 1),
    Protocol("25 exact", 0.0, 0, 2),
    Protocol("25, 2 %", 0.02, 0, 2),
)


@torch.no_grad()
def held_out_rows(
    method: PoseLift, count: int = 1000, protocols: tuple[Protocol, ...] = PROTOCOLS
) -> Iterator[TableRow]:
    """Lifted and refined errors on the first ``count`` held-out people."""
    body = lift_body_of(method.body, coarse=True)
    people = first_held_out(body, count)
    for protocol in protocols:
        marks = people.marks(
            noise=protocol.noise, missing=protocol.missing, joint_set=protocol.joint_set
        )
        for how, iterations in (
            ("lifted", 0),
            (f"{LIVE_ITERATIONS} steps", LIVE_ITERATIONS),
            (f"{FULL_ITERATIONS} steps", FULL_ITERATIONS),
        ):
            yield _row(method, body, people, "held out", protocol.name, how, marks, iterations)
        if protocol in PROTOCOLS[:3:2]:
            hints = true_hints(people.people.landmarks, HINT_MARGIN_M)
            hinted = replace(marks, hints=hints)
            yield _row(
                method, body, people, "held out", protocol.name, "8 steps, limbs told", hinted,
                FULL_ITERATIONS,
            )  # fmt: skip
            yield _best_reading(method, body, people, protocol.name, marks)


def first_held_out(body: LiftBody, count: int) -> HeldOut:
    """The first people of the fixed set."""
    whole = HeldOut.build(body)
    return HeldOut(whole.people.rows(slice(0, count)), whole.vertices[:count], whole.seed)


@torch.no_grad()
def side_view_rows(method: PoseLift, count: int = 1000) -> Iterator[TableRow]:
    """Lean and flips of upright people; ``before`` uses the marks as if they had no habits."""
    body = lift_body_of(method.body, coarse=True)
    upright = upright_people(body, count)
    exact = mark_exactly(upright.people, Draws(5))
    clicked = clicked_marks(upright, Draws(6))
    naive = replace(clicked, foreign=torch.zeros_like(clicked.foreign))
    pitched = replace(clicked, pitch=upright.people.pitch)
    run: Callable[..., TableRow] = lambda *rest: _row(method, body, upright, "upright", *rest)  # noqa: E731
    yield run("14 exact", "lifted", exact, 0)
    yield run("14 exact", "8 steps", exact, FULL_ITERATIONS)
    yield run("14 clicked", "before: habits not modelled, lifted", naive, 0)
    yield run("14 clicked", "before: habits not modelled, 8 steps", naive, FULL_ITERATIONS)
    yield run("14 clicked", "lifted", clicked, 0)
    yield run("14 clicked", "8 steps", clicked, FULL_ITERATIONS)
    yield run("14 clicked", "8 steps, pitch told", pitched, FULL_ITERATIONS)


def upright_people(body: LiftBody, count: int, seed: int = 909) -> HeldOut:
    """The fixed side-view set."""
    poses = PoseSampler(body.chain, seed).sample(count * 4, "daily")
    placed = body.chain.forward_kinematics(poses.rotmat, body.chain.offsets)[1]
    neck = placed[:, body.chain.joint_id["Neck"]]
    lean = torch.rad2deg(torch.atan2(neck[:, [0, 2]].norm(dim=1), neck[:, 1]))
    modes = torch.tensor([MODE_ID[name] for name in UPRIGHT_MODES])
    kept = (lean < UPRIGHT_DEG) & torch.isin(poses.mode, modes)
    poses = PoseDraw(poses.rotmat[kept], poses.mode[kept])
    people = draw_people(body, poses, Draws(seed + 1), count, "level")
    return HeldOut(people, coarse_vertices(body, people.rotmat, people.betas), seed)


def clicked_marks(held_out: HeldOut, draws: Draws) -> Marks:
    """Marks as people click them: habits and 1.5 % noise, both told."""
    people = held_out.people
    n = len(people)
    one, sigma = torch.ones(n), torch.full((n,), CLICK_SIGMA)
    points = with_habits(people.landmarks, one, draws)
    rays = project_landmarks(points, people.translation)
    rays = with_noise(rays, sigma, draws, outliers=False)
    exact = mark_exactly(people, draws)
    unknown = torch.full((n,), math.nan)
    return replace(exact, rays=rays, sigma=sigma, foreign=one, pitch=unknown)


def _row(
    method: PoseLift,
    body: LiftBody,
    people: HeldOut,
    data: str,
    name: str,
    how: str,
    marks: Marks,
    iterations: int,
) -> TableRow:
    fit = method.fit(marks, marks.known.float(), method.lift(marks), iterations)
    return TableRow(data, name, how, errors_of(body, people, fit.rotmat, fit.betas))


def _best_reading(
    method: PoseLift, body: LiftBody, people: HeldOut, name: str, marks: Marks
) -> TableRow:
    """The best of the answer and its other readings: what choosing by eye can gain."""
    trust = marks.known.float()
    fit, _ = method.other_readings(marks, trust, FULL_ITERATIONS)
    answer = method.fit(marks, trust, method.lift(marks), FULL_ITERATIONS)
    count = method.network.readings

    def grouped(flat: Tensor, own: Tensor) -> Tensor:
        return torch.cat([own[:, None], flat.unflatten(0, (-1, count))], dim=1)

    rotmat, betas = grouped(fit.rotmat, answer.rotmat), grouped(fit.betas, answer.betas)
    points = body.pose(rotmat.flatten(0, 1), betas.flatten(0, 1))[2]
    points = points - points[:, HIPS].mean(1, keepdim=True)
    points = points.unflatten(0, (-1, count + 1))[:, :, :14]
    error = (points - people.people.landmarks[:, None, :14]).norm(dim=-1).mean(-1)
    best = error.argmin(1)
    rows = torch.arange(len(best))
    errors = errors_of(body, people, rotmat[rows, best], betas[rows, best])
    return TableRow("held out", name, "best of answer and readings", errors)
