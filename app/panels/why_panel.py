"""Ask what moves a point of the body: which part of the picture, or which joint."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QProgressBar, QPushButton, QWidget

from app.panels.attention_panel import StrongestList
from app.panels.controls import Segments, columns, label, rows
from app.settings.language import mark, tr
from app.settings.theme import Theme

ASK, STOP = mark("What moves it?"), mark("Stop")
WAYS = (
    (
        "occlusion",
        mark("Cover"),
        mark("Cover each part of the picture and see how far the point moves"),
    ),
    (
        "gradient",
        mark("Derivative"),
        mark("How strongly the point depends on the pixels of each part"),
    ),
    ("joints", mark("Joints"), mark("Move each joint a little and see how far the point follows")),
)


class WhyPanel(QWidget):
    """The chosen point, the question, and the answer in words; the map itself is on the picture.

    Signals:
        asked: ``occlusion``, ``gradient`` or ``joints``.
        stopped: the question is withdrawn.
        covering_chosen: whether the mouse carries a patch over the picture.
        save_requested: ``png`` or ``npz``.
    """

    asked = Signal(str)
    stopped = Signal()
    covering_chosen = Signal(bool)
    save_requested = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._how = "occlusion"
        self._point = label("", "title")
        self.ways = Segments(
            [(way, tr(text), tr(tip)) for way, text, tip in WAYS], tr("How to find out")
        )
        self.ways.setFixedWidth(270)
        self.ask = QPushButton(ASK)
        self.ask.setProperty("role", "primary")
        self.covering = QCheckBox(tr("Cover by hand"))
        self.covering.setToolTip(
            tr("Drag a grey patch over the picture; body and attention follow at once (P)")
        )
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(6)
        self.progress.setAccessibleName(tr("Progress of the question"))
        self.strongest = StrongestList()
        self.strongest.setFixedWidth(300)
        self._answer = label("", "muted", wrap=True)
        self.picture = QPushButton(tr("Save PNG…"))
        self.picture.setToolTip(tr("The picture panel as it is shown now"))
        self.numbers = QPushButton(tr("Save NPZ…"))
        self.numbers.setToolTip(tr("All numbers behind the views of this person"))
        self._build()
        self.ways.chosen.connect(self._choose)
        self.ask.clicked.connect(self._ask_or_stop)
        self.covering.toggled.connect(self.covering_chosen)
        self.picture.clicked.connect(lambda: self.save_requested.emit("png"))
        self.numbers.clicked.connect(lambda: self.save_requested.emit("npz"))
        self.show_point("", joints=False)
        self.show_running(None)
        self.show_answer("", ())

    def _build(self) -> None:
        head = columns(spacing=8)
        head.addWidget(self._point)
        head.addWidget(self.ways)
        head.addWidget(self.ask)
        head.addWidget(self.covering)
        head.addStretch(1)
        head.addWidget(self.picture)
        head.addWidget(self.numbers)
        body = columns(spacing=12)
        body.addWidget(self._answer, 1)
        body.addWidget(self.strongest)
        layout = rows(self, margin=8, spacing=6)
        layout.addLayout(head)
        layout.addWidget(self.progress)
        layout.addLayout(body, 1)

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self.strongest.theme = theme
        self.strongest.update()

    @property
    def answer(self) -> str:
        """The words of the answer."""
        return self._answer.text()

    @property
    def point(self) -> str:
        """The chosen point, for people."""
        return self._point.text()

    def show_point(self, title: str, *, joints: bool) -> None:
        """The point asked about ('' for none) and whether the method reads joints, not pixels."""
        self._point.setText(title or tr("Click the body or a joint"))
        self.ask.setEnabled(bool(title))
        for data, _, tip in WAYS:
            fits = (data == "joints") == joints
            reason = (
                tr("This method reads joints") if joints else tr("This method reads the picture")
            )
            self.ways.set_available(data, fits, tip if fits else reason)
        if joints != (self._how == "joints"):
            self._how = "joints" if joints else "occlusion"
        self.ways.set_current(self._how)
        self.covering.setEnabled(not joints)

    def show_running(self, share: float | None) -> None:
        """Share done in [0, 1] while an answer is looked for; None when it is not."""
        self.ask.setText(tr(ASK if share is None else STOP))
        # Hidden but keeping its place, so that nothing jumps.
        policy = self.progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.progress.setSizePolicy(policy)
        self.progress.setVisible(share is not None)
        if share is not None:
            self.progress.setRange(0, 0 if share <= 0 else 100)
            self.progress.setValue(round(100 * share))

    def show_answer(self, text: str, strongest: Sequence[tuple[str, float]]) -> None:
        """Words, and the strongest causes with their shares of the sum."""
        self._answer.setText(
            text
            or tr(
                "Choose a point by clicking the body or a joint, then ask which part of the picture "
                "it hangs on. Works for every method: the answer comes from the network itself."
            )
        )
        self.strongest.setVisible(bool(strongest))
        self.strongest.show_entries(tuple(strongest))

    def _choose(self, how: str) -> None:
        self._how = how

    def _ask_or_stop(self) -> None:
        if self.ask.text() == tr(STOP):
            self.stopped.emit()
        else:
            self.asked.emit(self._how)
