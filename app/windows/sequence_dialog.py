"""Choosing what to save of a whole video."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QWidget

from app.settings.language import mark, tr
from app.windows.save_dialog import Kind, SaveDialog

KINDS = (
    Kind(
        "video", mark("Overlay video, MP4"), mark("Bodies drawn over every frame, sound kept"), True
    ),
    Kind(
        "npz", mark("Numbers, NPZ"), mark("Vertices, joints, cameras and poses of all frames"), True
    ),
    Kind("glb", mark("Animated mesh, GLB"), mark("One file per person, for Blender and the web")),
    Kind("bvh", mark("Skeleton motion, BVH"), mark("One file per person, for animation programs")),
)


class SequenceDialog(SaveDialog):
    """Kinds and folder of a take."""

    def __init__(
        self, parent: QWidget, name: str, method: str, folder: Path, terms: str = ""
    ) -> None:
        words = tr("Every frame by {method}, at full quality", method=method)
        super().__init__(parent, tr("Save the take"), tr("Save {name}", name=name), words, KINDS)
        self.folder.setText(str(folder))
        self.words.setText("\n".join(filter(None, (words, terms))))
