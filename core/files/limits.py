"""How much a file from a stranger may ask for, and what is kept of it as inert records."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from core.errors import UnsafeFileError


@dataclass(frozen=True)
class Limits:
    """Bounds on one file.

    Attributes:
        opcodes: pickle instructions; each makes at most one small object (5 million: about 0.5 GB).
        depth: nesting of containers.
        expansion: bytes that may be made from the file, as a multiple of its size ...
        slack: ... plus this many bytes, so that small files keep some room.
        entries: named tensors or archive members.
        unpacked: bytes of a whole unpacked archive.
    """

    opcodes: int = 5_000_000
    depth: int = 1_000
    expansion: int = 4
    slack: int = 64 * 2**20
    entries: int = 100_000
    unpacked: int = 4 * 2**30


DEFAULT_LIMITS = Limits()


class Budget:
    """Counts the bytes that reading makes beyond what lies in the file itself."""

    def __init__(self, limits: Limits, file_size: int) -> None:
        self._left = limits.expansion * file_size + limits.slack

    def spend(self, size: int) -> None:
        """Account for ``size`` more bytes.

        Raises:
            UnsafeFileError: the file claims more than it could hold.
        """
        self._left -= size
        if size < 0 or self._left < 0:
            raise UnsafeFileError(
                "the file claims far more data than it holds", cure="get it from its source again"
            )


class GlobalName(NamedTuple):
    """A class or function that a pickle names. It is a name only and never looked up."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


@dataclass(eq=False)
class InertObject:
    """What a pickle says about an object of a class that is not rebuilt.

    Attributes:
        module, name: of the class or function that it would have called.
        args: arguments of that call.
        state: what ``__setstate__`` would have received; None if nothing.
        items: what would have been appended.
        entries: what would have been set by key.
    """

    module: str
    name: str
    args: tuple[Any, ...] = ()
    state: Any = None
    items: list[Any] = field(default_factory=list)
    entries: dict[Any, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<inert {self.module}.{self.name}>"

    @property
    def attributes(self) -> dict[str, Any]:
        """The instance's attributes as far as its state is the usual dict (or dict and slots)."""
        parts = self.state if isinstance(self.state, tuple) else (self.state,)
        found: dict[str, Any] = {}
        for part in parts:
            if isinstance(part, dict):
                found.update({key: value for key, value in part.items() if isinstance(key, str)})
        return found
