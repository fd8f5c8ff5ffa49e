"""The preferences of the running window: each setting goes the way that its menu or panel goes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Slot

from app.windows.preferences_dialog import PreferencesDialog

if TYPE_CHECKING:
    from app.windows.main_window import MainWindow


class PreferencesControl(QObject):
    """Opens the dialog and carries out what it says."""

    def __init__(self, window: MainWindow, settings_of_view: dict[str, str]) -> None:
        super().__init__(window)
        self.w = window
        self.dialog: PreferencesDialog | None = None
        self._ways: dict[str, Callable[[Any], object]] = {
            "theme": window.choose_theme,
            "auto_run": window.choice.set_auto_run,
            "device": window.choice.choose_device,
            "refine": window.choice.choose_refine,
            "body": window.choice.choose_body,
            "item_sort": self._order,
            "live_budget_ms": window.timeline.show_budget,
        }
        for option, name in settings_of_view.items():
            self._ways[name] = partial(self._view, option)

    @Slot()
    def show(self) -> None:
        """The dialog; it stands before the window until it is closed."""
        if self.dialog is not None:
            self.dialog.raise_()
            return
        w = self.w
        known = {"device": w.method_panel.device_choices}
        self.dialog = PreferencesDialog(w, w.settings, w.theme, known)
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog.changed.connect(self.apply)
        self.dialog.finished.connect(self._closed)
        self.dialog.open()

    @Slot(str, object)
    def apply(self, name: str, value: object) -> None:
        """Carry out a change, and keep it."""
        way = self._ways.get(name)
        if way is not None:
            way(value)
        self.w.change_settings(**{name: value})
        if name == "theme" and self.dialog is not None:
            self.dialog.set_theme(self.w.theme)

    @Slot(int)
    def _closed(self, _code: int) -> None:
        self.dialog = None

    def _view(self, option: str, value: object) -> None:
        self.w.view.set(**{option: value})

    def _order(self, order: str) -> None:
        self.w.items_panel.set_order(order)
