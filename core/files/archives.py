"""Checked reading of zip archives: nothing is unpacked to disk, and no claim is believed."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from pathlib import Path
from types import TracebackType

from core.errors import InputError, UnsafeFileError
from core.files.limits import DEFAULT_LIMITS, Limits

_LOCAL_HEADER = 30  # bytes of a member's header before its name
_GENTLE_RATIO = 200  # arrays of zeros shrink further, but small ones only
_SMALL = 64 * 2**20
# What the standard reader of archives runs into when one is damaged.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    LookupError,
    OverflowError,
    RuntimeError,
)


class CheckedZip:
    """A zip archive whose table of contents has been checked against zip bombs and odd names.

    Raises:
        InputError: it is no zip archive, or a damaged one.
        UnsafeFileError: it claims to unpack to far more than it holds, or has hostile names.
    """

    def __init__(self, path: str | Path, limits: Limits = DEFAULT_LIMITS) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except OSError as error:
            raise InputError(f"cannot be read ({error.strerror or error})", path=path) from error
        except _DAMAGE as error:
            raise InputError(
                "the archive is damaged or cut off", path=path, cure="download or copy it again"
            ) from error
        try:
            self.members = self._checked_members(Path(path), limits)
        except UnsafeFileError:
            self._zip.close()
            raise

    def _checked_members(self, path: Path, limits: Limits) -> dict[str, zipfile.ZipInfo]:
        members: dict[str, zipfile.ZipInfo] = {}
        size = path.stat().st_size
        packed = unpacked = 0
        for info in self._zip.infolist():
            name = info.filename
            if name in members or name.startswith("/") or "\\" in name or ":" in name:
                raise UnsafeFileError(f"odd member name {name!r}", path=path, cure="do not use it")
            if ".." in name.split("/") or not name.isprintable():
                raise UnsafeFileError(f"odd member name {name!r}", path=path, cure="do not use it")
            members[name] = info
            packed += info.compress_size
            unpacked += info.file_size
        bomb = unpacked > max(_SMALL, _GENTLE_RATIO * size) or unpacked > max(limits.unpacked, size)
        if bomb or packed > size or len(members) > limits.entries:
            raise UnsafeFileError(
                f"the archive claims {unpacked} bytes in {len(members)} members but has {size} bytes",
                path=path,
                cure="do not use this file",
            )
        return members

    def read(self, name: str) -> bytes:
        """One member, unpacked; never more than its checked size."""
        info = self.members[name]
        try:
            with self._zip.open(info) as stream:
                data = stream.read(info.file_size + 1)
        except _DAMAGE as error:
            raise InputError(
                f"member {name} of the archive is damaged", cure="download or copy it again"
            ) from error
        if len(data) != info.file_size:
            raise UnsafeFileError(f"member {name} has another size than claimed")
        return data

    def stored_span(self, name: str, data: bytes) -> tuple[int, int] | None:
        """(start, stop) of an uncompressed member in the file's own bytes; None if compressed."""
        info = self.members[name]
        if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1:
            return None
        head = bytes(data[info.header_offset : info.header_offset + _LOCAL_HEADER])
        if len(head) < _LOCAL_HEADER or head[:4] != b"PK\x03\x04":
            raise InputError(f"member {name} of the archive is damaged")
        names = int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
        start = info.header_offset + _LOCAL_HEADER + names
        stop = start + info.file_size
        if stop > len(data):
            raise InputError(f"member {name} of the archive is cut off", cure="download it again")
        return start, stop

    def __enter__(self) -> CheckedZip:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._zip.close()
