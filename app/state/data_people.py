"""People of a data set as columns: who they are, and how wrong a method was about them. Numpy only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.metrics.person_errors import PersonErrors

UNKNOWN = np.float32(np.nan)


@dataclass(frozen=True)
class DataRow:
    """One person of a data set: everything needed to read it again.

    Attributes:
        reader, path, split: the data set.
        row, key: the person.
        body: whose mesh the truth is posed with (``EngineConfig.body``).
    """

    reader: str
    path: Path
    split: str
    row: int
    key: str
    body: str = "embedded"


@dataclass(frozen=True, eq=False)
class Words:
    """A column of few different words: codes (N,) int32 into names."""

    codes: NDArray[np.int32]
    names: tuple[str, ...]

    @classmethod
    def of(cls, words: Sequence[str]) -> Words:
        """Words as codes; equal words have one code."""
        place: dict[str, int] = {}
        codes = [place.setdefault(word, len(place)) for word in words]
        return cls(np.array(codes, np.int32), tuple(place))

    def __getitem__(self, row: int) -> str:
        return self.names[self.codes[row]]

    def joined(self, other: Words) -> Words:
        """Both columns, one after the other."""
        place = {name: code for code, name in enumerate(self.names)}
        moved = np.array([place.setdefault(n, len(place)) for n in other.names], np.int32)
        codes = moved[other.codes] if len(other.codes) else other.codes
        return Words(np.concatenate([self.codes, codes]), tuple(place))


@dataclass(frozen=True, eq=False)
class DataPeople:
    """N people.

    Attributes:
        row: (N,) int64, number in the split.
        key, picture: N texts.
        sequence, action: words, empty where unknown.
        occlusion: (N,) float32 share of marks that are not visible; NaN unknown.
        errors: by name, (N,) float32 in the unit of ``units``; NaN unknown.
        units: of the errors.
        joint_names: K names.
        joint_mm: (N, K) float32 millimetres, NaN unknown; None without.
        failed: how many people have no numbers because something went wrong.
    """

    row: NDArray[np.int64]
    key: tuple[str, ...]
    picture: tuple[str, ...]
    sequence: Words
    action: Words
    occlusion: NDArray[np.float32]
    errors: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    joint_names: tuple[str, ...] = ()
    joint_mm: NDArray[np.float32] | None = None
    failed: int = 0

    def __len__(self) -> int:
        return len(self.key)

    def joined(self, other: DataPeople) -> DataPeople:
        """More people of the same data set, without errors."""
        return DataPeople(
            np.concatenate([self.row, other.row]),
            self.key + other.key,
            self.picture + other.picture,
            self.sequence.joined(other.sequence),
            self.action.joined(other.action),
            np.concatenate([self.occlusion, other.occlusion]),
        )

    def matched(self, other: DataPeople, name: str) -> NDArray[np.float32]:
        """(N,) errors of these people in another evaluation; NaN for those who are not in it."""
        if name not in other.errors:
            return np.full(len(self), UNKNOWN)
        if not len(self) or not len(other):
            return np.full(len(self), UNKNOWN)
        order = np.argsort(other.row, kind="stable")
        found = np.minimum(np.searchsorted(other.row[order], self.row), len(other) - 1)
        places = order[found]
        same = other.row[places] == self.row
        for mine in np.flatnonzero(same):
            same[mine] = self.key[mine] == other.key[places[mine]]
        return np.where(same, other.errors[name][places], UNKNOWN).astype(np.float32)


NOBODY = DataPeople(
    np.zeros(0, np.int64), (), (), Words.of(()), Words.of(()), np.zeros(0, np.float32)
)


def people_of(
    persons: Sequence[PersonErrors], units: Mapping[str, str], joint_names: Sequence[str]
) -> DataPeople:
    """The persons of an evaluation, in the order of the data set; repeats count once."""
    known: dict[int, PersonErrors] = {}
    for person in persons:
        if person.row not in known or known[person.row].failure:
            known[person.row] = person
    ordered = [known[row] for row in sorted(known)]
    fine = [person for person in ordered if not person.failure]
    names = tuple(dict.fromkeys(name for person in fine for name in person.errors))
    joints = None
    if any(person.joints for person in fine):
        blank = (float("nan"),) * len(joint_names)
        joints = np.array(
            [person.joint_errors if person.joints else blank for person in fine], np.float32
        )
    return DataPeople(
        row=np.array([person.row for person in fine], np.int64),
        key=tuple(person.key for person in fine),
        picture=tuple(person.picture for person in fine),
        sequence=Words.of([person.sequence for person in fine]),
        action=Words.of([person.action for person in fine]),
        occlusion=np.array([person.occlusion for person in fine], np.float32),
        errors={
            name: np.array([person.errors.get(name, UNKNOWN) for person in fine], np.float32)
            for name in names
        },
        units={name: units.get(name, "") for name in names},
        joint_names=tuple(joint_names) if joints is not None else (),
        joint_mm=joints,
        failed=len(ordered) - len(fine),
    )
