"""Which methods are compared, how they are laid out, and against what they are measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from app.panels.controls import (
    Segments,
    columns,
    fill_combo,
    label,
    narrow_combo,
    panel_frame,
    rows,
)
from app.settings.icons import icon
from app.settings.language import tr
from app.settings.theme import DARK, Theme
from app.state.comparison import NOTHING, TRUTH, Comparison
from app.state.values import Alignment, Choice

DOT = 10
CHIP_TEXT = 26
# From so many methods on their names need the room of the words "Add method".
CROWDED = 3


@dataclass(frozen=True)
class Addable:
    """A choice that can be added, with its words in the menu: method, then preset and variant."""

    group: str
    text: str
    choice: Choice


class CompareBar(QWidget):
    """Chips of the methods, arrangement, reference and alignment.

    Signals:
        add_requested: a `Choice`.
        remove_requested: place of a method, 1 for the first beside the current one.
        arrangement_chosen, alignment_chosen: id.
        reference_chosen: ``NOTHING``, ``TRUTH`` or a place.
    """

    add_requested = Signal(object)
    remove_requested = Signal(int)
    arrangement_chosen = Signal(str)
    alignment_chosen = Signal(str)
    reference_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = DARK
        self._addable: tuple[Addable, ...] = ()
        self._chips: list[QToolButton] = []
        self._shown: tuple[tuple[str, tuple[float, float, float]], ...] = ()
        self.add = QToolButton()
        self.add.setText(tr("Add method"))
        self.add.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.add.setAccessibleName(tr("Add a method to the comparison"))
        self.add.setToolTip(tr("Compare with another method, preset or variant; four at most"))
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self._fill_menu)
        self.add.setMenu(self._menu)
        self.arrangement = Segments(
            (
                ("side_by_side", tr("Apart"), tr("A view for each method, one camera for all")),
                ("together", tr("Together"), tr("All bodies in one view")),
            ),
            tr("Arrangement"),
        )
        self.reference = narrow_combo(
            tr("Difference to"), tr("Colour every vertex by its distance to this body")
        )
        self.alignment = Segments(
            (
                ("none", tr("None"), tr("Each body where its own camera puts it")),
                ("pelvis", tr("Pelvis"), tr("Bodies moved so that their pelvises meet")),
                ("procrustes", tr("Procrustes"), tr("Best move, turn and scale")),
            ),
            tr("Alignment of compared bodies"),
            even=False,
        )
        self._build()
        self.arrangement.chosen.connect(self.arrangement_chosen)
        self.alignment.chosen.connect(self.alignment_chosen)
        self.reference.activated.connect(
            lambda _row: self.reference_chosen.emit(int(self.reference.currentData()))
        )

    def _build(self) -> None:
        bar = panel_frame("bar")
        head = rows(bar, spacing=4)
        head.setContentsMargins(10, 4, 6, 6)
        first = columns(spacing=4)
        first.addWidget(label(tr("Compare"), "title"))
        first.addSpacing(4)
        self._chip_row: QHBoxLayout = columns(spacing=4)
        first.addLayout(self._chip_row)
        first.addWidget(self.add)
        first.addStretch(1)
        second = columns(spacing=8)
        second.addWidget(self.arrangement, 5)
        second.addWidget(self.reference, 5)
        second.addWidget(self.alignment, 7)
        head.addLayout(first)
        head.addLayout(second)
        rows(self).addWidget(bar)

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self.theme = theme
        self.add.setIcon(icon("box_add", theme))
        self.show_methods(self._shown)

    def set_addable(self, addable: Sequence[Addable]) -> None:
        """What the menu offers."""
        self._addable = tuple(addable)

    def show_methods(self, methods: Sequence[tuple[str, tuple[float, float, float]]]) -> None:
        """(title, colour) of the methods compared; the first is the current one and stays."""
        self._shown = tuple(methods)
        for chip in self._chips:
            self._chip_row.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._chips = [self._chip(place, *method) for place, method in enumerate(methods)]
        for chip in self._chips:
            self._chip_row.addWidget(chip)
        style = Qt.ToolButtonStyle
        roomy = len(self._chips) < CROWDED
        self.add.setToolButtonStyle(
            style.ToolButtonTextBesideIcon if roomy else style.ToolButtonIconOnly
        )

    def _chip(self, place: int, title: str, colour: tuple[float, float, float]) -> QToolButton:
        chip = QToolButton()
        chip.setProperty("role", "chip")
        short = title if len(title) <= CHIP_TEXT else title[: CHIP_TEXT - 1] + "…"
        chip.setText(short if place == 0 else f"{short}  ×")
        chip.setIcon(_dot(colour))
        chip.setIconSize(QSize(DOT, DOT))
        chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        if place == 0:
            chip.setToolTip(tr("{title}: the current method, chosen on the right", title=title))
            chip.setAccessibleName(tr("{title}, current method", title=title))
        else:
            chip.setToolTip(tr("Take {title} out of the comparison", title=title))
            chip.setAccessibleName(tr("Take {title} out of the comparison", title=title))
            chip.clicked.connect(lambda _=False, place=place: self.remove_requested.emit(place))
        return chip

    def show_comparison(
        self, now: Comparison, alignment: Alignment, *, full: bool, has_truth: bool
    ) -> None:
        """The state now."""
        self.add.setEnabled(not full)
        self.arrangement.set_current(now.arrangement)
        self.alignment.set_current(alignment)
        # Nothing chosen yet: the row says what there is to choose, where a label would take its room.
        titles = [(title, number) for number, (title, _) in enumerate(self._shown)]
        entries = [(tr("Difference to…"), NOTHING), *titles]
        if has_truth:
            entries.insert(1, (tr("the truth"), TRUTH))
        fill_combo(self.reference, entries, now.reference)

    def _fill_menu(self) -> None:
        self._menu.clear()
        groups: dict[str, list[Addable]] = {}
        for entry in self._addable:
            groups.setdefault(entry.group, []).append(entry)
        for title, entries in groups.items():
            # The first entry of a method needs nothing downloaded: one click.
            menu = self._menu if len(entries) == 1 else self._menu.addMenu(title)
            for entry in entries:
                text = f"{title} {entry.text}" if menu is self._menu else entry.text
                menu.addAction(text).triggered.connect(
                    lambda _=False, choice=entry.choice: self.add_requested.emit(choice)
                )


def _dot(colour: tuple[float, float, float]) -> QIcon:
    image = QPixmap(DOT, DOT)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor.fromRgbF(*colour))
    painter.drawEllipse(0, 0, DOT - 1, DOT - 1)
    painter.end()
    return QIcon(image)
