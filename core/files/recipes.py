"""The constructors of plain data that a pickle may name, rebuilt with our own code.

Each recipe checks its arguments and makes a plain Python or numpy value. Classes whose instances
are filled later (scipy's sparse matrices, chumpy's arrays) stay inert while reading and are turned
into arrays by `settle` at the end.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import Any

import numpy as np

from core.errors import InputError, UnsafeFileError
from core.files.claims import DAMAGE, checked_count, checked_key
from core.files.limits import Budget, GlobalName, InertObject, Limits
from core.files.machine import PickleMachine, Recipe

_PLAIN_DTYPE = re.compile(
    r"[<>|=]?(\?|b1|[iu][1248]|f[248]|c8|c16|O[48]?|[SV]\d{1,6}|U\d{1,6}|"
    r"bool|u?int(8|16|32|64)|float(16|32|64)|complex(64|128)|object)"
)


def _array(_machine: PickleMachine, _args: tuple[Any, ...]) -> Any:
    """An empty array that its state fills; the claims made here are not used."""
    return np.empty(0, np.uint8)


def _dtype(_machine: PickleMachine, args: tuple[Any, ...]) -> Any:
    code = args[0]
    if isinstance(code, GlobalName):  # numpy.dtype(numpy.float32)
        code = code.name
    if not isinstance(code, str) or not _PLAIN_DTYPE.fullmatch(code):
        raise UnsafeFileError(
            "an array has a data type that is not read", cure="save plain number arrays instead"
        )
    return np.dtype(np.dtype(code), copy=True)


def _scalar(_machine: PickleMachine, args: tuple[Any, ...]) -> Any:
    dtype, raw = args[0], args[1] if len(args) > 1 else None
    if isinstance(raw, str):
        raw = raw.encode("latin-1")
    if not isinstance(dtype, np.dtype) or not isinstance(raw, bytes):
        raise TypeError("bad scalar")
    if dtype.hasobject:
        return raw
    checked_count((), dtype, raw)
    return np.frombuffer(raw, dtype)[0]


def _from_buffer(machine: PickleMachine, args: tuple[Any, ...]) -> Any:
    """Arrays of pickle protocol 5: (bytes, dtype, shape, order)."""
    raw, dtype, shape, order = args
    if not isinstance(dtype, np.dtype) or dtype.hasobject or dtype.fields is not None:
        raise UnsafeFileError("arrays of records are not read", cure="save plain arrays instead")
    checked_count(shape, dtype, raw)
    machine.budget.spend(len(raw))
    flat = np.frombuffer(bytes(raw), dtype).copy()
    return flat.reshape(shape, order="F" if order == "F" else "C")


def _encode(machine: PickleMachine, args: tuple[Any, ...]) -> Any:
    """Bytes of Python 3 in the old protocols: ``_codecs.encode(text, "latin1")``."""
    text, encoding = args
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1", "utf-8"):
        raise TypeError("bad text")
    machine.budget.spend(len(text))
    return text.encode(encoding)


def _raw_bytes(machine: PickleMachine, args: tuple[Any, ...]) -> Any:
    if not args:
        return b""
    if isinstance(args[0], str):
        return _encode(machine, (args[0], args[1] if len(args) > 1 else "latin-1"))
    if not isinstance(args[0], (bytes, bytearray)):
        raise TypeError("bad bytes")
    machine.budget.spend(len(args[0]))
    return bytearray(args[0])


def _copy_of(kind: type) -> Recipe:
    def recipe(machine: PickleMachine, args: tuple[Any, ...]) -> Any:
        items = args[0] if args else ()
        if not isinstance(items, (list, tuple, set, frozenset)):
            raise TypeError("bad container")
        machine.budget.spend(64 * len(items))
        return kind(checked_key(i) for i in items) if kind in (set, frozenset) else kind(items)

    return recipe


def _dict(machine: PickleMachine, args: tuple[Any, ...]) -> Any:
    """OrderedDict, dict, Counter and defaultdict; a default factory is forgotten."""
    made: OrderedDict[Any, Any] = OrderedDict()
    source = next((arg for arg in args if isinstance(arg, (list, tuple, dict))), ())
    if isinstance(source, GlobalName):
        return made
    pairs = source.items() if isinstance(source, dict) else source
    machine.budget.spend(128 * len(source))
    for key, value in pairs:
        made[checked_key(key)] = value
    return made


def _slice(_machine: PickleMachine, args: tuple[Any, ...]) -> Any:
    return slice(*args)


def _complex(_machine: PickleMachine, args: tuple[Any, ...]) -> Any:
    if not all(isinstance(part, (int, float)) for part in args):
        raise TypeError("bad number")
    return complex(*args)


def _reconstruct_object(machine: PickleMachine, args: tuple[Any, ...]) -> Any:
    """``copyreg._reconstructor(cls, base, state)`` and ``copyreg.__newobj__(cls, *args)``."""
    target = args[0]
    if not isinstance(target, GlobalName):
        raise TypeError("bad class")
    return machine.call(target, ()) if target in SPARSE else InertObject(*target, args[1:])


_PYTHON = {
    "set": _copy_of(set),
    "frozenset": _copy_of(frozenset),
    "list": _copy_of(list),
    "tuple": _copy_of(tuple),
    "dict": _dict,
    "slice": _slice,
    "complex": _complex,
    "bytearray": _raw_bytes,
    "bytes": _raw_bytes,
}
_NUMPY = {
    ("multiarray", "_reconstruct"): _array,
    ("multiarray", "scalar"): _scalar,
    ("numeric", "_frombuffer"): _from_buffer,
}
_SPARSE_NAMES = tuple(
    f"{form}_{kind}" for form in ("csc", "csr", "coo") for kind in ("matrix", "array")
)
SPARSE = frozenset(
    GlobalName(f"scipy.sparse.{module}", name)
    for name in _SPARSE_NAMES
    for module in (name[:3], f"_{name[:3]}")
) | frozenset(GlobalName("scipy.sparse", name) for name in _SPARSE_NAMES)

RECIPES: dict[GlobalName, Recipe] = {
    **{GlobalName(m, n): r for m in ("builtins", "__builtin__") for n, r in _PYTHON.items()},
    **{
        GlobalName(f"numpy.{c}.{m}", n): r
        for c in ("core", "_core")
        for (m, n), r in _NUMPY.items()
    },
    GlobalName("numpy", "dtype"): _dtype,
    GlobalName("numpy", "ndarray"): _array,
    GlobalName("_codecs", "encode"): _encode,
    GlobalName("copyreg", "_reconstructor"): _reconstruct_object,
    GlobalName("copy_reg", "_reconstructor"): _reconstruct_object,
    GlobalName("copyreg", "__newobj__"): _reconstruct_object,
    GlobalName("copy_reg", "__newobj__"): _reconstruct_object,
    GlobalName("collections", "OrderedDict"): _dict,
    GlobalName("collections", "defaultdict"): _dict,
    GlobalName("collections", "Counter"): _dict,
    GlobalName("collections", "deque"): _copy_of(list),
}


# --------------------------------------------------------------- settling


def settle(value: Any, limits: Limits, budget: Budget) -> Any:
    """``value`` with sparse matrices and chumpy arrays in dicts, lists and object arrays made real.

    Raises:
        UnsafeFileError: containers are nested too deeply, or claim more data than there is.
    """
    box = [value]
    settler = _Settler(budget)
    level: list[Any] = [box]
    for _ in range(limits.depth):
        if not level:
            return box[0]
        level = [child for parent in level for child in settler.visit(parent)]
    raise UnsafeFileError("containers are nested too deeply", cure="do not use this file")


class _Settler:
    """Visits every container once and replaces what has a real form."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.seen: set[int] = set()
        # Keeps the replaced objects alive, so that an id is never used twice.
        self.made: dict[int, tuple[Any, Any]] = {}

    def visit(self, parent: Any) -> list[Any]:
        """Replace inside ``parent``; the containers in it that are still to be visited."""
        if id(parent) in self.seen:
            return []
        self.seen.add(id(parent))
        if isinstance(parent, InertObject):
            return [parent.args, parent.state, parent.items, parent.entries]
        if isinstance(parent, (tuple, set, frozenset)):
            return [item for item in parent if isinstance(item, _CONTAINERS)]
        if isinstance(parent, np.ndarray):
            if parent.dtype != object:
                return []
            parent = parent.ravel(order="K")  # a view: the array was made contiguous
        elif not isinstance(parent, (list, dict)):
            return []
        children = []
        for key, item in list(parent.items() if isinstance(parent, dict) else enumerate(parent)):
            real = self.real(item)
            if real is not item:
                parent[key] = real
            elif isinstance(real, _CONTAINERS):
                children.append(real)
        return children

    def real(self, item: Any) -> Any:
        """The sparse matrix or array behind an inert record; anything else as it is."""
        if not isinstance(item, InertObject):
            return item
        if id(item) not in self.made:
            real = item
            if GlobalName(item.module, item.name) in SPARSE:
                real = _sparse(item, self.budget)
            elif item.module.split(".")[0] == "chumpy":
                real = chumpy_array(item, self.budget)
            self.made[id(item)] = (item, real)
        return self.made[id(item)][1]


_CONTAINERS = (dict, list, tuple, set, frozenset, InertObject, np.ndarray)


def _sparse(item: InertObject, budget: Budget) -> Any:
    """A scipy matrix from checked parts: scipy itself trusts its index arrays."""
    from scipy import sparse

    state = item.attributes
    try:
        rows, columns = (int(side) for side in state.get("_shape", state.get("shape")))
        if not (0 <= rows < 2**31 and 0 <= columns < 2**31):
            raise ValueError("bad shape")
        kind = item.name[:3]
        if kind == "coo":
            row, col = state.get("coords", (state.get("row"), state.get("col")))
            budget.spend(4 * state["data"].nbytes)
            return sparse.coo_matrix((state["data"], (row, col)), (rows, columns))
        parts = tuple(np.asarray(state[name]) for name in ("data", "indices", "indptr"))
        budget.spend(sum(part.nbytes for part in parts))
        parts = tuple(part.copy() for part in parts)
        made = (sparse.csc_matrix if kind == "csc" else sparse.csr_matrix)(parts, (rows, columns))
        made.check_format(full_check=True)
    except DAMAGE as error:
        raise InputError(
            "a sparse matrix in the file is damaged", cure="get the file from its source again"
        ) from error
    return made


def chumpy_array(item: InertObject, budget: Budget, depth: int = 8) -> Any:
    """The array behind a chumpy object: ``Ch`` holds it, ``Select`` picks from another; else as is."""
    state = item.attributes
    if isinstance(state.get("x"), np.ndarray):
        return state["x"]
    source = state.get("a")
    if item.name != "Select" or depth == 0:
        return item
    if isinstance(source, InertObject):
        source = chumpy_array(source, budget, depth - 1)
    if not isinstance(source, np.ndarray) or not isinstance(state.get("idxs"), np.ndarray):
        return item
    budget.spend(source.nbytes + state["idxs"].size * source.itemsize)
    try:
        return source.ravel()[state["idxs"]].reshape(state.get("preferred_shape", (-1,)))
    except DAMAGE as error:
        raise InputError("a chumpy selection in the file is damaged") from error
