"""Files of torch and safetensors, without executing anything in them.

Understood are the zip layout of ``torch.save`` (since torch 1.6), the older layout (a row of pickles
followed by raw storages), plain pickles and safetensors. Storages stay mapped to the file, so that a
file of a gigabyte opens at once and takes memory only for what is copied out of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from torch import Tensor

from core.errors import InputError, UnsafeFileError
from core.files.archives import CheckedZip
from core.files.instructions import run
from core.files.limits import DEFAULT_LIMITS, Budget, GlobalName, Limits
from core.files.machine import PersistentLoad, PickleMachine, Recipe
from core.files.opening import map_file, naming
from core.files.recipes import RECIPES, settle
from core.files.torch_tensors import (
    TENSOR_RECIPES,
    Storage,
    StorageClaim,
    map_storage,
    storage_claim,
)

Layout = Literal["zip", "legacy", "pickle", "safetensors"]

_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
_LEGACY_PROTOCOL = 1001
_LOAD_FROM_BYTES = GlobalName("torch.storage", "_load_from_bytes")


@dataclass(frozen=True, eq=False)
class TorchFile:
    """What a file of torch holds.

    Attributes:
        value: tensors, plain values and inert records, as they were saved.
        layout: how the file is built.
        foreign: names of classes and functions that stayed inert.
    """

    value: Any
    layout: Layout
    foreign: tuple[str, ...] = ()


def read_torch(path: str | Path, limits: Limits = DEFAULT_LIMITS) -> TorchFile:
    """Whatever ``torch.save``, ``pickle`` or safetensors wrote, with tensors made real.

    Raises:
        UnsafeFileError: the file asks to run code, or claims sizes that it cannot have.
        InputError: it cannot be read, is damaged, or is of no known layout.
    """
    with naming(path):
        data = map_file(path)
        if data[:4] == b"PK\x03\x04":
            return _read_zip(path, data, limits)
        if data[8:9] == b"{" and int.from_bytes(data[:8], "little") <= len(data):
            return TorchFile(_read_safetensors(path), "safetensors")
        if data[257:262] == b"ustar":
            raise InputError(
                "this is the tar layout of torch before 0.1.10",
                cure="load and save it again with a newer torch",
            )
        return _read_pickles(data, limits)


def _read_zip(path: str | Path, data: Any, limits: Limits) -> TorchFile:
    with CheckedZip(path, limits) as archive:
        pickles = [name for name in archive.members if name.split("/")[-1] == "data.pkl"]
        if any(name.split("/")[-1] == "constants.pkl" for name in archive.members):
            raise InputError(
                "this is a TorchScript program, which holds code", cure="give its state dict"
            )
        if len(pickles) != 1:
            raise InputError("an archive, but not of torch.save", cure="give a weights file")
        root = pickles[0].removesuffix("data.pkl")
        if f"{root}byteorder" in archive.members and archive.read(f"{root}byteorder") != b"little":
            raise InputError("saved on a big-endian machine", cure="save it on a usual one")
        storages: dict[str, Storage] = {}

        def load(identity: Any) -> Any:
            claim = storage_claim(identity)
            if not claim.key:
                return claim.dtype
            if claim.key not in storages:
                span = archive.stored_span(f"{root}data/{claim.key}", data)
                if span is None:
                    raise InputError(
                        "its tensors are compressed, which torch.save never does",
                        cure="save it again with torch.save",
                    )
                storages[claim.key] = map_storage(data, span[0], span[1] - span[0], claim)
            return storages[claim.key]

        budget = Budget(limits, len(data))
        machine = _machine(archive.read(pickles[0]), load, budget, limits)
        value = settle(run(machine), limits, budget)
    return TorchFile(value, "zip", tuple(map(str, machine.foreign)))


def _read_pickles(data: Any, limits: Limits) -> TorchFile:
    """The older layout of torch.save if the first pickle is its magic number, else one plain pickle."""
    budget = Budget(limits, len(data))
    first = _machine(data, None, budget, limits)
    value = run(first)
    if isinstance(value, int) and value == _LEGACY_MAGIC:
        value, foreign = _legacy_value(data, first.position, budget, limits)
        return TorchFile(value, "legacy", foreign)
    return TorchFile(settle(value, limits, budget), "pickle", tuple(map(str, first.foreign)))


def _legacy_value(
    data: Any, start: int, budget: Budget, limits: Limits, *, nested: bool = False
) -> tuple[Any, tuple[str, ...]]:
    """The saved object. Its storages come after it, so it is read twice: once to find its end."""
    extra = {_LOAD_FROM_BYTES: _refuse_nesting} if nested else {}
    position = start
    for expected in (_LEGACY_PROTOCOL, None):  # the layout's number, then facts on the machine
        header = _machine(data, None, budget, limits, position, extra)
        if run(header) != expected and expected is not None:
            raise InputError("unknown layout of torch.save", cure="save it again with a new torch")
        position = header.position
    claims: dict[str, StorageClaim] = {}

    def note(identity: Any) -> Any:
        claim = storage_claim(identity)
        claims[claim.key] = claim

    blind = dict.fromkeys((*TENSOR_RECIPES, _LOAD_FROM_BYTES), _nothing)
    scout = _machine(data, note, budget, limits, position, blind)
    run(scout)
    storages = _legacy_storages(data, scout.position, claims, budget, limits)

    def load(identity: Any) -> Any:
        claim = storage_claim(identity)
        if not claim.key:
            return claim.dtype
        whole = storages.get(claim.key)
        if whole is None:
            raise InputError("a storage is missing", cure="get the file again")
        if claim.view is None:
            return whole
        first, count = claim.view
        return Storage(whole.flat[first : first + count])

    machine = _machine(data, load, budget, limits, position, extra)
    return settle(run(machine), limits, budget), tuple(map(str, machine.foreign))


def _legacy_storages(
    data: Any, start: int, claims: Mapping[str, StorageClaim], budget: Budget, limits: Limits
) -> dict[str, Storage]:
    """The raw storages behind the saved object: their names, then each with its length in front."""
    names = _machine(data, None, budget, limits, start)
    keys = run(names)
    if not isinstance(keys, list):
        raise InputError("its list of storages is damaged", cure="get the file again")
    cursor = names.position
    storages: dict[str, Storage] = {}
    for key in keys:
        claim = claims.get(key) if isinstance(key, str) else None
        if claim is None:
            raise InputError("its list of storages is damaged", cure="get the file again")
        held = int.from_bytes(data[cursor : cursor + 8], "little", signed=True)
        if held != claim.count:
            raise InputError("a storage is cut off or damaged", cure="get the file again")
        size = claim.count * claim.dtype.itemsize
        storages[key] = map_storage(data, cursor + 8, size, claim)
        cursor += 8 + size
    return storages


def _nothing(_machine: PickleMachine, _args: tuple[Any, ...]) -> None:
    return None


def _refuse_nesting(_machine: PickleMachine, _args: tuple[Any, ...]) -> Any:
    raise UnsafeFileError("its storages are nested in each other", cure="do not use this file")


def _nested_storage(machine: PickleMachine, args: tuple[Any, ...]) -> Any:
    """A storage inside a plain pickle: the bytes of an older ``torch.save`` of that storage."""
    if not isinstance(args[0], (bytes, bytearray)):
        raise TypeError("bad storage")
    machine.budget.spend(len(args[0]))
    data = bytearray(args[0])
    magic = PickleMachine(data, recipes={}, budget=machine.budget, limits=machine.limits)
    if run(magic) != _LEGACY_MAGIC:
        raise ValueError("bad storage")
    value, _ = _legacy_value(data, magic.position, machine.budget, machine.limits, nested=True)
    if not isinstance(value, Storage):
        raise TypeError("bad storage")
    return value


def safetensors_metadata(path: str | Path) -> dict[str, str]:
    """The text entries in the header of a safetensors file.

    Raises:
        InputError: it is damaged.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "pt") as file:
            return dict(file.metadata() or {})
    except (SafetensorError, OSError, ValueError) as error:
        raise InputError("a damaged safetensors file", path=path, cure="get it again") from error


def _machine(
    data: Any,
    load: PersistentLoad | None,
    budget: Budget,
    limits: Limits,
    start: int = 0,
    extra: Mapping[GlobalName, Recipe] | None = None,
) -> PickleMachine:
    recipes = RECIPES | TENSOR_RECIPES | {_LOAD_FROM_BYTES: _nested_storage} | dict(extra or {})
    return PickleMachine(
        data, start=start, recipes=recipes, persistent_load=load, budget=budget, limits=limits
    )


def _read_safetensors(path: str | Path) -> dict[str, Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except (SafetensorError, OSError, ValueError, KeyError) as error:
        raise InputError("a damaged safetensors file", cure="download or copy it again") from error
