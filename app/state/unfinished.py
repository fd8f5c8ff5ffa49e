"""Folders that are written to, kept where the next start finds them: a kill leaves files half-written."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from PySide6.QtCore import QLockFile

from core.errors import MeshLoupeError
from core.files.atomic import RUN, remove_unfinished, write_atomically

PREFIX = "writing-"


class Unfinished:
    """Removes what a program that was killed had not finished.

    Args:
        home: folder of the settings, where every running program keeps its own list.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._path = home / f"{PREFIX}{uuid4().hex[:12]}.json"
        self._folders: list[str] = []
        # The lock tells a running program's list from one that a crash left.
        self._lock = QLockFile(_lock_name(self._path))
        self.watch(home)

    def watch(self, folder: Path) -> None:
        """Files are written there from now on."""
        name = str(folder.absolute())
        if name in self._folders:
            return
        self._folders.append(name)
        try:
            self._lock.tryLock(0)
            with write_atomically(self._path) as part:
                part.write_text(json.dumps({"run": RUN, "folders": self._folders}), "utf-8")
        except MeshLoupeError:  # without settings there is no list either
            return

    def end(self) -> None:
        """The program ends as it should: nothing is unfinished."""
        with suppress(OSError):  # a list that could not be written cannot be removed either
            self._path.unlink(missing_ok=True)
        self._lock.unlock()

    def sweep(self) -> int:
        """Delete what killed programs left half-written; how many files."""
        removed = 0
        for path in self._home.glob(f"{PREFIX}*.json"):
            lock = QLockFile(_lock_name(path))
            if path == self._path or not lock.tryLock(0):
                continue
            run, folders = _read(path)
            removed += sum(remove_unfinished(folder, run) for folder in folders)
            path.unlink(missing_ok=True)
            lock.unlock()
        return removed


def _lock_name(path: Path) -> str:
    return f"{path}.lock"


def _read(path: Path) -> tuple[str, tuple[Path, ...]]:
    try:
        data = json.loads(path.read_text("utf-8"))
        return str(data["run"]), tuple(Path(str(folder)) for folder in data["folders"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return "", ()
