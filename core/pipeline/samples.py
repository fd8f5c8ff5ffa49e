"""Pictures that come with MeshLoupe, each with its truth beside it."""

from __future__ import annotations

from pathlib import Path

from core.assets import asset_files


def bundled_samples() -> tuple[Path, ...]:
    """Shipped synthetic pictures, sorted by name; ``<name>.truth.npz`` lies beside each."""
    return asset_files("samples", "*.jpg")


def sample_joints() -> Path | None:
    """The shipped joint file of the samples, if there is one."""
    found = asset_files("samples", "joints2d.json")
    return found[0] if found else None
