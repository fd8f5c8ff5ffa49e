"""The state of a pickle being read, and what its calls and states become: plain values or records.

A name in the file stays a `GlobalName`; a call stays an `InertObject`, except for the few
constructors of plain data that `core.files.recipes` rebuilds with its own code. Nothing is ever
imported or looked up by name. `core.files.instructions` runs it.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from core.errors import InputError, UnsafeFileError
from core.files.claims import checked_key, set_array_state, set_dtype_state
from core.files.hostile import is_hostile
from core.files.limits import DEFAULT_LIMITS, Budget, GlobalName, InertObject, Limits

Recipe = Callable[["PickleMachine", tuple[Any, ...]], Any]
PersistentLoad = Callable[[Any], Any]


class PickleMachine:
    """One pickle in ``data``; start it with `core.files.instructions.run`.

    Args:
        data: the bytes of the file (or a memory map of it).
        start: where the pickle begins.
        recipes: constructors of plain data, by name.
        persistent_load: what stands for the file's persistent ids; none are accepted by default.
        budget: shared count of made bytes.
        limits: bounds.

    Attributes:
        position: the byte after the last one read.
        foreign: names of classes and functions that stayed inert calls, in order of appearance.
    """

    def __init__(
        self,
        data: Any,
        *,
        start: int = 0,
        recipes: Mapping[GlobalName, Recipe],
        persistent_load: PersistentLoad | None = None,
        budget: Budget | None = None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self.data = data
        self.size = len(data)
        self.position = start
        self.recipes = recipes
        self.persistent_load = persistent_load
        self.limits = limits
        self.budget = budget or Budget(limits, self.size)
        self.foreign: dict[GlobalName, None] = {}
        self.stack: list[Any] = []
        self.groups: list[list[Any]] = []
        self.memo: dict[int, Any] = {}

    # ------------------------------------------------------------ reading bytes

    def take(self, count: int) -> bytes:
        """The next ``count`` bytes; never more than the file holds."""
        end = self.position + count
        if count < 0 or end > self.size:
            raise InputError(
                "the file ends in the middle of its data", cure="download or copy it again"
            )
        chunk = bytes(self.data[self.position : end])
        self.position = end
        return chunk

    def number(self, layout: str) -> int:
        """A fixed-size number, by its ``struct`` layout."""
        value: int = struct.unpack(layout, self.take(struct.calcsize(layout)))[0]
        return value

    def line(self) -> bytes:
        """The next text line without its end."""
        end = self.data.find(b"\n", self.position)
        if end < 0:
            raise InputError(
                "the file ends in the middle of its data", cure="download or copy it again"
            )
        text = bytes(self.data[self.position : end])
        self.position = end + 1
        return text

    # -------------------------------------------------------------- the stack

    def push_mark(self) -> None:
        """Begin a group: a stack of its own, so that nothing can reach below the mark."""
        self.groups.append(self.stack)
        self.stack = []

    def pop_mark(self) -> list[Any]:
        """End the group and give its values."""
        items, self.stack = self.stack, self.groups.pop()
        return items

    def push(self, value: Any) -> None:
        """Put a value on the stack."""
        self.stack.append(value)

    # -------------------------------------------------------------- building

    def call(self, target: Any, args: Any) -> Any:
        """What stands for ``target(*args)``: a rebuilt plain value or an inert record."""
        if not isinstance(args, tuple):
            raise TypeError("arguments must be a tuple")
        if not isinstance(target, GlobalName):
            return InertObject("", repr(target), args)
        recipe = self.recipes.get(target)
        if recipe is not None:
            return recipe(self, args)
        if is_hostile(target):
            raise UnsafeFileError(
                f"the file asks to run {target}; nothing was run",
                cure="do not use this file, and tell whoever gave it to you",
            )
        self.foreign[target] = None
        return InertObject(target.module, target.name, args)

    def build(self, target: Any, state: Any) -> None:
        """What stands for ``target.__setstate__(state)``."""
        if isinstance(target, InertObject):
            target.state = state
        elif isinstance(target, np.ndarray):
            set_array_state(self.budget, target, state)
        elif isinstance(target, np.dtype):
            set_dtype_state(target, state)
        elif not isinstance(target, dict):  # e.g. OrderedDict._metadata of a state dict: not data
            raise TypeError("this value takes no state")

    def append(self, target: Any, items: list[Any]) -> None:
        """What stands for ``target.extend(items)``."""
        if isinstance(target, list):
            target.extend(items)
        elif isinstance(target, set):
            target.update(checked_key(item) for item in items)
        elif isinstance(target, InertObject):
            target.items.extend(items)
        else:
            raise TypeError("this value takes no items")

    def set_entries(self, target: Any, flat: list[Any]) -> None:
        """What stands for ``target[key] = value`` over ``key, value, key, value, ...``."""
        entries = target.entries if isinstance(target, InertObject) else target
        if not isinstance(entries, dict) or len(flat) % 2:
            raise TypeError("this value takes no entries")
        for key, value in zip(flat[::2], flat[1::2], strict=True):
            entries[checked_key(key)] = value
