"""Choosing what to save of a whole video."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QWidget

from app.windows.save_dialog import Kind, SaveDialog

KINDS = (
    Kind("video", "Overlay video, MP4", "Bodies drawn over every frame, sound kept", True),
    Kind("npz", "Numbers, NPZ", "Vertices, joints, cameras and poses of all frames", True),
    Kind("glb", "Animated mesh, GLB", "One file per person, for Blender and the web"),
    Kind("bvh", "Skeleton motion, BVH", "One file per person, for animation programs"),
)


class SequenceDialog(SaveDialog):
    """Kinds and folder of a take."""

    def __init__(
        self, parent: QWidget, name: str, method: str, folder: Path, terms: str = ""
    ) -> None:
        words = f"Every frame by {method}, at full quality"
        super().__init__(parent, "Save the take", f"Save {name}", words, KINDS)
        self.folder.setText(str(folder))
        self.words.setText("\n".join(filter(None, (words, terms))))
