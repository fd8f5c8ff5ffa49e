"""From joints in a picture to the marks of the lifter: a camera turned towards the person, and back."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from core.body.joint_sets import LIFT25_NAMES, SMPL24_NAMES, mirror_name
from core.geometry.rotations import minimal_rotation
from core.methods.lift_network import LIMBS, Lifted, Marks, mark_box
from core.nn.batch import Batch

# Scores under this are as good as no mark.
LEAST_SCORE = 0.15
MIRRORED_MARKS = tuple(LIFT25_NAMES.index(mirror_name(name)) for name in LIFT25_NAMES)
MIRRORED_BONES = tuple(SMPL24_NAMES.index(mirror_name(name)) for name in SMPL24_NAMES)
MIRRORED_LIMBS = tuple(LIMBS.index((mirror_name(a), mirror_name(b))) for a, b in LIMBS)


@dataclass(frozen=True, eq=False)
class TurnedMarks:
    """Marks in a camera that looks at the middle of their box.

    Attributes:
        marks: what the network reads.
        trust: (B, 25) in [0, 1], how much each mark counts in the refinement.
        R_turned_picture: (B, 3, 3) from the picture's camera to the turned one.
    """

    marks: Marks
    trust: Tensor
    R_turned_picture: Tensor


def turned_marks(batch: Batch) -> TurnedMarks:
    """Joints of a batch (joint set lift25, picture pixels) as marks.

    Looking at the person takes the position in the picture out of the problem: what is left does not
    depend on where in the picture the person stands.
    """
    assert batch.joints_2d is not None
    assert batch.joint_scores is not None
    trust = batch.joint_scores.clamp(0, 1)
    known = trust > LEAST_SCORE
    trust = trust * known
    rays = (batch.joints_2d - batch.image_size.flip(1)[:, None] / 2) / batch.focal_px[:, None, None]
    middle, _ = mark_box(rays, known)
    towards = F.normalize(F.pad(middle, (0, 1), value=1.0), dim=1)
    ahead = towards.new_tensor([0.0, 0.0, 1.0]).expand_as(towards)
    turn = minimal_rotation(towards, ahead)
    points = F.pad(rays, (0, 1), value=1.0) @ turn.transpose(1, 2)
    # Marks at a right angle to the view or behind it cannot be projected; they are ignored.
    known = known & (points[..., 2] > 0.05)
    turned = points[..., :2] / points[..., 2:].clamp_min(0.05)
    count = len(rays)
    unknown = rays.new_full((count,), float("nan"))
    pitch = unknown if batch.camera_pitch is None else batch.camera_pitch
    sigma = unknown if batch.joint_sigma is None else batch.joint_sigma
    hints = rays.new_zeros(count, len(LIMBS)) if batch.limb_hints is None else batch.limb_hints
    marks = Marks(
        rays=torch.where(known[..., None], turned, torch.zeros_like(turned)),
        known=known,
        sigma=sigma,
        foreign=torch.ones_like(pitch) if batch.joints_own is None else 1 - batch.joints_own,
        size_known=torch.ones_like(pitch),
        pitch=pitch_towards(pitch, towards),
        hints=hints,
    )
    return TurnedMarks(marks, trust * known, turn)


def pitch_towards(pitch: Tensor, towards: Tensor) -> Tensor:
    """(B,) radians below the horizon of directions (B, 3) in cameras of the given pitch, roll zero."""
    down = torch.stack([torch.zeros_like(pitch), torch.cos(pitch), torch.sin(pitch)], dim=1)
    return torch.asin((towards * down).sum(1).clamp(-1, 1))


def mirrored_marks(marks: Marks) -> Marks:
    """The marks of the person in a mirror: x negated, left and right exchanged."""
    flip = marks.rays.new_tensor([-1.0, 1.0])
    return replace(
        marks,
        rays=marks.rays[:, MIRRORED_MARKS] * flip,
        known=marks.known[:, MIRRORED_MARKS],
        hints=marks.hints[:, MIRRORED_LIMBS],
    )


def stacked_marks(first: Marks, second: Marks) -> Marks:
    """The people of both, one after the other."""
    pairs = zip(vars(first).values(), vars(second).values(), strict=True)
    return Marks(*(torch.cat(pair) for pair in pairs))


def mirrored_rotmat(rotmat: Tensor) -> Tensor:
    """(..., 24, 3, 3) local rotations of the person in a mirror: ``M R M`` with sides exchanged."""
    flip = rotmat.new_tensor([-1.0, 1.0, 1.0])
    return rotmat[..., MIRRORED_BONES, :, :] * flip[:, None] * flip


def mirrored_lifted(lifted: Lifted) -> Lifted:
    """The same for all that the network says (the shape is nearly symmetric and stays)."""
    flip = lifted.camera.new_tensor([-1.0, 1.0, 1.0])
    return Lifted(mirrored_rotmat(lifted.rotmat), lifted.betas, lifted.camera * flip)
