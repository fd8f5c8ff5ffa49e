"""What a body model consists of, as arrays with SMPL's names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.body.sparse import SparseMatrix

Floats = NDArray[np.floating]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class LevelArrays:
    """The mesh pyramid, full level first.

    Attributes:
        faces: (F, 3) per level; an empty (0, 3) array where a level's triangles are unknown.
        down: sparse (coarse, fine) per step.
        up: sparse (fine, coarse) per step.
        adjacency: (N, N) per level, row-normalised with self-loops, or None to make it from faces.
    """

    faces: tuple[Ints, ...]
    down: tuple[SparseMatrix, ...] = ()
    up: tuple[SparseMatrix, ...] = ()
    adjacency: tuple[SparseMatrix | None, ...] = ()


@dataclass(frozen=True, eq=False)
class BodyArrays:
    """Arrays of a skinned body; V vertices, J joints, S shape numbers.

    Attributes:
        name: what the body is called in results and messages.
        v_template: (V, 3) metres, bind pose, body frame y up, z forward, x to the person's left.
        shapedirs: (V, 3, S).
        j_template: (J, 3), j_shapedirs: (J, 3, S): rest joints as a function of shape.
        weights: (V, J), rows sum to one.
        parents: (J,), -1 for the root.
        joint_names: (J,).
        levels: the mesh pyramid.
        rest_rotmat: (J, 3, 3) from the bind pose to the pose of zero rotations; None = identity.
        posedirs: (V, 3, 9 (J - 1)) pose blend shapes, or None.
        landmarks: sparse (1, V) or (n, V) rows by landmark name.
        regressors: sparse (K, V) by joint set name, which win over the landmarks.
        mirror: sparse (V, V) rows that bring each vertex's mirror partner, or None.
        hand_mean: (15, 3) mean axis-angle hand pose (MANO), or None.
    """

    name: str
    v_template: Floats
    shapedirs: Floats
    j_template: Floats
    j_shapedirs: Floats
    weights: Floats
    parents: tuple[int, ...]
    joint_names: tuple[str, ...]
    levels: LevelArrays
    rest_rotmat: Floats | None = None
    posedirs: Floats | None = None
    landmarks: Mapping[str, SparseMatrix] = field(default_factory=dict)
    regressors: Mapping[str, SparseMatrix] = field(default_factory=dict)
    mirror: SparseMatrix | None = None
    hand_mean: Floats | None = None
