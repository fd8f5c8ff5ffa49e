"""Small building blocks that all panels share: labels with roles, sections, segmented choices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.settings.icons import icon
from app.settings.language import tr
from app.settings.theme import Theme

SPACE = 8


def label(text: str = "", role: str = "", *, wrap: bool = False) -> QLabel:
    """A label in one of the style sheet's roles."""
    made = QLabel(text)
    if role:
        made.setProperty("role", role)
    if wrap:
        made.setWordWrap(True)
    return made


class ElidedLabel(QLabel):
    """A label that shortens its text to the room it has and never asks for more; the tip has it all."""

    def __init__(self, role: str = "") -> None:
        super().__init__()
        self._full = ""
        if role:
            self.setProperty("role", role)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def set_full_text(self, text: str, tip: str = "") -> None:
        """The whole text."""
        self._full = text
        self.setToolTip(tip or text)
        self.setAccessibleName(text)
        self._elide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten anew."""
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        way = Qt.TextElideMode.ElideRight
        self.setText(self.fontMetrics().elidedText(self._full, way, self.width()))


def set_tone(widget: QWidget, tone: str) -> None:
    """Change a widget's tone (``good``, ``warning``, ``error``, ``info``) and restyle it."""
    if widget.property("tone") != tone:
        widget.setProperty("tone", tone)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def panel_frame(role: str = "panel") -> QFrame:
    """A framed area of the window."""
    frame = QFrame()
    frame.setProperty("role", role)
    return frame


def rows(widget: QWidget, *, margin: int = 0, spacing: int = SPACE) -> QVBoxLayout:
    """A column layout on a widget."""
    layout = QVBoxLayout(widget)
    layout.setContentsMargins(margin, margin, margin, margin)
    layout.setSpacing(spacing)
    return layout


def columns(widget: QWidget | None = None, *, margin: int = 0, spacing: int = SPACE) -> QHBoxLayout:
    """A row layout, on a widget if given."""
    layout = QHBoxLayout(widget) if widget is not None else QHBoxLayout()
    layout.setContentsMargins(margin, margin, margin, margin)
    layout.setSpacing(spacing)
    return layout


def named_row(name: str, control: QWidget, width: int = 62) -> QHBoxLayout:
    """A control with its name before it; the name is its accessible name as well."""
    layout = columns()
    text = label(name, "muted")
    text.setFixedWidth(width)
    text.setBuddy(control)
    control.setAccessibleName(control.accessibleName() or name)
    layout.addWidget(text)
    layout.addWidget(control, 1)
    return layout


def tool_button(action: QAction, *, text: bool = False) -> QToolButton:
    """A flat button of an action, with its tip and name."""
    button = QToolButton()
    button.setDefaultAction(action)
    button.setIconSize(QSize(16, 16))
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAccessibleName(action.text().replace("&", ""))
    if text:
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    return button


def fill_combo(combo: QComboBox, entries: Iterable[tuple[str, object]], current: object) -> None:
    """Set (text, data) entries and the current one without telling anybody."""
    with QSignalBlocker(combo):
        combo.clear()
        for text, data in entries:
            combo.addItem(text, data)
        combo.setCurrentIndex(max(0, combo.findData(current)))


def narrow_combo(name: str, tip: str) -> QComboBox:
    """A combo box that never asks for more width than its column has."""
    combo = QComboBox()
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(6)
    combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    combo.setAccessibleName(name)
    combo.setToolTip(tip)
    return combo


class Section(QWidget):
    """A titled part of a panel that folds away."""

    def __init__(self, title: str, content: QWidget, *, is_open: bool = True) -> None:
        super().__init__()
        self._head = QToolButton()
        self._head.setProperty("role", "section")
        self._head.setText(title)
        self._head.setCheckable(True)
        self._head.setChecked(is_open)
        self._head.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._head.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._head.setIconSize(QSize(12, 12))
        self._head.setAccessibleName(tr("{title}, fold or unfold", title=title))
        self._content = content
        self._theme: Theme | None = None
        line = QFrame()
        line.setProperty("role", "line")
        layout = rows(self, spacing=2)
        layout.addWidget(line)
        layout.addWidget(self._head)
        inner = QWidget()
        box = rows(inner, spacing=0)
        box.setContentsMargins(4, 0, 4, SPACE + 2)
        box.addWidget(content)
        self._inner = inner
        layout.addWidget(inner)
        self._head.toggled.connect(self._fold)
        inner.setVisible(is_open)

    def set_theme(self, theme: Theme) -> None:
        """Retint the arrow."""
        self._theme = theme
        name = "chevron_down" if self._head.isChecked() else "chevron_right"
        self._head.setIcon(icon(name, theme, theme.muted))

    def set_open(self, is_open: bool) -> None:
        """Fold or unfold."""
        self._head.setChecked(is_open)

    def _fold(self, is_open: bool) -> None:
        self._inner.setVisible(is_open)
        if self._theme is not None:
            self.set_theme(self._theme)


class Segments(QWidget):
    """A few exclusive choices side by side.

    Signals:
        chosen: data of the segment.
    """

    chosen = Signal(str)

    def __init__(
        self, entries: Sequence[tuple[str, str, str]], name: str, *, even: bool = True
    ) -> None:
        """Entries are (data, text, tip); ``even`` makes them equally wide, else by their texts."""
        super().__init__()
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QToolButton] = {}
        layout = columns(self, spacing=2)
        for data, text, tip in entries:
            button = QToolButton()
            button.setProperty("role", "segment")
            button.setText(text)
            button.setToolTip(tip)
            button.setCheckable(True)
            button.setAccessibleName(f"{name}: {text}")
            button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            button.clicked.connect(lambda _checked=False, data=data: self.chosen.emit(data))
            self._group.addButton(button)
            self._buttons[data] = button
            layout.addWidget(button, 1 if even else button.sizeHint().width())

    def set_current(self, data: str) -> None:
        """Check a segment without telling anybody."""
        if data in self._buttons:
            self._buttons[data].setChecked(True)

    def set_available(self, data: str, available: bool, tip: str) -> None:
        """Enable a segment, or say in its tip why not."""
        self._buttons[data].setEnabled(available)
        self._buttons[data].setToolTip(tip)
