"""The user's own files (weights, body models, sampling matrices), kept by content in one folder."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from core.errors import InputError
from core.files import file_sha256, write_atomically

HOME_VARIABLE = "MESHLOUPE_HOME"
_SCHEMA = 1


@dataclass(frozen=True)
class StoredFile:
    """One file in the user's folder.

    Attributes:
        name: the name that the user's file had.
        sha256: of its content; the same content is kept once.
        kind: what it is, as in `FileReport.kind`.
        title: the same for people.
        method, preset, variant: which network weights belong to; empty for other kinds.
        added: when, ISO 8601, UTC.
    """

    name: str
    sha256: str
    kind: str
    title: str
    method: str = ""
    preset: str = ""
    variant: str = ""
    added: str = ""

    @property
    def path(self) -> Path:
        """Where it lies."""
        return user_dir() / "files" / f"{self.sha256[:16]}-{self.name}"


def user_dir() -> Path:
    """The folder of the user's files: ``MESHLOUPE_HOME``, else the system's place for data."""
    chosen = os.environ.get(HOME_VARIABLE, "")
    import platformdirs  # a machine that trains need not have it

    return Path(chosen) if chosen else Path(platformdirs.user_data_dir("meshloupe", False))


def list_files(kind: str = "") -> tuple[StoredFile, ...]:
    """Stored files, oldest first, those that have since been deleted left out.

    Raises:
        InputError: the list of files is damaged.
    """
    index = user_dir() / "index.json"
    try:
        rows = json.loads(index.read_text("utf-8"))["files"]
        files = tuple(StoredFile(**row) for row in rows)
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            "the list of your files is damaged",
            path=index,
            cure="delete it and add your files again; they are in the folder beside it",
        ) from error
    return tuple(f for f in files if kind in ("", f.kind) and f.path.is_file())


def store_file(
    path: str | Path,
    *,
    kind: str,
    title: str,
    method: str = "",
    preset: str = "",
    variant: str = "",
) -> StoredFile:
    """Copy a file into the user's folder; the same content replaces its old entry.

    Raises:
        InputError: the file cannot be read.
        OutputError: the folder cannot be written to.
    """
    source = Path(path)
    stored = StoredFile(
        source.name,
        file_sha256(source),
        kind,
        title,
        method,
        preset,
        variant,
        datetime.now(UTC).isoformat(timespec="seconds"),
    )
    if not stored.path.is_file():
        with write_atomically(stored.path) as temporary:
            shutil.copyfile(source, temporary)
    others = [f for f in list_files() if f.sha256 != stored.sha256]
    _write_index((*others, stored))
    return stored


def newest_weights(method: str, preset: str, variant: str) -> StoredFile | None:
    """The user's weights of a network that were added last; None without any."""
    wanted = (method, preset, variant)
    found = [f for f in list_files("weights") if (f.method, f.preset, f.variant) == wanted]
    return found[-1] if found else None


def _write_index(files: tuple[StoredFile, ...]) -> None:
    rows = [asdict(file) for file in files]
    with write_atomically(user_dir() / "index.json") as temporary:
        temporary.write_text(json.dumps({"schema": _SCHEMA, "files": rows}, indent=1), "utf-8")
