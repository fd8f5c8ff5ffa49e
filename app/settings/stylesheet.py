"""The Qt style sheet, generated from the tokens of a theme."""

from __future__ import annotations

from string import Template

from PySide6.QtGui import QColor, QPalette

from app.settings.theme import Theme

_SHEET = Template(
    """
* { font-family: "Inter", "Segoe UI", "SF Pro Text", "Noto Sans", "DejaVu Sans";
  font-size: ${font}px; }
QMainWindow, QDialog { background: $window; color: $text; }
QWidget { color: $text; }
QLabel, QCheckBox, QRadioButton { background: transparent; }
QLabel[role="title"] { font-size: ${font_title}px; font-weight: 600; }
QLabel[role="section"] { color: $muted; font-size: ${font_small}px; font-weight: 600; }
QLabel[role="muted"], QLabel[role="hint"] { color: $muted; }
QLabel[role="faint"] { color: $faint; font-size: ${font_small}px; }
QLabel[role="number"] { font-size: ${font_number}px; font-weight: 600; }
QLabel[role="guess"] { color: $warning; font-weight: 600; }
QLabel[role="chip"] { background: $raised; border: 1px solid $border; border-radius: 9px;
  padding: 1px 8px; color: $muted; font-size: ${font_small}px; }
QLabel[role="chip"][tone="good"] { color: $good; }
QLabel[role="chip"][tone="warning"] { color: $warning; }
QLabel[role="chip"][tone="error"] { color: $error; }
QFrame[role="panel"] { background: $panel; border: 1px solid $border; border-radius: ${radius}px; }
QFrame[role="card"] { background: $raised; border: 1px solid $border; border-radius: ${radius}px; }
QFrame[role="bar"] { background: $panel; border: none; border-bottom: 1px solid $border;
  border-top-left-radius: ${radius}px; border-top-right-radius: ${radius}px; }
QFrame[role="line"] { background: $border; border: none; max-height: 1px; min-height: 1px; }
QFrame[role="banner"][tone="error"] { background: $error_back; border: 1px solid $error;
  border-radius: ${radius}px; }
QFrame[role="banner"][tone="warning"] { background: $warning_back; border: 1px solid $warning;
  border-radius: ${radius}px; }
QFrame[role="banner"][tone="info"] { background: $info_back; border: 1px solid $accent;
  border-radius: ${radius}px; }
QMenuBar { background: $window; padding: 2px ${space_2}px; }
QMenuBar::item { padding: 4px 9px; border-radius: ${radius_small}px; background: transparent; }
QMenuBar::item:selected { background: $hover; }
QMenu { background: $panel; border: 1px solid $border; padding: 4px; border-radius: ${radius}px; }
QMenu::item { padding: 5px 26px 5px 24px; border-radius: ${radius_small}px; }
QMenu::item:selected { background: $selection; }
QMenu::item:disabled { color: $faint; }
QMenu::separator { height: 1px; background: $border; margin: 4px 6px; }
QMenu::icon { padding-left: 6px; }
QToolTip { background: $raised; color: $text; border: 1px solid $border; padding: 4px 6px; }
QStatusBar { background: $window; color: $muted; font-size: ${font_small}px; }
QStatusBar::item { border: none; }
QPushButton { background: $raised; border: 1px solid $border; border-radius: ${radius_small}px;
  padding: 4px 12px; min-height: 18px; }
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $selection; }
QPushButton:focus, QComboBox:focus, QLineEdit:focus, QToolButton:focus { border: 1px solid $accent; }
QPushButton:disabled { color: $faint; background: $panel; }
QPushButton[role="primary"] { background: $accent; color: $on_accent; border: 1px solid $accent;
  font-weight: 600; }
QPushButton[role="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[role="primary"]:disabled { background: $raised; color: $faint; border-color: $border; }
QPushButton[role="link"] { background: transparent; border: none; color: $accent; padding: 2px 4px;
  text-align: left; }
QPushButton[role="link"]:hover { color: $accent_hover; }
QToolButton { background: transparent; border: 1px solid transparent;
  border-radius: ${radius_small}px; padding: 3px; }
QToolButton:hover { background: $hover; }
QToolButton:checked { background: $selection; border-color: $accent; }
QToolButton:disabled { color: $faint; }
QToolButton[role="segment"] { background: $raised; border: 1px solid $border; padding: 3px 5px;
  min-width: 20px; }
QToolButton[role="segment"]:checked { background: $selection; border-color: $accent; color: $text; }
QToolButton[role="section"] { color: $text; font-weight: 600; padding: 5px 4px; text-align: left;
  border: none; }
QToolButton[role="section"]:checked { background: transparent; border: none; }
QToolButton[role="section"]:hover { background: transparent; color: $accent; }
QToolButton::menu-indicator { image: none; }
QComboBox { background: $raised; border: 1px solid $border; border-radius: ${radius_small}px;
  padding: 3px 6px 3px 8px; min-height: 18px; }
QComboBox:hover { background: $hover; }
QComboBox:disabled { color: $faint; }
QComboBox::drop-down { border: none; width: 18px; }
QComboBox::down-arrow { image: url("$arrow"); width: 10px; height: 10px; }
QComboBox QAbstractItemView { background: $panel; border: 1px solid $border;
  selection-background-color: $selection;
  selection-color: $text; outline: none; padding: 2px; }
QLineEdit, QSpinBox, QDoubleSpinBox, QPlainTextEdit, QTextBrowser { background: $raised;
  border: 1px solid $border;
  border-radius: ${radius_small}px; padding: 3px 7px; min-height: 18px;
  selection-background-color: $accent;
  selection-color: $on_accent; }
QPlainTextEdit, QTextBrowser { font-size: ${font_small}px; }
QLineEdit[role="search"] { padding-left: 4px; }
QCheckBox { spacing: 7px; padding: 2px 0; }
QCheckBox::indicator { width: 14px; height: 14px; border: 1px solid $faint; border-radius: 3px;
  background: $raised; }
QCheckBox::indicator:hover { border-color: $accent; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; image: url("$check"); }
QCheckBox::indicator:disabled { border-color: $border; background: $panel; }
QCheckBox:disabled { color: $faint; }
QSlider::groove:horizontal { height: 4px; background: $border; border-radius: 2px; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 2px; }
QSlider::handle:horizontal { width: 12px; height: 12px; margin: -5px 0; border-radius: 6px;
  background: $text;
  border: 1px solid $panel; }
QSlider::handle:horizontal:hover { background: $accent_hover; }
QSlider::sub-page:horizontal:disabled { background: $border; }
QSlider::handle:horizontal:disabled { background: $faint; }
QListView, QTreeView { background: transparent; border: 1px solid transparent; outline: none; }
QListView::item { border-radius: ${radius_small}px; }
QListWidget::item { padding: 1px 3px; }
QListView::item:selected { background: $selection; color: $text; }
QListView::item:hover:!selected { background: $hover; }
QTabWidget::pane { border: none; }
QTabBar { background: transparent; qproperty-drawBase: 0; }
QTabBar::tab { background: transparent; color: $muted; padding: 5px 12px; border: none;
  border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: $text; border-bottom: 2px solid $accent; }
QTabBar::tab:hover { color: $text; }
QScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget { background: transparent; }
QScrollBar:vertical { background: transparent; width: 9px; margin: 1px; }
QScrollBar:horizontal { background: transparent; height: 9px; margin: 1px; }
QScrollBar::handle { background: $hover; border-radius: 3px; min-height: 26px; min-width: 26px; }
QScrollBar::handle:hover { background: $faint; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSplitter::handle { background: transparent; }
QSplitter::handle:hover { background: $accent; }
QProgressBar { background: $border; border: none; border-radius: 2px; max-height: 4px;
  min-height: 4px; text-align: center; }
QProgressBar::chunk { background: $accent; border-radius: 2px; }
QGraphicsView { background: $canvas; border: none; }
"""
)


def style_sheet(theme: Theme, arrow: str = "", check: str = "") -> str:
    """The whole style sheet; ``arrow`` and ``check`` are files of small pictures in the right colour."""
    tokens = {
        name: getattr(theme, name) for name in theme.__dataclass_fields__ if name != "metrics"
    }
    sizes = {name: getattr(theme.metrics, name) for name in theme.metrics.__dataclass_fields__}
    return _SHEET.substitute(**tokens, **sizes, arrow=arrow, check=check)


def qt_palette(theme: Theme) -> QPalette:
    """Colours for what the style sheet does not reach (links, disabled text, native painting)."""
    palette = QPalette()
    role = QPalette.ColorRole
    for part, colour in (
        (role.Window, theme.window),
        (role.WindowText, theme.text),
        (role.Base, theme.raised),
        (role.AlternateBase, theme.panel),
        (role.Text, theme.text),
        (role.Button, theme.raised),
        (role.ButtonText, theme.text),
        (role.Highlight, theme.accent),
        (role.HighlightedText, theme.on_accent),
        (role.ToolTipBase, theme.raised),
        (role.ToolTipText, theme.text),
        (role.PlaceholderText, theme.faint),
        (role.Link, theme.accent),
        (role.Mid, theme.border),
    ):
        palette.setColor(part, QColor(colour))
    disabled = QPalette.ColorGroup.Disabled
    for part in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(disabled, part, QColor(theme.faint))
    return palette
