"""Refinement of a lifted body until it projects onto its marks: a few Levenberg-Marquardt steps.

Unknowns per person: 24 local rotation vectors (multiplied from the right), 10 shape numbers, the
translation, and a dozen habits of marking (`lift_habits`). Residuals: reprojection in half boxes under
a Geman-McClure penalty, as in SMPLify (Bogo et al., ECCV 2016) but with an analytic Jacobian; the
distance from the lifted body, whitened by the covariance of the lifter's own errors, so that what the
lifter is sure of stays; and a hinge for limbs whose depth order a person stated. Landmarks are linear
in the bones' transforms, so that derivatives are cross products and sums over the bones below a joint.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from core.geometry.rotations import axis_angle_to_rotmat, rotmat_to_axis_angle
from core.methods.lift_body import LiftBody
from core.methods.lift_habits import habits
from core.methods.lift_network import BONES, LIMBS, SHAPES, mark_box
from core.methods.lift_outline import NEAREST_M, Outline, image_rows
from core.methods.point_motion import BODY, POSE, PointMotion

# Errors beyond this many expected errors (and at least this far) count less and less.
ROBUST_SIGMAS, LEAST_ROBUST_HALF_BOXES = 6.0, 0.10
HINT_MARGIN_M, HINT_WEIGHT = 0.12, 3000.0
# Marks that follow the body's own definition of joints have next to no habits.
OWN_HABIT_SHARE = 0.02
# Half of the habits that people have: wider ones would let go of the marks for little gain in depth.
HABIT_SHARE = 0.5
LIMB_PARENTS = (8, 7, 9, 10, 2, 1, 3, 4)
LIMB_CHILDREN = (7, 6, 10, 11, 1, 0, 4, 5)


@dataclass(frozen=True, eq=False)
class Evidence:
    """What the refined bodies should agree with.

    Attributes:
        rays: (B, 25, 2) marks as ``x / z, y / z`` in the frame that the bodies live in.
        trust: (B, 25) in [0, 1], 0 for unknown marks.
        sigma: (B,) expected error of a mark in half boxes.
        foreign: (B,) 1 where marks may have habits, 0 where they are the body's own.
        hints: (B, 8) +1 child nearer, -1 farther, 0 unknown.
        whitener: (B, 82, 82) L with ``L L^T`` the inverse covariance of the lifter's errors.
        outline: points of the skin that should lie somewhere in the picture, if anything is known.
    """

    rays: Tensor
    trust: Tensor
    sigma: Tensor
    foreign: Tensor
    hints: Tensor
    whitener: Tensor
    outline: Outline | None = None


@dataclass(frozen=True, eq=False)
class Fit:
    """Bodies and how well they agree.

    Attributes:
        rotmat: (B, 24, 3, 3); betas: (B, 10); translation: (B, 3) metres, of the pelvis.
        habits: (B, H) how the marks were put, in the units of `lift_habits`.
        cost: (B,) final value of the objective.
    """

    rotmat: Tensor
    betas: Tensor
    translation: Tensor
    habits: Tensor
    cost: Tensor


@dataclass(frozen=True, eq=False)
class _State:
    """A body in every form that the Jacobian needs."""

    rotmat: Tensor
    betas: Tensor
    translation: Tensor
    habits: Tensor
    turned: Tensor
    placed: Tensor
    parts: Tensor
    points: Tensor
    marked: Tensor


@dataclass(frozen=True, eq=False)
class _Residuals:
    offset: Tensor  # (B, 25, 2) half boxes
    prior: Tensor  # (B, 82)
    habit: Tensor  # (B, H) in standard deviations
    hinge: Tensor  # (B, 8) metres beyond which a hint is violated
    cost: Tensor  # (B,)


class Refiner:
    """Levenberg-Marquardt for one body model; derivative tables are made once."""

    def __init__(self, body: LiftBody) -> None:
        self.body = body
        self.habits = habits().to(body.landmarks.weight.device)
        self._motion = PointMotion(body.chain, body.landmarks)

    def refine(
        self,
        rotmat: Tensor,
        betas: Tensor,
        evidence: Evidence,
        *,
        iterations: int,
        translation: Tensor | None = None,
        start: Fit | None = None,
    ) -> Fit:
        """Bodies near the lifted ones that agree with the evidence.

        Args:
            rotmat: (B, 24, 3, 3) and betas (B, 10): the lifted bodies, start and centre of the prior.
            iterations: Levenberg-Marquardt steps; two do most of the work.
            translation: (B, 3) start; linear least squares if None.
            start: where to begin, if not at the lifted bodies, the centre of the prior.
        """
        usual = self.habits.mean * evidence.foreign[:, None]
        if translation is None and start is None:
            points = self.habits.moved(self.body.pose(rotmat, betas)[2], usual)
            translation = start_translation(points, evidence.rays, evidence.trust)
        half = mark_box(evidence.rays, evidence.trust > 0)[1]
        if start is None:
            assert translation is not None
            state = self._state(rotmat, betas, translation, usual)
        else:
            state = self._state(start.rotmat, start.betas, start.translation, start.habits)
        now = self._residuals(state, rotmat, betas, evidence, half)
        damping = torch.full_like(half, 1e-3)
        precision = evidence.whitener @ evidence.whitener.transpose(1, 2)
        for _ in range(iterations):
            hessian, gradient = self._normal_equations(state, now, evidence, half, precision)
            state, now, damping = self._step(
                state, now, hessian, gradient, damping, (rotmat, betas, evidence, half)
            )
        return Fit(state.rotmat, state.betas, state.translation, state.habits, now.cost)

    def _state(self, rotmat: Tensor, betas: Tensor, translation: Tensor, amounts: Tensor) -> _State:
        chain, points = self.body.chain, self.body.landmarks
        turned, placed = chain.forward_kinematics(rotmat, chain.offsets_of(betas))
        parts = points.parts(turned, placed, betas)
        at = points.gather @ parts
        marked = self.habits.moved(at, amounts)
        return _State(rotmat, betas, translation, amounts, turned, placed, parts, at, marked)

    def _habit_sd(self, evidence: Evidence) -> Tensor:
        """(B, H)."""
        share = HABIT_SHARE * evidence.foreign + (1 - evidence.foreign) * OWN_HABIT_SHARE
        return self.habits.sd * share[:, None]

    def _residuals(
        self, state: _State, rotmat: Tensor, betas: Tensor, evidence: Evidence, half: Tensor
    ) -> _Residuals:
        points = state.marked + state.translation[:, None]
        depth = points[..., 2:].clamp_min(NEAREST_M)
        offset = (points[..., :2] / depth - evidence.rays) / half[:, None, None]
        turn = rotmat_to_axis_angle(rotmat.transpose(-1, -2) @ state.rotmat)
        prior = torch.cat([turn.flatten(1), state.betas - betas], dim=1)
        habit = (state.habits - self.habits.mean * evidence.foreign[:, None]) / self._habit_sd(
            evidence
        )
        nearer = state.points[:, LIMB_PARENTS, 2] - state.points[:, LIMB_CHILDREN, 2]
        hinge = (HINT_MARGIN_M - evidence.hints * nearer).clamp_min(0) * (evidence.hints != 0)
        square = offset.square().sum(-1)
        limit = _robust_limit(evidence)
        robust = limit * square / (limit + square)
        white = (prior[:, None] @ evidence.whitener)[:, 0]
        cost = (robust * evidence.trust).sum(1) / evidence.sigma**2
        if evidence.outline is not None:
            turned = (state.turned, state.placed, state.betas)
            cost = cost + evidence.outline.cost(*turned, state.translation, half)
        cost = (
            cost
            + white.square().sum(1)
            + habit.square().sum(1)
            + HINT_WEIGHT * hinge.square().sum(1)
        )
        return _Residuals(offset, prior, habit, hinge, cost)

    def _point_jacobian(self, state: _State) -> Tensor:
        """(B, 25, 85, 3) metres that the landmarks move per unit of pose, shape and translation."""
        return self._motion.jacobian(state.turned, state.placed, state.parts)

    def _normal_equations(
        self, state: _State, now: _Residuals, evidence: Evidence, half: Tensor, precision: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Gauss-Newton matrix (B, U, U) and gradient (B, U) for U unknowns."""
        change = self._point_jacobian(state)
        marked = (self.habits.operator(state.habits) @ change.flatten(2)).view_as(change)
        # Habits move marks against each other; the whole body's translation passes through unmoved.
        by_habit = torch.einsum("hmn,bnd->bmhd", self.habits.moves, state.points)
        moved = torch.cat([marked, by_habit], dim=2)
        image = image_rows(moved, state.marked + state.translation[:, None], half)
        square = now.offset.square().sum(-1)
        limit = _robust_limit(evidence)
        weight = (limit / (limit + square)).square()
        root = (weight * evidence.trust).sqrt() / evidence.sigma[:, None]
        rows = (image * root[..., None, None]).transpose(2, 3).flatten(1, 2)  # (B, 50, U)
        gap = (now.offset * root[..., None]).flatten(1)
        hessian = rows.transpose(1, 2) @ rows
        gradient = (rows.transpose(1, 2) @ gap[..., None])[..., 0]
        known = POSE + SHAPES
        hessian[:, :known, :known] += precision
        gradient[:, :known] += (precision @ now.prior[..., None])[..., 0]
        sd = self._habit_sd(evidence)
        torch.diagonal(hessian, dim1=1, dim2=2)[:, BODY:] += sd**-2
        gradient[:, BODY:] += now.habit / sd
        if evidence.outline is not None:
            more = evidence.outline.normal_equations(
                state.turned, state.placed, state.betas, state.translation, half
            )
            hessian[:, :BODY, :BODY] += more[0]
            gradient[:, :BODY] += more[1]
        if bool((evidence.hints != 0).any()):
            nearer = change[:, LIMB_PARENTS, :, 2] - change[:, LIMB_CHILDREN, :, 2]
            slope = -evidence.hints[..., None] * nearer * (now.hinge > 0)[..., None]
            hessian[:, :BODY, :BODY] += HINT_WEIGHT * slope.transpose(1, 2) @ slope
            gradient[:, :BODY] += (
                HINT_WEIGHT * (slope.transpose(1, 2) @ now.hinge[..., None])[..., 0]
            )
        return hessian, gradient

    def _step(
        self,
        state: _State,
        now: _Residuals,
        hessian: Tensor,
        gradient: Tensor,
        damping: Tensor,
        problem: tuple[Tensor, Tensor, Evidence, Tensor],
    ) -> tuple[_State, _Residuals, Tensor]:
        """One damped step, kept by those people whose cost it lowers."""
        diagonal = torch.diagonal(hessian, dim1=1, dim2=2)
        damped = hessian + torch.diag_embed(damping[:, None] * diagonal + 1e-6)
        factor, _ = torch.linalg.cholesky_ex(damped)
        move = -torch.cholesky_solve(gradient[..., None], factor)[..., 0]
        turn = axis_angle_to_rotmat(move[:, :POSE].unflatten(1, (BONES, 3)))
        trial = self._state(
            state.rotmat @ turn,
            state.betas + move[:, POSE : POSE + SHAPES],
            state.translation + move[:, POSE + SHAPES : BODY],
            state.habits + move[:, BODY:],
        )
        after = self._residuals(trial, *problem)
        # A body must stay in front of the camera, however odd its marks are.
        in_front = (trial.points[..., 2] + trial.translation[:, 2:]).amin(1) > NEAREST_M
        better = (after.cost < now.cost) & in_front
        damping = torch.where(better, damping * 0.3, damping * 6)
        return _choose(better, trial, state), _choose(better, after, now), damping


def _robust_limit(evidence: Evidence) -> Tensor:
    """(B, 1) squared half boxes at which the Geman-McClure penalty is half spent."""
    return (ROBUST_SIGMAS * evidence.sigma).clamp_min(LEAST_ROBUST_HALF_BOXES).square()[:, None]


def _choose(better: Tensor, new, old):  # type: ignore[no-untyped-def]
    """Field by field, the new value of the people who got better."""

    def pick(a: Tensor, b: Tensor) -> Tensor:
        return torch.where(better.view(-1, *[1] * (a.dim() - 1)), a, b)

    names = type(new).__dataclass_fields__
    return type(new)(**{name: pick(getattr(new, name), getattr(old, name)) for name in names})


def start_translation(points: Tensor, rays: Tensor, trust: Tensor) -> Tensor:
    """(B, 3) metres: least squares, or for marks that no body in front of the camera could have made,
    the distance at which the body is as large as the marks."""
    found = translation_by_least_squares(points, rays, trust)
    nearest = 2 * NEAREST_M - points[..., 2].amin(1)
    center, half = mark_box(rays, trust > 0)
    low, high = points[..., :2].amin(1), points[..., :2].amax(1)
    depth = torch.maximum((high - low).amax(1) / 2 / half, nearest)
    by_size = torch.cat([center * depth[:, None] - (low + high) / 2, depth[:, None]], dim=1)
    return torch.where((found[:, 2] > nearest)[:, None], found, by_size)


def translation_by_least_squares(points: Tensor, rays: Tensor, trust: Tensor) -> Tensor:
    """(B, 3) metres that bring points onto rays: ``x + tx = u (z + tz)`` is linear in the unknowns.

    Args:
        points: (B, K, 3) metres; rays: (B, K, 2); trust: (B, K) weights.
    """
    u, v = rays.unbind(-1)
    want_x = u * points[..., 2] - points[..., 0]
    want_y = v * points[..., 2] - points[..., 1]
    total, sum_u, sum_v = trust.sum(1), (trust * u).sum(1), (trust * v).sum(1)
    square = (trust * (u * u + v * v)).sum(1)
    zero = torch.zeros_like(total)
    matrix = torch.stack(
        [total, zero, -sum_u, zero, total, -sum_v, -sum_u, -sum_v, square], dim=1
    ).view(-1, 3, 3)
    right = torch.stack(
        [
            (trust * want_x).sum(1),
            (trust * want_y).sum(1),
            -(trust * (u * want_x + v * want_y)).sum(1),
        ],
        dim=1,
    )
    steady = 1e-6 * torch.eye(3, device=points.device)
    return torch.linalg.solve(matrix + steady, right)


def hint_rows(names: tuple[str, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Rows of the limbs' parents and children in a joint set; `LIMB_PARENTS` are those of lift25."""
    parents = tuple(names.index(a) for a, _ in LIMBS)
    return parents, tuple(names.index(b) for _, b in LIMBS)
