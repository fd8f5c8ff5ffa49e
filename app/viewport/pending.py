"""Drawings asked for within one turn of the event loop, answered by one."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from core.render import Quality

QUICKEST: tuple[Quality, ...] = ("draft", "live", "final")


class PendingDrawing(QObject):
    """Layers, camera and picture often change together: as quick as the quickest that was asked for.

    Signals:
        due: (quality, scale) to draw now.
    """

    due = Signal(str, float)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._wanted: tuple[Quality, float] | None = None
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._tell)

    def ask(self, quality: Quality, scale: float) -> None:
        """A drawing is wanted once this turn of the event loop is over."""
        if self._wanted is None or QUICKEST.index(quality) < QUICKEST.index(self._wanted[0]):
            self._wanted = (quality, scale)
        self._timer.start()

    def forget(self) -> None:
        """Nothing is wanted any more."""
        self._timer.stop()
        self._wanted = None

    def _tell(self) -> None:
        wanted, self._wanted = self._wanted, None
        if wanted is not None:
            self.due.emit(*wanted)
