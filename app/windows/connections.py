"""What menu actions, panels and models have to do with each other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import (
    QAbstractSlider,
    QApplication,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QPlainTextEdit,
)

from app.panels.palette import CommandPalette
from app.settings.language import tr
from app.state.comparison import Comparison
from app.state.values import Choice, RunResult
from app.state.view import ViewOptions
from app.windows.about import AboutDialog, ShortcutsDialog
from app.windows.actions import VIEW_TOGGLES
from app.windows.data_files import DataFiles
from app.windows.export_control import ExportControl
from app.windows.file_kinds import ANY, BODIES, JOINTS, PICTURES, WEIGHTS, filters
from app.windows.menus import fill_recent
from app.windows.playing_control import PlayingControl
from app.windows.preferences_control import PreferencesControl
from app.windows.ready_control import ReadyControl

if TYPE_CHECKING:
    from app.windows.main_window import MainWindow

REGIONS_PAGE, COMPARE_PAGE, WHY_PAGE, DATA_PAGE = 2, 3, 4, 5  # of the tabs below the picture
SETTINGS_OF_VIEW = {
    "colour_by": "colour_by",
    "alignment": "alignment",
    "overlay_opacity": "overlay_opacity",
    "wireframe": "show_wireframe",
    "grid": "show_grid",
    "skeleton": "show_skeleton",
    "boxes": "show_boxes",
    "joints": "show_joints",
    "truth": "show_truth",
    "inspection": "show_inspection",
    "gl_links": "gl_links",
}


def connect_window(window: MainWindow) -> None:
    """Make all connections of a window."""
    window.wiring = _Wiring(window)  # type: ignore[attr-defined]


class _Wiring(QObject):
    """Slots that need more than one part of the window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.w = window
        self.exports, self.ready = ExportControl(window), ReadyControl(window)
        self.data_files = DataFiles(window, self._show_below)
        self.playing = PlayingControl(window, self.exports)
        self.preferences = PreferencesControl(window, SETTINGS_OF_VIEW)
        self._connect_actions()
        self._connect_panels()
        self._connect_models()
        self._show_enabled()
        self._options_changed(window.view.options, frozenset(VIEW_TOGGLES))

    def _connect_actions(self) -> None:
        w, a = self.w, self.w.acts
        plain = {
            "open": self.choose_files,
            "open_folder": self.choose_folder,
            "samples": self.open_samples,
            "load_joints": self.choose_joints,
            "export": self.exports.show,
            "save_session": w.workspaces.save,
            "save_session_as": w.workspaces.save_as,
            "open_session": w.workspaces.choose,
            "open_last": w.workspaces.open_last,
            "quit": w.close,
            "undo": w.steps.undo,
            "redo": w.steps.redo,
            "delete_person": w.marks.delete_selected,
            "remove_item": self.remove_items,
            "run": w.runs.run,
            "run_all": w.ahead.run_all,
            "cancel": self.cancel,
            "weights": self.choose_weights,
            "files": self.ready.show,
            "fit_picture": w.picture.view.fit,
            "fit_body": self.fit_body,
            "search": w.items_panel.search.setFocus,
            "theme": w.toggle_theme,
            "preferences": self.preferences.show,
            "about": self.show_about,
            "shortcuts": self.show_shortcuts,
            "palette": self.show_palette,
        }
        for name, slot in plain.items():
            a[name].triggered.connect(lambda _=False, slot=slot: slot())
        for name, view in (
            ("view_picture", "picture"),
            ("view_front", "front"),
            ("view_side", "left"),
            ("view_top", "top"),
        ):
            a[name].triggered.connect(lambda _=False, view=view: self.look(view))
        for name in VIEW_TOGGLES:
            a[name].toggled.connect(lambda on, name=name: w.view.set(**{name: on}))
        a["draw_box"].toggled.connect(w.picture.set_draws_boxes)
        a["auto_run"].toggled.connect(w.choice.set_auto_run)
        a["why"].triggered.connect(self.show_why)
        a["cover"].toggled.connect(w.why_panel.covering.setChecked)
        w.why_panel.covering.toggled.connect(a["cover"].setChecked)
        a["compare"].toggled.connect(lambda on: w.comparison.set(on=on))
        a["next"].triggered.connect(lambda: self.step(1))
        a["previous"].triggered.connect(lambda: self.step(-1))
        QApplication.instance().focusChanged.connect(self._focus_changed)  # type: ignore[union-attr]
        w.recent_menu.aboutToShow.connect(self._fill_recent)

    def _connect_panels(self) -> None:
        w = self.w
        w.records.weights_shown.connect(self._show_weights)
        self.playing.changed.connect(self._show_below)
        self.playing.changed.connect(self._show_enabled)
        w.compares.vertex_picked.connect(w.stage.vertex_picked)
        w.items_panel.item_chosen.connect(w.session.select)
        w.items_panel.order_chosen.connect(lambda order: w.change_settings(item_sort=order))
        w.items_panel.set_order(w.settings.item_sort)
        method = w.method_panel
        method.method_chosen.connect(w.choice.choose_method)
        method.preset_chosen.connect(w.choice.choose_preset)
        method.variant_chosen.connect(w.choice.choose_variant)
        method.weights_requested.connect(self.choose_weights)
        method.weights_cleared.connect(self.forget_weights)
        method.body_chosen.connect(w.choice.choose_body)
        method.body_requested.connect(self.choose_body)
        method.device_chosen.connect(w.choice.choose_device)
        method.refine_chosen.connect(w.choice.choose_refine)
        method.auto_run_chosen.connect(w.choice.set_auto_run)
        w.display.option_chosen.connect(lambda name, value: w.view.set(**{name: value}))
        w.display.person_chosen.connect(self._person_chosen)
        w.reading.reading_chosen.connect(lambda number: w.view.set(reading=number))
        w.picture.opacity_chosen.connect(lambda value: w.view.set(overlay_opacity=value))
        w.picture.layer_chosen.connect(lambda name: w.view.set(picture_layer=name))
        w.picture.view.box_drawn.connect(lambda _box: w.acts["draw_box"].setChecked(False))
        w.banner.dismissed.connect(w.activity.dismiss)
        w.banner.action_chosen.connect(self._cure)

    def _connect_models(self) -> None:
        w = self.w
        w.session.current_changed.connect(self._item_changed)
        w.session.loaded.connect(self._show_enabled)
        w.history.changed.connect(self._show_enabled)
        w.people.selected_changed.connect(self._show_enabled)
        w.people.selected_changed.connect(self._person_marked)
        w.results.shown_changed.connect(self._result_shown)
        w.comparison.changed.connect(self._comparison_changed)
        w.view.changed.connect(self._options_changed)
        w.choice.changed.connect(self._choice_changed)
        w.choice.auto_run_changed.connect(self._auto_run_changed)
        w.activity.busy_changed.connect(w.status.show_busy)
        w.activity.notice_changed.connect(w.banner.show_notice)
        w.activity.logged.connect(w.log_panel.add)
        w.activity.logged.connect(
            lambda line: w.status.show_line(line.text) if line.aloud else None
        )
        w.runs.running_changed.connect(self._running_changed)
        w.runs.devices_found.connect(w.method_panel.set_devices)
        w.runs.weights_missing.connect(self._weights_missing)
        w.files.opened.connect(self._opened)
        self._auto_run_changed(w.choice.auto_run)

    def step(self, by: int) -> None:
        """The next or previous frame of a video, person of a data set, or picture of the list."""
        if self.w.playback.now.is_clip:
            self.w.live.step(by)
        elif not self.data_files.step(by):
            self.w.items_panel.step(by)

    # ---- cameras of the 3D views

    @Slot()
    def fit_body(self) -> None:
        """Show the whole body, or all compared bodies."""
        self.w.stage.fit()
        self.w.compare_stage.views.fit()

    def look(self, view: str) -> None:
        """``picture``, ``front``, ``left`` or ``top``, in whichever views are shown."""
        self.w.stage.look(view)
        self.w.compare_stage.views.set_camera(self.w.stage.main.camera)

    # ---- files

    @Slot()
    def choose_files(self) -> None:
        """Ask for pictures."""
        names, _ = QFileDialog.getOpenFileNames(
            self.w, tr("Open pictures"), self.w.settings.last_folder, filters(PICTURES, ANY)
        )
        self.w.open_paths([Path(name) for name in names])

    @Slot()
    def choose_folder(self) -> None:
        """Ask for a folder."""
        name = QFileDialog.getExistingDirectory(
            self.w, tr("Open a folder"), self.w.settings.last_folder
        )
        if name:
            self.w.files.open_paths([Path(name)])

    @Slot()
    def open_samples(self) -> None:
        """Open the bundled pictures."""
        from core.pipeline.samples import bundled_samples

        self.w.files.open_samples(bundled_samples())

    @Slot()
    def choose_joints(self) -> None:
        """Ask for a joint file."""
        name, _ = QFileDialog.getOpenFileName(
            self.w,
            tr("Load marked joints"),
            self.w.settings.last_folder,
            filters(JOINTS, ANY),
        )
        if name:
            self.w.files.load_marks(Path(name))

    @Slot()
    def choose_weights(self) -> None:
        """Ask for a weights file of the chosen network, and remember it."""
        name, _ = QFileDialog.getOpenFileName(
            self.w, tr("Weights for {key}", key=self.w.choice.choice.key), "", filters(WEIGHTS, ANY)
        )
        if name:
            self.use_weights(Path(name))

    def use_weights(self, path: Path | None) -> None:
        """Use a weights file for the chosen network from now on."""
        settings = self.w.settings.with_weights(
            self.w.choice.choice.key, None if path is None else str(path)
        )
        self.w.change_settings(weights=settings.weights)
        self.w.choice.choose_weights(path)

    @Slot()
    def forget_weights(self) -> None:
        """Back to the embedded weights."""
        self.use_weights(None)

    @Slot()
    def choose_body(self) -> None:
        """Ask for a body model."""
        name, _ = QFileDialog.getOpenFileName(self.w, tr("Body model"), "", filters(BODIES, ANY))
        if name:
            self.w.choice.choose_body(name)

    @Slot(str)
    def _opened(self, path: str) -> None:
        settings = self.w.settings.with_recent(path)
        self.w.change_settings(recent=settings.recent, last_folder=str(Path(path).parent))

    @Slot()
    def _fill_recent(self) -> None:
        fill_recent(
            self.w.recent_menu, self.w.settings.recent, lambda path: self.w.open_paths([path])
        )

    @Slot()
    def remove_items(self) -> None:
        """Take the selected rows off the list."""
        self.w.steps.remove_rows(self.w.items_panel.selected_ids())

    # ---- what changed

    @Slot(object, object)
    def _options_changed(self, options: ViewOptions, names: frozenset[str]) -> None:
        for name in VIEW_TOGGLES:
            action = self.w.acts[name]
            action.blockSignals(True)
            action.setChecked(bool(getattr(options, name)))
            action.blockSignals(False)
        if names & {"inspection", "log"}:
            self._show_below(log_first="log" in names)
        kept = {SETTINGS_OF_VIEW[n]: getattr(options, n) for n in names if n in SETTINGS_OF_VIEW}
        if kept and hasattr(self.w, "_save_soon"):
            self.w.change_settings(**kept)

    @Slot()
    def _show_weights(self) -> None:
        """The page of region weights, where a method has these instead of attention."""
        if self.w.view.options.inspection and not self.w.comparison.now.on:
            self.w.layout_widget.show_below(True, REGIONS_PAGE)

    @Slot()
    def show_why(self) -> None:
        """The page that asks what moves the chosen point, and the question where there is a point."""
        self.w.layout_widget.show_below(True, WHY_PAGE)
        if self.w.why_panel.ask.isEnabled():
            self.w.why_panel.ask.click()

    @Slot(object, object)
    def _comparison_changed(self, now: Comparison, names: frozenset[str]) -> None:
        if "on" not in names:
            return
        self.w.acts["compare"].setChecked(now.on)
        self.w.layout_widget.show_comparison(now.on)
        self._show_below()

    def _show_below(self, _on: bool = False, *, log_first: bool = False) -> None:
        """Attention where a method has any and is asked for it, the log when asked for."""
        options = self.w.view.options
        # Frames that are played are not looked into: the panel would stay empty.
        looked_into = not self.w.runs.reads_joints and not self.w.playback.now.is_open
        attention = options.inspection and looked_into
        page = 1 if options.log and (log_first or not attention) else 0
        compared = self.w.comparison.now.on
        if compared and not log_first:
            page = COMPARE_PAGE
        if data := self.w.acts["data_set"].isChecked():
            page = page if log_first else DATA_PAGE
        self.w.layout_widget.show_below(attention or options.log or compared or data, page)

    @Slot(object)
    def _choice_changed(self, choice: Choice) -> None:
        w = self.w
        self._show_below()
        w.change_settings(
            method=choice.method,
            preset=choice.preset,
            variant=choice.variant,
            body=choice.body,
            device=choice.device,
            refine=choice.refine,
        )
        w.marks.show_now()
        self._show_reading()

    def _show_reading(self) -> None:
        self.w.inspector.sections["Marks and depth"].setVisible(self.w.runs.reads_joints)

    @Slot(bool)
    def _auto_run_changed(self, on: bool) -> None:
        self.w.acts["auto_run"].setChecked(on)
        if hasattr(self.w, "_save_soon"):
            self.w.change_settings(auto_run=on)

    @Slot(int)
    def _item_changed(self, item_id: int) -> None:
        self.w.live.close()
        self.w.layout_widget.show_picture(item_id >= 0)
        self._show_enabled()

    @Slot(object)
    def _result_shown(self, result: RunResult | None) -> None:
        self.w.status.show_result(result)
        note = ""
        if result is not None and result.result.people:
            note = result.result.people[0].note
        self.w.stage.set_hint(note)
        self._show_enabled()

    @Slot()
    def _show_enabled(self, *_: object) -> None:
        w, a = self.w, self.w.acts
        has_picture = w.session.current is not None
        is_playing = w.playback.now.is_open
        has_people = w.results.shown is not None and bool(w.results.shown.result.people)
        for name in ("run", "run_all", "draw_box", "load_joints", "remove_item"):
            a[name].setEnabled(has_picture)
        a["fit_picture"].setEnabled(has_picture or is_playing)
        a["export"].setEnabled(has_picture or has_people)
        for name in ("fit_body", "view_picture", "view_front", "view_side", "view_top"):
            a[name].setEnabled(has_people)
        a["delete_person"].setEnabled(has_picture and w.people.selected >= 0)
        a["undo"].setEnabled(w.history.can_undo)
        a["redo"].setEnabled(w.history.can_redo)
        self._show_reading()

    @Slot(bool)
    def _running_changed(self, running: bool) -> None:
        self.w.method_panel.set_running(running)

    @Slot(object)
    def _weights_missing(self, _choice: Choice) -> None:
        self.w.method_panel.set_weights_tone("error")
        self.w.status.show_weights_missing()

    @Slot(int)
    def _person_chosen(self, number: int) -> None:
        if number != self.w.results.person:
            self.w.results.person = number
            self.w.results.show(self.w.results.shown)

    @Slot(int)
    def _person_marked(self, number: int) -> None:
        """Numbers and colours follow the person who is selected in the picture."""
        shown = self.w.results.shown
        if shown is not None and 0 <= number < len(shown.result.people) == len(shown.detections):
            self._person_chosen(number)

    @Slot()
    def cancel(self) -> None:
        """Stop what runs; leave the mode of drawing boxes."""
        self.w.acts["draw_box"].setChecked(False)
        self.w.acts["cover"].setChecked(False)
        self.w.ahead.stop()
        self.w.means.stop()
        self.w.runs.cancel()

    @Slot(str)
    def _cure(self, action: str) -> None:
        cures = {
            "weights": self.choose_weights,
            "body": self.choose_body,
            "recover": self.w.workspaces.recover,
            "relocate": self.w.workspaces.ask_for_folder,
        }
        cures.get(action, self.w.activity.dismiss)()

    @Slot()
    def _focus_changed(self, *_: object) -> None:
        """Letters typed into a field are text, arrows on a slider move it: no shortcuts there."""
        fields = QLineEdit | QPlainTextEdit | QAbstractSlider | QComboBox
        typing = isinstance(QApplication.focusWidget(), fields)
        self.w.acts.set_typing(typing)

    # ---- help

    @Slot()
    def show_about(self) -> None:
        """Versions and licences."""
        AboutDialog(self.w, self.w.theme).open()

    @Slot()
    def show_shortcuts(self) -> None:
        """All shortcuts."""
        ShortcutsDialog(self.w).open()

    @Slot()
    def show_palette(self) -> None:
        """All commands, found by typing."""
        others = [action for action in self.w.acts.all if action.objectName() != "palette"]
        palette = CommandPalette(self.w, others)
        palette.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        corner = self.w.mapToGlobal(self.w.rect().center())
        palette.move(corner.x() - palette.width() // 2, self.w.mapToGlobal(self.w.pos()).y() + 90)
        palette.open()
        self._palette = palette
