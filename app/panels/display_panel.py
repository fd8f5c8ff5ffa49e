"""How it is shown: colours of the body, alignment, view toggles and the legend."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QWidget

from app.panels.controls import Segments, fill_combo, label, named_row, narrow_combo, rows
from app.panels.legend import RampLegend
from app.settings.language import mark, tr
from app.settings.schema import COLOURS
from app.settings.theme import Theme
from app.state.view import ViewOptions

TOGGLES = (
    ("wireframe", mark("Wireframe"), mark("Draw the edges of the mesh (W)")),
    ("grid", mark("Ground grid"), mark("Draw the ground under the person (G)")),
    ("skeleton", mark("Skeleton"), mark("Draw the reconstructed joints (K)")),
    ("truth", mark("Truth"), mark("Draw the true body, where the picture has one (T)")),
    ("boxes", mark("Boxes"), mark("Draw the boxes of people")),
    ("joints", mark("Marks"), mark("Draw the marked joints")),
)


class DisplayPanel(QWidget):
    """Shows `ViewOptions`.

    Signals:
        option_chosen: (name of a view option, value).
        person_chosen: number of the person looked at.
    """

    option_chosen = Signal(str, object)
    person_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.colour_by = narrow_combo(tr("Colour by"), tr("What the colours of the body mean"))
        fill_combo(self.colour_by, [(tr(text), data) for data, text in COLOURS], "shading")
        self.alignment = Segments(
            (
                ("none", tr("None"), tr("As predicted, in the camera's frame")),
                ("pelvis", tr("Pelvis"), tr("The pelvis of the body moved onto the true one")),
                ("procrustes", tr("Procrustes"), tr("Best move, turn and scale onto the truth")),
            ),
            tr("Alignment"),
        )
        self.person = narrow_combo(tr("Person"), tr("Whose numbers and views are shown"))
        self.stage = narrow_combo(
            tr("Mesh"), tr("The final mesh, or a coarser one that it came from")
        )
        self.legend = RampLegend()
        self.toggles: dict[str, QCheckBox] = {}
        self._hint = label("", "faint", wrap=True)
        self._person_row, self._align_row, self._stage_row = QWidget(), QWidget(), QWidget()
        self._build()
        self.colour_by.activated.connect(
            lambda _row: self.option_chosen.emit("colour_by", str(self.colour_by.currentData()))
        )
        self.alignment.chosen.connect(lambda data: self.option_chosen.emit("alignment", data))
        self.person.activated.connect(self.person_chosen)
        self.stage.activated.connect(
            lambda _row: self.option_chosen.emit("stage", str(self.stage.currentData()))
        )

    def _build(self) -> None:
        layout = rows(self, spacing=6)
        rows(self._person_row).addLayout(named_row(tr("Person"), self.person))
        rows(self._align_row).addWidget(self.alignment)
        rows(self._stage_row).addLayout(named_row(tr("Mesh"), self.stage))
        layout.addWidget(self._person_row)
        layout.addWidget(self._stage_row)
        layout.addLayout(named_row(tr("Colour by"), self.colour_by))
        layout.addWidget(self._align_row)
        layout.addWidget(self.legend)
        layout.addWidget(self._hint)
        grid = QGridLayout()
        grid.setContentsMargins(0, 2, 0, 0)
        grid.setSpacing(2)
        for place, (name, text, tip) in enumerate(TOGGLES):
            box = QCheckBox(tr(text))
            box.setToolTip(tr(tip))
            box.toggled.connect(lambda on, name=name: self.option_chosen.emit(name, on))
            self.toggles[name] = box
            grid.addWidget(box, place // 2, place % 2)
        layout.addLayout(grid)
        self.set_people(0, 0)
        self.set_stages((), "")
        self.show_ramp((), 0.0, "", "")
        self.show_hint("")

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self.legend.theme = theme
        self.legend.update()

    def show_options(self, options: ViewOptions) -> None:
        """Show the options now."""
        with QSignalBlocker(self.colour_by):
            self.colour_by.setCurrentIndex(max(0, self.colour_by.findData(options.colour_by)))
        with QSignalBlocker(self.stage):
            self.stage.setCurrentIndex(max(0, self.stage.findData(options.stage)))
        self.alignment.set_current(options.alignment)
        self._align_row.setVisible(options.colour_by == "error")
        for name, box in self.toggles.items():
            with QSignalBlocker(box):
                box.setChecked(bool(getattr(options, name)))

    def set_people(self, count: int, current: int) -> None:
        """People of the result; the choice hides for a single one."""
        fill_combo(self.person, [(tr("Person {n}", n=n + 1), n) for n in range(count)], current)
        self._person_row.setVisible(count > 1)

    def set_stages(self, names: Sequence[str], current: str) -> None:
        """Meshes of earlier stages; the choice hides when there are none."""
        fill_combo(
            self.stage, [(tr("Final"), ""), *((name.capitalize(), name) for name in names)], current
        )
        self._stage_row.setVisible(bool(names))

    def set_available(self, *, truth: bool, attention: bool) -> None:
        """What the shown result can be coloured by; says why not."""
        model = self.colour_by.model()
        for data, available in (("error", truth), ("attention", attention)):
            item = model.item(self.colour_by.findData(data))  # type: ignore[attr-defined]
            item.setEnabled(available)
        self.toggles["truth"].setEnabled(truth)
        self.toggles["truth"].setToolTip(
            tr("Draw the true body (T)") if truth else tr("This picture has no ground truth")
        )

    def show_ramp(
        self, stops: Sequence[tuple[float, float, float]], top: float, unit: str, caption: str
    ) -> None:
        """A legend for the colours now, or none when ``stops`` is empty."""
        self.legend.setVisible(bool(stops))
        self.legend.show_ramp(stops, top, unit, caption)

    def show_hint(self, text: str) -> None:
        """One line below the legend; '' for none."""
        self._hint.setText(text)
        self._hint.setVisible(bool(text))
