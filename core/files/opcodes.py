"""A pickle machine that builds plain values and inert records, and calls nothing.

It interprets the instructions of protocols 0 to 5 by itself. A name in the file stays a
`GlobalName`; a call stays an `InertObject`, except for the few constructors of plain data that
`core.files.recipes` rebuilds with its own code. Nothing is ever imported or looked up by name.
Text of Python 2 pickles is read as latin-1, which keeps bytes and text apart by their users.
"""

from __future__ import annotations

import codecs
import struct
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from core.errors import InputError, UnsafeFileError
from core.files.hostile import is_hostile
from core.files.limits import DEFAULT_LIMITS, Budget, GlobalName, InertObject, Limits

Recipe = Callable[["PickleMachine", tuple[Any, ...]], Any]
PersistentLoad = Callable[[Any], Any]

# What damaged instructions run into; every one becomes a clear error with the file's name.
DAMAGE = (
    IndexError,
    KeyError,
    TypeError,
    ValueError,
    OverflowError,
    AttributeError,
    struct.error,
)


class PickleMachine:
    """Reads one pickle out of ``data``.

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

    def run(self) -> Any:
        """The pickled value.

        Raises:
            UnsafeFileError: it asks to run code, or claims too much.
            InputError: it is no pickle, damaged or cut off.
        """
        try:
            for _ in range(self.limits.opcodes):
                code = self.take(1)
                if code == b".":
                    return self.stack.pop()
                INSTRUCTIONS[code](self)
        except DAMAGE as error:
            raise InputError(
                f"the pickle is damaged near byte {self.position}",
                cure="get the file from its source again",
            ) from error
        raise UnsafeFileError(
            f"the pickle has more than {self.limits.opcodes} instructions",
            cure="data of this size belongs in a .npz file",
        )

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
            set_array_state(self, target, state)
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


def checked_key(key: Any) -> Any:
    """``key`` if it is a harmless dictionary key.

    Deep or widely shared tuples would take endless time to hash, and so would chosen big integers.
    """
    pending, seen = [key], 0
    while pending:
        item = pending.pop()
        seen += 1
        if isinstance(item, (tuple, frozenset)) and not isinstance(item, GlobalName):
            if seen > 64 or len(item) > 64:
                raise UnsafeFileError("a dictionary key is too large", cure="do not use this file")
            pending.extend(item)
        elif isinstance(item, int) and item.bit_length() > 64:
            raise UnsafeFileError("a dictionary key is too large", cure="do not use this file")
    return key


def set_array_state(machine: PickleMachine, array: np.ndarray, state: Any) -> None:
    """Fill a rebuilt array, after every claim about it has been checked."""
    shape, dtype, fortran, raw = state[-4:]
    if isinstance(raw, str):
        raw = raw.encode("latin-1")
    if not isinstance(dtype, np.dtype) or dtype.fields is not None or dtype.subdtype is not None:
        raise UnsafeFileError("arrays of records are not read", cure="save plain arrays instead")
    checked_count(shape, dtype, raw)
    machine.budget.spend(8 * len(raw) if dtype.hasobject else len(raw))
    array.__setstate__((1, shape, dtype, bool(fortran), raw))


def checked_count(shape: Any, dtype: np.dtype, raw: Any) -> int:
    """Number of entries of ``shape``, if ``raw`` (bytes, or a list of objects) holds just as many."""
    if not isinstance(shape, tuple) or len(shape) > 32:
        raise ValueError("bad shape")
    count = 1
    for side in shape:
        if not isinstance(side, int) or not 0 <= side < 2**40:
            raise ValueError("bad shape")
        count *= side
    if dtype.hasobject:
        fits = dtype == np.dtype(object) and isinstance(raw, list) and len(raw) == count
    else:
        fits = isinstance(raw, (bytes, bytearray)) and len(raw) == count * dtype.itemsize
    if not fits:
        raise UnsafeFileError(
            f"an array claims the shape {shape} but the file holds another amount of data",
            cure="get the file from its source again",
        )
    return count


def set_dtype_state(dtype: np.dtype, state: Any) -> None:
    """Set the byte order of a rebuilt plain dtype; record layouts are refused."""
    order, subdtype, names, fields = state[1:5]
    plain = subdtype is None and not names and not fields
    if not plain or order not in ("<", ">", "|", "="):
        raise UnsafeFileError("arrays of records are not read", cure="save plain arrays instead")
    if dtype.kind in "biufc":
        dtype.__setstate__((3, order, None, None, None, -1, -1, 0))
    elif order == ">":
        raise UnsafeFileError("big-endian text is not read", cure="save it on a usual machine")


def _global(machine: PickleMachine, module: Any, name: Any) -> None:
    if not isinstance(module, str) or not isinstance(name, str):
        raise TypeError("a name must be text")
    machine.push(GlobalName(module, name))


# ------------------------------------------------------------ the instructions


def _text_int(machine: PickleMachine) -> None:
    text = machine.line()
    machine.push({b"00": False, b"01": True}[text] if text in (b"00", b"01") else int(text))


def _text_long(machine: PickleMachine) -> None:
    machine.push(int(machine.line().rstrip(b"L")))


def _text_string(machine: PickleMachine) -> None:
    text = machine.line().strip()
    if len(text) < 2 or text[:1] not in b"'\"" or text[:1] != text[-1:]:
        raise ValueError("bad text")
    machine.push(codecs.escape_decode(text[1:-1])[0].decode("latin-1"))


def _long(layout: str) -> Callable[[PickleMachine], None]:
    def instruction(machine: PickleMachine) -> None:
        raw = machine.take(machine.number(layout))
        machine.push(int.from_bytes(raw, "little", signed=True))

    return instruction


def _bytes(layout: str) -> Callable[[PickleMachine], None]:
    return lambda machine: machine.push(machine.take(machine.number(layout)))


def _text(layout: str, encoding: str, errors: str = "strict") -> Callable[[PickleMachine], None]:
    def instruction(machine: PickleMachine) -> None:
        machine.push(machine.take(machine.number(layout)).decode(encoding, errors))

    return instruction


def _tuple_of(count: int) -> Callable[[PickleMachine], None]:
    def instruction(machine: PickleMachine) -> None:
        if len(machine.stack) < count:
            raise IndexError("stack too short")
        items = tuple(machine.stack[-count:])
        del machine.stack[-count:]
        machine.push(items)

    return instruction


def _dict(machine: PickleMachine) -> None:
    flat, made = machine.pop_mark(), {}
    machine.set_entries(made, flat)
    machine.push(made)


def _frozenset(machine: PickleMachine) -> None:
    machine.push(frozenset(checked_key(item) for item in machine.pop_mark()))


def _put(index: Callable[[PickleMachine], int]) -> Callable[[PickleMachine], None]:
    def instruction(machine: PickleMachine) -> None:
        machine.memo[index(machine)] = machine.stack[-1]

    return instruction


def _get(index: Callable[[PickleMachine], int]) -> Callable[[PickleMachine], None]:
    return lambda machine: machine.push(machine.memo[index(machine)])


def _memoize(machine: PickleMachine) -> None:
    machine.memo[len(machine.memo)] = machine.stack[-1]


def _append(machine: PickleMachine) -> None:
    item = machine.stack.pop()
    machine.append(machine.stack[-1], [item])


def _appends(machine: PickleMachine) -> None:
    items = machine.pop_mark()
    machine.append(machine.stack[-1], items)


def _set_item(machine: PickleMachine) -> None:
    value, key = machine.stack.pop(), machine.stack.pop()
    machine.set_entries(machine.stack[-1], [key, value])


def _set_items(machine: PickleMachine) -> None:
    flat = machine.pop_mark()
    machine.set_entries(machine.stack[-1], flat)


def _text_global(machine: PickleMachine) -> None:
    _global(machine, machine.line().decode("utf-8"), machine.line().decode("utf-8"))


def _stack_global(machine: PickleMachine) -> None:
    name, module = machine.stack.pop(), machine.stack.pop()
    _global(machine, module, name)


def _reduce(machine: PickleMachine) -> None:
    args, target = machine.stack.pop(), machine.stack.pop()
    machine.push(machine.call(target, args))


def _build(machine: PickleMachine) -> None:
    state = machine.stack.pop()
    machine.build(machine.stack[-1], state)


def _inst(machine: PickleMachine) -> None:
    name = GlobalName(machine.line().decode("utf-8"), machine.line().decode("utf-8"))
    machine.push(machine.call(name, tuple(machine.pop_mark())))


def _obj(machine: PickleMachine) -> None:
    target, *args = machine.pop_mark()
    machine.push(machine.call(target, tuple(args)))


def _newobj_ex(machine: PickleMachine) -> None:
    keywords, args, target = (machine.stack.pop() for _ in range(3))
    made = machine.call(target, args)
    if isinstance(made, InertObject) and isinstance(keywords, dict):
        made.entries.update(keywords)
    machine.push(made)


def _persistent(machine: PickleMachine, identity: Any) -> None:
    if machine.persistent_load is None:
        raise InputError(
            "the pickle refers to data outside of it", cure="give the file that torch.save wrote"
        )
    machine.push(machine.persistent_load(identity))


def _protocol(machine: PickleMachine) -> None:
    if machine.number("<B") > 5:
        raise ValueError("unknown pickle protocol")


def _frame(machine: PickleMachine) -> None:
    if machine.number("<Q") > machine.size - machine.position:
        raise InputError("the file ends in the middle of its data", cure="copy it again")


def _constant(value: Any) -> Callable[[PickleMachine], None]:
    return lambda machine: machine.push(value)


INSTRUCTIONS: dict[bytes, Callable[[PickleMachine], None]] = {
    b"\x80": _protocol,
    b"\x95": _frame,
    b"(": PickleMachine.push_mark,
    b"0": lambda m: m.stack.pop() if m.stack else m.pop_mark(),
    b"1": lambda m: m.pop_mark(),
    b"2": lambda m: m.push(m.stack[-1]),
    b"N": _constant(None),
    b"\x88": _constant(True),
    b"\x89": _constant(False),
    b"I": _text_int,
    b"L": _text_long,
    b"F": lambda m: m.push(float(m.line())),
    b"G": lambda m: m.push(m.number(">d")),
    b"J": lambda m: m.push(m.number("<i")),
    b"K": lambda m: m.push(m.number("<B")),
    b"M": lambda m: m.push(m.number("<H")),
    b"\x8a": _long("<B"),
    b"\x8b": _long("<i"),
    b"S": _text_string,
    b"T": _text("<i", "latin-1"),
    b"U": _text("<B", "latin-1"),
    b"V": lambda m: m.push(m.line().decode("raw-unicode-escape")),
    b"X": _text("<I", "utf-8", "surrogatepass"),
    b"\x8c": _text("<B", "utf-8", "surrogatepass"),
    b"\x8d": _text("<Q", "utf-8", "surrogatepass"),
    b"B": _bytes("<I"),
    b"C": _bytes("<B"),
    b"\x8e": _bytes("<Q"),
    b"\x96": lambda m: m.push(bytearray(m.take(m.number("<Q")))),
    b")": _constant(()),
    b"t": lambda m: m.push(tuple(m.pop_mark())),
    b"\x85": _tuple_of(1),
    b"\x86": _tuple_of(2),
    b"\x87": _tuple_of(3),
    b"]": lambda m: m.push([]),
    b"l": lambda m: m.push(m.pop_mark()),
    b"a": _append,
    b"e": _appends,
    b"}": lambda m: m.push({}),
    b"d": _dict,
    b"s": _set_item,
    b"u": _set_items,
    b"\x8f": lambda m: m.push(set()),
    b"\x90": _appends,
    b"\x91": _frozenset,
    b"p": _put(lambda m: int(m.line())),
    b"q": _put(lambda m: m.number("<B")),
    b"r": _put(lambda m: m.number("<I")),
    b"\x94": _memoize,
    b"g": _get(lambda m: int(m.line())),
    b"h": _get(lambda m: m.number("<B")),
    b"j": _get(lambda m: m.number("<I")),
    b"c": _text_global,
    b"\x93": _stack_global,
    b"R": _reduce,
    b"b": _build,
    b"i": _inst,
    b"o": _obj,
    b"\x81": _reduce,
    b"\x92": _newobj_ex,
    b"P": lambda m: _persistent(m, m.line().decode("latin-1")),
    b"Q": lambda m: _persistent(m, m.stack.pop()),
}
