"""The instructions of pickle protocols 0 to 5, over `PickleMachine`. Text of Python 2 is latin-1."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from typing import Any

from core.errors import InputError, UnsafeFileError
from core.files.claims import DAMAGE, checked_key
from core.files.joblib_arrays import array_after, is_wrapper
from core.files.limits import GlobalName, InertObject
from core.files.machine import PickleMachine

_FIRST_STEPS = 2  # bytes; what goes wrong here was never a pickle


def run(machine: PickleMachine) -> Any:
    """The pickled value.

    Raises:
        UnsafeFileError: it asks to run code, or claims too much.
        InputError: it is no pickle, damaged or cut off.
    """
    start = machine.position
    try:
        for _ in range(machine.limits.opcodes):
            code = machine.take(1)
            if code == b".":
                return machine.stack.pop()
            INSTRUCTIONS[code](machine)
    except DAMAGE as error:
        if machine.position - start <= _FIRST_STEPS:
            raise InputError(
                "this is no pickle, nor another layout that MeshLoupe reads",
                cure="get the file from its source again; a download may have saved a web page",
            ) from error
        raise InputError(
            f"the pickle is damaged near byte {machine.position}",
            cure="get the file from its source again",
        ) from error
    raise UnsafeFileError(
        f"the pickle has more than {machine.limits.opcodes} instructions",
        cure="data of this size belongs in a .npz file",
    )


def _global(machine: PickleMachine, module: Any, name: Any) -> None:
    if not isinstance(module, str) or not isinstance(name, str):
        raise TypeError("a name must be text")
    machine.push(GlobalName(module, name))


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
    if is_wrapper(machine.stack[-1]):
        machine.push(array_after(machine, machine.stack.pop()))


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


def _pop(machine: PickleMachine) -> None:
    if machine.stack:
        machine.stack.pop()
    else:
        machine.pop_mark()


def _pop_mark(machine: PickleMachine) -> None:
    machine.pop_mark()


INSTRUCTIONS: dict[bytes, Callable[[PickleMachine], None]] = {
    b"\x80": _protocol,
    b"\x95": _frame,
    b"(": PickleMachine.push_mark,
    b"0": _pop,
    b"1": _pop_mark,
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
