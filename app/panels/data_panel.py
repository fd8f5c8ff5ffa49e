"""The people of a data set, worst first: distribution, filters, and the list itself."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTableView,
    QWidget,
)

from app.panels.controls import (
    ElidedLabel,
    columns,
    fill_combo,
    narrow_combo,
    rows,
    tool_button,
)
from app.panels.error_histogram import ErrorHistogram
from app.panels.error_scatter import ErrorScatter
from app.settings.language import tr
from app.settings.theme import Theme
from app.state.data_model import (
    ACTION,
    ALL,
    CHANGE,
    ERROR,
    HIDDEN,
    OTHER,
    PERSON,
    SEQUENCE,
    DataModel,
    DataSource,
)

ROW_HEIGHT = 22
EXTENDING = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier
WIDTHS = {ERROR: 82, OTHER: 62, CHANGE: 66, SEQUENCE: 104, ACTION: 78, HIDDEN: 62}
HIDDEN_SHARES = ((0.0, "any"), (0.1, "10 %"), (0.25, "25 %"), (0.5, "50 %"), (0.75, "75 %"))


class DataPanel(QWidget):
    """Shows a `DataModel` and asks for changes of it; reads and writes nothing.

    Signals:
        person_chosen: number of the person in the columns of the model.
        filter_chosen: name of a field of the filter, value.
        save_requested, compare_closed.
    """

    person_chosen = Signal(int)
    filter_chosen = Signal(str, object)
    save_requested = Signal()
    compare_closed = Signal()

    def __init__(self, model: DataModel, actions: tuple[QAction, ...]) -> None:
        super().__init__()
        self._model = model
        self._opened: tuple[DataSource | None, DataSource | None] = (None, None)
        self._title, self._told = ElidedLabel("section"), ElidedLabel("muted")
        self.histogram, self.scatter = ErrorHistogram(), ErrorScatter()
        self._make_filters()
        self._make_table()
        head = columns(spacing=6)
        head.addWidget(self._title, 2)
        head.addWidget(self._told, 3)
        for action in actions:
            head.addWidget(tool_button(action))
        for button in (self.points, self.close_other, self.save):
            head.addWidget(button)
        self.plots = QStackedWidget()
        self.plots.addWidget(self.histogram)
        self.plots.addWidget(self.scatter)
        self._both = QSplitter(Qt.Orientation.Horizontal)
        self._both.setChildrenCollapsible(False)
        self._both.addWidget(self.plots)
        self._both.addWidget(self.table)
        self._both.setSizes([360, 640])
        layout = rows(self, margin=8, spacing=4)
        layout.addLayout(head)
        layout.addLayout(self._filter_row())
        layout.addWidget(self._both, 1)
        self._connect()
        self._people_changed()

    def _make_filters(self) -> None:
        self.error = narrow_combo(
            tr("Error that is shown"), tr("Which error the plot and the list show")
        )
        self.sequence = narrow_combo(tr("Only this sequence"), tr("Show one sequence, or all"))
        self.action = narrow_combo(tr("Only this action"), tr("Show one action, or all"))
        self.hidden = narrow_combo(
            tr("Least share of hidden marks"),
            tr("Only people of whom at least so many marks are hidden"),
        )
        fill_combo(
            self.hidden,
            [(tr("hidden ≥ {t}", t=t) if s else tr("hidden: any"), s) for s, t in HIDDEN_SHARES],
            0.0,
        )
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Name holds"))
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName(tr("Search the people"))
        self.search.setToolTip(tr("Show only people whose name in the data set holds this"))
        self.search.setMinimumWidth(40)
        self.everybody = QPushButton(tr("All errors"))
        self.everybody.setToolTip(
            tr("Show people of all errors again, not of the clicked bar alone")
        )
        self.points = QPushButton(tr("Pairs"))
        self.points.setCheckable(True)
        self.points.setToolTip(tr("The two evaluations against each other, or the distribution"))
        self.close_other = QPushButton(tr("End"))
        self.close_other.setAccessibleName(tr("End comparison"))
        self.close_other.setToolTip(tr("End the comparison with the second evaluation"))
        self.save = QPushButton(tr("Save list…"))
        self.save.setToolTip(
            tr(
                "Save the selected people, or all that are shown, as a regression list for "
                "training.evaluate --only"
            )
        )

    def _filter_row(self) -> QHBoxLayout:
        row = columns(spacing=4)
        for control in (self.error, self.sequence, self.action, self.hidden):
            row.addWidget(control, 1)
        row.addWidget(self.search, 1)
        row.addWidget(self.everybody)
        return row

    def _make_table(self) -> None:
        self.table = QTableView()
        self.table.setModel(self._model)
        self.table.setAccessibleName(tr("People of the data set"))
        self.table.setToolTip(tr("Enter or a double click looks at a person"))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.table.setWordWrap(False)
        self.table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.table.verticalHeader().setVisible(False)
        self.table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(PERSON, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        for column, width in WIDTHS.items():
            header.resizeSection(column, width)
        self.table.setSortingEnabled(True)

    def _connect(self) -> None:
        self._model.people_changed.connect(self._people_changed)
        self._model.shown_changed.connect(self._shown_changed)
        self.table.clicked.connect(self._row_chosen)
        self.table.activated.connect(self._row_chosen)
        for name, combo in (
            ("sequence", self.sequence),
            ("action", self.action),
            ("hidden", self.hidden),
        ):
            combo.currentIndexChanged.connect(
                lambda _=0, name=name, combo=combo: self.filter_chosen.emit(
                    name, combo.currentData()
                )
            )
        self.error.currentIndexChanged.connect(self._error_chosen)
        self.search.textChanged.connect(lambda text: self.filter_chosen.emit("text", text.strip()))
        self.everybody.clicked.connect(lambda: self.filter_chosen.emit("limits", None))
        self.histogram.range_chosen.connect(self._range_chosen)
        self.histogram.hovered.connect(self._hovered)
        self.scatter.person_chosen.connect(self._point_chosen)
        self.points.toggled.connect(self._show_plot)
        self.save.clicked.connect(self.save_requested)
        self.close_other.clicked.connect(self.compare_closed)

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self.histogram.set_theme(theme)
        self.scatter.set_theme(theme)

    def selected(self) -> tuple[int, ...]:
        """Numbers of the selected people, else of all that are shown, in the order of the list."""
        picked = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        shown = self._model.shown
        return tuple(int(shown[row]) for row in (picked if len(picked) > 1 else range(len(shown))))

    def show_person(self, number: int) -> None:
        """Select a person in the list, without asking for it."""
        place = self._model.place_of(number)
        if place >= 0:
            index = self._model.index(place, 0)
            flags = (
                QItemSelectionModel.SelectionFlag.ClearAndSelect
                | QItemSelectionModel.SelectionFlag.Rows
            )
            self.table.selectionModel().setCurrentIndex(index, flags)
            self.table.scrollTo(index)
        self.scatter.mark(number)

    def step(self, by: int) -> None:
        """The next or previous person of the list."""
        row = self.table.currentIndex().row() + by
        if 0 <= row < self._model.rowCount():
            self.person_chosen.emit(int(self._model.shown[row]))

    # ---- from the model

    def _people_changed(self) -> None:
        model, people = self._model, self._model.people
        source = model.source
        self._title.set_full_text(
            source.title if source else tr("No data set is open"), source.details if source else ""
        )
        joints = [(f"{name}, mm", ("joint", row)) for row, name in enumerate(people.joint_names)]
        errors = [
            (f"{name} {people.units.get(name, '')}".strip(), ("error", name))
            for name in people.errors
        ]
        now = (
            ("joint", model.filter.joint)
            if model.filter.joint >= 0
            else ("error", model.filter.error)
        )
        fill_combo(self.error, [*errors, *joints], now)
        for combo, words, what in (
            (self.sequence, people.sequence, "sequences"),
            (self.action, people.action, "actions"),
        ):
            names = sorted(name for name in words.names if name)
            current = getattr(model.filter, what[:-1])
            fill_combo(
                combo,
                [
                    (tr("all sequences" if what == "sequences" else "all actions"), ALL),
                    *((name, name) for name in names),
                ],
                current,
            )
            combo.setVisible(len(names) > 1)
        with QSignalBlocker(self.hidden), QSignalBlocker(self.search):
            self.hidden.setCurrentIndex(max(0, self.hidden.findData(model.filter.hidden)))
            if self.search.text().strip() != model.filter.text:
                self.search.setText(model.filter.text)
        self.error.setVisible(bool(people.errors))
        self.hidden.setVisible(bool((people.occlusion > 0).any()))
        self._show_columns()
        for widget in (self.points, self.close_other):
            widget.setVisible(model.compares)
        now_open = (source, model.other_source)
        if now_open != self._opened:  # not when more people of the same set arrive
            self._opened = now_open
            self.points.setChecked(model.compares)
            self.table.scrollToTop()
        self._show_plot()
        self._shown_changed()

    def _show_columns(self) -> None:
        model, people = self._model, self._model.people
        there = {
            ERROR: bool(people.errors),
            OTHER: model.compares,
            CHANGE: model.compares,
            SEQUENCE: len(people.sequence.names) > 1,
            ACTION: len(people.action.names) > 1,
            HIDDEN: bool((people.occlusion > 0).any()),
        }
        for column, on in there.items():
            self.table.setColumnHidden(column, not on)
        header = self.table.horizontalHeader()
        column, falling = model.order
        header.blockSignals(True)
        order = Qt.SortOrder.DescendingOrder if falling else Qt.SortOrder.AscendingOrder
        header.setSortIndicator(column, order)
        header.blockSignals(False)

    def _shown_changed(self) -> None:
        model = self._model
        groups = model.in_groups
        name = model.value_name if model.filter.error else ""
        unit = f" {model.unit}" if model.unit else ""
        self.histogram.show_values(model.values[groups], f"{name}{unit}", model.filter.limits)
        if model.compares and model.other_source is not None and model.source is not None:
            labels = (f"{model.other_source.short}{unit}", f"{model.source.short}{unit}")
            shown = model.shown
            self.scatter.show_pairs(shown, model.others[shown], model.values[shown], labels)
        self.everybody.setVisible(model.filter.limits is not None)
        self.save.setEnabled(model.rowCount() > 0)
        self._told.set_full_text(self._summary())

    def _summary(self) -> str:
        model = self._model
        if model.source is None:
            return tr("Open a data set, or the result of an evaluation")
        shown, total = model.rowCount(), max(len(model.people), model.source.total)
        words = [tr("{shown} of {total} people", shown=shown, total=total)]
        if model.source.label:
            words.append(model.source.label)
        if model.people.failed:
            words.append(tr("{failed} failed", failed=model.people.failed))
        if model.compares and not model.comparable and model.other_source is not None:
            words.append(
                tr("NOT COMPARABLE: the other one is {label}", label=model.other_source.label)
            )
        return " · ".join(words)

    # ---- from the person

    def _error_chosen(self) -> None:
        data = self.error.currentData()
        if data is None:
            return
        kind, value = data
        self.filter_chosen.emit("error" if kind == "error" else "joint", value)

    def _range_chosen(self, low: float, high: float) -> None:
        same = self._model.filter.limits == (low, high)
        self.filter_chosen.emit("limits", None if same else (low, high))

    def _hovered(self, text: str) -> None:
        self._told.set_full_text(text or self._summary())

    def _row_chosen(self, index: QModelIndex) -> None:
        # Keys that extend the selection do not look at anybody.
        if index.isValid() and not QGuiApplication.keyboardModifiers() & EXTENDING:
            self.person_chosen.emit(int(self._model.shown[index.row()]))

    def _point_chosen(self, number: int) -> None:
        self.person_chosen.emit(number)

    def _show_plot(self, *_: object) -> None:
        both = self.points.isChecked() and self._model.compares
        self.plots.setCurrentWidget(self.scatter if both else self.histogram)
