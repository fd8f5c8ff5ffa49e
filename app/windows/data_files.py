"""The commands about data sets: which file is meant, and when their panel is shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog

from app.settings.language import mark, tr
from app.windows.file_kinds import ANY, filters

if TYPE_CHECKING:
    from app.windows.main_window import MainWindow

RESULTS = (mark("Results of training.evaluate (result.json)"), mark("JSON files (*.json)"), ANY)
LISTS = (mark("Regression lists (*.json)"), ANY)


class DataFiles(QObject):
    """The dialogs of `EvaluationControl`.

    Args:
        window: whose actions are connected.
        show_below: shows the panel below the picture that the actions ask for.
    """

    def __init__(self, window: MainWindow, show_below: Callable[[], None]) -> None:
        super().__init__(window)
        self.w, a = window, window.acts
        a["open_data"].triggered.connect(lambda: self.choose_data())
        a["open_evaluation"].triggered.connect(lambda: self.choose_evaluation())
        a["compare_evaluation"].triggered.connect(lambda: self.choose_evaluation(compare=True))
        a["save_list"].triggered.connect(lambda: self.save_list())
        a["data_set"].toggled.connect(lambda _on: show_below())
        window.evaluations.opened.connect(lambda: a["data_set"].setChecked(True))
        window.evaluations.opened.connect(show_below)
        window.data_panel.save_requested.connect(self.save_list)
        window.data.people_changed.connect(self._show_enabled)
        self._show_enabled()

    @Slot()
    def _show_enabled(self) -> None:
        people = self.w.data.people
        self.w.acts["compare_evaluation"].setEnabled(bool(people.errors))
        self.w.acts["save_list"].setEnabled(len(people) > 0)

    def step(self, by: int) -> bool:
        """The next or previous person, if people of a data set are being looked at."""
        item, panel = self.w.session.current, self.w.data_panel
        if item is None or item.data is None or not panel.isVisible():
            return False
        panel.step(by)
        return True

    @Slot()
    def choose_data(self) -> None:
        """Ask for a data set."""
        from app.windows.data_dialog import DataDialog

        self.dialog = DataDialog(self.w, self.w.settings.last_folder)
        self.dialog.chosen.connect(self.w.evaluations.open_data)
        self.dialog.open()

    def choose_evaluation(self, *, compare: bool = False) -> None:
        """Ask for the result of an evaluation."""
        title = tr("Compare with another evaluation") if compare else tr("Open an evaluation")
        name, _ = QFileDialog.getOpenFileName(
            self.w, title, self.w.settings.last_folder, filters(*RESULTS)
        )
        if name:
            self.w.evaluations.open_evaluation(Path(name), compare=compare)

    @Slot()
    def save_list(self) -> None:
        """Ask where the list shall be kept."""
        start = Path(self.w.settings.last_folder) / self.w.evaluations.list_name
        name, _ = QFileDialog.getSaveFileName(
            self.w, tr("Save people as a regression list"), str(start), filters(*LISTS)
        )
        if name:
            self.w.evaluations.save_list(Path(name))
