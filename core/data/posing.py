"""From pose and shape to the true mesh and joints in the camera frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from core.body import BodyModel
from core.data.record import BodyParameters, Gender, PersonRecord
from core.errors import BodyError
from core.geometry.rotations import axis_angle_to_rotmat, rotmat_to_axis_angle


def rotmat_of(axis_angle: ArrayLike) -> NDArray[np.float32]:
    """Local rotations (J, 3, 3) float32 of a pose vector (3 J,) in axis-angle, radians."""
    pose = np.array(axis_angle, np.float64).reshape(-1, 3)
    return axis_angle_to_rotmat(torch.from_numpy(pose)).numpy().astype(np.float32)


@dataclass(frozen=True)
class BodyFamily:
    """The models that truths are posed with.

    Attributes:
        neutral, male, female: SMPL of each gender, or MANO as ``neutral``.
        any_gender: whether the neutral model may stand in for a missing one. The METRO family's
            3DPW truth is made that way; gendered truth is another protocol.
    """

    neutral: BodyModel
    male: BodyModel | None = None
    female: BodyModel | None = None
    any_gender: bool = False

    def of(self, gender: Gender) -> BodyModel:
        """The model of a gender.

        Raises:
            BodyError: it is not there and the neutral one may not stand in.
        """
        wanted = {"neutral": self.neutral, "male": self.male, "female": self.female}[gender]
        if wanted is not None:
            return wanted
        if self.any_gender:
            return self.neutral
        raise BodyError(
            f"this truth needs the {gender} SMPL model",
            cure=f"add the file with `meshloupe weights add`, or choose a protocol of gender neutral, "
            f"not {gender}",
        )


def posed_vertices(body: BodyParameters, family: BodyFamily) -> NDArray[np.float32]:
    """(V, 3) float32 metres, camera frame; centred as the model is when the translation is unknown.

    Raises:
        BodyError: the family lacks the gender, or its model has another skeleton.
    """
    model = family.of(body.gender)
    if model.joint_count != len(body.rotmat):
        raise BodyError(
            f"the truth has {len(body.rotmat)} joints, the body {model.name} {model.joint_count}",
            cure="give SMPL for bodies and MANO for hands",
        )
    rotmat, betas = (torch.from_numpy(array.copy())[None] for array in (body.rotmat, body.betas))
    if body.from_mean:
        rotmat = _with_mean(rotmat, model)
    with torch.no_grad():
        vertices = model(rotmat, betas).vertices[0].double().cpu().numpy()
    if body.translation is None:
        return (vertices @ body.T_camera_world[:, :3].T).astype(np.float32)
    world = vertices + body.translation
    moved = world @ body.T_camera_world[:, :3].T + body.T_camera_world[:, 3]
    return moved.astype(np.float32)


def _with_mean(rotmat: Tensor, model: BodyModel) -> Tensor:
    """(1, 16, 3, 3) with MANO's mean pose added to the fingers' axis-angles."""
    if model.hand_mean is None:
        raise BodyError(
            f"the hand {model.name} has no mean pose, which this truth is relative to",
            cure="give the MANO model file itself",
        )
    fingers = rotmat_to_axis_angle(rotmat[:, 1:]) + model.hand_mean.cpu()
    return torch.cat([rotmat[:, :1], axis_angle_to_rotmat(fingers)], 1)


def true_vertices(record: PersonRecord, family: BodyFamily) -> NDArray[np.floating] | None:
    """(V, 3) float32 metres of a record's mesh: as stored, else posed; None when it has none."""
    if record.vertices is not None:
        return record.vertices
    return None if record.body is None else posed_vertices(record.body, family)


def fit_error(record: PersonRecord, family: BodyFamily, joint_set: str = "h36m17") -> float | None:
    """How far a fitted body lies from the measured joints: mean metres after moving the centroids
    together, as METRO and I2L-MeshNet decide which pseudo truth to keep (50 mm and 25 mm).

    None when the record lacks one of the two.
    """
    if record.body is None or record.joints_3d is None:
        return None
    vertices = torch.from_numpy(posed_vertices(record.body, family))[None]
    model = family.of(record.body.gender)
    fitted = model.regress(vertices.to(model.v_template), joint_set)[0].cpu().numpy()
    measured = record.joints_3d.as_set(joint_set)
    known = measured.known
    if not known.any():
        return None
    a, b = fitted[known], measured.points[known]
    return float(np.linalg.norm((a - a.mean(0)) - (b - b.mean(0)), axis=1).mean())
