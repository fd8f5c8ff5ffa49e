"""Pose lift: 2D joints to a body that projects onto them.

A small network trained on sampled people alone (`training.lift`) gives pose and shape; a few steps of
Levenberg-Marquardt then bring the body onto the marks, as far as the marks deserve trust and the
lifter's own errors allow. Depth is a guess: one picture of joints never tells it.
"""

from __future__ import annotations

from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor

from core.body import BodyModel
from core.body.joint_sets import LSP14_NAMES
from core.geometry.rotations import rot6d_to_rotmat, rotmat_to_rot6d
from core.methods.base import InputSpec, Method
from core.methods.lift_body import LiftBody, lift_body_of
from core.methods.lift_marks import (
    TurnedMarks,
    mirrored_lifted,
    mirrored_marks,
    stacked_marks,
    turned_marks,
)
from core.methods.lift_network import LIMBS, SHAPES, Lifted, LiftNetwork, Marks, encode, mark_box
from core.methods.lift_recorded import RecordedLift
from core.methods.lift_refine import POSE, Evidence, Fit, Refiner
from core.nn.batch import Batch, LossTerm, LossTerms, MethodOutput, Target

LIVE_ITERATIONS, FULL_ITERATIONS = 2, 8
READINGS_SHOWN = 3
SAME_READING_M = 0.05
# Error levels of marks (fraction of the box) at which the lifter's errors were measured.
SIGMA_LEVELS = (0.0, 0.02, 0.04)
# How much of the measured covariance the prior allows at each level; chosen on people of their own.
PRIOR_SCALES = (1.0, 0.6, 0.6)
UNTOLD_SIGMA = 0.02
# Marks of another definition are off by this much even after habits are explained.
FOREIGN_SIGMA = 0.01
# Even marks called exact are not.
LEAST_SIGMA = 0.002
NOTE = "from joints: depth is a guess"


class PoseLift(Method):
    """2D joints (joint set lift25, any of them missing) to pose, shape and camera."""

    method_id = "pose_lift"
    input_spec = InputSpec(kind="joints", joint_set="lift25", limbs=LIMBS)
    joint_names = LSP14_NAMES
    note = NOTE

    def __init__(self, body: BodyModel, preset: str = "lite", variant: str = "body") -> None:
        super().__init__()
        self.preset, self.variant, self.body = preset, variant, body
        self.network = LiftNetwork()
        unknowns = POSE + SHAPES
        rough = torch.diag(torch.full((unknowns,), 0.04)).repeat(2, len(SIGMA_LEVELS), 1, 1)
        # Covariance of the lifter's errors: [marks of the body's own definition, others][level].
        self.error_covariance: Tensor
        self.register_buffer("error_covariance", rough)
        self._refiners: dict[torch.device, Refiner] = {}
        self._recorded: RecordedLift | None = None

    def record(self) -> None:
        """From now on answer for one person from recorded graphs; for inference on a processor only."""
        self.requires_grad_(False)
        self._recorded = RecordedLift(self._answer)

    def forward(self, batch: Batch, *, inspect: bool = False) -> MethodOutput:
        """Bodies of a batch; other readings unless ``live``; not refined while training."""
        if self.live and not self.training:
            return self.reconstruct(batch, LIVE_ITERATIONS)
        turned = turned_marks(batch)
        fit = self._fit_lifted(turned, 0 if self.training else FULL_ITERATIONS)
        return replace(self._output(fit, turned), alternatives=self._alternatives(fit, turned))

    def reconstruct(self, batch: Batch, iterations: int) -> MethodOutput:
        """Bodies after a given number of refinement steps (0: as lifted), without other readings."""
        turned = turned_marks(batch)
        if self._recorded is not None and len(turned.trust) == 1:
            return self._recorded(turned, iterations)
        return self._answer(turned, iterations)

    def _answer(self, turned: TurnedMarks, iterations: int) -> MethodOutput:
        return self._output(self._fit_lifted(turned, iterations), turned)

    def _fit_lifted(self, turned: TurnedMarks, iterations: int) -> Fit:
        return self.fit(turned.marks, turned.trust, self.lift(turned.marks), iterations)

    def lift(self, marks: Marks) -> Lifted:
        """The network's answer, averaged with that for the mirrored marks."""
        if self.training:
            return self.network(marks)
        count = len(marks.rays)
        both = self.network(stacked_marks(marks, mirrored_marks(marks)))
        plain = Lifted(both.rotmat[:count], both.betas[:count], both.camera[:count])
        other = Lifted(both.rotmat[count:], both.betas[count:], both.camera[count:])
        other = mirrored_lifted(other)
        mean = rotmat_to_rot6d(plain.rotmat) + rotmat_to_rot6d(other.rotmat)
        return Lifted(
            rot6d_to_rotmat(mean),
            (plain.betas + other.betas) / 2,
            (plain.camera + other.camera) / 2,
        )

    def fit(self, marks: Marks, trust: Tensor, lifted: Lifted, iterations: int) -> Fit:
        """Refine lifted bodies on their marks."""
        sigma = torch.where(torch.isfinite(marks.sigma), marks.sigma, UNTOLD_SIGMA)
        expected = (sigma.square() + (FOREIGN_SIGMA * marks.foreign).square()).sqrt()
        evidence = Evidence(
            rays=marks.rays,
            trust=trust,
            sigma=2 * expected.clamp_min(LEAST_SIGMA),
            foreign=marks.foreign,
            hints=marks.hints,
            whitener=self._whitener(sigma, marks.foreign),
        )
        return self._refiner.refine(lifted.rotmat, lifted.betas, evidence, iterations=iterations)

    def other_readings(self, marks: Marks, trust: Tensor, iterations: int) -> tuple[Fit, Tensor]:
        """Every reading refined, people times readings in one batch, and log scores (B, readings)."""
        lifted, scores = self.network.other_readings(self.network.trunk(encode(marks)))
        count = self.network.readings
        flat = Lifted(*(value.flatten(0, 1) for value in vars(lifted).values()))
        rows = torch.arange(len(scores), device=scores.device).repeat_interleave(count)
        fit = self.fit(marks.rows(rows), trust[rows], flat, iterations)
        return fit, scores.log_softmax(1)

    def losses(self, output: MethodOutput, target: Target) -> LossTerms:
        """Joints, rotations and shape; the best of the other readings learns beside the answer."""
        terms = _pose_terms(output, target, "")
        if output.alternatives:
            per_reading = [_pose_terms(o, target, "reading ") for o in output.alternatives]
            terms += min(per_reading, key=lambda row: float(LossTerms(tuple(row)).total.detach()))
        return LossTerms(tuple(terms))

    def lift_body(self) -> LiftBody:
        """The body as the refiner sees it, on the method's device."""
        return self._refiner.body

    @property
    def _refiner(self) -> Refiner:
        device = self.error_covariance.device
        if device not in self._refiners:
            # Tables made inside inference mode could never be used in training again.
            with torch.inference_mode(False), torch.no_grad():
                self._refiners[device] = Refiner(lift_body_of(self.body).to(device))
        return self._refiners[device]

    def _whitener(self, sigma: Tensor, foreign: Tensor) -> Tensor:
        """(B, 82, 82) from the measured covariances, interpolated at each person's mark error."""
        levels = sigma.new_tensor(SIGMA_LEVELS)
        place = torch.bucketize(sigma.clamp(float(levels[0]), float(levels[-1])), levels[1:-1])
        share = ((sigma - levels[place]) / (levels[place + 1] - levels[place])).clamp(0, 1)
        kind = (foreign > 0.5).long()
        scales = sigma.new_tensor(PRIOR_SCALES)[:, None, None]
        allowed = self.error_covariance * scales
        low, high = allowed[kind, place], allowed[kind, place + 1]
        covariance = low.lerp(high, share[:, None, None])
        return torch.linalg.cholesky(torch.linalg.inv(covariance))

    def _output(self, fit: Fit, turned: TurnedMarks) -> MethodOutput:
        """Back into the picture's camera, with the full mesh, pelvis at the origin."""
        back = turned.R_turned_picture.transpose(1, 2)
        root = back @ fit.rotmat[:, 0]
        rotmat = torch.cat([root[:, None], fit.rotmat[:, 1:]], dim=1)
        posed = self.body(rotmat, fit.betas)
        vertices = posed.vertices - posed.joints[:, :1]
        joints = self.body.regress(vertices, "lift25")[:, : len(LSP14_NAMES)]
        return MethodOutput(
            vertices=vertices,
            joints_3d=joints,
            camera_full=(back @ fit.translation[..., None])[..., 0],
            rotmat=rotmat,
            betas=fit.betas,
        )

    def _alternatives(self, best: Fit, turned: TurnedMarks) -> tuple[MethodOutput, ...]:
        """Other readings, best first; those that repeat the answer come last."""
        iterations = 0 if self.training else FULL_ITERATIONS
        fit, scores = self.other_readings(turned.marks, turned.trust, iterations)
        people, count = scores.shape
        with torch.no_grad():
            answer = self.lift_body().pose(best.rotmat, best.betas)[2]
            points = self.lift_body().pose(fit.rotmat, fit.betas)[2].unflatten(0, (people, count))
            apart = (points - answer[:, None]).norm(dim=-1).mean(-1)
            worth = 2 * scores - fit.cost.view(people, count)
            worth = worth - 1e6 * (apart < SAME_READING_M)
            order = worth.argsort(1, descending=True)
        shown = range(count if self.training else min(READINGS_SHOWN, count))
        row = torch.arange(people, device=scores.device) * count
        return tuple(
            self._output(Fit(*(v[row + order[:, n]] for v in vars(fit).values())), turned)
            for n in shown
        )


def build(preset: str, variant: str, body: BodyModel) -> PoseLift:
    """The method, untrained."""
    return PoseLift(body, preset, variant)


def mark_half_box(marks: Marks) -> Tensor:
    """(B,) half of the longer side of the box of known marks, in rays."""
    return mark_box(marks.rays, marks.known)[1]


def _pose_terms(output: MethodOutput, target: Target, prefix: str) -> list[LossTerm]:
    terms: list[LossTerm] = []

    def add(name: str, weight: float, value: Tensor | None, truth: Tensor | None) -> None:
        if value is not None and truth is not None:
            terms.append(LossTerm(prefix + name, F.l1_loss(value, truth), weight))

    add("vertices", 10.0, output.vertices, target.vertices)
    add("joints", 10.0, output.joints_3d, target.joints_3d)
    add("rotations", 1.5, output.rotmat, target.rotmat)
    add("shape", 0.05, output.betas, target.betas)
    add("camera", 0.1, output.camera_full, target.camera_full)
    return terms
