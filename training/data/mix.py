"""Several data sets as one: whom a step sees is a function of the seed and the step alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from torch.utils.data import DataLoader, Dataset, Sampler

from core.data import open_dataset
from core.data.dataset import DataSet
from core.data.index import Progress, no_progress
from core.data.record import PersonRecord
from core.errors import InputError
from core.methods.base import InputSpec
from training.data.change import Augmentation, Change
from training.data.people import Person, prepare

# Every so many people one is held back when no set is named to measure on.
HOLD_BACK_EVERY, HELD_BACK_MOST = 50, 256


@dataclass(frozen=True)
class DataSpec:
    """A data set as it is written on the command line: ``ID=PATH[:SPLIT][@SHARE]``."""

    id: str
    path: Path
    split: str = ""
    share: float | None = None

    @classmethod
    def parse(cls, text: str) -> DataSpec:
        """Read ``3dpw=/data/3dpw:train@0.2``.

        Raises:
            InputError: it is not of this form.
        """
        name, equals, rest = text.partition("=")
        rest, at, share = rest.rpartition("@") if "@" in rest else (rest, "", "")
        try:
            portion = float(share) if at else None
        except ValueError:  # a path with an @ in it
            rest, portion = f"{rest}@{share}", None
        if not name or not equals or not rest or (portion is not None and portion <= 0):
            raise InputError(
                f"{text!r} names no data set",
                cure="write ID=PATH[:SPLIT][@SHARE], as coco=/data/coco",
            )
        path, colon, split = rest.rpartition(":")
        if not colon or "/" in split or "\\" in split:
            path, split = rest, ""
        return cls(name, Path(path), split, portion)

    def open(self, progress: Progress = no_progress) -> DataSet:
        """The data set.

        Raises:
            InputError: whatever is wrong with it.
        """
        return open_dataset(self.id, self.path, self.split, progress=progress)


@dataclass(frozen=True, eq=False)
class DataMix:
    """Data sets with how often each is drawn.

    Attributes:
        sets: opened.
        rows: for each set the numbers of the people that may be drawn.
        shares: (S,) they add up to one.
    """

    sets: tuple[DataSet, ...]
    rows: tuple[np.ndarray, ...]
    shares: np.ndarray

    @classmethod
    def of(
        cls,
        sets: Sequence[DataSet],
        shares: Sequence[float | None] = (),
        *,
        hold_back: bool = False,
    ) -> DataMix:
        """A mix; without shares each set counts as large as it is.

        Args:
            sets: at least one, none empty.
            shares: for each set, or None for all of them.
            hold_back: leave every 50th person to `held_back`.

        Raises:
            InputError: a set is empty, or only some have a share.
        """
        given = [share for share in shares if share is not None]
        if given and len(given) != len(sets):
            raise InputError(
                "some data sets have a share and some have none",
                cure="give @SHARE to all, or to none",
            )
        rows = []
        for data in sets:
            numbers = np.arange(len(data))
            numbers = numbers[numbers % HOLD_BACK_EVERY > 0] if hold_back else numbers
            if not len(numbers):
                raise InputError(
                    f"{data.id} {data.split} has {len(data)} people, too few to learn from",
                    cure="leave it out, or measure on another set with --validate",
                )
            rows.append(numbers)
        weights = np.array(given or [len(r) for r in rows], np.float64)
        return cls(tuple(sets), tuple(rows), weights / weights.sum())

    def __len__(self) -> int:
        return sum(len(rows) for rows in self.rows)

    def held_back(self) -> list[PersonRecord]:
        """People that no step sees: every 50th of each set, at most 256 in all."""
        most = max(1, HELD_BACK_MOST // len(self.sets))
        found = []
        for data in self.sets:
            numbers = np.arange(0, len(data), HOLD_BACK_EVERY)
            keep = np.unique(np.linspace(0, len(numbers) - 1, min(most, len(numbers))).astype(int))
            found += [data[int(number)] for number in numbers[keep]]
        return found

    def draw(self, count: int, seed: int, step: int, rank: int = 0) -> list[tuple[int, int, int]]:
        """(set, person, seed of the change) of ``count`` people of one step of one worker."""
        random = np.random.default_rng([seed, step, rank])
        chosen = random.choice(len(self.sets), count, p=self.shares)
        seeds = random.integers(0, 2**31, count)
        return [
            (int(s), int(random.choice(self.rows[s])), int(k))
            for s, k in zip(chosen, seeds, strict=True)
        ]


class Steps(Sampler[list[tuple[int, int, int]]]):
    """The draws of step after step, without end."""

    def __init__(self, mix: DataMix, count: int, seed: int, first: int, rank: int) -> None:
        self.mix, self.count, self.seed, self.first, self.rank = mix, count, seed, first, rank

    def __iter__(self) -> Iterator[list[tuple[int, int, int]]]:
        step = self.first
        while True:
            yield self.mix.draw(self.count, self.seed, step, self.rank)
            step += 1


class ChangedPeople(Dataset[Person]):
    """People of a mix as a method reads them, each changed by its own seed."""

    def __init__(
        self, mix: DataMix, spec: InputSpec, joint_set: str, augmentation: Augmentation
    ) -> None:
        self.mix, self.spec, self.joint_set = mix, spec, joint_set
        self.augmentation = augmentation

    def __getitem__(self, index: tuple[int, int, int]) -> Person:
        number, row, seed = index
        change = self.augmentation.draw(np.random.default_rng(seed))
        return prepare(self.mix.sets[number][row], self.spec, self.joint_set, change)


def people_of(records: Sequence[PersonRecord], spec: InputSpec, joint_set: str) -> list[Person]:
    """Records as a method reads them, unchanged."""
    return [prepare(record, spec, joint_set, Change()) for record in records]


def loader(
    people: ChangedPeople, count: int, *, seed: int, first: int, rank: int, workers: int
) -> DataLoader[Person]:
    """Lists of ``count`` people, prepared ahead by ``workers`` processes, from step ``first`` on."""
    return DataLoader(
        people,
        batch_sampler=Steps(people.mix, count, seed, first, rank),
        num_workers=workers,
        collate_fn=list,
        prefetch_factor=2 if workers else None,
        persistent_workers=bool(workers),
    )
