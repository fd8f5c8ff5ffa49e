"""How far a refined body may stray from the method's own: the covariance of its errors."""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor

from core.files.state_files import read_state
from core.methods.lift_network import SHAPES
from core.methods.point_motion import POSE
from core.weights.cards import embedded_weights

CARD = ("pose_lift", "lite", "body")
KEY = "error_covariance"
# Of the levels of mark error at which the lifter was measured, that of found joints: the last.
LEVEL = -1
# Share of that covariance; chosen on rendered people of their own, by errors in space.
PRIOR_SCALE = 0.4
# Without the lifter's weights: radians squared and shape numbers squared.
ROUGH = 0.04


@cache
def error_covariance() -> Tensor:
    """(2, 82, 82) of errors of 24 rotation vectors and 10 shape numbers.

    First for joints as the body defines them, then for joints as people mark them; measured for
    `pose_lift` on sampled people (`training.lift.error_model`).
    """
    card = embedded_weights(*CARD)
    if card is None:
        return (torch.eye(POSE + SHAPES) * ROUGH).repeat(2, 1, 1)
    measured = read_state(card.parts[0].path).tensors[KEY]
    return measured[:, LEVEL].float() * PRIOR_SCALE
