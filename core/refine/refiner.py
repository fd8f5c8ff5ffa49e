"""Any method's body brought onto 2D joints, and on request onto the silhouette.

The same Levenberg-Marquardt as of `pose_lift` (`core.methods.lift_refine`): reprojection under a robust
penalty, held back by the distance from the method's own body in the measure of how such bodies err. The
covariance of errors is the lifter's, measured on sampled people: the ``lite`` methods start from its
answer, and no other is known for foreign weights. A body is replaced only if its 2D error falls.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from core.body import BodyModel
from core.body.joint_sets import LSP14_NAMES
from core.errors import BodyError
from core.geometry.cameras import project_perspective
from core.methods.lift_body import lift_body_of
from core.methods.lift_marks import TurnedMarks, turned_marks
from core.methods.lift_network import BONES, SHAPES
from core.methods.lift_refine import Evidence, Fit, Refiner
from core.methods.pose_lift import FOREIGN_SIGMA, LEAST_SIGMA, UNTOLD_SIGMA
from core.nn.batch import Batch, MethodOutput
from core.refine.joints import joints_like
from core.refine.mesh_pose import MeshPoser, PosedMesh
from core.refine.prior import error_covariance
from core.refine.silhouette import OutlineMaker, PersonMaps

STEPS = 6
# Outlines are matched anew this often, each time followed by a few steps.
ROUNDS, STEPS_OF_ROUND = 4, 2
# Fewer joints than these tell too little.
LEAST_JOINTS = 5
# Less than this, per cent of the box, is no improvement.
LEAST_GAIN_PERCENT = 0.02


@dataclass(frozen=True, eq=False)
class Refined:
    """B bodies and how well they fit what was seen.

    Attributes:
        output: with vertices, joints, ``camera_full``, ``rotmat`` and ``betas`` of all people: the
            refined ones where that fits better, the method's own elsewhere.
        before, after: (B,) mean distance of the joints seen, per cent of the longer side of their
            box; NaN where too few are seen.
        accepted: (B,) bool.
    """

    output: MethodOutput
    before: Tensor
    after: Tensor
    accepted: Tensor


class BodyRefiner:
    """Refines bodies of one model; tables are made once.

    Args:
        body: of 24 joints that can compute the joints ``lift25``.
        covariance: (2, 82, 82) of errors of pose and shape, for joints as the body defines them and
            for joints as people mark them; `prior.error_covariance` by default.

    Raises:
        BodyError: the body has no such skeleton.
    """

    def __init__(self, body: BodyModel, covariance: Tensor | None = None) -> None:
        check_body(body)
        self.body = body
        device = body.v_bind.device
        with torch.inference_mode(False), torch.no_grad():
            self._refiner = Refiner(lift_body_of(body).to(device))
            self.poser = MeshPoser(body)
            self.outlines = OutlineMaker(body, self.poser.motion, self.poser.vertices)
            allowed = error_covariance() if covariance is None else covariance
            inverse = torch.linalg.inv(allowed.to(device).double()).float()
            self._whitener = torch.linalg.cholesky(inverse)

    def refine(
        self,
        output: MethodOutput,
        camera_full: Tensor,
        seen: Batch,
        maps: PersonMaps | None = None,
    ) -> Refined:
        """Bodies nearer to what is seen.

        Args:
            output: of the method; vertices in camera axes.
            camera_full: (B, 3) metres.
            seen: joints (joint set ``lift25``, picture pixels) with scores, expected error and whose
                definition they follow.
            maps: where each person is seen; joints alone count without.
        """
        start = self.poser.of_output(output)
        turned = turned_marks(seen)
        known = turned.marks.known.sum(1) >= LEAST_JOINTS
        fit = self._fit(self._turned_start(start, camera_full, turned), turned, seen, maps)
        changed = self._output(fit, turned, output)
        assert changed.camera_full is not None
        before = self.error_percent(output.vertices, camera_full, seen)
        after = self.error_percent(changed.vertices, changed.camera_full, seen)
        better = known & torch.isfinite(after) & (after < before - LEAST_GAIN_PERCENT)
        nothing = torch.full_like(before, float("nan"))
        kept = replace(output, camera_full=camera_full)
        return Refined(
            self._chosen(better, changed, kept, start),
            torch.where(known, before, nothing),
            torch.where(known, torch.where(better, after, before), nothing),
            better,
        )

    def error_percent(self, vertices: Tensor, camera_full: Tensor, seen: Batch) -> Tensor:
        """(B,) mean distance of the joints seen, weighted by their scores, per cent of their box."""
        assert seen.joints_2d is not None
        assert seen.joint_scores is not None
        joints = self.body.regress(vertices.float(), "lift25") + camera_full[:, None]
        pixels = project_perspective(joints, seen.focal_px, seen.image_size.flip(1) / 2)
        known = seen.joint_scores > 0
        far = torch.full_like(seen.joints_2d, 1e9)
        low = torch.where(known[..., None], seen.joints_2d, far).amin(1)
        high = torch.where(known[..., None], seen.joints_2d, -far).amax(1)
        apart = (pixels - seen.joints_2d).norm(dim=-1) / (high - low).amax(1).clamp_min(1)[:, None]
        weight = seen.joint_scores / seen.joint_scores.sum(1, keepdim=True).clamp_min(1e-6)
        return 100 * (apart * weight).sum(1)

    def _turned_start(self, start: PosedMesh, camera_full: Tensor, turned: TurnedMarks) -> Fit:
        """The method's bodies in the camera that looks at the marks."""
        turn = turned.R_turned_picture
        root = turn @ start.rotmat[:, 0]
        place = (turn @ (start.root + camera_full)[..., None])[..., 0]
        rotmat = torch.cat([root[:, None], start.rotmat[:, 1:]], 1)
        usual = turned.marks.foreign[:, None] * self._refiner.habits.mean
        return Fit(rotmat, start.betas, place, usual, place.new_zeros(len(place)))

    def _fit(self, start: Fit, turned: TurnedMarks, seen: Batch, maps: PersonMaps | None) -> Fit:
        marks = turned.marks
        sigma = torch.where(torch.isfinite(marks.sigma), marks.sigma, UNTOLD_SIGMA)
        expected = (sigma.square() + (FOREIGN_SIGMA * marks.foreign).square()).sqrt()
        evidence = Evidence(
            rays=marks.rays,
            trust=turned.trust,
            sigma=2 * expected.clamp_min(LEAST_SIGMA),
            foreign=marks.foreign,
            hints=marks.hints,
            whitener=self._whitener[(marks.foreign > 0.5).long()],
        )
        center = start.rotmat, start.betas
        if maps is None:
            return self._refiner.refine(*center, evidence, iterations=STEPS, start=start)
        rays = maps.rays(seen, turned.R_turned_picture)
        fit = start
        for _ in range(ROUNDS):
            outline = self.outlines.outline(fit, rays, maps, evidence)
            fit = self._refiner.refine(
                *center, replace(evidence, outline=outline), iterations=STEPS_OF_ROUND, start=fit
            )
        return fit

    def _output(self, fit: Fit, turned: TurnedMarks, like: MethodOutput) -> MethodOutput:
        """Back in the picture's camera, the middle of the hips where the method's own mesh has it."""
        back = turned.R_turned_picture.transpose(1, 2)
        root = back @ fit.rotmat[:, 0]
        rotmat = torch.cat([root[:, None], fit.rotmat[:, 1:]], dim=1)
        place = (back @ fit.translation[..., None])[..., 0]
        posed = self.body(rotmat, fit.betas)
        vertices = posed.vertices - posed.joints[:, :1]
        shift = self.body.pelvis(like.vertices.float(), "lift25") - self.body.pelvis(
            vertices, "lift25"
        )
        vertices = vertices + shift[:, None]
        return MethodOutput(
            vertices=vertices,
            joints_3d=joints_like(self.body, like, vertices),
            camera_full=place - shift,
            rotmat=rotmat,
            betas=fit.betas,
        )

    def _chosen(
        self, better: Tensor, new: MethodOutput, old: MethodOutput, posed: PosedMesh
    ) -> MethodOutput:
        """New bodies where better; rotations and shape of all, so that every row has them."""

        def pick(a: Tensor | None, b: Tensor | None) -> Tensor:
            assert a is not None
            assert b is not None
            return torch.where(better.view(-1, *[1] * (a.dim() - 1)), a, b.to(a.dtype))

        return replace(
            old,
            vertices=pick(new.vertices, old.vertices),
            joints_3d=pick(new.joints_3d, old.joints_3d),
            camera=None,
            camera_full=pick(new.camera_full, old.camera_full),
            rotmat=pick(new.rotmat, posed.rotmat),
            betas=pick(new.betas, posed.betas),
        )


def check_body(body: BodyModel) -> None:
    """Whether a body can be refined.

    Raises:
        BodyError: it is no body of 24 joints, or cannot compute the joints that are compared.
    """
    if body.joint_count != BONES or body.shape_count != SHAPES:
        raise BodyError(
            f"{body.name} has no skeleton of {BONES} joints and {SHAPES} shape numbers to refine",
            cure="leave the refinement off, or choose a body of 24 joints",
        )
    if "lift25" not in body.joint_sets():
        raise BodyError(
            f"{body.name} cannot compute the joints that a refinement compares",
            cure=f"leave the refinement off, or use a body with {len(LSP14_NAMES)} named joints",
        )
