"""The four places where a body meets the ground: heels and balls of both feet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from core.body import BodyModel

CONTACT_NAMES = ("R_Heel", "R_Ball", "L_Heel", "L_Ball")
# Of a foot's vertices, those within this of its lowest point in the rest pose are the sole.
SOLE_HEIGHT_M = 0.02
# Hindmost and foremost shares of a sole.
HEEL_SHARE, BALL_SHARE = 0.3, 0.4
FEET = (("R_Ankle", "R_Foot"), ("L_Ankle", "L_Foot"))


@dataclass(frozen=True, eq=False)
class Soles:
    """Vertices of the contact places `CONTACT_NAMES`, by body.

    Attributes:
        vertex_ids: one array of full-level vertex numbers per contact place.
    """

    vertex_ids: tuple[NDArray[np.int64], ...]

    def points(self, vertices: NDArray[np.floating]) -> NDArray[np.float64]:
        """(4, 3) mean places of the contacts of vertices (V, 3), same frame and unit."""
        return np.stack([np.asarray(vertices[ids], np.float64).mean(0) for ids in self.vertex_ids])


def soles_of(body: BodyModel) -> Soles | None:
    """The soles of a body with SMPL's 24 joints; None for hands and other bodies."""
    if any(name not in body.joint_names for foot in FEET for name in foot):
        return None
    template = body.v_template.detach().cpu().numpy()
    with torch.no_grad():
        labels = body.part_labels
    places = []
    for foot in FEET:
        joints = [body.joint_names.index(name) for name in foot]
        of_foot = np.flatnonzero(np.isin(labels, joints))
        if not len(of_foot):
            return None
        low = template[of_foot, 1].min() + SOLE_HEIGHT_M
        sole = of_foot[template[of_foot, 1] <= low]
        along = template[sole, 2]
        back, front = float(along.min()), float(along.max())
        places.append(sole[along <= back + HEEL_SHARE * (front - back)])
        places.append(sole[along >= front - BALL_SHARE * (front - back)])
    return Soles(tuple(places))
