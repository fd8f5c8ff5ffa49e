"""The line at the bottom: what is going on, and on what it runs."""

from __future__ import annotations

from PySide6.QtWidgets import QProgressBar, QWidget

from app.panels.controls import columns, label, set_tone
from app.panels.legend import milliseconds
from app.settings.language import mark, tr
from app.state.values import RunResult

WEIGHTS_WORDS = {
    "embedded": (mark("Embedded weights"), "good"),
    "user": (mark("Your weights"), "good"),
    "none": (mark("No weights"), "warning"),
}


class StatusStrip(QWidget):
    """Busy text with a moving bar on the left, chips on the right."""

    def __init__(self) -> None:
        super().__init__()
        self._text = label(tr("Ready"), "muted")
        self._bar = QProgressBar()
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(90)
        self._bar.setAccessibleName(tr("Working"))
        self._bar.hide()
        self._time = label("", "chip")
        self._device = label("", "chip")
        self._weights = label("", "chip")
        layout = columns(self, spacing=6)
        layout.setContentsMargins(10, 2, 8, 3)
        layout.addWidget(self._bar)
        layout.addWidget(self._text, 1)
        for chip in (self._time, self._device, self._weights):
            chip.hide()
            layout.addWidget(chip)

    @property
    def text(self) -> str:
        """What it says now."""
        return self._text.text()

    def show_busy(self, text: str) -> None:
        """What is being done, '' when idle."""
        self._bar.setVisible(bool(text))
        self._text.setText(f"{text}…" if text else tr("Ready"))

    def show_line(self, text: str) -> None:
        """The last thing that was said, when idle."""
        if not self._bar.isVisibleTo(self):
            self._text.setText(text)

    def show_result(self, result: RunResult | None) -> None:
        """Chips of a result."""
        for chip in (self._time, self._device, self._weights):
            chip.setVisible(result is not None)
        if result is None:
            return
        self._time.setText(milliseconds(result.result.seconds))
        self._time.setToolTip(
            "\n".join(f"{s.stage}: {milliseconds(s.seconds)}" for s in result.result.timing)
        )
        self._device.setText(result.device.upper())
        words, tone = WEIGHTS_WORDS.get(result.weights_state, (result.weights_state, ""))
        self._weights.setText(tr(words))
        self._weights.setToolTip(str(result.choice.weights or tr("Shipped with MeshLoupe")))
        set_tone(self._weights, tone)

    def show_weights_missing(self) -> None:
        """The chosen network has no weights."""
        self._weights.setText(tr("Weights missing"))
        set_tone(self._weights, "error")
        self._weights.show()
