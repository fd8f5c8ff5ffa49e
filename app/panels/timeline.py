"""Playing a video or camera: buttons, the track with what is computed and how sure, and the read-out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QCheckBox, QComboBox, QSizePolicy, QToolButton, QWidget

from app.panels.controls import (
    Segments,
    columns,
    label,
    panel_frame,
    rows,
)
from app.settings.icons import icon
from app.settings.language import mark, tr
from app.settings.theme import DARK, Theme
from app.state.playback import Playback, ReadOut

TRACK_HEIGHT = 46
EDGE = 7.0
BUDGETS_MS = (0, 33, 50, 100, 200, 500)
SAVE_TIP = mark("Save the take: bodies of every frame and the video")


class Track(QWidget):
    """Frames from left to right: what is computed, a number per frame, range and position.

    Signals:
        sought: frame number that was clicked or dragged to.
    """

    sought = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = DARK
        self.now = Playback()
        self.known: NDArray[np.bool_] = np.zeros(0, bool)
        self.curve: NDArray[np.float32] = np.zeros(0, np.float32)
        self.curve_name = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Timeline"))
        self.setMouseTracking(True)

    def sizeHint(self) -> QSize:
        return QSize(300, TRACK_HEIGHT)

    def show_playback(self, now: Playback) -> None:
        """Range and position."""
        self.now = now
        self.setAccessibleDescription(
            tr("frame {position} of {count}", position=now.position + 1, count=now.count)
        )
        self.update()

    def show_frames(
        self, known: NDArray[np.bool_], curve: NDArray[np.float32], curve_name: str
    ) -> None:
        """(count,) what is computed, and a number per frame, NaN where unknown."""
        self.known, self.curve, self.curve_name = known, curve, curve_name
        self.update()

    def x_of(self, frame: int) -> float:
        """Where a frame is."""
        span = max(1, self.now.count - 1)
        return EDGE + (self.width() - 2 * EDGE) * frame / span

    def frame_at(self, x: float) -> int:
        """The frame at a place."""
        span = max(1.0, self.width() - 2 * EDGE)
        share = (x - EDGE) / span
        return max(0, min(self.now.count - 1, round(share * (self.now.count - 1))))

    def worst_frame(self) -> int:
        """The frame with the largest number; -1 where none is known."""
        if not np.isfinite(self.curve).any():
            return -1
        return int(np.nanargmax(self.curve))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.now.count and event.button() == Qt.MouseButton.LeftButton:
            self.sought.emit(self.frame_at(event.position().x()))
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self.now.count:
            return
        frame = self.frame_at(event.position().x())
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.sought.emit(frame)
        value = self.curve[frame] if frame < len(self.curve) else np.nan
        words = "" if np.isnan(value) else f"\n{self.curve_name}: {value:.0f}"
        self.setToolTip(
            tr(
                "frame {frame}, {seconds:.2f} s{words}",
                frame=frame + 1,
                seconds=frame / self.now.frames_per_second,
                words=words,
            )
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Home: None,
            Qt.Key.Key_End: None,
        }
        key = Qt.Key(event.key())
        if key not in steps or not self.now.count:
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_Home:
            self.sought.emit(self.now.first)
        elif key == Qt.Key.Key_End:
            self.sought.emit(self.now.last)
        else:
            by = steps[key] or 0
            self.sought.emit(max(0, min(self.now.count - 1, self.now.position + by)))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, height = self.theme, float(self.height())
        bar = QRectF(EDGE, height - 12, self.width() - 2 * EDGE, 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.raised))
        painter.drawRoundedRect(bar, 3, 3)
        if self.now.count:
            self._paint_known(painter, bar)
            self._paint_curve(painter, QRectF(EDGE, 4, bar.width(), height - 22))
            self._paint_range(painter, bar)
            x = self.x_of(max(0, self.now.position))
            painter.setPen(QPen(QColor(theme.text), 1.5))
            painter.drawLine(QPointF(x, 2), QPointF(x, height - 3))
        painter.end()

    def _paint_known(self, painter: QPainter, bar: QRectF) -> None:
        """Runs of computed frames as bright pieces of the bar."""
        if not len(self.known):
            return
        edges = np.flatnonzero(np.diff(np.concatenate([[0], self.known.view(np.int8), [0]])))
        painter.setBrush(QColor(self.theme.good))
        for start, stop in zip(edges[::2], edges[1::2], strict=True):
            left, right = self.x_of(int(start)), self.x_of(int(stop) - 1)
            painter.drawRect(QRectF(left, bar.top() + 1.5, max(1.5, right - left), 3))

    def _paint_curve(self, painter: QPainter, area: QRectF) -> None:
        known = np.flatnonzero(np.isfinite(self.curve))
        if len(known) < 2:
            return
        top = max(float(self.curve[known].max()), 1e-6)
        painter.setPen(QPen(QColor(self.theme.warning), 1.2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        pieces = np.split(known, np.flatnonzero(np.diff(known) > 1) + 1)
        for piece in pieces:
            line = [
                QPointF(
                    self.x_of(int(f)), area.bottom() - area.height() * float(self.curve[f]) / top
                )
                for f in piece
            ]
            painter.drawPolyline(QPolygonF(line))
        font = painter.font()
        font.setPixelSize(self.theme.metrics.font_small)
        painter.setFont(font)
        painter.setPen(QColor(self.theme.faint))
        text = f"{self.curve_name}, up to {top:.0f}"
        painter.drawText(area, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight, text)

    def _paint_range(self, painter: QPainter, bar: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self.theme.accent))
        for frame in (self.now.first, self.now.last):
            painter.drawRoundedRect(QRectF(self.x_of(frame) - 2, bar.top() - 3, 4, 12), 2, 2)


class Timeline(QWidget):
    """Shows a `Playback` and its `ReadOut`; its buttons say what a person wants.

    Signals:
        play_wanted, stopped: the button was pressed.
        stepped: -1 or 1.
        sought: frame number.
        looping_chosen, lock_chosen, ground_chosen: bool.
        smoothing_chosen: ``off``, ``light`` or ``strong``.
        budget_chosen: milliseconds a frame may take, 0 for no limit.
        range_chosen: (``first`` or ``last``): from or to the frame shown.
        save_wanted: ``take`` for recording or exporting, ``json`` for the read-out.
    """

    play_wanted = Signal()
    stopped = Signal()
    stepped = Signal(int)
    sought = Signal(int)
    looping_chosen = Signal(bool)
    smoothing_chosen = Signal(str)
    lock_chosen = Signal(bool)
    ground_chosen = Signal(bool)
    budget_chosen = Signal(int)
    range_chosen = Signal(str)
    save_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = DARK
        self._playing = False
        self.play = self._button("run", tr("Play or pause (Space)"))
        self.back = self._button("previous", tr("One frame back (,)"))
        self.forward = self._button("next", tr("One frame on (.)"))
        self.worst = self._button("warning", tr("To the worst frame of the curve"))
        self.start_here = self._text_button("[", tr("The range begins with this frame"))
        self.end_here = self._text_button("]", tr("The range ends with this frame"))
        self.save = self._button("export", tr(SAVE_TIP))
        self.numbers = self._button("log", tr("Save the read-out of all frames as JSON"))
        self.leave = self._button("close", tr("Close the player"))
        self.looping = QCheckBox(tr("Loop"))
        self.looping.setToolTip(tr("Begin again at the end of the range"))
        self.smoothing = Segments(
            (
                ("off", tr("Raw"), tr("Each frame for itself")),
                ("light", tr("Light"), tr("Light smoothing over time")),
                ("strong", tr("Strong"), tr("Strong smoothing over time")),
            ),
            tr("Smoothing"),
        )
        self.smoothing.setFixedWidth(170)
        self.lock = QCheckBox(tr("Lock feet"))
        self.lock.setToolTip(tr("Standing feet do not slide"))
        self.ground = QCheckBox(tr("Ground"))
        self.ground.setToolTip(
            tr(
                "One ground under all standing feet: the grid lies there, saved motion moves over it"
            )
        )
        self.budget = self._budget_box()
        self.track = Track()
        self._where = label("", "muted")
        # It takes a second line rather than being cut off.
        self._read_out = label("", "muted", wrap=True)
        self._build()
        self._connect()
        self.show_playback(Playback())

    def _build(self) -> None:
        bar = panel_frame("panel")
        head = columns(spacing=4)
        for widget in (self.play, self.back, self.forward, self.start_here, self.end_here):
            head.addWidget(widget)
        head.addWidget(self.worst)
        head.addWidget(self._where)
        head.addStretch(1)
        for widget in (self.budget, self.save, self.numbers, self.leave):
            head.addWidget(widget)
        wishes = columns(spacing=6)
        for widget in (self.looping, self.smoothing, self.lock, self.ground):
            wishes.addWidget(widget)
        wishes.addStretch(1)
        layout = rows(bar, spacing=2)
        layout.setContentsMargins(8, 4, 8, 2)
        layout.addLayout(head)
        layout.addLayout(wishes)
        layout.addWidget(self._read_out)
        layout.addWidget(self.track)
        rows(self).addWidget(bar)

    def _connect(self) -> None:
        self.play.clicked.connect(self.play_wanted)
        self.back.clicked.connect(lambda: self.stepped.emit(-1))
        self.forward.clicked.connect(lambda: self.stepped.emit(1))
        self.start_here.clicked.connect(lambda: self.range_chosen.emit("first"))
        self.end_here.clicked.connect(lambda: self.range_chosen.emit("last"))
        self.worst.clicked.connect(self._seek_worst)
        self.save.clicked.connect(lambda: self.save_wanted.emit("take"))
        self.numbers.clicked.connect(lambda: self.save_wanted.emit("json"))
        self.leave.clicked.connect(self.stopped)
        self.track.sought.connect(self.sought)
        self.looping.toggled.connect(self.looping_chosen)
        self.smoothing.chosen.connect(self.smoothing_chosen)
        self.lock.toggled.connect(self.lock_chosen)
        self.ground.toggled.connect(self.ground_chosen)

    def _budget_box(self) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(tr("Latency budget while playing"))
        box.setToolTip(
            tr("Milliseconds a frame; a lighter method steps in where it is missed, 0 never")
        )
        box.activated.connect(lambda _row: self.budget_chosen.emit(box.currentData()))
        return box

    def _button(self, name: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setProperty("icon_name", name)
        button.setIconSize(QSize(16, 16))
        button.setToolTip(tip)
        button.setAccessibleName(tip.split(" (")[0])
        return button

    def _text_button(self, text: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        return button

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self.theme = theme
        self.track.theme = theme
        for button in self.findChildren(QToolButton):
            name = button.property("icon_name")
            if name:
                button.setIcon(icon(name, theme))
        self._show_play()
        self.track.update()

    def show_playback(self, now: Playback) -> None:
        """What is played, and where it stands."""
        self._playing = now.playing
        self._show_play()
        self.track.show_playback(now)
        self.track.setVisible(now.is_clip)
        for widget in (
            self.back, self.forward, self.start_here, self.end_here, self.worst, self.looping, self._where,
        ):  # fmt: skip
            widget.setVisible(now.is_clip)
        if now.is_clip:
            seconds = max(0, now.position) / now.frames_per_second
            self._where.setText(f"{now.position + 1} / {now.count} · {seconds:.2f} s")
        self.smoothing.set_current(now.smoothing)
        for box, on in (
            (self.looping, now.looping), (self.lock, now.lock_feet), (self.ground, now.ground),
        ):  # fmt: skip
            with QSignalBlocker(box):
                box.setChecked(on)
        if now.is_clip or not now.is_open:
            self.save.setToolTip(tr(SAVE_TIP))
            self.save.setProperty("icon_name", "export")
            self.save.setIcon(icon("export", self.theme))
        else:
            self.show_recording(False)

    def show_budget(self, milliseconds: int) -> None:
        """The latency budget of the settings; 0 for none."""
        self.budget.clear()
        for value in sorted({*BUDGETS_MS, milliseconds}):
            self.budget.addItem(tr("budget {ms} ms", ms=value) if value else tr("no budget"), value)
        self.budget.setCurrentIndex(self.budget.findData(milliseconds))

    def show_recording(self, on: bool) -> None:
        """What the save button does while a camera is played."""
        tip = tr("End the recording and look at it") if on else tr("Record what the camera sees")
        self.save.setToolTip(tip)
        self.save.setAccessibleName(tip)
        self.save.setProperty("icon_name", "stop" if on else "record")
        self.save.setIcon(icon("stop" if on else "record", self.theme))

    def show_read_out(self, now: ReadOut) -> None:
        """Rates and delays."""
        parts = []
        if now.state and now.state != "running":
            parts.append(tr("camera {state}", state=now.state))
        if now.camera:
            parts.append(tr("camera {camera:.1f}/s", camera=now.camera))
        if now.network:
            parts.append(tr("network {network:.1f}/s", network=now.network))
        if now.display:
            parts.append(tr("display {display:.1f}/s", display=now.display))
        if now.delay_ms is not None:
            parts.append(tr("delay {delay_ms:.0f} ms", delay_ms=now.delay_ms))
        if now.dropped:
            parts.append(tr("dropped {dropped}", dropped=now.dropped))
        # Lines break between numbers, never inside one.
        self._read_out.setText(" · ".join(part.replace(" ", "\u00a0") for part in parts))

    @property
    def read_out(self) -> str:
        """The read-out as shown."""
        return self._read_out.text().replace("\u00a0", " ")

    def _show_play(self) -> None:
        self.play.setIcon(icon("pause" if self._playing else "run", self.theme))

    def _seek_worst(self) -> None:
        frame = self.track.worst_frame()
        if frame >= 0:
            self.sought.emit(frame)
