"""Everything the 3D view can be told from a menu or the keyboard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

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
    ActionSpec("fit", "Fit to view", "F", "Move the camera so that everything is seen"),
    ActionSpec("front", "Front view", "1", "See the front of the person"),
    ActionSpec("back", "Back view", "Ctrl+1", "See the back of the person"),
    ActionSpec("left", "Left view", "3", "See the person's left side"),
    ActionSpec("right", "Right view", "Ctrl+3", "See the person's right side"),
    ActionSpec("top", "Top view", "7", "See the person from above"),
    ActionSpec("picture", "Picture's camera", "0", "Look through the camera that took the picture"),
    ActionSpec(
        "orthographic", "Parallel projection", "5", "Switch perspective off", checkable=True
    ),
    ActionSpec("wireframe", "Wireframe", "W", "Draw the edges of the faces", checkable=True),
    ActionSpec(
        "grid", "Ground grid", "G", "Draw the floor: lines every half metre", checkable=True
    ),
    ActionSpec("measure", "Measure", "M", "Click two points to measure a distance", checkable=True),
    ActionSpec("clear", "Clear marks", "Esc", "Remove the marker and the measured line"),
)


def build_actions(owner: QWidget, slots: dict[str, Callable[..., None]]) -> dict[str, QAction]:
    """Actions of ``owner`` by name; a checkable one calls its slot with its state."""
    actions: dict[str, QAction] = {}
    for spec in SPECS:
        action = QAction(spec.text, owner)
        action.setObjectName(f"viewport.{spec.name}")
        action.setShortcut(QKeySequence(spec.key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.setToolTip(f"{spec.tip} ({spec.key})")
        action.setStatusTip(spec.tip)
        action.setCheckable(spec.checkable)
        slot = slots[spec.name]
        if spec.checkable:
            action.toggled.connect(slot)
        else:
            action.triggered.connect(lambda _checked=False, slot=slot: slot())
        owner.addAction(action)
        actions[spec.name] = action
    return actions
