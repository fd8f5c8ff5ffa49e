"""What a file is, by the names and shapes in it and never by its name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.errors import InputError, UnsafeFileError, WeightsError
from core.files import file_sha256, read_npy, read_npz
from core.files.archives import CheckedZip
from core.files.limits import InertObject
from core.files.opening import require_no_device
from core.files.state_files import named_tensors
from core.files.torch_files import TorchFile, read_torch, safetensors_metadata
from core.weights.reports import FileKind, FileReport, TensorInfo
from core.weights.signatures import recognise_network

_BODY_ARRAYS = ("v_template", "shapedirs", "weights", "kintree_table")
_BODY_VERTICES: dict[int, tuple[FileKind, str]] = {
    6890: ("body", "SMPL body model"),
    778: ("hand", "MANO hand model"),
}
_LEVELS: dict[tuple[int, ...], str] = {(1723, 6890): "body", (195, 778): "hand"}
_GRAPHS = {431: "body", 195: "hand", 1723: "body, mid level", 6890: "body, full level"}


def inspect_file(path: str | Path) -> FileReport:
    """Recognise weights, body models, sampling matrices, adjacencies and joint regressors.

    A readable file that is none of these is reported as ``unknown``.

    Raises:
        UnsafeFileError: the file asks to run code, or claims sizes that it cannot have.
        InputError: it is missing, cut off or damaged.
    """
    path = Path(path)
    head = _first_bytes(path)
    if head.startswith(b"\x93NUMPY"):
        return _of_arrays(path, "npy", {"": read_npy(path)})
    if head.startswith(b"PK\x03\x04") and not _is_torch_zip(path):
        return _of_arrays(path, "npz", read_npz(path))
    try:
        file = read_torch(path)
    except UnsafeFileError:
        raise
    except InputError:
        if _looks_known(head):
            raise
        return _report(path, "unknown", "unknown: no layout that MeshLoupe reads")
    return _of_value(path, file)


def _first_bytes(path: Path) -> bytes:
    require_no_device(path)
    try:
        with path.open("rb") as stream:
            return stream.read(16)
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", path=path) from error


def _looks_known(head: bytes) -> bool:
    """Whether the first bytes promise a layout, so that a failure means damage."""
    pickled = len(head) > 1 and head[0] == 0x80 and head[1] <= 5
    return pickled or head.startswith(b"PK\x03\x04") or head[8:9] == b"{" or not head


def _is_torch_zip(path: Path) -> bool:
    with CheckedZip(path) as archive:
        return any(name.split("/")[-1] in ("data.pkl", "constants.pkl") for name in archive.members)


def _of_value(path: Path, file: TorchFile) -> FileReport:
    if isinstance(file.value, dict) and all(isinstance(k, str) for k in file.value):
        plain = {k: v for k, v in file.value.items() if isinstance(v, np.ndarray) or _sparse(v)}
        if set(plain) >= set(_BODY_ARRAYS) or _is_sampling(file.value):
            return _of_arrays(path, file.layout, file.value, file.foreign)
    if not isinstance(file.value, (dict, InertObject)):
        return _of_arrays(path, file.layout, {"": file.value}, file.foreign)
    try:
        state = named_tensors(file)
    except WeightsError:
        return _report(path, "unknown", "unknown: no named tensors in it", file.layout)
    shapes = {name: tuple(tensor.shape) for name, tensor in state.tensors.items()}
    known = recognise_network(shapes)
    own = _header(path) if file.layout == "safetensors" else {}
    method = own.get("method", known.method if known else "")
    preset = own.get("preset", "paper" if known else "")
    variant = own.get("variant", known.variant if known else "")
    title = known.title if known else " ".join(filter(None, (method, preset, variant)))
    return _report(
        path,
        "weights" if method else "unknown",
        title or "unknown: named tensors of a network that MeshLoupe does not know",
        file.layout,
        state.tensors,
        method=method,
        preset=preset,
        variant=variant,
        network=known.network if known else "",
        container=state.container,
        foreign=file.foreign,
    )


def _header(path: Path) -> dict[str, str]:
    """Text of a safetensors header, fit for a terminal: a stranger may have written it."""
    return {
        name: "".join(c for c in text if c.isprintable())
        for name, text in safetensors_metadata(path).items()
    }


def _of_arrays(
    path: Path, layout: str, arrays: Mapping[str, Any], foreign: tuple[str, ...] = ()
) -> FileReport:
    kind, title = _recognise_arrays(arrays)
    return _report(path, kind, title, layout, arrays, foreign=foreign)


def _recognise_arrays(arrays: Mapping[str, Any]) -> tuple[FileKind, str]:
    if set(arrays) >= set(_BODY_ARRAYS):
        vertices = int(np.shape(arrays["v_template"])[0])
        return _BODY_VERTICES.get(vertices, ("unknown", f"a body model of {vertices} vertices"))
    if _is_sampling(arrays):
        shape = tuple(int(side) for side in np.ravel(arrays["D"])[0].shape)
        subject = _LEVELS.get(shape, f"a mesh of {shape[-1]} vertices")
        return "mesh sampling", f"mesh sampling matrices ({subject})"
    for value in arrays.values() if len(arrays) == 1 else ():
        return _recognise_single(value)
    return "unknown", "unknown: arrays that MeshLoupe has no use for"


def _recognise_single(value: Any) -> tuple[FileKind, str]:
    """One bare array: a joint regressor, or a part of a stored adjacency."""
    shape = tuple(int(side) for side in getattr(value, "shape", ()))
    if isinstance(value, tuple) and len(value) == 2 and value[0] == value[1]:
        return "adjacency", f"adjacency size ({_GRAPHS.get(value[0], value[0])})"
    if len(shape) == 2 and shape[1] in _BODY_VERTICES and shape[0] < 100:
        return "joint regressor", f"joint regressor, {shape[0]} joints of {shape[1]} vertices"
    if len(shape) == 2 and shape[0] == shape[1] and shape[0] in _GRAPHS:
        return "adjacency", f"adjacency ({_GRAPHS[shape[0]]})"
    if isinstance(value, Tensor) and value.numel():
        low, high = float(value.min()), float(value.max())
        if len(shape) == 2 and shape[0] == 2 and low == 0 and int(high) + 1 in _GRAPHS:
            return "adjacency", f"adjacency indices ({_GRAPHS[int(high) + 1]})"
        if len(shape) == 1 and value.is_floating_point() and 0 < low <= high <= 1:
            return "adjacency", f"adjacency values ({shape[0]} entries)"
    return "unknown", "unknown: one array that MeshLoupe has no use for"


def _is_sampling(arrays: Mapping[str, Any]) -> bool:
    """METRO's file of matrices: ``D`` and ``U`` are lists of sparse matrices."""
    return all(_sparse(next(iter(np.ravel(arrays.get(key, ()))), None)) for key in "DU")


def _sparse(value: Any) -> bool:
    # Only files of others hold such matrices; a machine that trains need not have scipy.
    from scipy import sparse

    return bool(sparse.issparse(value))


def _report(
    path: Path,
    kind: FileKind,
    title: str,
    layout: str = "",
    arrays: Mapping[str, Any] | None = None,
    **found: Any,
) -> FileReport:
    tensors = tuple(_infos((arrays or {}).items()))
    counted = [t for t in tensors if t.dtype.startswith(("float", "bfloat", "complex"))]
    return FileReport(
        path=path,
        size_bytes=path.stat().st_size,
        sha256=file_sha256(path),
        kind=kind,
        title=title,
        layout=layout,
        tensors=tensors,
        parameters=sum(int(np.prod(t.shape)) for t in counted),
        **found,
    )


def _infos(items: Iterable[tuple[str, Any]]) -> Iterable[TensorInfo]:
    for name, value in items:
        if isinstance(value, (Tensor, np.ndarray)) or _sparse(value):
            dtype = str(value.dtype).removeprefix("torch.")
            yield TensorInfo(name, tuple(int(side) for side in value.shape), dtype)


def shapes_of(state: Mapping[str, torch.Tensor]) -> dict[str, tuple[int, ...]]:
    """Shapes by name."""
    return {name: tuple(tensor.shape) for name, tensor in state.items()}
