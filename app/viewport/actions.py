"""Everything the 3D view can be told from a menu or the keyboard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from app.settings.language import mark, tr

# Radians that a key turns by, and how it changes the distance.
KEY_TURNS = {
    Qt.Key.Key_Left: (0.12, 0.0),
    Qt.Key.Key_Right: (-0.12, 0.0),
    Qt.Key.Key_Up: (0.0, -0.12),
    Qt.Key.Key_Down: (0.0, 0.12),
}
KEY_ZOOMS = {Qt.Key.Key_Plus: 0.88, Qt.Key.Key_Equal: 0.88, Qt.Key.Key_Minus: 1 / 0.88}


@dataclass(frozen=True)
class ActionSpec:
    """One action: name for code, words, key, and whether it stays pressed."""

    name: str
    text: str
    key: str
    tip: str
    checkable: bool = False


SPECS = (
    ActionSpec("fit", mark("Fit to view"), "F", mark("Move the camera so that everything is seen")),
    ActionSpec("front", mark("Front view"), "1", mark("See the front of the person")),
    ActionSpec("back", mark("Back view"), "Ctrl+1", mark("See the back of the person")),
    ActionSpec("left", mark("Left view"), "3", mark("See the person's left side")),
    ActionSpec("right", mark("Right view"), "Ctrl+3", mark("See the person's right side")),
    ActionSpec("top", mark("Top view"), "7", mark("See the person from above")),
    ActionSpec(
        "picture",
        mark("Picture's camera"),
        "0",
        mark("Look through the camera that took the picture"),
    ),
    ActionSpec(
        "orthographic",
        mark("Parallel projection"),
        "5",
        mark("Switch perspective off"),
        checkable=True,
    ),
    ActionSpec(
        "wireframe", mark("Wireframe"), "W", mark("Draw the edges of the faces"), checkable=True
    ),
    ActionSpec(
        "grid",
        mark("Ground grid"),
        "G",
        mark("Draw the floor: lines every half metre"),
        checkable=True,
    ),
    ActionSpec(
        "measure",
        mark("Measure"),
        "M",
        mark("Click two points to measure a distance"),
        checkable=True,
    ),
    ActionSpec(
        "clear", mark("Clear marks"), "Esc", mark("Remove the marker and the measured line")
    ),
)


def build_actions(owner: QWidget, slots: dict[str, Callable[..., None]]) -> dict[str, QAction]:
    """Actions of ``owner`` by name; a checkable one calls its slot with its state."""
    actions: dict[str, QAction] = {}
    for spec in SPECS:
        action = QAction(tr(spec.text), owner)
        action.setObjectName(f"viewport.{spec.name}")
        action.setShortcut(QKeySequence(spec.key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.setToolTip(f"{tr(spec.tip)} ({spec.key})")
        action.setStatusTip(tr(spec.tip))
        action.setCheckable(spec.checkable)
        slot = slots[spec.name]
        if spec.checkable:
            action.toggled.connect(slot)
        else:
            action.triggered.connect(lambda _checked=False, slot=slot: slot())
        owner.addAction(action)
        actions[spec.name] = action
    return actions
