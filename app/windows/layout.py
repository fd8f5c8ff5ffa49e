"""Where the panels stand in the window."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QSplitter, QStackedWidget, QTabWidget, QWidget

from app.panels.banner import Banner
from app.panels.controls import panel_frame, rows
from app.panels.empty_state import EmptyState
from app.settings.theme import Metrics

GAP = 6
COMPARISON_SHARE = 0.66
LEFT_MINIMUM, RIGHT_MINIMUM = 168, 284


def framed(content: QWidget) -> QWidget:
    """A panel's frame around its content."""
    frame = panel_frame()
    layout = rows(frame, spacing=0)
    layout.setContentsMargins(1, 1, 1, 1)
    layout.addWidget(content)
    return frame


class WindowLayout(QWidget):
    """List | (banner, picture and body, inspection) | inspector."""

    def __init__(
        self,
        items: QWidget,
        picture: QWidget,
        stage: QWidget,
        comparison: QWidget,
        timeline: QWidget,
        inspector: QWidget,
        tabs: Sequence[tuple[str, QWidget]],
        banner: Banner,
        empty: EmptyState,
    ) -> None:
        super().__init__()
        metrics = Metrics()
        self._picture_stack = QStackedWidget()
        self._picture_stack.addWidget(empty)
        self._picture_stack.addWidget(picture)
        self._stages = QStackedWidget()
        self._stage_pages = (stage, comparison)
        for page in self._stage_pages:
            self._stages.addWidget(page)
        self._only_shown_counts()
        self.pair = _splitter(
            Qt.Orientation.Horizontal, framed(self._picture_stack), framed(self._stages)
        )
        self.pair.setStretchFactor(0, 1)
        self.pair.setStretchFactor(1, 1)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        for title, page in tabs:
            self.tabs.addTab(page, title)
        self._below = framed(self.tabs)
        self.centre = _splitter(Qt.Orientation.Vertical, self.pair, self._below)
        self.centre.setStretchFactor(0, 3)
        self.centre.setStretchFactor(1, 1)
        middle = QWidget()
        column = rows(middle, spacing=GAP)
        column.addWidget(banner)
        column.addWidget(self.centre, 1)
        column.addWidget(timeline)
        timeline.hide()
        left, right = framed(items), framed(inspector)
        left.setMinimumWidth(LEFT_MINIMUM)
        right.setMinimumWidth(RIGHT_MINIMUM)
        self.outer = _splitter(Qt.Orientation.Horizontal, left, middle, right)
        self.outer.setStretchFactor(0, 0)
        self.outer.setStretchFactor(1, 1)
        self.outer.setStretchFactor(2, 0)
        self.outer.setSizes([metrics.list_width, 900, metrics.inspector_width])
        self.centre.setSizes([520, 210])
        self.pair.setSizes([1000, 1000])
        layout = rows(self, spacing=0)
        layout.setContentsMargins(GAP, 2, GAP, 0)
        layout.addWidget(self.outer)

    def show_picture(self, on: bool) -> None:
        """The picture, or the invitation to open one."""
        self._picture_stack.setCurrentIndex(1 if on else 0)

    def show_comparison(self, on: bool) -> None:
        """Compared bodies instead of the one body; they need more room than the picture."""
        if on == (self._stages.currentIndex() == 1):
            return
        self._stages.setCurrentIndex(1 if on else 0)
        self._only_shown_counts()
        width = sum(self.pair.sizes())
        share = COMPARISON_SHARE if on else 0.5
        self.pair.setSizes([round(width * (1 - share)), round(width * share)])

    def _only_shown_counts(self) -> None:
        """A stack is as wide as its widest page; the hidden one must not squeeze the picture."""
        for page in self._stage_pages:
            shown = page is self._stages.currentWidget()
            policy = QSizePolicy.Policy.Preferred if shown else QSizePolicy.Policy.Ignored
            page.setSizePolicy(policy, policy)
        self._stages.adjustSize()

    def show_below(self, on: bool, page: int = 0) -> None:
        """The panel below the picture, with one of its pages."""
        self._below.setVisible(on)
        self.tabs.setCurrentIndex(page)


def _splitter(orientation: Qt.Orientation, *widgets: QWidget) -> QSplitter:
    splitter = QSplitter(orientation)
    splitter.setHandleWidth(GAP)
    splitter.setChildrenCollapsible(False)
    for widget in widgets:
        splitter.addWidget(widget)
    return splitter
