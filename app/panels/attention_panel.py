"""What a token attends to: layer and head, tokens by name, the matrix, and the strongest targets.

Works for any `AttentionRecord`; it knows no method.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QSizePolicy,
    QStackedLayout,
    QToolButton,
    QWidget,
)

from app.panels.attention_matrix import AttentionMatrix
from app.panels.controls import ElidedLabel, columns, fill_combo, label, narrow_combo, rows
from app.settings.language import inside, mark, sentence, tr
from app.settings.theme import DARK, Theme
from app.state.attention import AttentionModel
from app.state.linked import Pick
from app.state.skeleton import plain_name
from core.types import TokenSet

MEAN = -1
AVERAGE = mark("Mean over the list")
STRONGEST = 10
GROUP_WORDS = {
    "joint": "joints",
    "vertex": "vertices",
    "grid": "picture",
    "camera": "camera",
    "latent": "other",
}


class StrongestList(QWidget):
    """Names and shares of the targets with the largest weight, as bars."""

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = DARK
        self.entries: tuple[tuple[str, float], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setFixedWidth(176)
        self.setAccessibleName(tr("Strongest targets"))

    def sizeHint(self) -> QSize:
        return QSize(176, 120)

    def show_entries(self, entries: tuple[tuple[str, float], ...]) -> None:
        """(name, share of the row) pairs, strongest first."""
        self.entries = entries
        self.setAccessibleDescription(", ".join(f"{n} {s:.1%}" for n, s in entries))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        font = painter.font()
        font.setPixelSize(self.theme.metrics.font_small)
        painter.setFont(font)
        top = max((share for _, share in self.entries), default=1.0)
        for row, (name, share) in enumerate(self.entries):
            y = row * 18
            if y + 17 > self.height():
                break
            painter.fillRect(QRectF(0, y + 1, self.width(), 15), QColor(self.theme.raised))
            painter.fillRect(
                QRectF(0, y + 1, self.width() * share / top, 15), QColor(self.theme.selection)
            )
            painter.setPen(QColor(self.theme.text))
            area = QRectF(6, y, self.width() - 12, 17)
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)
            painter.setPen(QColor(self.theme.muted))
            painter.drawText(
                area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, f"{share:.1%}"
            )
        painter.end()


class AttentionPanel(QWidget):
    """Shows an `AttentionModel`; its own clicks change the choice.

    Signals:
        cell_chosen: (row, column) of the matrix clicked.
        choice_made: (what: record, layer, head or query; number, -1 for the mean or none).
        mean_requested, mean_stopped: begin to average over the list; be content with what there is.
        mean_closed: back to the shown person.
        save_requested: ``png`` or ``npz`` of the matrix.
    """

    cell_chosen = Signal(int, int)
    choice_made = Signal(str, int)
    mean_requested = Signal()
    mean_stopped = Signal()
    mean_closed = Signal()
    save_requested = Signal(str)

    def __init__(self, model: AttentionModel) -> None:
        super().__init__()
        self._model = model
        self.record = narrow_combo(tr("Attention record"), tr("Which attention of the network"))
        self.layer = narrow_combo(tr("Layer"), tr("One layer, or the mean of all"))
        self.head = narrow_combo(tr("Head"), tr("One head, or the mean of all"))
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search tokens"))
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName(tr("Search tokens"))
        self.tokens = QListWidget()
        self.tokens.setUniformItemSizes(True)
        self.tokens.setAccessibleName(tr("Tokens"))
        self.tokens.setToolTip(tr("Choose a token to see what it attends to"))
        self.matrix = AttentionMatrix()
        self.strongest = StrongestList()
        self._where = ElidedLabel("muted")
        self._averaging, self._progress = False, ""
        self._pick: Pick | None = None
        self._listed: TokenSet | None = None
        self.average = QPushButton(tr(AVERAGE))
        self.save = QToolButton()
        self.save.setText(tr("Save"))
        self.save.setToolTip(tr("The matrix as a picture, or its numbers"))
        self.save.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.save)
        for text, kind in ((tr("Picture (PNG)…"), "png"), (tr("Numbers (NPZ)…"), "npz")):
            menu.addAction(text).triggered.connect(
                lambda _=False, kind=kind: self.save_requested.emit(kind)
            )
        self.save.setMenu(menu)
        self._chosen = label("", "section", wrap=True)
        self._nothing = label(
            tr(
                "This result holds no attention. Methods that read the picture with attention, "
                "such as METRO, show here what each joint and vertex looks at."
            ),
            "muted",
            wrap=True,
        )
        self._build()
        self._connect()
        self._show_records()

    def _build(self) -> None:
        left = QWidget()
        left.setFixedWidth(206)
        column = rows(left, spacing=5)
        column.addWidget(self.record)
        pair = columns(spacing=5)
        pair.addWidget(self.layer, 1)
        pair.addWidget(self.head, 1)
        column.addLayout(pair)
        column.addWidget(self.search)
        column.addWidget(self.tokens, 1)
        middle = QWidget()
        centre = rows(middle, spacing=2)
        centre.addWidget(self.matrix, 1)
        below = columns(spacing=5)
        below.addWidget(self._where, 1)
        below.addWidget(self.average)
        below.addWidget(self.save)
        centre.addLayout(below)
        right = QWidget()
        far = rows(right, spacing=4)
        far.addWidget(self._chosen)
        far.addWidget(self.strongest, 1)
        full = QWidget()
        layout = columns(full, margin=8)
        layout.addWidget(left)
        layout.addWidget(middle, 1)
        layout.addWidget(right)
        empty = QWidget()
        hint = rows(empty, margin=24)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        hint.addWidget(self._nothing)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(empty)
        self._stack.addWidget(full)

    def _connect(self) -> None:
        for name, combo in (("record", self.record), ("layer", self.layer), ("head", self.head)):
            combo.activated.connect(
                lambda _row, name=name, combo=combo: self.choice_made.emit(
                    name, int(combo.currentData())
                )
            )
        self.tokens.currentItemChanged.connect(self._token_chosen)
        self.matrix.cell_clicked.connect(self.cell_chosen)
        self.matrix.hovered.connect(self._show_where)
        self.search.textChanged.connect(self._filter)
        self.average.clicked.connect(self._average_clicked)
        self._model.records_changed.connect(self._show_records)
        self._model.choice_changed.connect(lambda _choice: self._show_choice())

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self.strongest.theme = theme
        self.strongest.update()
        self.matrix.set_theme(theme)

    def _show_records(self) -> None:
        record = self._model.record
        self._stack.setCurrentIndex(0 if record is None else 1)
        if record is None:
            return
        names = [(r.name, n) for n, r in enumerate(self._model.records)]
        fill_combo(self.record, names, self._model.choice.record)
        self._show_choice()

    def _list_tokens(self, queries: TokenSet) -> None:
        self._listed = queries
        with QSignalBlocker(self.tokens):
            self.tokens.clear()
            for number, name in enumerate(queries.names):
                item = QListWidgetItem(token_text(queries, number))
                item.setData(Qt.ItemDataRole.UserRole, number)
                item.setToolTip(name)
                self.tokens.addItem(item)
        self._filter(self.search.text())

    def _show_choice(self) -> None:
        record, choice = self._model.record, self._model.choice
        if record is None:
            return
        if self._listed is None or self._listed.names != record.queries.names:
            self._list_tokens(record.queries)
        heads = record.weights.shape[1]
        layers = [(tr("All layers"), MEAN), *((name, n) for n, name in enumerate(record.layers))]
        fill_combo(self.layer, layers, MEAN if choice.layer is None else choice.layer)
        fill_combo(
            self.head,
            [(tr("All heads"), MEAN), *((tr("Head {n}", n=n + 1), n) for n in range(heads))],
            MEAN if choice.head is None else choice.head,
        )
        self.matrix.show_matrix(
            self._model.matrix(), token_groups(record.queries), token_groups(record.keys)
        )
        with QSignalBlocker(self.tokens):
            self.tokens.setCurrentRow(choice.query)
        self._pick = None
        self._show_row()
        self._show_average()

    def show_pick(self, pick: Pick | None) -> None:
        """A clicked cell of the matrix or of the picture; None for the chosen row alone."""
        self._pick = pick if pick is not None and pick.column >= 0 else None
        self._show_row()

    def _show_row(self) -> None:
        """Who looks at what, in words and bars: the chosen row, or the picked column."""
        record, choice, pick = self._model.record, self._model.choice, self._pick
        self.matrix.show_column(-1 if pick is None else pick.column)
        if record is None:
            return
        if pick is not None and pick.tokens is not None:
            self.matrix.show_row(-1)
            self._chosen.setText(sentence(pick.title))
            self.strongest.show_entries(pick.entries)
            return
        self.matrix.show_row(choice.query)
        row = self._model.row()
        mean = tr(", in the mean,") if self._mean_text() else ""
        self._chosen.setText(
            tr("Click a joint, a vertex or a row")
            if row is None
            else tr(
                "{token}{mean} attends to",
                token=token_text(record.queries, choice.query),
                mean=mean,
            )
        )
        if pick is not None and row is not None:
            self._chosen.setText(pick.title)
        self.strongest.show_entries(() if row is None else strongest(record.keys, row))

    def _token_chosen(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.choice_made.emit("query", int(item.data(Qt.ItemDataRole.UserRole)))

    def _filter(self, text: str) -> None:
        wanted = text.strip().lower()
        for row in range(self.tokens.count()):
            item = self.tokens.item(row)
            item.setHidden(wanted not in f"{item.text()} {item.toolTip()}".lower())

    def _show_where(self, row: int, column: int) -> None:
        record, matrix = self._model.record, self._model.matrix()
        if record is None or matrix is None or row < 0:
            self._where.set_full_text(self._mean_text())
            return
        self._where.set_full_text(
            f"{token_text(record.queries, row)} → {token_text(record.keys, column)}: "
            f"{matrix[row, column]:.2%}"
        )

    # ---- the mean over the list

    def show_averaging(self, done: int, asked: int) -> None:
        """Items done of those asked for while a mean is made; (0, 0) when it is not."""
        self._averaging = asked > 0
        self._progress = tr("{done} of {asked} pictures", done=done, asked=asked) if asked else ""
        self._show_average()

    @property
    def title(self) -> str:
        """What the matrix shows, for people: record, layer, head, and whose."""
        record = self._model.record
        if record is None:
            return ""
        whose = self._mean_text() or tr("this person")
        layer, head = self.layer.currentText(), self.head.currentText()
        return f"{record.name}, {inside(layer)}, {inside(head)}: {inside(whose)}"

    def _mean_text(self) -> str:
        mean = self._model.mean
        if mean is None or not mean.people:
            return ""
        people = tr("{count} person" if mean.people == 1 else "{count} people", count=mean.people)
        if mean.pictures == 1:
            return tr("Mean of {people} in 1 picture", people=people)
        return tr("Mean of {people} in {count} pictures", people=people, count=mean.pictures)

    def _show_average(self) -> None:
        text, tip = (
            tr(AVERAGE),
            tr("Run every item of the list and average this matrix over all people"),
        )
        if self._averaging:
            text, tip = tr("Stop"), tr("Keep the mean of the pictures that are done")
        elif self._model.mean is not None:
            text, tip = tr("This person"), tr("Back to the attention of the person shown")
        self.average.setText(text)
        self.average.setToolTip(tip)
        said = [self._mean_text(), self._progress] if self._averaging else [self._mean_text()]
        self._where.set_full_text(" · ".join(part for part in said if part))

    def _average_clicked(self) -> None:
        if self._averaging:
            self.mean_stopped.emit()
        elif self._model.mean is not None:
            self.mean_closed.emit()
        else:
            self.mean_requested.emit()


def token_text(tokens: TokenSet, number: int) -> str:
    """A token as a person says it."""
    name = tokens.names[number]
    return sentence(plain_name(name) if tokens.kinds[number] == "joint" else name)


def token_groups(tokens: TokenSet) -> list[tuple[str, float]]:
    """(kind, middle) of each run of tokens of one kind."""
    groups: list[tuple[str, float]] = []
    start = 0
    for number in range(1, len(tokens.kinds) + 1):
        if number == len(tokens.kinds) or tokens.kinds[number] != tokens.kinds[start]:
            groups.append((GROUP_WORDS[tokens.kinds[start]], (start + number) / 2))
            start = number
    return groups


def strongest(
    tokens: TokenSet, row: NDArray[np.float32], count: int = STRONGEST
) -> tuple[tuple[str, float], ...]:
    """Names and weights of the ``count`` strongest targets of a row (keys,)."""
    order = np.argsort(row)[::-1][:count]
    return tuple((token_text(tokens, int(number)), float(row[number])) for number in order)
