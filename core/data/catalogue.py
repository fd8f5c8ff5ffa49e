"""All readers by name, without importing them before they are used."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from core.data.dataset import DataSet
from core.data.index import Progress, no_progress
from core.errors import InputError


@dataclass(frozen=True)
class DataSetRow:
    """A reader.

    Attributes:
        id: its name.
        title: one line for people.
        target: module and class.
        splits: what can be opened, the default first; empty for files that are one split.
        truth: what its people have: ``2d``, ``3d``, ``mesh``.
    """

    id: str
    title: str
    target: str
    splits: tuple[str, ...]
    truth: tuple[str, ...]


_ROWS = (
    DataSetRow(
        "human36m",
        "Human3.6M, protocol 2, with pseudo SMPL",
        "core.data.human36m:Human36M",
        ("test", "train"),
        ("2d", "3d", "mesh"),
    ),
    DataSetRow(
        "3dpw",
        "3DPW, gendered SMPL",
        "core.data.threedpw:ThreeDPW",
        ("test", "train", "validation"),
        ("2d", "3d", "mesh"),
    ),
    DataSetRow(
        "freihand",
        "FreiHAND, MANO",
        "core.data.freihand:FreiHand",
        ("evaluation", "training"),
        ("2d", "3d", "mesh"),
    ),
    DataSetRow(
        "coco",
        "COCO person keypoints",
        "core.data.coco:Coco",
        ("val2017", "train2017", "val2014", "train2014"),
        ("2d",),
    ),
    DataSetRow("mpii", "MPII Human Pose", "core.data.mpii:Mpii", ("train", "valid"), ("2d",)),
    DataSetRow(
        "up3d",
        "UP-3D, fitted SMPL",
        "core.data.up3d:Up3D",
        ("train", "val", "trainval", "test"),
        ("2d", "mesh"),
    ),
    DataSetRow("muco", "MuCo-3DHP", "core.data.muco:Muco", (), ("2d", "3d", "mesh")),
    DataSetRow(
        "mpi_inf_3dhp",
        "MPI-INF-3DHP",
        "core.data.mpi_inf_3dhp:MpiInf3dhp",
        ("test", "train"),
        ("2d", "3d"),
    ),
    DataSetRow(
        "metro_tsv",
        "METRO's TSV files, named by their YAML file",
        "core.data.metro_tsv:MetroTsv",
        (),
        ("2d", "3d", "mesh"),
    ),
    DataSetRow(
        "spin_npz",
        "NPZ in SPIN's layout",
        "core.data.spin_npz:SpinNpz",
        (),
        ("2d", "3d", "mesh"),
    ),
    DataSetRow(
        "human_data_npz",
        "HumanData NPZ",
        "core.data.human_data_npz:HumanDataNpz",
        (),
        ("2d", "3d", "mesh"),
    ),
    DataSetRow(
        "truth_folder",
        "A folder of pictures with .truth.npz beside them",
        "core.data.truth_folder:TruthFolder",
        (),
        ("2d", "3d", "mesh"),
    ),
)
# NPZ files are read whole and need no index that progress could be told of.
_WITHOUT_PROGRESS = ("spin_npz", "human_data_npz")


def list_datasets() -> tuple[DataSetRow, ...]:
    """All readers."""
    return _ROWS


def dataset_row(dataset_id: str) -> DataSetRow:
    """The row of a reader.

    Raises:
        InputError: no reader has this name.
    """
    for row in _ROWS:
        if row.id == dataset_id:
            return row
    known = ", ".join(row.id for row in _ROWS)
    raise InputError(f"no data set {dataset_id!r}", cure=f"use one of: {known}")


def open_dataset(
    dataset_id: str, path: str | Path, split: str = "", *, progress: Progress = no_progress
) -> DataSet:
    """Open a data set with the reader's own defaults.

    Args:
        dataset_id: name of the reader.
        path: its folder, or its file for containers.
        split: one of the row's; empty for the default.
        progress: told while an index is made.

    Raises:
        InputError: no such reader or split; whatever is wrong with the files.
    """
    row = dataset_row(dataset_id)
    if split and split not in row.splits:
        cure = f"use one of: {', '.join(row.splits)}" if row.splits else "leave the split out"
        raise InputError(f"{row.id} has no split {split!r}", cure=cure)
    module, name = row.target.split(":")
    reader = getattr(import_module(module), name)
    options: dict[str, Any] = {} if row.id in _WITHOUT_PROGRESS else {"progress": progress}
    if row.splits:
        options["split"] = split or row.splits[0]
    return reader(path, **options)
