"""How things are shown: one frozen value of options, changed by name, announced once."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.state.values import Alignment

COLOUR_MODES = ("shading", "part", "normals", "error", "attention")


@dataclass(frozen=True)
class ViewOptions:
    """What the picture and the 3D views show.

    Attributes:
        colour_by: one of ``COLOUR_MODES``.
        alignment: of the truth before the error on each vertex is taken.
        overlay_opacity: 0..1, of the projected mesh over the picture.
        reading: 0 for the answer, n for the n-th other reading of the same joints.
        stage: name of a mesh stage shown instead of the final mesh; '' for the final one.
        gl_links: draw attention links by OpenGL where it can be had.
        mirror: show the picture as a mirror does, as one expects of oneself before a camera.
        picture_layer: ``none`` or the name of a heatmap record drawn over the picture.
        picture_label: which of its maps; -1 for the largest over all.
    """

    colour_by: str = "shading"
    alignment: Alignment = "pelvis"
    overlay_opacity: float = 0.65
    wireframe: bool = False
    grid: bool = True
    skeleton: bool = False
    boxes: bool = True
    joints: bool = True
    truth: bool = False
    inspection: bool = True
    log: bool = False
    side_view: bool = True
    gl_links: bool = False
    mirror: bool = False
    reading: int = 0
    stage: str = ""
    picture_layer: str = "none"
    picture_label: int = -1


class ViewModel(QObject):
    """The options now.

    Signals:
        changed: (options, frozenset of the names that changed).
    """

    changed = Signal(object, object)

    def __init__(self, options: ViewOptions | None = None) -> None:
        super().__init__()
        self.options = options or ViewOptions()

    def set(self, **changes: Any) -> None:
        """Change options by name; nothing is announced when nothing changes."""
        new = replace(self.options, **changes)
        names = frozenset(
            field.name
            for field in fields(ViewOptions)
            if getattr(new, field.name) != getattr(self.options, field.name)
        )
        if names:
            self.options = new
            self.changed.emit(new, names)
