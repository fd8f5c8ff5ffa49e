"""From joints: which marks count, what is nearer, how the camera is pitched, and other readings."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QGridLayout, QSlider, QToolButton, QWidget

from app.panels.controls import columns, label, rows
from app.settings.language import mark, sentence, tr
from app.settings.theme import DARK, Theme
from app.state.people import hint_of, known_joints
from app.state.skeleton import LIMBS, plain_name, side_of
from core.types import Detection

PITCH_RANGE = (-30, 60)
NEXT = {"": "nearer", "nearer": "farther", "farther": ""}
READING_SIZE = QSize(50, 73)
SIDE_WORDS = {
    "": mark("nearer or farther: not said"),
    "nearer": mark("nearer"),
    "farther": mark("farther"),
}


class ReadingPanel(QWidget):
    """Shows the marks of one person.

    Signals:
        joint_known_chosen: (joint number, known).
        joint_hovered: name of a joint, '' for none.
        hint_chosen: (parent, child, ``nearer`` or ``farther`` or '').
        pitch_chosen: radians, or None when unknown.
        reading_chosen: 0 for the answer, n for the n-th other reading.
        reset_requested: put the joints back to the default pose.
    """

    joint_known_chosen = Signal(int, bool)
    hint_chosen = Signal(str, str, str)
    pitch_chosen = Signal(object)
    reading_chosen = Signal(int)
    reset_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = DARK
        self.pitch_known = QCheckBox(tr("Camera pitch"))
        self.pitch_known.setToolTip(
            tr("Say how far the camera looks down; the body leans accordingly")
        )
        self.pitch = QSlider(Qt.Orientation.Horizontal)
        self.pitch.setRange(*PITCH_RANGE)
        self.pitch.setAccessibleName(tr("Camera pitch in degrees"))
        self._pitch_text = label(tr("unknown"), "muted")
        self._pitch_text.setMinimumWidth(52)
        self.limbs: dict[tuple[str, str], QToolButton] = {}
        self.joints: list[QCheckBox] = []
        self._joint_names: tuple[str, ...] = ()
        self._readings = QWidget()
        self._reading_group = QButtonGroup(self)
        self._readings_row = columns(self._readings, spacing=3)
        self._readings_title = label(tr("Other readings of the same marks"), "section")
        self._joint_grid = QGridLayout()
        self._reset = QToolButton()
        self._reset.setProperty("role", "segment")
        self._reset.setText(tr("Standing pose"))
        self._reset.setToolTip(tr("Put all joints back to a standing pose in the box"))
        self._build()
        self.pitch_known.toggled.connect(self._pitch_changed)
        self.pitch.valueChanged.connect(self._pitch_changed)
        self._reset.clicked.connect(lambda: self.reset_requested.emit())

    def _build(self) -> None:
        layout = rows(self, spacing=6)
        layout.addWidget(self._readings_title)
        layout.addWidget(self._readings)
        pitch = columns()
        for widget, stretch in ((self.pitch_known, 0), (self.pitch, 1), (self._pitch_text, 0)):
            pitch.addWidget(widget, stretch)
        layout.addLayout(pitch)
        layout.addWidget(
            label(tr("Which end of a limb is nearer to the camera"), "section", wrap=True)
        )
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(4)
        for place, (title, parent, child) in enumerate(LIMBS):
            button = QToolButton()
            button.setProperty("role", "segment")
            button.setCheckable(True)
            button.setSizePolicy(self.pitch.sizePolicy())
            button.setProperty("limb", title)
            button.setAccessibleName(tr(title))
            button.clicked.connect(lambda _=False, p=parent, c=child: self._next_hint(p, c))
            self.limbs[(parent, child)] = button
            self._show_limb(button, "")
            # Right limbs left, as one sees a person who faces the camera.
            right = title.startswith("Right")
            row = [t for t, *_ in LIMBS if t.startswith("Right") == right].index(title)
            grid.addWidget(button, row, 0 if right else 1)
            del place
        layout.addLayout(grid)
        head = columns()
        head.addWidget(label(tr("Marks that count"), "section"), 1)
        head.addWidget(self._reset)
        layout.addLayout(head)
        self._joint_grid.setContentsMargins(0, 0, 0, 0)
        self._joint_grid.setSpacing(0)
        layout.addLayout(self._joint_grid)
        self.set_readings((), 0)

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self.theme = theme
        self._tint_joints()

    def show_person(self, person: Detection | None) -> None:
        """Marks, hints and pitch of a person; everything is disabled without one."""
        self.setEnabled(person is not None and bool(person.joint_names))
        names = () if person is None else person.joint_names
        if names != self._joint_names:
            self._make_joints(names)
        if person is None:
            return
        for box, known in zip(self.joints, known_joints(person), strict=True):
            with QSignalBlocker(box):
                box.setChecked(bool(known))
        for (parent, child), button in self.limbs.items():
            side = hint_of(person, parent, child)
            self._show_limb(button, side)
        with QSignalBlocker(self.pitch), QSignalBlocker(self.pitch_known):
            self.pitch_known.setChecked(person.camera_pitch is not None)
            if person.camera_pitch is not None:
                self.pitch.setValue(round(math.degrees(person.camera_pitch)))
        self._show_pitch()

    def set_readings(self, images: Sequence[QImage], current: int) -> None:
        """Thumbnails, the answer first; hidden when there is only one."""
        for button in self._reading_group.buttons():
            self._reading_group.removeButton(button)
            self._readings_row.removeWidget(button)
            button.deleteLater()
        while self._readings_row.count():
            self._readings_row.takeAt(0)
        several = len(images) > 1
        self._readings.setVisible(several)
        self._readings_title.setVisible(several)
        for number, image in enumerate(images if several else ()):
            button = QToolButton()
            button.setProperty("role", "segment")
            button.setCheckable(True)
            button.setChecked(number == current)
            button.setIconSize(READING_SIZE)
            button.setIcon(QIcon(QPixmap.fromImage(image)))
            button.setToolTip(
                tr("The answer") if number == 0 else tr("Other reading {number}", number=number)
            )
            button.setAccessibleName(button.toolTip())
            button.clicked.connect(lambda _=False, number=number: self.reading_chosen.emit(number))
            self._reading_group.addButton(button)
            self._readings_row.addWidget(button)
        self._readings_row.addStretch(1)

    def _make_joints(self, names: tuple[str, ...]) -> None:
        for box in self.joints:
            self._joint_grid.removeWidget(box)
            box.deleteLater()
        self._joint_names = names
        self.joints = []
        columns_of = {"right": 0, "left": 1, "middle": 0}
        used = {0: 0, 1: 0}
        ordered = sorted(range(len(names)), key=lambda n: (side_of(names[n]) == "middle", n))
        by_number: dict[int, QCheckBox] = {}
        for number in ordered:
            box = QCheckBox(sentence(plain_name(names[number])))
            box.setToolTip(tr("Uncheck when the joint cannot be seen or guessed"))
            box.toggled.connect(lambda on, number=number: self.joint_known_chosen.emit(number, on))
            column = columns_of[side_of(names[number])]
            if side_of(names[number]) == "middle" and used[1] < used[0]:
                column = 1
            self._joint_grid.addWidget(box, used[column], column)
            used[column] += 1
            by_number[number] = box
        self.joints = [by_number[number] for number in range(len(names))]
        self._tint_joints()

    def _tint_joints(self) -> None:
        colours = {"left": self.theme.left_side, "right": self.theme.right_side}
        for name, box in zip(self._joint_names, self.joints, strict=True):
            colour = colours.get(side_of(name), self.theme.muted)
            box.setStyleSheet(
                f"QCheckBox::indicator:checked {{ background: {colour}; border-color: {colour}; }}"
            )

    def _next_hint(self, parent: str, child: str) -> None:
        button = self.limbs[(parent, child)]
        side = NEXT[str(button.property("side") or "")]
        self._show_limb(button, side)
        self.hint_chosen.emit(parent, child, side)

    @staticmethod
    def _show_limb(button: QToolButton, side: str) -> None:
        name = str(button.property("limb"))
        child = {
            "arm": mark("elbow"),
            "forearm": mark("wrist"),
            "thigh": mark("knee"),
            "shin": mark("ankle"),
        }[name.split()[-1]]
        sign = {"": "·", "nearer": "▲", "farther": "▼"}[side]
        button.setProperty("side", side)
        button.setText(f"{sign} {tr(name)}")
        button.setChecked(bool(side))
        button.setToolTip(
            tr(
                "{limb}: the {child} is {side} (click for the next choice)",
                limb=tr(name),
                child=tr(child),
                side=tr(SIDE_WORDS[side]),
            )
        )

    def _pitch_changed(self) -> None:
        self._show_pitch()
        known = self.pitch_known.isChecked()
        self.pitch_chosen.emit(math.radians(self.pitch.value()) if known else None)

    def _show_pitch(self) -> None:
        known = self.pitch_known.isChecked()
        self.pitch.setEnabled(known)
        self._pitch_text.setText(f"{self.pitch.value():+d}°" if known else tr("unknown"))
