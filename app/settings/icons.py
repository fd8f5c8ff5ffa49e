"""Icons: our own SVG strokes, tinted in a colour of the theme. The one reader of ``assets/icons``."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app.settings.theme import Theme

ICON_FOLDER = Path(__file__).resolve().parents[2] / "assets" / "icons"
_SIZES = (16, 32)


@cache
def icon_names() -> tuple[str, ...]:
    """All icons that exist."""
    return tuple(sorted(path.stem for path in ICON_FOLDER.glob("*.svg")))


@cache
def _source(name: str) -> str:
    return (ICON_FOLDER / f"{name}.svg").read_text(encoding="utf-8")


def pixmap(name: str, colour: str, size: int) -> QPixmap:
    """Icon ``name`` in one colour, ``size`` x ``size`` pixels."""
    renderer = QSvgRenderer(QByteArray(_source(name).replace("currentColor", colour).encode()))
    image = QPixmap(QSize(size, size))
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return image


def icon(name: str, theme: Theme, colour: str | None = None) -> QIcon:
    """Icon ``name`` for a theme, with a faint version for disabled and bright for checked states."""
    made = QIcon()
    tint = colour or theme.muted
    for size in _SIZES:
        made.addPixmap(pixmap(name, tint, size), QIcon.Mode.Normal, QIcon.State.Off)
        made.addPixmap(pixmap(name, colour or theme.text, size), QIcon.Mode.Active)
        made.addPixmap(
            pixmap(name, colour or theme.accent, size), QIcon.Mode.Normal, QIcon.State.On
        )
        made.addPixmap(pixmap(name, theme.faint, size), QIcon.Mode.Disabled)
    return made


def tinted_file(name: str, colour: str, folder: Path) -> str:
    """A tinted copy in ``folder`` for the style sheet, which can only name files; '' if it cannot be."""
    path = folder / f"{name}-{colour.lstrip('#')}.svg"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(_source(name).replace("currentColor", colour), encoding="utf-8")
    except OSError:
        return ""
    return path.as_posix()
