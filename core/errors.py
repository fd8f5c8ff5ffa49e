"""The errors a person can cause, each with what went wrong, where, and the cure.

Everything the program shows to a person as a failure is one of these; any other exception is a
defect of ours. ``str(error)`` is one line, ready for a terminal or a status bar.
"""

from __future__ import annotations

from pathlib import Path


class MeshLoupeError(Exception):
    """Base of all expected failures.

    Args:
        what: what went wrong, without a full stop.
        path: the file or folder concerned, if any; it leads the message.
        cure: what the person can do about it, as a sentence without a full stop.
    """

    def __init__(self, what: str, *, path: str | Path | None = None, cure: str = "") -> None:
        self.what = what
        self.path = None if path is None else str(path)
        self.cure = cure
        where = "" if self.path is None else f"{self.path}: "
        advice = "" if not cure else f"; {cure}"
        super().__init__(f"{where}{what}{advice}")


class InputError(MeshLoupeError):
    """A picture, video, joint file or argument that cannot be used."""


class UnsafeFileError(InputError):
    """A file that asks to run code, or claims sizes that it cannot have; nothing of it was executed."""


class WeightsError(MeshLoupeError):
    """Weights that are missing, broken or made for another method."""


class BodyError(MeshLoupeError):
    """A body model that is missing, broken or of the wrong kind for the method."""


class DeviceError(MeshLoupeError):
    """A computing device that is not there or ran out of memory."""


class OutputError(MeshLoupeError):
    """A result that could not be written, or did not read back equal."""


class Cancelled(MeshLoupeError):
    """The person stopped the work; nothing is wrong."""
