"""What is measured already: the folder of an evaluation, safe against kills and shared by shards.

``run.json`` says what is measured; ``people/*.jsonl`` hold a line for each person, a new file for each
run, so that nobody ever writes into another's file; ``predictions/*.npz`` hold hands for a submission.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError, OutputError
from core.files import write_atomically
from core.files.inert import read_npz
from core.metrics.person_errors import SUFFIX, PersonErrors, read_person_errors
from core.metrics.result_file import ROWS_FOLDER
from core.pipeline.shards import Shard

RUN_NAME = "run.json"
PREDICTIONS = "predictions"


class EvaluationStore:
    """Persons of one evaluation.

    Args:
        folder: of the evaluation; made if it is missing.
        wanted: everything that decides its numbers, as plain values.
        count: people of the split.
        shard: whose file this run writes.

    Raises:
        InputError: the folder holds another evaluation.
        OutputError: it cannot be written.
    """

    def __init__(
        self, folder: Path, wanted: Mapping[str, Any], count: int, shard: Shard | None = None
    ) -> None:
        self.folder = folder
        self._count, self._shard = count, shard or Shard()
        self._stream = -1
        self._claim_folder(wanted)

    def _claim_folder(self, wanted: Mapping[str, Any]) -> None:
        path = self.folder / RUN_NAME
        mine = json.loads(json.dumps(wanted))
        # Looked at first: another shard writes the file below before its first person.
        has_people = self.people_folder.is_dir() and any(self.people_folder.glob(f"*{SUFFIX}"))
        if path.is_file():
            try:
                theirs = json.loads(path.read_text("utf-8"))
            except (OSError, ValueError):
                theirs = {}
            if theirs != mine:
                keys = sorted(k for k in {*mine, *theirs} if mine.get(k) != theirs.get(k))
                raise InputError(
                    f"holds another evaluation (other: {', '.join(keys)})",
                    path=self.folder,
                    cure="give another folder with --out, or delete this one",
                )
            return
        if has_people:
            raise InputError(
                f"holds people but no {RUN_NAME}",
                path=self.folder,
                cure="give another folder with --out, or delete this one",
            )
        with write_atomically(path) as temporary:
            text = json.dumps(mine, ensure_ascii=False, indent=1, sort_keys=True)
            temporary.write_text(text + "\n", "utf-8")

    @property
    def people_folder(self) -> Path:
        """Where the lines are."""
        return self.folder / ROWS_FOLDER

    def persons(self) -> Iterator[PersonErrors]:
        """Every person that was measured, in no order; repeats are the same person measured again."""
        if self.people_folder.is_dir():
            yield from read_person_errors(self.people_folder)

    def done(self, *, failures: bool = False, with_predictions: bool = False) -> NDArray[np.bool_]:
        """(count,) who has been measured.

        Args:
            failures: count those as well who could not be; a run tries them again.
            with_predictions: only those whose predictions are kept.
        """
        done = np.zeros(self._count, bool)
        failed = np.zeros(self._count, bool)
        for person in self.persons():
            if 0 <= person.row < self._count:
                (failed if person.failure else done)[person.row] = True
        if with_predictions:
            kept = np.zeros(self._count, bool)
            for path in self._parts():
                kept[read_npz(path)["row"]] = True
            done &= kept
        return done | failed if failures else done

    def add(self, persons: Sequence[PersonErrors]) -> None:
        """Keep these persons for good: they are on the disk when this returns."""
        data = "".join(f"{person.line()}\n" for person in persons).encode()
        try:
            if self._stream < 0:
                self._stream = self._new_file()
            written = 0
            while written < len(data):
                written += os.write(self._stream, data[written:])
            os.fsync(self._stream)
        except OSError as error:
            raise OutputError(
                f"cannot be written ({error.strerror})",
                path=self.people_folder,
                cure="free some space, then run the same command again: it goes on",
            ) from error

    def _new_file(self) -> int:
        self.people_folder.mkdir(parents=True, exist_ok=True)
        shard = f"{self._shard.index + 1}of{self._shard.count}"
        name = f"{shard}-{secrets.token_hex(4)}{SUFFIX}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        return os.open(self.people_folder / name, flags, 0o666)

    def add_predictions(
        self, rows: Sequence[int], joints: NDArray[np.floating], vertices: NDArray[np.floating]
    ) -> None:
        """Keep the joints (B, K, 3) and vertices (B, V, 3), metres, of these rows."""
        path = self.folder / PREDICTIONS / f"{min(rows):08d}-{secrets.token_hex(4)}.npz"
        with write_atomically(path) as temporary, temporary.open("wb") as stream:
            np.savez(
                stream,
                row=np.asarray(rows, np.int64),
                joints=joints.astype(np.float32),
                vertices=vertices.astype(np.float32),
            )

    def predictions(self) -> Iterator[tuple[int, NDArray[np.float32], NDArray[np.float32]]]:
        """Row, joints and vertices, in the order of the rows; the first one of repeats."""
        where: dict[int, tuple[Path, int]] = {}
        for path in self._parts():
            for place, row in enumerate(read_npz(path)["row"].tolist()):
                where.setdefault(int(row), (path, place))
        open_path, arrays = Path(), {}
        for row in sorted(where):
            path, place = where[row]
            if path != open_path:
                open_path, arrays = path, read_npz(path)
            yield row, arrays["joints"][place], arrays["vertices"][place]

    def _parts(self) -> list[Path]:
        return sorted((self.folder / PREDICTIONS).glob("[0-9]*.npz"))

    def close(self) -> None:
        """End this run's file; closing twice is harmless."""
        if self._stream >= 0:
            os.close(self._stream)
            self._stream = -1

    def __enter__(self) -> EvaluationStore:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
