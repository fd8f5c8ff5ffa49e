"""What every method answers. A new method is one file with a subclass and one registry row."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from torch import Tensor, nn

from core.body import BodyModel
from core.nn.batch import Batch, LossTerms, MethodOutput, Target
from core.types import InspectionRecord

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class Roi:
    """One crop of a person: the box moved by ``offset`` box sides and resized by ``scale``."""

    offset_xy: tuple[float, float] = (0.0, 0.0)
    scale: float = 1.0


@dataclass(frozen=True)
class InputSpec:
    """What the pipeline prepares for a method.

    Attributes:
        kind: ``crop`` pixels of a square or oblong crop; ``joints`` 2D joints only.
        size_hw: crop height and width in pixels.
        box_scale: the crop is the person's box, made to the crop's proportions, times this.
        mean, std: normalisation of RGB in [0, 1].
        rois: the crops of a person, stacked on channels in this order.
        joint_set: joint set in which ``joints`` methods expect their marks.
        limbs: (parent, child) joint names of the columns of ``Batch.limb_hints``.
    """

    kind: Literal["crop", "joints"]
    size_hw: tuple[int, int] = (224, 224)
    box_scale: float = 1.2
    mean: tuple[float, float, float] = IMAGENET_MEAN
    std: tuple[float, float, float] = IMAGENET_STD
    rois: tuple[Roi, ...] = (Roi(),)
    joint_set: str = ""
    limbs: tuple[tuple[str, str], ...] = ()


class Method(nn.Module, ABC):
    """A network from pictures or joints to bodies.

    Subclasses set ``method_id``, ``preset``, ``variant``, ``input_spec``, ``joint_names`` and
    ``body``, and are built by the ``build(preset, variant, body)`` function that the registry names.
    """

    method_id: str
    preset: str
    variant: str
    input_spec: InputSpec
    joint_names: tuple[str, ...]
    body: BodyModel
    weights_sha256: str = ""
    note: str = ""
    # Set by the engine while something is dragged or streamed: a quicker answer is wanted.
    live: bool = False

    # Whether the backbone is only ever called as a whole, so that an engine may fold it into another.
    folds_backbone: bool = True

    # Keys of released files that hold tensors no forward pass reads (prefixes); loaders accept them.
    unused_keys: tuple[str, ...] = ()

    @abstractmethod
    def forward(self, batch: Batch, *, inspect: bool = False) -> MethodOutput:
        """Bodies of a batch; ``inspect`` keeps what `inspect` needs, at no cost when False."""

    @abstractmethod
    def losses(self, output: MethodOutput, target: Target) -> LossTerms:
        """All training terms with the published weights."""

    def inspect(
        self, batch: Batch, output: MethodOutput
    ) -> tuple[tuple[InspectionRecord, ...], ...]:
        """Per person, what the method can show; empty tuples unless the forward pass kept internals."""
        return tuple(() for _ in range(len(batch)))

    @classmethod
    def from_official(cls, state: Mapping[str, Tensor], variant: str) -> dict[str, Tensor]:
        """Released state dict (official names) as this method's own; the default is no change."""
        return dict(state)

    def official_outputs(self, image: Tensor, bbox_info: Tensor | None = None) -> dict[str, Tensor]:
        """Outputs with the names, shapes and quirks of the authors' code, for parity checks only.

        Args:
            image: (B, C, H, W) float32, already normalised.
            bbox_info: (B, R * 3) float32 for methods that read box information.
        """
        raise NotImplementedError(f"{self.method_id} has no released code to compare with")
