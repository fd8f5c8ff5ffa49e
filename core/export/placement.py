"""Where a person stands in a mesh file: y up, facing +z when facing the camera, metres."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from core.body import load_body
from core.errors import OutputError
from core.export.licences import body_licence
from core.geometry.cameras import camera_to_y_up
from core.types import Reconstruction

Origin = Literal["pelvis", "ground", "camera"]
ORIGINS: tuple[Origin, ...] = get_args(Origin)
ORIGIN_TEXT: dict[Origin, str] = {
    "pelvis": "pelvis (the wrist of a hand)",
    "ground": "on the ground below the pelvis, lowest point at y = 0",
    "camera": "the camera, which looks along -z",
}
# The first group whose joints are all there is the origin: mid-hips of a body, wrist of a hand.
_ROOT_JOINTS = (("R_Hip", "L_Hip"), ("Pelvis",), ("Wrist",))


@dataclass(frozen=True, eq=False)
class PlacedMesh:
    """A mesh ready to be written.

    Attributes:
        vertices: (V, 3) float32 metres, y up.
        faces: (F, 3) int64, counter-clockwise seen from outside.
        origin: where zero lies.
        name: of the body, for the file.
        comments: lines for the header: units, axes, origin, maker, licence.
        licence: terms of the body.
    """

    vertices: NDArray[np.float32]
    faces: NDArray[np.int64]
    origin: Origin
    name: str
    comments: tuple[str, ...]
    licence: str


def faces_of(person: Reconstruction) -> NDArray[np.int64]:
    """Triangles of a person's body model.

    Raises:
        OutputError: the body is a user's file, whose triangles the caller must hand over.
    """
    if not person.body.startswith("embedded"):
        raise OutputError(
            f"the triangles of the body {person.body!r} are not known here",
            cure="hand over the body that the method used",
        )
    return _embedded_faces(person.body)


@cache
def _embedded_faces(body: str) -> NDArray[np.int64]:
    return np.asarray(load_body(body).faces(), np.int64)


def root_of(person: Reconstruction) -> NDArray[np.float64]:
    """(3,) metres, camera axes: the pelvis (mean of the hips), or the wrist of a hand."""
    rows = {name: row for row, name in enumerate(person.joint_names)}
    for group in _ROOT_JOINTS:
        if all(name in rows for name in group):
            return person.joints_3d[[rows[name] for name in group]].astype(np.float64).mean(0)
    return person.vertices.astype(np.float64).mean(0)


def shift_of(
    person: Reconstruction, origin: Origin, root: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """(3,) metres, y-up axes: what to add to a person's y-up points for this origin.

    Args:
        root: (3,) metres, camera axes, the point to lay on zero; None takes `root_of`.
    """
    if origin == "camera":
        return camera_to_y_up(person.camera_full.astype(np.float64))
    shift = -camera_to_y_up(root_of(person) if root is None else root)
    if origin == "ground":
        shift[1] = -camera_to_y_up(person.vertices.astype(np.float64))[:, 1].min()
    return shift


def mesh_of(
    person: Reconstruction, origin: Origin = "pelvis", faces: NDArray[np.integer] | None = None
) -> PlacedMesh:
    """A person's mesh in the axes and at the place that mesh files have.

    Args:
        faces: (F, 3) triangles; None takes those of the embedded body that the person names.

    Raises:
        OutputError: no triangles are known, or numbers are not finite.
    """
    vertices = camera_to_y_up(person.vertices.astype(np.float64)) + shift_of(person, origin)
    if not np.isfinite(vertices).all():
        raise OutputError("the mesh has numbers that are not finite", cure="use other weights")
    triangles = faces_of(person) if faces is None else np.asarray(faces, np.int64)
    licence = body_licence(person.body)
    maker = " ".join(part for part in (person.method, person.preset, person.variant) if part)
    comments = (
        "MeshLoupe mesh",
        "units: metres",
        "axes: right-handed, y up; a person facing the camera faces +z, x is the picture's right",
        f"origin: {ORIGIN_TEXT[origin]}",
        f"made by: {maker}",
        f"body: {person.body}; licence: {licence}",
    )
    return PlacedMesh(
        vertices.astype(np.float32), triangles, origin, person.body, comments, licence
    )
