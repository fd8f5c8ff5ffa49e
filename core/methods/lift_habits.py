"""Constant habits of marking, and proportions that the shape space lacks, as linear moves of landmarks.

People put shoulders further out and up than a body's joints are, hips lower (where the legs part rather
than at the joint), the head's top on the hair; and real limbs are longer or shorter than ten shape
numbers allow. Taken at face value such marks tilt the body in depth, because tilting also shortens what
is seen. So the lifter is trained on marks with habits, and the refinement may explain marks by habits
instead of by depth. Each habit h moves all landmarks x by ``a_h B_h x``, one number ``a_h`` a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor

from core.body.joint_sets import FACE5_NAMES, FEET6_NAMES, LIFT25_NAMES

Move = tuple[str, str, str, float]  # landmark, moved along (from, to), share


@dataclass(frozen=True, eq=False)
class Habits:
    """H habits.

    Attributes:
        names: H names.
        moves: (H, 25, 25) float32, ``B_h``.
        mean, sd: (H,) float32, distribution of ``a_h`` over people.
    """

    names: tuple[str, ...]
    moves: Tensor
    mean: Tensor
    sd: Tensor

    def moved(self, landmarks: Tensor, amounts: Tensor) -> Tensor:
        """(B, 25, 3) landmarks as marked by people with habits ``amounts`` (B, H)."""
        return self.operator(amounts) @ landmarks

    def operator(self, amounts: Tensor) -> Tensor:
        """(B, 25, 25) ``I + sum_h a_h B_h``."""
        eye = torch.eye(self.moves.shape[1], device=self.moves.device)
        return eye + torch.einsum("bh,hmn->bmn", amounts, self.moves)

    def to(self, device: torch.device | str) -> Habits:
        """The same habits on another device."""
        return Habits(self.names, self.moves.to(device), self.mean.to(device), self.sd.to(device))


_HEAD = ("Neck", "Head_top", *FACE5_NAMES)
_ARMS = tuple(f"{s}_{j}" for s in "LR" for j in ("Shoulder", "Elbow", "Wrist"))
_TOES = tuple(name for name in LIFT25_NAMES if name not in FACE5_NAMES)[14:]
assert len(_TOES) == len(FEET6_NAMES)


def _limb(first: str, second: str, beyond: tuple[str, ...]) -> list[Move]:
    """A longer bone: its far end and everything beyond moves along it."""
    return [(f"{s}_{name}", f"{s}_{first}", f"{s}_{second}", 1.0) for s in "LR" for name in beyond]


def _feet(first: str, second: str) -> list[Move]:
    return [(toe, f"{toe[0]}_{first}", f"{toe[0]}_{second}", 1.0) for toe in _TOES]


def _along_spine(*names: str) -> list[Move]:
    return [(name, f"{s}_Hip", "Neck", 0.5) for name in names for s in "LR"]


def _outwards(joint: str) -> list[Move]:
    left, right = f"L_{joint}", f"R_{joint}"
    return [(left, right, left, 1.0), (right, left, right, 1.0)]


# name, mean, sd, moves; amounts are fractions of the segment that is named
_TABLE: tuple[tuple[str, float, float, list[Move]], ...] = (
    ("trunk longer", 0.0, 0.06, _along_spine(*_HEAD, *_ARMS)),
    ("shoulders out", 0.03, 0.06, _outwards("Shoulder")),
    ("shoulders up", 0.02, 0.04, _along_spine("L_Shoulder", "R_Shoulder")),
    ("hips out", 0.04, 0.12, _outwards("Hip")),
    ("hips up", -0.06, 0.09, _along_spine("L_Hip", "R_Hip")),
    ("upper arms longer", 0.0, 0.05, _limb("Shoulder", "Elbow", ("Elbow", "Wrist"))),
    ("forearms longer", 0.01, 0.05, _limb("Elbow", "Wrist", ("Wrist",))),
    (
        "thighs longer", 0.0, 0.06,
        [*_limb("Hip", "Knee", ("Knee", "Ankle")), *_feet("Hip", "Knee")],
    ),
    ("shins longer", 0.0, 0.06, [*_limb("Knee", "Ankle", ("Ankle",)), *_feet("Knee", "Ankle")]),
    ("neck up", 0.0, 0.06, _along_spine("Neck")),
    ("head higher", 0.03, 0.07, [("Head_top", "Neck", "Head_top", 1.0)]),
    ("face higher", 0.0, 0.05, [(name, "Neck", "Head_top", 1.0) for name in FACE5_NAMES]),
)  # fmt: skip


@cache
def habits() -> Habits:
    """The table as matrices, on the CPU."""
    row = {name: index for index, name in enumerate(LIFT25_NAMES)}
    moves = torch.zeros(len(_TABLE), len(row), len(row))
    for index, (_, _, _, entries) in enumerate(_TABLE):
        for name, start, end, share in entries:
            moves[index, row[name], row[end]] += share
            moves[index, row[name], row[start]] -= share
    return Habits(
        tuple(entry[0] for entry in _TABLE),
        moves,
        torch.tensor([entry[1] for entry in _TABLE]),
        torch.tensor([entry[2] for entry in _TABLE]),
    )
