"""Two bodies of the same person: laid onto each other, and how far apart they are.

The other body is a second method's answer or the truth; nothing here asks which.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.geometry.alignment import similarity_transform
from core.metrics.points import aligned, point_errors
from core.types import Reconstruction, Truth

Alignment = Literal["none", "pelvis", "procrustes"]
AnyBody = Reconstruction | Truth
HIPS = ("R_Hip", "L_Hip")
MM_PER_M = 1000.0


@dataclass(frozen=True, eq=False)
class Placed:
    """A body somewhere else: vertices (V, 3) or None, joints (K, 3), float32 metres, camera frame."""

    vertices: NDArray[np.float32] | None
    joints: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Distances:
    """How far a body lies from a reference, millimetres.

    Attributes:
        vertices: (V,) float32; None where the two meshes are not the same mesh.
        joints: (K,) float32, of the joints that both name.
        joint_names: their K names.
    """

    vertices: NDArray[np.float32] | None
    joints: NDArray[np.float32]
    joint_names: tuple[str, ...]

    @property
    def mean(self) -> float | None:
        """Mean over the vertices, or over the joints where there is no common mesh; None for neither."""
        values = self.joints if self.vertices is None else self.vertices
        return float(values.mean()) if len(values) else None


def same_mesh(a: AnyBody, b: AnyBody) -> bool:
    """Whether vertex n of one is vertex n of the other."""
    if a.vertices is None or b.vertices is None:
        return False
    return a.body == b.body and a.vertices.shape == b.vertices.shape


def pelvis_in_camera(body: AnyBody) -> NDArray[np.float32]:
    """(3,) metres, camera frame: midway between the hips; a hand's first joint."""
    rows = [body.joint_names.index(name) for name in HIPS if name in body.joint_names] or [0]
    return (body.joints_3d[rows].mean(axis=0) + body.camera_full).astype(np.float32)


def laid_onto(body: AnyBody, reference: AnyBody, alignment: Alignment) -> Placed:
    """Vertices and joints of ``body`` in the camera frame, moved onto ``reference``.

    ``none`` leaves it where its camera put it; ``pelvis`` moves the pelvis onto the other's;
    ``procrustes`` is the best similarity transform of the vertices (joints without a common mesh).
    """
    vertices = None if body.vertices is None else body.vertices + body.camera_full
    joints = body.joints_3d + body.camera_full
    if body is reference or alignment == "none":
        return Placed(vertices, joints)
    if alignment == "pelvis":
        move = (pelvis_in_camera(reference) - pelvis_in_camera(body)).astype(np.float32)
        moved = None if vertices is None else (vertices + move).astype(np.float32)
        return Placed(moved, (joints + move).astype(np.float32))
    if same_mesh(body, reference):
        assert vertices is not None
        assert reference.vertices is not None
        source, target = vertices, reference.vertices + reference.camera_full
    else:
        mine, theirs = _common(body, reference)
        source, target = joints[mine], (reference.joints_3d + reference.camera_full)[theirs]
    if len(source) < 3:
        return Placed(vertices, joints)
    transform = similarity_transform(source, target)
    moved = None if vertices is None else transform.apply(vertices).astype(np.float32)
    return Placed(moved, transform.apply(joints).astype(np.float32))


def distances(body: AnyBody, reference: AnyBody, alignment: Alignment) -> Distances:
    """How far each vertex and each common joint lies from the reference under an alignment."""
    moved = laid_onto(body, reference, alignment)
    vertices = None
    if same_mesh(body, reference):
        assert moved.vertices is not None
        assert reference.vertices is not None
        target = reference.vertices + reference.camera_full
        vertices = (MM_PER_M * point_errors(moved.vertices, target)).astype(np.float32)
    mine, theirs = _common(body, reference)
    target = (reference.joints_3d + reference.camera_full)[theirs]
    joints = moved.joints[mine]
    if alignment == "procrustes" and len(mine) >= 3:
        joints = aligned(joints, target)  # PA-MPJPE aligns the joints themselves
    errors = (MM_PER_M * point_errors(joints, target)).astype(np.float32)
    return Distances(vertices, errors, tuple(body.joint_names[row] for row in mine))


def disagreement(bodies: Sequence[AnyBody], alignment: Alignment = "pelvis") -> float | None:
    """Mean distance over all pairs of bodies of one person, millimetres; None for fewer than two.

    Where methods disagree at least one of them is wrong, so this finds failures without truth.
    """
    found = [distances(a, b, alignment).mean for a, b in combinations(bodies, 2)]
    known = [value for value in found if value is not None]
    return float(np.mean(known)) if known else None


def _common(a: AnyBody, b: AnyBody) -> tuple[list[int], list[int]]:
    """Rows of the joints that both name."""
    shared = [name for name in a.joint_names if name in b.joint_names]
    return (
        [a.joint_names.index(name) for name in shared],
        [b.joint_names.index(name) for name in shared],
    )
