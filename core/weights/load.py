"""Putting the tensors of a file into a method, and saying plainly when they do not belong there."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor

from core.errors import WeightsError
from core.files import file_sha256
from core.files.state_files import StateFile, read_state
from core.weights.recognise import shapes_of
from core.weights.reports import LoadReport
from core.weights.signatures import recognise_network

log = logging.getLogger(__name__)
_COUNTER = "num_batches_tracked"  # absent from files of old torch versions, and read by nothing


class Loadable(Protocol):
    """What of a method loading needs (`core.methods.base.Method` is one)."""

    method_id: str
    preset: str
    variant: str
    unused_keys: tuple[str, ...]
    weights_sha256: str

    def from_official(self, state: Mapping[str, Tensor], variant: str) -> dict[str, Tensor]:
        """Released names to the method's own."""
        ...

    def state_dict(self) -> dict[str, Any]:
        """The method's own tensors."""
        ...

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool) -> Any:
        """Copy tensors in."""
        ...


@dataclass(frozen=True)
class WeightPart:
    """A file that holds some of a network's tensors; ``prefix`` is put before their names."""

    path: Path
    prefix: str = ""


def load_weights(method: Loadable, path: str | Path | Sequence[WeightPart]) -> LoadReport:
    """Load a released checkpoint, a file of ours, or several parts of one network.

    Tensors that the authors' files hold and nothing reads are accepted; anything missing or of
    another shape is refused, and the message names both networks when the file's is known. The
    method is unchanged after an error.

    Raises:
        WeightsError: the weights are of another network, incomplete or hold values that are no
            numbers.
        InputError, UnsafeFileError: the file cannot be read.
    """
    parts = (WeightPart(Path(path)),) if isinstance(path, (str, Path)) else tuple(path)
    files = [(part, read_state(part.path)) for part in parts]
    first = parts[0].path
    state = {
        part.prefix + name: tensor for part, file in files for name, tensor in file.tensors.items()
    }
    own = shapes_of(method.state_dict())
    mapped = _in_own_names(method, state, own)
    missing = [name for name in own if name not in mapped and not name.endswith(_COUNTER)]
    reshaped = [name for name in own if name in mapped and tuple(mapped[name].shape) != own[name]]
    if missing or reshaped:
        raise _misfit(method, first, state, mapped, own, missing, reshaped)
    kept = {name: mapped[name] for name in own if name in mapped}
    _check_finite(first, kept)
    method.load_state_dict(kept, strict=False)
    extra = sorted(set(mapped) - set(own))
    unused = tuple(name for name in extra if name.startswith(method.unused_keys or ("\0",)))
    unexpected = tuple(name for name in extra if name not in unused)
    if unexpected:
        log.warning("%s: %d tensors have no place in the network", first, len(unexpected))
    method.weights_sha256 = _hash_of(parts)
    only: StateFile = files[0][1]
    return LoadReport(
        method.weights_sha256,
        only.layout,
        only.container,
        len(kept),
        unused,
        unexpected,
        released=recognise_network(shapes_of(state)) is not None,
    )


def _in_own_names(
    method: Loadable, state: Mapping[str, Tensor], own: Mapping[str, tuple[int, ...]]
) -> dict[str, Tensor]:
    """``state`` in the method's names; files of ours have them already."""
    if set(own) <= set(state) | {name for name in own if name.endswith(_COUNTER)}:
        return dict(state)
    try:
        return method.from_official(state, method.variant)
    except (KeyError, ValueError, IndexError, RuntimeError):
        return dict(state)  # not the released file of this network; the comparison says what it is


def _misfit(
    method: Loadable,
    path: Path,
    state: Mapping[str, Tensor],
    mapped: Mapping[str, Tensor],
    own: Mapping[str, tuple[int, ...]],
    missing: Sequence[str],
    reshaped: Sequence[str],
) -> WeightsError:
    wanted = f"{method.method_id} {method.preset} {method.variant}"
    known = recognise_network(shapes_of(state))
    if known and (known.method, known.variant) != (method.method_id, method.variant):
        return WeightsError(
            f"these are weights of {known.title}, not of {wanted}",
            path=path,
            cure=f"choose --method {known.method} --preset paper --variant {known.variant}",
        )
    if len(missing) == sum(not name.endswith(_COUNTER) for name in own):
        return WeightsError(
            f"these are not weights of {wanted}: none of its {len(own)} tensors is in the file",
            path=path,
            cure="see what it is with `meshloupe weights inspect FILE`",
        )
    told = []
    if missing:
        told.append(f"missing tensors: {len(missing)} ({_some(missing)})")
    if reshaped:
        name = reshaped[0]
        told.append(
            f"tensors of another shape: {len(reshaped)} "
            f"({name}: {tuple(mapped[name].shape)}, not {own[name]})"
        )
    return WeightsError(
        f"weights do not fit {wanted}: {'; '.join(told)}",
        path=path,
        cure="see what it is with `meshloupe weights inspect FILE`",
    )


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")


def _check_finite(path: Path, state: Mapping[str, Tensor]) -> None:
    for name, tensor in state.items():
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor.sum(dtype=torch.float64))):
            raise WeightsError(
                f"tensor {name} holds values that are no numbers",
                path=path,
                cure="download or train the weights again",
            )


def _hash_of(parts: Sequence[WeightPart]) -> str:
    hashes = [file_sha256(part.path) for part in parts]
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()
