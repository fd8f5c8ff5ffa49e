"""What every reader is: a sequence of person records, opened without reading the pictures."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator

from core.data.record import PersonRecord


class DataSet(ABC):
    """People of one split of a data set, by number.

    Opening one reads or makes its index; a record is made when it is asked for, a picture's pixels
    are read by `core.data.pictures.load_pixels`. Records may be asked for from several processes.

    Attributes:
        id: name of the reader.
        split: name of the split.
    """

    id: str
    split: str

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def _record(self, row: int) -> PersonRecord: ...

    def __getitem__(self, row: int) -> PersonRecord:
        count = len(self)
        if not -count <= row < count:
            raise IndexError(f"{self.id} {self.split} has {count} people, no number {row}")
        return self._record(row % count)

    def __iter__(self) -> Iterator[PersonRecord]:
        return (self._record(row) for row in range(len(self)))
