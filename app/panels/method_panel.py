"""What to run: method, preset, network, weights, body, device, and the run button."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QCheckBox, QMenu, QPushButton, QToolButton, QWidget

from app.panels.controls import columns, fill_combo, label, named_row, narrow_combo, rows, set_tone
from app.settings.icons import icon
from app.settings.language import tr
from app.settings.schema import REFINE
from app.settings.theme import Theme
from app.state.choice import ChoiceModel
from app.state.values import Choice

OTHER_FILE = "choose a file"


class MethodPanel(QWidget):
    """Shows a `ChoiceModel`.

    Signals: each says what the person chose; ``*_requested`` ask the window for a file.
    """

    method_chosen = Signal(str)
    preset_chosen = Signal(str)
    variant_chosen = Signal(str)
    weights_requested = Signal()
    weights_cleared = Signal()
    body_chosen = Signal(str)
    body_requested = Signal()
    device_chosen = Signal(str)
    refine_chosen = Signal(str)
    auto_run_chosen = Signal(bool)

    def __init__(self, model: ChoiceModel, run: QAction, cancel: QAction) -> None:
        super().__init__()
        self._model = model
        self._run, self._cancel = run, cancel
        self._devices: tuple[str, ...] = ("auto", "cpu")
        self.method = narrow_combo(tr("Method"), tr("How the body is reconstructed"))
        self.preset = narrow_combo(
            tr("Preset"), tr("paper: the published network; lite: sized for a laptop")
        )
        self.variant = narrow_combo(tr("Network"), tr("Which network of the preset"))
        self.body = narrow_combo(
            tr("Body"), tr("Whose mesh is predicted: the embedded body or your own file")
        )
        self.device = narrow_combo(tr("Device"), tr("Where the network runs"))
        self.refine = narrow_combo(
            tr("Refine"),
            tr("Bring the body onto the joints seen in the picture, and onto the silhouette"),
        )
        self.auto_run = QCheckBox(tr("Run by itself"))
        self.auto_run.setToolTip(tr("Run as soon as the picture, the marks or the method change"))
        self._summary = label("", "muted", wrap=True)
        self._run_icons: dict[str, QIcon] = {}
        self.run_button = QPushButton(tr("Run"))
        self.run_button.setProperty("role", "primary")
        self.run_button.setAccessibleName(tr("Run"))
        self._weights = self._weights_button()
        self._preset_row = QWidget()
        self._build()
        self._connect()
        self.show_choice(model.choice)

    def _weights_button(self) -> QToolButton:
        button = QToolButton()
        button.setProperty("role", "segment")
        button.setAccessibleName(tr("Weights"))
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setSizePolicy(self.method.sizePolicy())
        menu = QMenu(button)
        menu.addAction(tr("Choose a weights file…")).triggered.connect(self.weights_requested)
        self._forget = menu.addAction(tr("Use the embedded weights"))
        self._forget.triggered.connect(self.weights_cleared)
        button.setMenu(menu)
        return button

    def _build(self) -> None:
        layout = rows(self, spacing=6)
        layout.addLayout(named_row(tr("Method"), self.method))
        layout.addWidget(self._summary)
        inner = rows(self._preset_row)
        inner.addLayout(named_row(tr("Preset"), self.preset))
        layout.addWidget(self._preset_row)
        layout.addLayout(named_row(tr("Network"), self.variant))
        layout.addLayout(named_row(tr("Weights"), self._weights))
        layout.addLayout(named_row(tr("Body"), self.body))
        layout.addLayout(named_row(tr("Device"), self.device))
        layout.addLayout(named_row(tr("Refine"), self.refine))
        layout.addSpacing(2)
        buttons = columns()
        buttons.addWidget(self.run_button, 1)
        buttons.addWidget(self.auto_run)
        layout.addLayout(buttons)

    def _connect(self) -> None:
        for combo, signal in (
            (self.method, self.method_chosen),
            (self.preset, self.preset_chosen),
            (self.variant, self.variant_chosen),
            (self.device, self.device_chosen),
            (self.refine, self.refine_chosen),
        ):
            combo.activated.connect(
                lambda _row, combo=combo, signal=signal: signal.emit(str(combo.currentData()))
            )
        self.body.activated.connect(self._body_activated)
        self.auto_run.toggled.connect(self.auto_run_chosen)
        self.run_button.clicked.connect(self._run_or_cancel)
        self._model.changed.connect(self.show_choice)
        self._model.auto_run_changed.connect(self._show_auto_run)

    def set_theme(self, theme: Theme) -> None:
        """Tint the icons."""
        # Made once: the button changes with every live answer.
        self._run_icons = {name: icon(name, theme, theme.on_accent) for name in ("run", "stop")}
        self.run_button.setIcon(self._run_icons["run"])

    def set_devices(self, names: Sequence[str]) -> None:
        """Devices that this machine has."""
        self._devices = tuple(dict.fromkeys(("auto", *names)))
        self.show_choice(self._model.choice)

    @property
    def device_choices(self) -> tuple[tuple[str, str], ...]:
        """(name, words) of the devices that this machine has."""
        return tuple((name, _device_text(name)) for name in self._devices)

    def set_running(self, running: bool) -> None:
        """The run button becomes a stop button."""
        self.run_button.setText(tr("Stop") if running else tr("Run"))
        self.run_button.setToolTip(tr("Stop (Esc)") if running else tr("Run the method (Ctrl+R)"))
        self.run_button.setEnabled(running or self._run.isEnabled())
        if self._run_icons:
            self.run_button.setIcon(self._run_icons["stop" if running else "run"])

    def set_weights_tone(self, tone: str) -> None:
        """Mark the weights row when they are missing or broken."""
        set_tone(self._weights, tone)

    def show_choice(self, choice: Choice) -> None:
        """Show what is chosen."""
        entry = self._model.entry_of(choice.method)
        fill_combo(self.method, [(e.title, e.id) for e in self._model.entries], choice.method)
        for row, known in enumerate(self._model.entries):
            self.method.setItemData(row, known.summary, 3)  # Qt.ToolTipRole
        self._summary.setText(entry.summary)
        preset = entry.preset(choice.preset or None)
        fill_combo(self.preset, [(p.id, p.id) for p in entry.presets], choice.preset)
        self._preset_row.setVisible(len(entry.presets) > 1)
        fill_combo(self.variant, [(v.id, v.id) for v in preset.variants], choice.variant)
        self.variant.setEnabled(len(preset.variants) > 1)
        embedded = tr("Embedded") if preset.id == "lite" else tr("Choose a file…")
        self._weights.setText(choice.weights.name if choice.weights else embedded)
        self._weights.setToolTip(
            str(choice.weights)
            if choice.weights
            else tr("Weights of the network (click to choose a file)")
        )
        self._forget.setEnabled(choice.weights is not None)
        self._show_body(choice.body)
        fill_combo(self.device, [(text, data) for data, text in self.device_choices], choice.device)
        fill_combo(self.refine, [(tr(text), data) for data, text in REFINE], choice.refine)
        self._show_auto_run(self._model.auto_run)
        self.set_weights_tone("")

    def _show_body(self, body: str) -> None:
        entries: list[tuple[str, object]] = [(tr("Embedded body"), "embedded")]
        if body != "embedded":
            entries.append((Path(body).name, body))
        entries.append((tr("Choose a body file…"), OTHER_FILE))
        fill_combo(self.body, entries, body)

    def _show_auto_run(self, on: bool) -> None:
        with QSignalBlocker(self.auto_run):
            self.auto_run.setChecked(on)

    def _body_activated(self) -> None:
        data = str(self.body.currentData())
        if data == OTHER_FILE:
            self._show_body(self._model.choice.body)
            self.body_requested.emit()
        else:
            self.body_chosen.emit(data)

    def _run_or_cancel(self) -> None:
        (self._cancel if self.run_button.text() == tr("Stop") else self._run).trigger()


def _device_text(name: str) -> str:
    return {"auto": tr("Automatic"), "cpu": "CPU"}.get(name, name.upper())
