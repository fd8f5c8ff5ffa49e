"""Any weights file that MeshLoupe reads, written as safetensors: smaller risk, faster to open."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from core.errors import OutputError
from core.files import write_atomically
from core.files.state_files import read_state
from core.weights.recognise import inspect_file
from core.weights.reports import FileReport


def convert(path: str | Path, out: str | Path | None = None) -> FileReport:
    """Write the named tensors of a file as safetensors, with what they belong to in its header.

    Args:
        path: any weights file, in any layout.
        out: the new file; beside the old one with the suffix ``.safetensors`` by default.

    Returns:
        The report of the new file, which has been read back and compared.

    Raises:
        WeightsError: no named tensors in the file.
        InputError, UnsafeFileError: the file cannot be read.
        OutputError: the new file cannot be written, or is the old one.
    """
    source = Path(path)
    target = source.with_suffix(".safetensors") if out is None else Path(out)
    if target.resolve() == source.resolve():
        raise OutputError(
            "the new file would replace the old one", path=target, cure="name another"
        )
    report = inspect_file(source)
    # Safetensors knows no shared storage: every tensor gets its own.
    tensors = {
        n: t.detach().clone(memory_format=torch.contiguous_format)
        for n, t in read_state(source).tensors.items()
    }
    header = {
        "format": "pt",
        "method": report.method,
        "preset": report.preset,
        "variant": report.variant,
        "source_sha256": report.sha256,
    }
    with write_atomically(target) as temporary:
        save_file(tensors, temporary, {key: value for key, value in header.items() if value})
        back = load_file(temporary)
        if set(back) != set(tensors) or not all(_same(back[n], tensors[n]) for n in tensors):
            raise OutputError("the new file did not read back equal", path=target, cure="try again")
    return inspect_file(target)


def _same(a: torch.Tensor, b: torch.Tensor) -> bool:
    """Equal bit for bit, not-a-number included."""
    if a.dtype != b.dtype or a.shape != b.shape:
        return False
    return torch.equal(
        a.contiguous().view(-1).view(torch.uint8), b.contiguous().view(-1).view(torch.uint8)
    )
