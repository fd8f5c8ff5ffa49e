"""What is said of a setting, and what it may be; kept with its field in the schema."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from types import MappingProxyType
from typing import Any, Literal

_KEY = "entry"
Kind = Literal["toggle", "number", "count", "choice", "text", "file", "folder"]


@dataclass(frozen=True)
class Entry:
    """A setting that a person can see.

    Attributes:
        title, tip: words of its row.
        group: heading under which it stands.
        choices: (value, words) where only these are possible.
        span: smallest and largest value of a number.
        pattern: regular expression that a whole text has to fit.
        browse: what is asked for where the text names a file or folder.
    """

    title: str
    tip: str
    group: str
    choices: tuple[tuple[str, str], ...] = ()
    span: tuple[float, float] = (0.0, 1.0)
    pattern: str = ""
    browse: Literal["", "file", "folder"] = ""

    def kind_of(self, default: object) -> Kind:
        """Which control shows a value such as ``default``."""
        if self.choices:
            return "choice"
        if isinstance(default, bool):
            return "toggle"
        if isinstance(default, int):
            return "count"
        return "number" if isinstance(default, float) else self.browse or "text"

    def checked(self, value: object, default: Any) -> Any:
        """``value`` if it has the type of ``default`` and is possible, else ``default``."""
        if isinstance(default, float):
            return self._number(value, default)
        if type(default) is int and type(value) is int:
            return int(min(self.span[1], max(self.span[0], value)))
        if type(value) is not type(default):
            return default
        if self.choices:
            return value if value in dict(self.choices) else default
        fits = not isinstance(value, str) or re.fullmatch(self.pattern or r"[^\0]*", value)
        return value if fits else default

    def _number(self, value: object, default: float) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return default
        if not isinstance(value, int) and not math.isfinite(value):
            return default
        return float(min(self.span[1], max(self.span[0], value)))


def shown(default: Any, title: str, tip: str, group: str, **more: Any) -> Any:
    """A field of the settings that has a row among the preferences."""
    return field(default=default, metadata={_KEY: Entry(title, tip, group, **more)})


def hidden(default: Any) -> Any:
    """A field that the window keeps by itself: it has no row."""
    return field(default=default, metadata={_KEY: None})


def entry_of(declared: Field[Any]) -> Entry | None:
    """What is said of a field; None for a hidden one."""
    return declared.metadata[_KEY]


def entries_of(schema: type) -> Mapping[str, Entry]:
    """The fields of a schema that have a row, by name, in the order declared."""
    found = {f.name: entry_of(f) for f in fields(schema)}
    return MappingProxyType({name: entry for name, entry in found.items() if entry is not None})
