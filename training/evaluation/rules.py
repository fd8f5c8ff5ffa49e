"""In what a run departs from its protocol, and the label that its numbers therefore carry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.data import DataSet
from core.errors import InputError
from core.methods.base import Method
from core.metrics import Protocol
from core.metrics.result_file import Deviation

# Readers whose box is the crop itself; elsewhere the method makes its crop from the person's box.
_BOX_IS_CROP = {
    "freihand": "the whole picture",
    "metro_tsv": "center and scale of the file: the square of side 200 px x scale",
    "spin_npz": "center and scale of the file: the square of side 200 px x scale",
}
_BOXES = {
    "human36m": "the annotated box",
    "3dpw": "tight box about the detected marks",
    "coco": "the annotated box (a true box, no detector)",
    "mpii": "the square of side 200 px x scale",
    "up3d": "extent of the rendered fit",
    "muco": "the annotated box",
    "mpi_inf_3dhp": "tight box about the true joints",
    "human_data_npz": "bbox_xywh of the file",
    "truth_folder": "the stored box, else tight about the true joints",
}
# Whose boxes are those that a protocol names.
_CROP_OF_PROTOCOL = {
    "h36m-p2-metro": ("metro_tsv",),
    "3dpw-metro": ("metro_tsv",),
    "h36m-p2-multi-roi": ("human36m", "spin_npz"),
    "3dpw-multi-roi": ("3dpw", "spin_npz"),
    "freihand-online": ("freihand",),
    "3dhp-univ": ("mpi_inf_3dhp",),
    "coco-oks": ("coco",),
}
CONTAINERS = ("metro_tsv", "spin_npz", "human_data_npz", "truth_folder")


@dataclass(frozen=True)
class CropRule:
    """How crops are made: in words, and the growth of the box (None: as the method does it)."""

    text: str
    box_scale: float | None


def crop_rule(dataset_id: str, method: Method) -> CropRule:
    """How the people of a reader are cropped for a method."""
    spec = method.input_spec
    if spec.kind == "joints":
        return CropRule("none: the method reads 2D joints", None)
    height, width = spec.size_hw
    if dataset_id in _BOX_IS_CROP:
        return CropRule(f"{_BOX_IS_CROP[dataset_id]}, to {height} x {width}", 1.0)
    text = f"{_BOXES[dataset_id]}, grown x {spec.box_scale:g} to {height} x {width}"
    return CropRule(text, None)


def check_data(protocol: Protocol, dataset: DataSet, holds: str) -> None:
    """Refuse a protocol on data that it is not about.

    Raises:
        InputError: the protocol belongs to another data set or split, or ``holds`` has no sense.
    """
    if holds and dataset.id not in CONTAINERS:
        raise InputError(f"{dataset.id} is no container: it holds itself", cure="leave --holds out")
    here = holds or f"{dataset.id}/{dataset.split}"
    if not protocol.dataset or protocol.dataset == here:
        return
    if dataset.id in CONTAINERS and not holds:
        raise InputError(
            f"protocol {protocol.id} is for {protocol.dataset}, and a {dataset.id} file does not say "
            "what it holds",
            cure=f"say it with --holds {protocol.dataset}",
        )
    raise InputError(
        f"protocol {protocol.id} is for {protocol.dataset}, not for {here}",
        cure="choose a protocol that fits any data, such as metro-lsp14 (docs/protocols.md)",
    )


def deviations_of(
    protocol: Protocol,
    dataset: DataSet,
    method: Method,
    *,
    measured: int,
    people: int,
    views: int = 1,
) -> tuple[Deviation, ...]:
    """What of crop, body, marks, views of a crop, and people departs from the protocol."""
    found: list[Deviation] = []
    known = _CROP_OF_PROTOCOL.get(protocol.id)
    embedded = method.body.name.startswith("embedded")
    if method.input_spec.kind == "joints":
        text = "the method read the data set's own 2D marks instead of a picture"
        found.append(Deviation("marks", text))
    elif known is not None and dataset.id not in known:
        mine = crop_rule(dataset.id, method).text
        found.append(Deviation("crop", f"crops: {mine}; the protocol's: {protocol.crop}"))
    if embedded and (protocol.dataset or protocol.h36m17_to_joint_set) and protocol.unit == "mm":
        text = "the embedded body: its vertices and joints are not those of SMPL or MANO"
        found.append(Deviation("body", text))
    if not embedded and protocol.id == "synthetic-lsp14":
        found.append(Deviation("body", f"the body {method.body.name}, not the embedded one"))
    if views > 1:
        text = f"answers are means over {views} views of each crop, mirrored and slightly changed"
        found.append(Deviation("average", text))
    if measured < people:
        found.append(Deviation("part", f"{measured} of {people} people"))
    return tuple(found)


def label_of(protocol: Protocol, deviations: Sequence[Deviation]) -> str:
    """``3dpw-metro+crop+body``: what the numbers are stamped with."""
    words = dict.fromkeys(deviation.id for deviation in deviations)
    return "+".join((protocol.id, *words))
