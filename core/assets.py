"""Where shipped files live. The one place in ``core`` that knows the ``assets`` folder.

An installed wheel carries the folder as the package ``assets``; a checkout has it at the top.
"""

from __future__ import annotations

from pathlib import Path

from core.errors import MeshLoupeError

ROOT = Path(__file__).resolve().parent.parent / "assets"


def asset_path(*parts: str) -> Path:
    """Path of a shipped file, e.g. ``asset_path("bodies", "embedded_body.npz")``.

    Raises:
        MeshLoupeError: the file is not part of this installation.
    """
    path = ROOT.joinpath(*parts)
    if not path.exists():
        raise MeshLoupeError(
            "this file belongs to MeshLoupe but is not installed",
            path=path,
            cure="install MeshLoupe again, or restore the file from the repository",
        )
    return path


def asset_files(folder: str, pattern: str) -> tuple[Path, ...]:
    """All shipped files of ``folder`` that match ``pattern``, sorted by name (possibly none)."""
    return tuple(sorted((ROOT / folder).glob(pattern)))
