"""What a file is and what loading it did, as values for the command line and the app."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

FileKind = Literal[
    "weights", "body", "hand", "mesh sampling", "adjacency", "joint regressor", "unknown"
]


@dataclass(frozen=True)
class TensorInfo:
    """One named tensor or array of a file."""

    name: str
    shape: tuple[int, ...]
    dtype: str


@dataclass(frozen=True)
class FileReport:
    """What a file is; nothing in it was executed.

    Attributes:
        path, size_bytes, sha256: the file.
        kind: what it is for.
        title: the same for people (``METRO body (HRNet-W64)``).
        layout: ``zip``, ``legacy``, ``pickle``, ``safetensors``, ``npz``, ``npy`` or empty.
        method, preset, variant: the network that weights belong to; empty if not weights or unknown.
        network: name of the parity fixture of that network, if there is one.
        container: key that the tensors lay under, ``module`` for a whole pickled module.
        tensors: named tensors or arrays.
        parameters: how many numbers they hold together (integers not counted).
        foreign: classes and functions that the file names and that stayed inert.
    """

    path: Path
    size_bytes: int
    sha256: str
    kind: FileKind
    title: str
    layout: str = ""
    method: str = ""
    preset: str = ""
    variant: str = ""
    network: str = ""
    container: str = ""
    tensors: tuple[TensorInfo, ...] = ()
    parameters: int = 0
    foreign: tuple[str, ...] = ()

    @property
    def dtype(self) -> str:
        """Number formats in the file, the most frequent first (``float32, int64``)."""
        names = [tensor.dtype for tensor in self.tensors]
        return ", ".join(sorted(set(names), key=lambda name: -names.count(name)))


@dataclass(frozen=True)
class LoadReport:
    """What loading weights did.

    Attributes:
        sha256: of the file (of all hashes together when there were several files).
        layout, container: how the tensors lay in it.
        loaded: tensors that went into the network.
        unused: tensors that released files hold and no forward pass reads.
        unexpected: other tensors that have no place in the network; they were left out.
        released: the tensors have the names of a network that its authors published, whatever the
            layout (`meshloupe weights convert` keeps names).
    """

    sha256: str
    layout: str
    container: str
    loaded: int
    unused: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()
    released: bool = False
