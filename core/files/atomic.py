"""Writing a file so that readers see the old one or the whole new one, never half."""

from __future__ import annotations

import errno
import os
import re
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import OutputError

_CHOOSE = "choose a folder that you may write to"
# In the name of every unfinished file of this process, so that what a killed program left can be told
# from what others are writing in the same folder.
RUN = secrets.token_hex(8)
_RUN = re.compile(r"[0-9a-f]{16}")


@contextmanager
def write_atomically(path: str | Path) -> Iterator[Path]:
    """A temporary path to write to; it becomes ``path`` when the block ends without an error.

    The temporary file lies in the same folder and has the same suffix (writers choose a format by
    it). The folder is made if it is missing. After an error nothing is left behind and a file that
    was there before is untouched; what a kill leaves is hidden, and `remove_unfinished` finds it.

    Raises:
        OutputError: the folder cannot be made or written to, or the disk is full.
    """
    target = Path(path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_dir():
            raise OutputError("a folder of this name is in the way", path=target, cure="move it")
        handle, name = tempfile.mkstemp(
            dir=target.parent, prefix=f".{target.stem[:40]}-{RUN}-", suffix=target.suffix
        )
        os.close(handle)
    except OSError as error:
        raise _unwritable(target, error) from error
    temporary = Path(name)
    try:
        yield temporary
        _flush_to_disk(temporary)
        temporary.chmod(0o666 & ~_umask())
        os.replace(temporary, target)
    except OSError as error:
        raise _unwritable(target, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def remove_unfinished(folder: Path, run: str) -> int:
    """Delete what a process that was killed had not finished in a folder; how many files.

    Args:
        folder: that it wrote to; one that is gone or may not be read has nothing to delete.
        run: `RUN` of that process.
    """
    if not _RUN.fullmatch(run):
        return 0
    removed = 0
    try:
        for path in list(folder.iterdir()):
            if path.name.startswith(".") and f"-{run}-" in path.name and path.is_file():
                path.unlink(missing_ok=True)
                removed += 1
    except OSError:
        return removed
    return removed


def _flush_to_disk(path: Path) -> None:
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def _umask() -> int:
    """The process's file mask; it can only be read by setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _unwritable(target: Path, error: OSError) -> OutputError:
    reason = error.strerror or str(error)
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    cure = "free some space there, or choose another disk" if full else _CHOOSE
    return OutputError(f"cannot be written ({reason})", path=target, cure=cure)
