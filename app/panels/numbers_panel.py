"""What came out, in numbers: error to the marks and to the truth, with protocol, time and origin."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from app.panels.controls import label, rows
from app.panels.legend import TimingBar, milliseconds
from app.settings.language import tr
from app.settings.theme import Theme
from app.state.skeleton import plain_name
from app.state.values import RunResult, Scores

EMPTY = "–"


class NumberCard(QFrame):
    """A large number with its unit and name."""

    def __init__(self, name: str, tip: str) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setToolTip(tip)
        self._number: QLabel = label(EMPTY, "number")
        self._name = label(name, "faint")
        layout = rows(self, spacing=0)
        layout.setContentsMargins(9, 5, 6, 5)
        layout.addWidget(self._number)
        layout.addWidget(self._name)
        self.setAccessibleName(name)

    @property
    def text(self) -> str:
        """The number as shown."""
        return self._number.text()

    def show_value(self, value: float | None, form: str) -> None:
        """A value in a format, or a dash."""
        self._number.setText(EMPTY if value is None else form.format(value))
        self.setAccessibleDescription(self._number.text())


class NumbersPanel(QWidget):
    """Shows the scores of one person of a `RunResult`."""

    def __init__(self) -> None:
        super().__init__()
        self.marks = NumberCard(
            tr("2D error, % of box"),
            tr("Mean distance of the body's joints to the marks, in % of the box"),
        )
        self.mpjpe = NumberCard(
            "MPJPE, mm", tr("Mean joint error after moving the pelvis together")
        )
        self.pa_mpjpe = NumberCard(
            "PA-MPJPE, mm", tr("Mean joint error after the best similarity transform")
        )
        self.mpvpe = NumberCard(
            "MPVPE, mm", tr("Mean vertex error after moving the pelvis together")
        )
        self._note = label("", "guess", wrap=True)
        self._protocol = label("", "faint", wrap=True)
        self._detail = label("", "muted", wrap=True)
        self._timing = TimingBar()
        self._empty = label(tr("Nothing reconstructed yet."), "muted", wrap=True)
        cards = QWidget()
        grid = QGridLayout(cards)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(6)
        for place, card in enumerate((self.marks, self.mpjpe, self.pa_mpjpe, self.mpvpe)):
            grid.addWidget(card, place // 2, place % 2)
        self._cards = cards
        layout = rows(self, spacing=6)
        layout.addWidget(self._empty)
        layout.addWidget(self._note)
        layout.addWidget(cards)
        layout.addWidget(self._protocol)
        layout.addWidget(self._detail)
        layout.addWidget(self._timing)
        layout.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.show_result(None, 0)

    @property
    def note(self) -> str:
        """What a reader must know, e.g. ``from joints: depth is a guess``."""
        return self._note.text()

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self._timing.theme = theme
        self._timing.update()

    def show_result(self, result: RunResult | None, person: int, reading: int = 0) -> None:
        """Numbers of one person in one reading; a dash where something cannot be measured."""
        has_person = result is not None and person < len(result.result.people)
        self._empty.setVisible(not has_person)
        for widget in (self._cards, self._detail, self._timing):
            widget.setVisible(has_person)
        if not has_person:
            nobody = result is not None and not result.result.people
            self._empty.setText(
                tr("Nobody found: draw a box around a person (B).")
                if nobody
                else tr("Nothing reconstructed yet.")
            )
            self._note.setVisible(False)
            self._protocol.setVisible(False)
            return
        found = result.result.people[person]
        scores = result.scores_of(person, reading)
        self._show_scores(scores)
        self._note.setText(
            tr("{note} (reading {reading})", note=found.note, reading=reading)
            if reading
            else found.note
        )
        self._note.setVisible(bool(found.note))
        self._detail.setText(_detail(result, scores, person))
        self._timing.show_stages([(t.stage, t.seconds) for t in result.result.timing])

    def _show_scores(self, scores: Scores) -> None:
        self.marks.show_value(scores.marks_percent, "{:.1f} %")
        self.mpjpe.show_value(scores.mpjpe_mm, "{:.1f}")
        self.pa_mpjpe.show_value(scores.pa_mpjpe_mm, "{:.1f}")
        self.mpvpe.show_value(scores.mpvpe_mm, "{:.1f}")
        has_truth = scores.mpjpe_mm is not None
        for card in (self.mpjpe, self.pa_mpjpe, self.mpvpe):
            card.setVisible(has_truth)
        self._protocol.setText(
            tr("Protocol: {protocol}", protocol=scores.protocol) if has_truth else ""
        )
        self._protocol.setToolTip(scores.protocol_title)
        self._protocol.setVisible(has_truth)


def _detail(result: RunResult, scores: Scores, person: int) -> str:
    parts = []
    if scores.worst_mark is not None:
        name, percent = scores.worst_mark
        parts.append(
            tr(
                "Farthest mark: {name}, {percent:.1f} %",
                name=plain_name(name),
                percent=percent,
            )
        )
    found = result.result.people[person]
    parts.append(
        f"{found.method} · {found.preset} · {found.variant} · {result.device} · "
        f"{milliseconds(result.result.seconds)}"
    )
    return "\n".join(parts)
