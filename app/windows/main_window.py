"""The window: builds models, panels and workers, and hands them to the controls that connect them."""

from __future__ import annotations

import base64
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QByteArray, Qt, QTimer, Slot
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QMainWindow

from app.engine.datasets import DataReader
from app.engine.exporting import Exporter
from app.engine.media import MediaReader
from app.engine.overlay import OverlayPainter
from app.engine.requests import ExportRequest
from app.engine.runner import EngineRunner, OpenEngine, open_engine_of
from app.engine.sequences import Recorder, RecordRequest, SequenceRequest, write_sequence
from app.engine.work_thread import WorkThread
from app.panels.attention_panel import AttentionPanel
from app.panels.banner import Banner
from app.panels.compare_panel import ComparePanel
from app.panels.data_panel import DataPanel
from app.panels.display_panel import DisplayPanel
from app.panels.empty_state import EmptyState
from app.panels.fusion_panel import FusionPanel
from app.panels.inspector import Inspector
from app.panels.item_list import ItemListPanel
from app.panels.log_panel import LogPanel
from app.panels.method_panel import MethodPanel
from app.panels.notes_panel import NotesPanel
from app.panels.numbers_panel import NumbersPanel
from app.panels.picture_panel import PicturePanel
from app.panels.reading_panel import ReadingPanel
from app.panels.status_strip import StatusStrip
from app.panels.timeline import Timeline
from app.panels.why_panel import WhyPanel
from app.settings.icons import icon, tinted_file
from app.settings.language import mark, tr
from app.settings.store import SettingsStore
from app.settings.stylesheet import qt_palette, style_sheet
from app.settings.theme import Theme, theme_named
from app.state.activity import ActivityModel
from app.state.attention import AttentionModel
from app.state.choice import ChoiceModel
from app.state.comparison import ComparisonModel
from app.state.data_model import DataModel
from app.state.history import History
from app.state.linked import LinkedModel
from app.state.people import PeopleModel
from app.state.playback import PlaybackModel
from app.state.results import ResultsModel
from app.state.session import SessionModel
from app.state.values import Choice, Notice, refine_level_of
from app.state.view import ViewModel, ViewOptions
from app.state.workspace import SUFFIX
from app.windows.actions import Actions
from app.windows.ahead_control import AheadControl
from app.windows.attention_control import AttentionControl
from app.windows.compare_control import CompareControl, CompareStage
from app.windows.connections import connect_window
from app.windows.display_control import DisplayControl
from app.windows.evaluation_control import EvaluationControl
from app.windows.files_control import FilesControl
from app.windows.latency_control import LatencyControl
from app.windows.layout import WindowLayout
from app.windows.live_control import LiveControl
from app.windows.marks_control import MarksControl
from app.windows.mean_control import MeanControl
from app.windows.menus import build_menus, fill_languages
from app.windows.records_control import RecordsControl
from app.windows.run_control import RunControl
from app.windows.stage import Stage
from app.windows.steps_control import StepsControl
from app.windows.summaries import SummaryControl
from app.windows.why_control import WhyControl
from app.windows.workspace_control import WorkspaceControl
from core.methods.registry import list_methods
from core.metrics.result_file import RESULT_NAME

WAIT_MS = 30_000


class _ExportHandler:
    """Writes exports in a thread of its own, so that a large one holds up nothing else."""

    def __init__(self, open_engine: OpenEngine) -> None:
        self._recorder, self._exporter = Recorder(), Exporter(open_engine)

    def __call__(self, request: object, cancel: threading.Event) -> object:
        match request:
            case RecordRequest():
                return self._recorder(request)
            case SequenceRequest():
                return write_sequence(request, cancel)
            case ExportRequest():
                return self._exporter(request, cancel)
        raise TypeError(f"no answer to {type(request).__name__}")

    def close(self) -> None:
        self._recorder.close()
        self._exporter.close()


@dataclass(frozen=True)
class Workers:
    """The threads of the window; each owns what it works with."""

    engine: WorkThread
    loader: WorkThread
    files: WorkThread
    ahead: WorkThread
    painter: WorkThread
    exporter: WorkThread
    data: WorkThread

    @classmethod
    def create(cls, open_engine: OpenEngine = open_engine_of) -> Workers:
        """Threads that have not started; each does with its first request."""
        return cls(
            engine=WorkThread("engine", lambda: EngineRunner(open_engine)),
            loader=WorkThread("loader", MediaReader),
            files=WorkThread("files", MediaReader, newest_wins=False),
            ahead=WorkThread("ahead", MediaReader, newest_wins=False),
            painter=WorkThread("painter", OverlayPainter),
            exporter=WorkThread("exporter", lambda: _ExportHandler(open_engine), newest_wins=False),
            data=WorkThread("data", DataReader, newest_wins=False),
        )

    @property
    def all(self) -> tuple[WorkThread, ...]:
        """Every thread."""
        return (
            self.engine, self.loader, self.files, self.ahead, self.painter, self.exporter, self.data,
        )  # fmt: skip

    def stop(self) -> bool:
        """Tell all to stop, then wait for each."""
        for worker in self.all:
            worker.cancel()
        ended = [worker.stop(WAIT_MS) for worker in self.all]
        return all(ended)


class MainWindow(QMainWindow):
    """Composition and life cycle; behaviour lives in the controls."""

    def __init__(self, store: SettingsStore | None = None, workers: Workers | None = None) -> None:
        super().__init__()
        self.setWindowTitle("MeshLoupe")
        self.setAcceptDrops(True)
        self.setMinimumSize(960, 600)
        self.store = store or SettingsStore()
        self.workers = workers or Workers.create()
        self.settings = self.store.current
        self.theme: Theme = theme_named(self.settings.theme, _system_is_dark())
        self._make_models()
        self.acts = Actions(self)
        self._make_panels()
        self.recent_menu = build_menus(self, self.acts)
        # A method, no closure: a closure would keep the closed window alive.
        fill_languages(self, self.settings.language).triggered.connect(self.choose_language)
        self._make_controls()
        connect_window(self)
        self.apply_theme(self.theme)
        self._restore_geometry()
        self._save_soon = QTimer(self)
        self._save_soon.setSingleShot(True)
        self._save_soon.setInterval(800)
        self._save_soon.timeout.connect(self._save_now)

    def _make_models(self) -> None:
        s = self.settings
        self.history = History()
        self.session, self.people, self.results = (
            SessionModel(),
            PeopleModel(self.history),
            ResultsModel(),
        )
        self.attention, self.activity = AttentionModel(), ActivityModel()
        self.linked = LinkedModel()
        self.comparison, self.playback = ComparisonModel(), PlaybackModel()
        self.data = DataModel()
        level = refine_level_of(s.refine)
        first = Choice(s.method, s.preset, s.variant, None, s.body, s.device, level)
        self.choice = ChoiceModel(
            list_methods(), first, lambda key: self.settings.weights_of(key), auto_run=s.auto_run
        )
        self.view = ViewModel(
            ViewOptions(
                colour_by="shading" if s.colour_by == "attention" else s.colour_by,
                alignment=s.alignment,  # type: ignore[arg-type]
                overlay_opacity=s.overlay_opacity,
                wireframe=s.show_wireframe,
                grid=s.show_grid,
                skeleton=s.show_skeleton,
                boxes=s.show_boxes,
                joints=s.show_joints,
                truth=s.show_truth,
                inspection=s.show_inspection,
                gl_links=s.gl_links,
            )
        )

    def _make_panels(self) -> None:
        a = self.acts
        self.items_panel = ItemListPanel(self.session, a["open"], a["open_folder"])
        self.picture = PicturePanel([a[n] for n in ("draw_box", "undo", "redo", "fit_picture")])
        self.stage = Stage(
            [a[n] for n in ("wireframe", "skeleton", "side_view", "view_picture", "fit_body")]
        )
        self.method_panel = MethodPanel(self.choice, a["run"], a["cancel"])
        self.numbers, self.display, self.reading = NumbersPanel(), DisplayPanel(), ReadingPanel()
        self.notes = NotesPanel()
        self.inspector = Inspector(
            (
                (mark("Method"), self.method_panel, True),
                (mark("Result"), self.numbers, True),
                (mark("Show"), self.display, True),
                (mark("Marks and depth"), self.reading, True),
                (mark("Notes"), self.notes, False),
            )
        )
        self.attention_panel, self.log_panel = AttentionPanel(self.attention), LogPanel()
        self.fusion_panel = FusionPanel()
        self.why_panel, self.timeline = WhyPanel(), Timeline()
        self.compare_stage, self.compare_panel = CompareStage(), ComparePanel()
        self.data_panel = DataPanel(self.data, (a["open_data"], a["open_evaluation"]))
        self.banner, self.status = Banner(), StatusStrip()
        self.empty = EmptyState(
            tr("Drop pictures here"),
            tr(
                "Pictures, folders and videos. Or look around with the bundled samples first: "
                "each comes with its true body."
            ),
            (a["samples"], a["open"]),
        )
        self.layout_widget = WindowLayout(
            self.items_panel,
            self.picture,
            self.stage,
            self.compare_stage,
            self.timeline,
            self.inspector,
            (
                (tr("Attention"), self.attention_panel),
                (tr("Log"), self.log_panel),
                (tr("Regions"), self.fusion_panel),
                (tr("Compare"), self.compare_panel),
                (tr("Why"), self.why_panel),
                (tr("Data set"), self.data_panel),
            ),
            self.banner,
            self.empty,
        )
        self.setCentralWidget(self.layout_widget)
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().addPermanentWidget(self.status, 1)

    def _make_controls(self) -> None:
        w = self.workers
        self.files = FilesControl(self.session, self.people, self.activity, w.loader, w.files)
        # Marks and picture are shown before a run begins, so this order of connections matters.
        self.shown = DisplayControl(
            self.session, self.results, self.view, self.attention, self.linked, self.activity, w.painter,
            self.stage, self.picture, self.numbers, self.display, self.reading, self.theme,
        )  # fmt: skip
        self.runs = RunControl(
            self.session, self.people, self.choice, self.results, self.view, self.activity, w.engine
        )
        self.marks = MarksControl(
            self.session, self.people, self.files, self.runs, self.picture, self.reading
        )
        self.looks = AttentionControl(
            self.attention, self.linked, self.results, self.view, self.activity, self.shown,
            self.stage, self.picture, self.attention_panel,
        )  # fmt: skip
        self.records = RecordsControl(
            self.results, self.view, self.linked, self.attention, self.shown, self.looks,
            self.stage, self.picture, self.fusion_panel,
        )  # fmt: skip
        self.whys = WhyControl(
            self.session, self.choice, self.results, self.view, self.activity, self.runs, w.engine,
            self.stage, self.picture, self.why_panel,
        )  # fmt: skip
        self.compares = CompareControl(
            self.comparison, self.session, self.choice, self.results, self.view, self.activity,
            self.runs, w.engine, self.compare_stage, self.compare_panel,
        )  # fmt: skip
        self.ahead = AheadControl(
            self.session, self.people, self.choice, self.results, self.activity, self.runs,
            w.ahead, w.engine, self._choices_to_run, self.items_panel.shown_ids,
        )  # fmt: skip
        self.means = MeanControl(
            self.session, self.people, self.choice, self.attention, self.activity, self.runs,
            w.engine, self.attention_panel, self.items_panel.shown_ids,
        )  # fmt: skip
        self.live = LiveControl(
            self.playback, self.choice, self.results, self.activity, self.shown, self.picture,
            self.timeline, w.engine, w.loader, w.exporter, half=lambda: self.settings.live_half,
        )  # fmt: skip
        self.latency = LatencyControl(
            self.choice, self.activity, lambda: self.settings.live_budget_ms
        )
        self.live.opened_changed.connect(self.latency.begin)
        self.live.computed.connect(self.latency.saw)
        self.evaluations = EvaluationControl(
            self.session, self.data, self.data_panel, self.activity, w.data,
            lambda: self.choice.choice.body,
        )  # fmt: skip
        self.steps = StepsControl(self.people, self.session)
        self.workspaces = WorkspaceControl(self)
        self.files.read_ahead = self.ahead.loaded
        self.summaries = SummaryControl(
            self.session, self.choice, self.comparison, self.results, lambda: self.compares.choices
        )

    def _choices_to_run(self) -> tuple[Choice, ...]:
        """The chosen method, and those compared with it while the comparison is shown."""
        return self.compares.choices if self.comparison.now.on else (self.choice.choice,)

    # ---- start and end

    def start(self, paths: Sequence[Path], samples: Sequence[Path]) -> None:
        """First things after the window is up: libraries in the background, files or samples."""
        self.items_panel.view.setFocus()
        self.runs.look_for_devices()
        if paths:
            self.open_paths(list(paths))
        elif samples:
            self.files.open_samples(samples)
        self.workspaces.offer_recovery()

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open pictures, folders and videos, or a session, or the result of an evaluation."""
        for path in paths:
            if path.suffix == SUFFIX:
                self.workspaces.open(path)
                return
            if path.name == RESULT_NAME or (path / RESULT_NAME).is_file():
                self.evaluations.open_evaluation(path)
                return
        self.files.open_paths(list(paths))

    def closeEvent(self, event: QCloseEvent) -> None:
        self.shutdown()
        event.accept()

    def shutdown(self) -> bool:
        """Cancel, quit, wait. True when every thread has ended."""
        self._save_soon.stop()
        self._save_now()
        self.workspaces.end()
        self.live.close()
        self.shown.stop()
        self.compares.stop()
        self.ahead.stop()
        self.means.stop()
        ended = self.workers.stop()
        if ended:
            self.workspaces.unfinished.end()
        for control in (
            self.compares,
            self.ahead,
            self.runs,
        ):  # last answers may have woken them again
            control.stop()
        self.stage.stop()
        return ended

    # ---- settings and looks

    def apply_theme(self, theme: Theme) -> None:
        """Other colours for everything."""
        self.theme = theme
        cache = self.store.path.parent / "cache"
        arrow = tinted_file("chevron_down", theme.muted, cache)
        check = tinted_file("check", theme.on_accent, cache)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.setPalette(qt_palette(theme))
            app.setStyleSheet(style_sheet(theme, arrow, check))
        self.setWindowIcon(icon("meshloupe", theme, theme.accent))
        self.acts.set_theme(theme)
        for panel in (
            self.items_panel, self.picture, self.stage, self.method_panel, self.numbers, self.display,
            self.reading, self.inspector, self.attention_panel, self.fusion_panel, self.compare_stage,
            self.why_panel, self.data_panel, self.timeline, self.banner, self.empty, self.shown,
        ):  # fmt: skip
            panel.set_theme(theme)

    @Slot()
    def toggle_theme(self) -> None:
        """Light or dark."""
        self.choose_theme("light" if self.theme.is_dark else "dark")

    def choose_theme(self, name: str) -> None:
        """``system``, ``dark`` or ``light``, from now on."""
        self.change_settings(theme=name)
        self.apply_theme(theme_named(name, _system_is_dark()))

    @Slot(QAction)
    def choose_language(self, row: QAction) -> None:
        """Keep a language; what is built already speaks the old one."""
        self.change_settings(language=row.data())
        self.activity.notify(
            Notice("info", tr("The language changes when MeshLoupe is started again"))
        )

    def change_settings(self, **changes: object) -> None:
        """Change settings by name and keep them soon."""
        self.settings = replace(self.settings, **changes)  # type: ignore[arg-type]
        self._save_soon.start()

    @Slot()
    def _save_now(self) -> None:
        geometry = base64.b64encode(self.saveGeometry().data()).decode()
        layout = base64.b64encode(self.layout_widget.outer.saveState().data()).decode()
        self.settings = replace(self.settings, geometry=geometry, layout=layout)
        self.store.save(self.settings)

    def _restore_geometry(self) -> None:
        self.resize(1440, 900)
        for text, restore in (
            (self.settings.geometry, self.restoreGeometry),
            (self.settings.layout, self.layout_widget.outer.restoreState),
        ):
            if text:
                restore(QByteArray.fromBase64(text.encode()))  # of broken text as much as fits

    # ---- drag and drop

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        self.open_paths(paths)
        event.acceptProposedAction()


def _system_is_dark() -> bool:
    app = QGuiApplication.instance()
    if not isinstance(app, QGuiApplication):
        return True
    return app.styleHints().colorScheme() != Qt.ColorScheme.Light
