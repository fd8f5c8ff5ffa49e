"""How the papers say that they trained: optimiser, rates, epochs, batch, sets, their shares, changes.

What a paper leaves out is taken from the code that it names as its base, and marked here as *ours*
where nobody says. Epochs count people: an epoch is as many samples as the mix has people.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from core.errors import InputError
from training.data.change import Augmentation

# Ids of core.data readers.
_METRO_FIVE = ("human36m", "muco", "up3d", "coco", "mpii")
_MULTI_ROI_FOUR = ("human36m", "mpi_inf_3dhp", "coco", "mpii")

# "The standard data augmentation following existing works" (CoarseMETRO) is that of the METRO family's
# released code, itself SPIN's: turn and scale from normals of 30 degrees and 25 %, cut at 60 degrees and
# 25 %, no turn in 60 % of the pictures, colours by 40 %, mirror in half.
FAMILY_AUGMENTATION = Augmentation(
    mirror=0.5, turn=30.0, turned=0.4, scale=(0.75, 1.25), light=0.4, normal=True
)
# GLNet, "Augmentation".
GLNET_AUGMENTATION = Augmentation(mirror=0.5, turn=30.0, scale=(0.7, 1.3))
# Hands are not mirrored: the right one is reconstructed.
HAND_AUGMENTATION = Augmentation(turn=90.0, scale=(0.75, 1.25), light=0.4)


@dataclass(frozen=True)
class Preset:
    """One published training.

    Attributes:
        method, variants: what it trains; the first variant is the default.
        learning_rate: at the start; drops: (epoch, rate) from which a lower one holds.
        batch_size: people a step over all devices.
        datasets: ids of readers, as the paper names them; shares: how often each is drawn, empty when
            not printed (each set then counts as large as it is).
        clip_norm: largest norm of the gradient; 0 for no limit.
        needs_start: whether it carries on from weights of the same network (fine-tuning).
        source: where in the paper; what is ours.
    """

    id: str
    method: str
    variants: tuple[str, ...]
    optimiser: Literal["adam", "adamw"]
    learning_rate: float
    batch_size: int
    epochs: int
    source: str
    drops: tuple[tuple[float, float], ...] = ()
    weight_decay: float = 0.0
    clip_norm: float = 0.0
    datasets: tuple[str, ...] = ()
    shares: tuple[float, ...] = ()
    augmentation: Augmentation = field(default_factory=lambda: FAMILY_AUGMENTATION)
    needs_start: bool = False

    def rate_at(self, epoch: float) -> float:
        """Learning rate after ``epoch`` epochs."""
        lower = [rate for start, rate in self.drops if epoch >= start]
        return lower[-1] if lower else self.learning_rate


PRESETS: tuple[Preset, ...] = (
    Preset(
        "metro",
        "metro",
        ("body_h64", "body_r50"),
        "adam",
        1e-4,
        240,
        200,
        "sets: section 4.1. The paper prints no optimiser: Adam, 1e-4, a tenth from half of the epochs "
        "on, 200 epochs, 30 people on each of 8 devices are those of its released code and its manual",
        drops=((100, 1e-5),),
        datasets=_METRO_FIVE,
    ),
    Preset(
        "metro-3dpw",
        "metro",
        ("body_h64",),
        "adam",
        1e-4,
        240,
        5,
        "fine-tuning on 3DPW's training set, as the manual of the released code writes it",
        drops=((2.5, 1e-5),),
        datasets=("3dpw",),
        needs_start=True,
    ),
    Preset(
        "metro-hand",
        "metro",
        ("hand_h64",),
        "adam",
        1e-4,
        256,
        200,
        "FreiHAND, section 4.4; 32 people on each of 8 devices, otherwise as `metro` (the same manual); "
        "how far hands are turned is ours",
        drops=((100, 1e-5),),
        datasets=("freihand",),
        augmentation=HAND_AUGMENTATION,
    ),
    Preset(
        "pointhmr",
        "pointhmr",
        ("body_h32",),
        "adam",
        1e-4,
        128,
        50,
        "implementation details: 64 a device on two devices, 1e-5 from half of the time on",
        drops=((25, 1e-5),),
        datasets=_METRO_FIVE,
    ),
    Preset(
        "pointhmr-3dpw",
        "pointhmr",
        ("body_h32",),
        "adam",
        1e-5,
        128,
        5,
        "datasets: fine-tuned on 3DPW's training set; rate and epochs are not printed: ours",
        datasets=("3dpw",),
        needs_start=True,
    ),
    Preset(
        "multi-roi-r50",
        "multi_roi",
        ("r50",),
        "adam",
        1e-4,
        48,
        25,
        "section 4.2; no shares printed",
        datasets=_MULTI_ROI_FOUR,
    ),
    Preset(
        "multi-roi-h48",
        "multi_roi",
        ("hr48",),
        "adam",
        5e-5,
        20,
        15,
        "section 4.2; no shares printed",
        datasets=_MULTI_ROI_FOUR,
    ),
    Preset(
        "multi-roi-3dpw",
        "multi_roi",
        ("r50", "hr48"),
        "adam",
        1e-5,
        48,
        5,
        "section 4.2: fixed rate for another 5 epochs (batch 20 with HRNet)",
        datasets=("3dpw",),
        needs_start=True,
    ),
    Preset(
        "coarsemetro",
        "coarsemetro",
        ("s_r50", "s_h64"),
        "adamw",
        1e-4,
        16,
        60,
        "section 4 and supplement 6; no drop of the rate is printed; 16 people are taken as the whole "
        "batch, as nobody says 'on each device'",
        weight_decay=1e-4,
        clip_norm=0.3,
        datasets=_METRO_FIVE,
    ),
    Preset(
        "coarsemetro-3dpw",
        "coarsemetro",
        ("s_r50", "s_h64"),
        "adamw",
        1e-5,
        16,
        5,
        "fine-tuned on 3DPW's training set (section 4.1); rate and epochs are not printed: ours",
        weight_decay=1e-4,
        clip_norm=0.3,
        datasets=("3dpw",),
        needs_start=True,
    ),
    Preset(
        "glnet",
        "glnet",
        ("body_w32", "body_w48"),
        "adam",
        2.5e-4,
        128,
        70,
        "implementation details and datasets: shares 35, 45, 10 and 10 %",
        drops=((40, 2.5e-5), (60, 2.5e-6)),
        datasets=("coco", "human36m", "mpi_inf_3dhp", "3dpw"),
        shares=(0.35, 0.45, 0.1, 0.1),
        augmentation=GLNET_AUGMENTATION,
    ),
)


def paper_preset(preset_id: str) -> Preset:
    """The preset of this name.

    Raises:
        InputError: there is none.
    """
    for preset in PRESETS:
        if preset.id == preset_id:
            return preset
    known = ", ".join(preset.id for preset in PRESETS)
    raise InputError(f"there is no training {preset_id!r}", cure=f"choose one of: {known}")
