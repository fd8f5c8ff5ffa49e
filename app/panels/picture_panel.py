"""The picture with its tool bar: marks, mesh overlay with opacity, and maps drawn over it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSlider, QToolButton, QWidget

from app.panels.controls import (
    ElidedLabel,
    columns,
    fill_combo,
    label,
    narrow_combo,
    panel_frame,
    rows,
    tool_button,
)
from app.panels.picture_hits import Hit
from app.panels.picture_view import PictureView
from app.settings.language import sentence, tr
from app.settings.theme import Theme
from app.state.people import known_joints
from app.state.skeleton import plain_name
from core.types import Detection

PERCENT = 100


class PicturePanel(QWidget):
    """Head with tools, and the view.

    Signals:
        opacity_chosen: 0..1 of the mesh overlay.
        layer_chosen: name of a map drawn over the picture, or ``none``.
        joint_known_chosen: (person, joint, known).
        joint_placed: (person, joint, x, y) an unknown joint placed from the menu.
        reset_requested: person whose joints go back to the default pose.
        delete_requested: person to take away.
    """

    opacity_chosen = Signal(float)
    layer_chosen = Signal(str)
    joint_known_chosen = Signal(int, int, bool)
    joint_placed = Signal(int, int, float, float)
    reset_requested = Signal(int)
    delete_requested = Signal(int)

    def __init__(self, actions: Sequence[QAction | None]) -> None:
        super().__init__()
        self.view = PictureView()
        self._title = ElidedLabel("title")
        self._title.set_full_text(tr("Picture"))
        self._where = label("", "faint")
        self._overlay = QSlider(Qt.Orientation.Horizontal)
        self._overlay.setRange(0, PERCENT)
        self._overlay.setFixedWidth(72)
        self._overlay.setAccessibleName(tr("Opacity of the body over the picture"))
        self._overlay.setToolTip(tr("Opacity of the body over the picture"))
        self._layer = narrow_combo(
            tr("Map over the picture"), tr("Heatmaps and score maps over the picture")
        )
        self._layer.setFixedWidth(104)
        self._layer.hide()
        bar = panel_frame("bar")
        head = columns(bar, spacing=2)
        head.setContentsMargins(10, 4, 6, 4)
        head.addWidget(self._title, 1)
        head.addWidget(self._where)
        head.addSpacing(6)
        head.addWidget(self._layer)
        head.addWidget(self._overlay)
        head.addSpacing(4)
        self._add_tools(head, actions)
        layout = rows(self, spacing=0)
        layout.addWidget(bar)
        layout.addWidget(self.view, 1)
        self._overlay.valueChanged.connect(self._opacity_changed)
        self._layer.currentIndexChanged.connect(self._layer_changed)
        self.view.menu_wanted.connect(self._show_menu)
        self.view.pointer_moved.connect(self._show_where)

    @staticmethod
    def _add_tools(head: QHBoxLayout, actions: Sequence[QAction | None]) -> None:
        for action in actions:
            if action is None:
                head.addSpacing(6)
            else:
                button: QToolButton = tool_button(action)
                head.addWidget(button)

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self.view.set_theme(theme)

    def set_title(self, text: str, tip: str = "") -> None:
        """Name of the picture."""
        self._title.set_full_text(text, tip)

    def set_opacity(self, opacity: float) -> None:
        """Show the opacity without telling anybody."""
        with QSignalBlocker(self._overlay):
            self._overlay.setValue(round(opacity * PERCENT))
        self.view.set_mesh_opacity(opacity)

    def set_layers(self, names: Sequence[str], current: str) -> None:
        """Maps that can be drawn; the choice hides when there are none."""
        entries = [(tr("No map"), "none"), *((name, name) for name in names)]
        fill_combo(self._layer, entries, current)
        self._layer.setVisible(bool(names))

    def show_layer(self, name: str) -> None:
        """The map that is drawn now, without telling anybody."""
        with QSignalBlocker(self._layer):
            self._layer.setCurrentIndex(max(0, self._layer.findData(name)))

    def set_draws_boxes(self, on: bool) -> None:
        """Whether the next drag draws a box."""
        self.view.draws_boxes = on
        self.view.setCursor(Qt.CursorShape.CrossCursor if on else Qt.CursorShape.ArrowCursor)

    def _opacity_changed(self, value: int) -> None:
        self.view.set_mesh_opacity(value / PERCENT)
        self.opacity_chosen.emit(value / PERCENT)

    def _layer_changed(self) -> None:
        self.layer_chosen.emit(str(self._layer.currentData()))

    def _show_where(self, at: tuple[float, float] | None) -> None:
        self._where.setText("" if at is None else f"{at[0]:.0f}, {at[1]:.0f}")

    def _show_menu(self, at: QPoint, hit: Hit | None, point: tuple[float, float]) -> None:
        person = hit.person if hit is not None else self.view.selected
        if 0 <= person < len(self.view.people):
            menu = self.menu_for(person, hit, point)
            menu.exec(at)
            menu.deleteLater()

    def menu_for(self, person: int, hit: Hit | None, point: tuple[float, float]) -> QMenu:
        """What can be done with a person, a joint or a place."""
        marks: Detection = self.view.people[person]
        menu = QMenu(self)
        known = known_joints(marks)
        if hit is not None and hit.part == "joint":
            joint, name = hit.number, plain_name(marks.joint_names[hit.number])
            act = menu.addAction(
                tr("Mark {name} as unknown" if known[joint] else "Mark {name} as known", name=name)
            )
            act.triggered.connect(
                lambda _=False: self.joint_known_chosen.emit(person, joint, not known[joint])
            )
            menu.addSeparator()
        unknown = [number for number, is_known in enumerate(known) if not is_known]
        if unknown:
            place = menu.addMenu(tr("Place here"))
            for joint in unknown:
                act = place.addAction(sentence(plain_name(marks.joint_names[joint])))
                act.triggered.connect(
                    lambda _=False, joint=joint: self.joint_placed.emit(person, joint, *point)
                )
        menu.addAction(tr("Put joints back to a standing pose")).triggered.connect(
            lambda _=False: self.reset_requested.emit(person)
        )
        menu.addAction(tr("Delete person")).triggered.connect(
            lambda _=False: self.delete_requested.emit(person)
        )
        return menu
