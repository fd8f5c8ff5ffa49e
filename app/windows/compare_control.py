"""Several methods on the person looked at: what still has to run, what the views and tables show."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from app.engine.comparing import (
    METHOD_COLOURS,
    Compared,
    compare,
    joints_table,
    layers_of,
    methods_table,
)
from app.engine.work_thread import Failure, WorkThread
from app.panels.compare_bar import Addable, CompareBar
from app.panels.compare_panel import ComparePanel
from app.panels.controls import panel_frame, rows
from app.panels.legend import RampLegend
from app.settings.language import tr
from app.settings.theme import Theme
from app.state.activity import ActivityModel, error_notice
from app.state.choice import ChoiceModel
from app.state.comparison import Comparison, ComparisonModel
from app.state.results import ResultsModel
from app.state.session import SessionModel
from app.state.values import Choice, RunResult
from app.state.view import ViewModel
from app.windows.compare_views import CompareViews
from app.windows.run_control import RunControl
from core.errors import OutputError
from core.files.atomic import write_atomically
from core.methods.registry import MethodEntry
from core.render import Legend

REDRAW_MS = 30
SHOWN_OPTIONS = frozenset(("alignment", "wireframe", "truth"))


class CompareStage(QWidget):
    """The bar above the compared views, and the legend of their colours below."""

    def __init__(self) -> None:
        super().__init__()
        self.bar, self.views, self.ramp = CompareBar(), CompareViews(), RampLegend()
        self._foot = panel_frame("bar")
        rows(self._foot, margin=8).addWidget(self.ramp)
        self._foot.hide()
        layout = rows(self, spacing=0)
        layout.addWidget(self.bar)
        layout.addWidget(self.views, 1)
        layout.addWidget(self._foot)

    def show_legend(self, legend: Legend | None) -> None:
        """What the colours mean; None for nothing."""
        self._foot.setVisible(legend is not None)
        if legend is not None:
            stops = [tuple(map(float, row)) for row in legend.cmap.table[::15]]
            self.ramp.show_ramp(stops, legend.high, legend.unit, legend.title)  # type: ignore[arg-type]

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self.bar.set_theme(theme)
        self.views.set_theme(theme)
        self.ramp.theme = theme
        self.ramp.update()


class CompareControl(QObject):
    """Between the comparison, the results and the compared views.

    Signals:
        vertex_picked: (person, vertex), for the views that follow a click.
    """

    vertex_picked = Signal(int, int)

    def __init__(
        self,
        model: ComparisonModel,
        session: SessionModel,
        choice: ChoiceModel,
        results: ResultsModel,
        view: ViewModel,
        activity: ActivityModel,
        runs: RunControl,
        engine: WorkThread,
        stage: CompareStage,
        panel: ComparePanel,
    ) -> None:
        super().__init__()
        self._model, self._session, self._choice = model, session, choice
        self._results, self._view, self._activity = results, view, activity
        self._runs, self._engine, self._stage, self._panel = runs, engine, stage, panel
        self._failed: set[tuple[int, Choice]] = set()
        self._fitted = False
        self._vertex = -1
        self.compared = Compared()
        self._redraw = self._timer(REDRAW_MS, self._show)
        self._go_on = self._timer(0, self._run_missing)
        model.changed.connect(self._model_changed)
        choice.changed.connect(self._choice_changed)
        results.shown_changed.connect(self._result_shown)
        results.stored.connect(self._stored)
        view.changed.connect(self._options_changed)
        session.current_changed.connect(self._item_changed)
        engine.dropped.connect(lambda _request: self._go_on.start())
        runs.refused.connect(self._refused)
        bar = stage.bar
        bar.add_requested.connect(model.add)
        bar.remove_requested.connect(model.remove)
        bar.arrangement_chosen.connect(lambda way: model.set(arrangement=way))
        bar.reference_chosen.connect(lambda place: model.set(reference=place))
        bar.alignment_chosen.connect(lambda name: view.set(alignment=name))
        stage.views.vertex_picked.connect(self._picked)
        panel.save_requested.connect(self._ask_where_to_save)
        bar.set_addable(addable(choice.entries))
        self._show_bar()

    def _timer(self, milliseconds: int, slot: Any) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(slot)
        return timer

    def stop(self) -> None:
        """No more timers, no more threads."""
        self._redraw.stop()
        self._go_on.stop()
        self._stage.views.stop()

    # ---- what is compared

    @property
    def choices(self) -> tuple[Choice, ...]:
        """The current choice and those beside it."""
        others = tuple(c for c in self._model.now.others if c != self._choice.choice)
        return (self._choice.choice, *others)

    def title_of(self, choice: Choice) -> str:
        """``METRO``, with preset, variant and weights where they are not the default."""
        return choice_title(choice, self._choice.entry_of(choice.method))

    def _result_of(self, choice: Choice) -> RunResult | None:
        item, shown = self._session.current, self._results.shown
        if item is None:
            return None
        if shown is not None and shown.choice == choice and shown.item_id == item.id:
            return shown  # also while marks are dragged
        return self._results.get(item.id, choice)

    @Slot()
    def _run_missing(self) -> None:
        """The next method that has no result yet, once the current one has its own."""
        item = self._session.current
        if not self._model.now.on or item is None:
            return
        if self._results.get(item.id, self._choice.choice) is None:
            return
        for choice in self.choices[1:]:
            known = self._results.get(item.id, choice) is not None
            if not known and (item.id, choice) not in self._failed:
                self._runs.run_beside(choice)
                return

    # ---- what changed

    @Slot(object, object)
    def _model_changed(self, now: Comparison, names: frozenset[str]) -> None:
        if "others" in names:
            self._failed.clear()
        if names & {"on", "arrangement"}:
            self._fitted = False
        self._show_bar()
        self._go_on.start()
        self._redraw.start()

    @Slot(object)
    def _choice_changed(self, choice: Choice) -> None:
        self._model.forget(choice)
        self._show_bar()
        self._redraw.start()

    @Slot(object)
    def _result_shown(self, _result: RunResult | None) -> None:
        self._go_on.start()
        self._redraw.start()

    @Slot(int)
    def _stored(self, _item_id: int) -> None:
        self._go_on.start()
        self._redraw.start()

    @Slot(int)
    def _item_changed(self, _item_id: int) -> None:
        self._failed.clear()
        self._vertex = -1
        self._fitted = False
        self._redraw.start()

    @Slot(object, object)
    def _options_changed(self, options: Any, names: frozenset[str]) -> None:
        if "grid" in names:
            self._stage.views.set_grid(options.grid)
        if names & SHOWN_OPTIONS:
            self._show_bar()
            self._redraw.start()

    @Slot(int, object, object)
    def _refused(self, item_id: int, choice: Choice, _failure: Failure) -> None:
        if choice != self._choice.choice:
            self._failed.add((item_id, choice))
            self._go_on.start()
            self._redraw.start()

    # ---- what is shown

    def _show_bar(self) -> None:
        titles = [self.title_of(choice) for choice in self.choices]
        self._stage.bar.show_methods(list(zip(titles, METHOD_COLOURS, strict=False)))
        self._stage.bar.show_comparison(
            self._model.now,
            self._view.options.alignment,
            full=self._model.is_full,
            has_truth=self.compared.truth is not None,
        )

    @Slot()
    def _show(self) -> None:
        if not self._model.now.on:
            return
        now, options = self._model.now, self._view.options
        loaded = self._session.current_loaded
        rows_ = [(self.title_of(c), c, self._result_of(c)) for c in self.choices]
        self.compared = compare(
            rows_,
            self._results.person,
            () if loaded is None else loaded.truths,
            now.reference,
            options.alignment,
        )
        scenes = layers_of(
            self.compared,
            now.reference,
            options.alignment,
            now.arrangement,
            truth=options.truth,
            wireframe=options.wireframe,
        )
        hints = [self._hint_of(body.choice) for body in self.compared.bodies]
        self._stage.views.set_layers(scenes, hints[: len(scenes)])
        self._stage.show_legend(self.compared.legend)
        self._show_bar()
        self._show_numbers()
        if not self._fitted and any(scenes):
            self._fitted = True
            self._stage.views.fit()
        self._mark_vertex()

    def _hint_of(self, choice: Choice) -> str:
        item = self._session.current
        if item is None:
            return tr("Open a picture")
        if (item.id, choice) in self._failed:
            return tr("{title} could not run", title=self.title_of(choice))
        if self._result_of(choice) is not None:
            return tr("This person was not found")
        return tr("{title} is still to run", title=self.title_of(choice))

    def _show_numbers(self) -> None:
        far = self.compared.disagreement_mm
        words = [] if far is None else [tr("The methods disagree by {far:.0f} mm.", far=far)]
        if self.compared.reference_title:
            words.append(
                tr("Distances to {reference_title}.", reference_title=self.compared.reference_title)
            )
        else:
            words.append(tr("Choose a body under “Difference to” for distances on every vertex."))
        self._panel.show_tables(
            methods_table(self.compared), joints_table(self.compared), " ".join(words)
        )

    # ---- clicks

    @Slot(int, object)
    def _picked(self, number: int, pick: Any) -> None:
        self._vertex = int(pick.vertex)
        self._mark_vertex()
        place = pick.layer if self._model.now.arrangement == "together" else number
        if place == 0:
            self.vertex_picked.emit(self._results.person, self._vertex)

    def _mark_vertex(self) -> None:
        texts = []
        for body in self.compared.bodies:
            far = None if body.distances is None else body.distances.vertices
            known = far is not None and 0 <= self._vertex < len(far)
            texts.append(f"{far[self._vertex]:.0f} mm" if known and far is not None else "")
        self._stage.views.select(self._vertex, texts)

    # ---- saving

    @Slot(str)
    def _ask_where_to_save(self, text: str) -> None:
        item = self._session.current
        name = "comparison.csv" if item is None else f"{item.path.stem}.comparison.csv"
        chosen, _ = QFileDialog.getSaveFileName(
            self._panel, tr("Save the table"), name, "Comma-separated values (*.csv)"
        )
        if chosen:
            self.save(Path(chosen), text)

    def save(self, path: Path, text: str) -> None:
        """Write a table; says where, or why not."""
        try:
            with write_atomically(path) as part:
                part.write_text(text, encoding="utf-8")
        except OutputError as error:
            self._activity.notify(error_notice(error))
            return
        self._activity.log(tr("wrote {path}", path=path))


def choice_title(choice: Choice, entry: MethodEntry) -> str:
    """``METRO``, ``METRO paper body_r50``, ``METRO (my.safetensors)``, ``METRO refined``."""
    words = [entry.title]
    preset = entry.preset(choice.preset or None)
    if preset is not entry.presets[0]:
        words.append(preset.id)
    if choice.variant and choice.variant != preset.default.id:
        words.append(choice.variant)
    if choice.weights is not None:
        words.append(f"({Path(choice.weights).name})")
    if choice.refine != "off":
        words.append("refined")
    return " ".join(words)


def addable(entries: Sequence[MethodEntry]) -> tuple[Addable, ...]:
    """Every method, preset and variant that could be compared; the ready ones first."""
    made = []
    for entry in entries:
        for preset in entry.presets:
            for variant in preset.variants:
                choice = Choice(entry.id, preset.id, variant.id)
                made.append(Addable(entry.title, f"{preset.id} {variant.id}", choice))
    return tuple(made)
