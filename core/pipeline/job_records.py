"""What a job remembers beside its results: what is done, who works on what, which frames are ready.

Everything lies in one folder inside the output folder, so that machines which share it agree, and
every file in it appears whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import socket
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.errors import OutputError
from core.export.naming import output_name
from core.files.atomic import write_atomically

RECORDS_FOLDER = ".meshloupe"
# A worker of another machine that did not sign for so long is taken for lost.
LOST_AFTER_S = 600.0
SIGN_EVERY_S = 15.0


def fingerprint(values: Mapping[str, Any]) -> str:
    """Hash of everything that decides a result, given as plain values."""
    text = json.dumps(values, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def file_state(path: Path | None) -> tuple[int, int] | None:
    """(bytes, modification time): another state means another content."""
    if path is None:
        return None
    status = path.stat()
    return status.st_size, status.st_mtime_ns


@dataclass(frozen=True)
class DoneRecord:
    """One finished input and method.

    Attributes:
        fingerprint: of what decided it.
        files: names of the files in the output folder.
        frames: how many frames it had.
    """

    fingerprint: str
    files: tuple[str, ...]
    frames: int


class ItemRecords:
    """Records of one input and one method.

    Args:
        out: output folder.
        source: the input file.
        method: method id.
        wanted: fingerprint of what is asked for now.
    """

    def __init__(self, out: Path, source: Path, method: str, wanted: str) -> None:
        folder = out / RECORDS_FOLDER
        self.out, self.wanted = out, wanted
        self.frames_folder = folder / output_name(source.name, method, "frames")
        self._done = folder / output_name(source.name, method, "done.json")
        self._claim = folder / output_name(source.name, method, "claim")
        self._token = ""
        self._signed = 0.0

    def done(self) -> DoneRecord | None:
        """What was finished with the same wishes, if all its files are still there."""
        try:
            content = json.loads(self._done.read_text("utf-8"))
            record = DoneRecord(
                str(content["fingerprint"]), tuple(content["files"]), int(content["frames"])
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None
        whole = all((self.out / name).is_file() for name in record.files)
        return record if record.fingerprint == self.wanted and whole else None

    def finish(self, files: tuple[Path, ...], frames: int) -> None:
        """Everything is written; the frames kept for resuming are not needed any more."""
        record = DoneRecord(self.wanted, tuple(path.name for path in files), frames)
        with write_atomically(self._done) as temporary:
            temporary.write_text(json.dumps(asdict(record)), "utf-8")
        shutil.rmtree(self.frames_folder, ignore_errors=True)

    def forget(self) -> None:
        """Do it all anew."""
        self._done.unlink(missing_ok=True)
        shutil.rmtree(self.frames_folder, ignore_errors=True)

    def claim(self) -> bool:
        """Take the item for this process; False if another, living one works on it."""
        self._claim.parent.mkdir(parents=True, exist_ok=True)
        for _ in range(3):
            if self._make_claim():
                return True
            holder = _read_claim(self._claim)
            if holder is None:
                continue  # let go of meanwhile
            if _is_alive(holder, self._claim):
                return False
            self._clear(str(holder.get("token", "")))
        return False

    def sign(self) -> None:
        """Show that this process still works on it."""
        now = time.monotonic()
        if self._token and now - self._signed > SIGN_EVERY_S:
            self._signed = now
            try:
                os.utime(self._claim)
            except FileNotFoundError:
                raise OutputError(
                    "another process has taken this work over",
                    path=self._claim,
                    cure="let it finish, or stop it and run the command again",
                ) from None

    def release(self) -> None:
        """Let others have it; harmless if it is not ours."""
        holder = _read_claim(self._claim)
        if self._token and holder is not None and holder.get("token") == self._token:
            self._claim.unlink(missing_ok=True)
        self._token = ""

    def _make_claim(self) -> bool:
        token = secrets.token_hex(8)
        content = {"host": socket.gethostname(), "pid": os.getpid(), "token": token}
        try:
            with self._claim.open("x", encoding="utf-8") as stream:
                stream.write(json.dumps(content))
        except FileExistsError:
            return False
        except OSError as error:
            raise OutputError(
                f"cannot be written ({error.strerror})",
                path=self._claim,
                cure="choose another folder with --out",
            ) from None
        self._token, self._signed = token, time.monotonic()
        return True

    def _clear(self, token: str) -> None:
        """Take a lost worker's claim away, unless somebody else did so and made a new one."""
        aside = self._claim.with_name(f"{self._claim.name}.{secrets.token_hex(4)}")
        try:
            os.replace(self._claim, aside)
        except FileNotFoundError:
            return
        moved = _read_claim(aside)
        if moved is not None and moved.get("token", "") != token and not self._claim.exists():
            os.replace(aside, self._claim)
            return
        aside.unlink(missing_ok=True)


def _read_claim(path: Path) -> dict[str, Any] | None:
    try:
        content = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _is_alive(holder: dict[str, Any], path: Path) -> bool:
    """Whether the claim's process lives (same machine) or has signed lately (another one)."""
    try:
        age = time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return False
    pid = holder.get("pid")
    if holder.get("host") == socket.gethostname() and isinstance(pid, int):
        return pid != os.getpid() and _runs(pid)
    return age < LOST_AFTER_S


def _runs(pid: int) -> bool:
    if os.name == "nt":
        return _runs_on_windows(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _runs_on_windows(pid: int) -> bool:
    import ctypes

    query_limited_information = 0x1000
    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined]
    handle = kernel.OpenProcess(query_limited_information, False, pid)
    if not handle:
        return False
    kernel.CloseHandle(handle)
    return True
