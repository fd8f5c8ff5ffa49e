"""What is to be measured, as a plain value."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from core.data import dataset_row
from core.errors import InputError
from core.pipeline.config import EngineConfig
from core.pipeline.shards import Shard

DEFAULT_BATCH = 32


@dataclass(frozen=True)
class EvaluationSpec:
    """One method on one split of a data set.

    Attributes:
        data: id of the reader.
        path: folder or file of the data set.
        split: of the reader; empty for its default.
        protocol: id of the protocol.
        engine: the method, its weights, body and device.
        out: folder of the result.
        holds: for containers: which data set is inside, ``3dpw/test``.
        shard: which part of the people this process measures.
        batch: people at once.
        limit: measure only so many people, spread evenly; 0 for all.
        only: a regression list; measure only its people.
        male, female: SMPL files of the genders, for protocols with gendered truth.
        regressor: Human3.6M regressor (``.npy``, 17 x V) to measure with instead of the body's own.
        regressor_extra: METRO's further regressor (``.npy``), for the 24 points of its 3DPW truth.
        submission: the archive for FreiHAND's server to write; None for none.
    """

    data: str
    path: Path
    split: str
    protocol: str
    engine: EngineConfig
    out: Path
    holds: str = ""
    shard: Shard = field(default_factory=Shard)
    batch: int = DEFAULT_BATCH
    limit: int = 0
    only: Path | None = None
    male: Path | None = None
    female: Path | None = None
    regressor: Path | None = None
    regressor_extra: Path | None = None
    submission: Path | None = None


def parse_data(text: str) -> tuple[str, Path, str]:
    """``ID=PATH[:split]`` as reader, path and split; a colon belongs to the path unless a split follows.

    Raises:
        InputError: not of that form, or no such reader.
    """
    name, equals, rest = text.partition("=")
    if not equals or not rest:
        raise InputError(
            f"{text!r} is not ID=PATH[:split]", cure="write for example 3dpw=/data/3DPW:test"
        )
    row = dataset_row(name)
    path, colon, split = rest.rpartition(":")
    if colon and split in row.splits:
        return row.id, Path(path), split
    if colon and path and not Path(rest).exists() and Path(path).exists():
        cure = f"use one of: {', '.join(row.splits)}" if row.splits else "leave the split out"
        raise InputError(f"{row.id} has no split {split!r}", cure=cure)
    return row.id, Path(rest), row.splits[0] if row.splits else ""
