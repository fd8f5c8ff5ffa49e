"""Made-up bodies in place of licensed ones: what the authors' code ran on for the fixtures."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from core.body import BodyModel, LevelArrays, SparseMatrix
from core.body.smpl_arrays import body_arrays, template_arrays
from core.weights.synthetic import (
    synthetic_adjacency,
    synthetic_mano_template,
    synthetic_resample,
    synthetic_smpl,
)

BODY_LEVELS = (6890, 1723, 431)
HAND_LEVELS = (778, 195)
_MILLIMETRES = 1000.0


def _levels(sizes: tuple[int, ...], salt: str) -> LevelArrays:
    steps = list(zip(sizes[1:], sizes[:-1], strict=True))
    unknown = np.zeros((0, 3), np.int64)
    coarse = SparseMatrix.of(synthetic_adjacency(sizes[-1]))
    return LevelArrays(
        faces=(unknown,) * len(sizes),
        down=tuple(SparseMatrix.of(synthetic_resample("D", c, f, salt)) for c, f in steps),
        up=tuple(SparseMatrix.of(synthetic_resample("U", f, c, salt)) for c, f in steps),
        adjacency=(None,) * len(steps) + (coarse,),
    )


@lru_cache(maxsize=2)
def stand_in_body(salt: str) -> BodyModel:
    """A made-up SMPL with sampling matrices, adjacency and joint regressors."""
    arrays = body_arrays(synthetic_smpl(salt), name="stand-in", levels=_levels(BODY_LEVELS, salt))
    return BodyModel(arrays)


@lru_cache(maxsize=2)
def stand_in_hand(salt: str) -> BodyModel:
    """A made-up MANO template with sampling matrices and adjacency."""
    vertices, joints = synthetic_mano_template(salt)
    return BodyModel(
        template_arrays(
            vertices / _MILLIMETRES,
            joints / _MILLIMETRES,
            "hand21",
            name="stand-in hand",
            levels=_levels(HAND_LEVELS, salt),
        )
    )
