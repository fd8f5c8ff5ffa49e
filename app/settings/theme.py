"""Colour, spacing and size tokens. Widgets and the style sheet name tokens, never raw values."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Metrics:
    """Sizes in logical pixels."""

    space_1: int = 4
    space_2: int = 8
    space_3: int = 12
    space_4: int = 16
    radius: int = 6
    radius_small: int = 4
    control: int = 26
    icon: int = 16
    font: int = 12
    font_small: int = 11
    font_title: int = 13
    font_number: int = 19
    thumbnail: int = 52
    list_width: int = 208
    inspector_width: int = 304


@dataclass(frozen=True)
class Theme:
    """One set of colours (``#rrggbb``).

    ``window`` is behind everything, ``panel`` carries controls, ``raised`` is a control on a panel,
    ``canvas`` surrounds the picture; ``view_top`` and ``view_bottom`` are the 3D view's background.
    """

    name: str
    window: str
    panel: str
    raised: str
    hover: str
    border: str
    canvas: str
    view_top: str
    view_bottom: str
    text: str
    muted: str
    faint: str
    accent: str
    accent_hover: str
    on_accent: str
    selection: str
    good: str
    warning: str
    error: str
    warning_back: str
    error_back: str
    info_back: str
    left_side: str
    right_side: str
    middle: str
    truth: str
    body: str
    grid: str
    metrics: Metrics = field(default_factory=Metrics)

    @property
    def is_dark(self) -> bool:
        """Whether text is lighter than its ground."""
        return self.name == "dark"


DARK = Theme(
    name="dark",
    window="#14161a",
    panel="#1b1e24",
    raised="#262a32",
    hover="#303540",
    border="#2d323b",
    canvas="#101216",
    view_top="#2a2f39",
    view_bottom="#15181d",
    text="#e7e9ee",
    muted="#a3abb8",
    faint="#6c7482",
    accent="#4c8dff",
    accent_hover="#6aa1ff",
    on_accent="#ffffff",
    selection="#243656",
    good="#4ec98b",
    warning="#f0b04f",
    error="#f2736b",
    warning_back="#3a2f1c",
    error_back="#3d2224",
    info_back="#1f2d44",
    left_side="#ff9d5c",
    right_side="#57b8ff",
    middle="#f1f3f7",
    truth="#7ee0a8",
    body="#c9d2e0",
    grid="#3b424e",
)

LIGHT = Theme(
    name="light",
    window="#e9ebef",
    panel="#f8f9fb",
    raised="#ffffff",
    hover="#eceff4",
    border="#d5dae2",
    canvas="#dfe3e9",
    view_top="#f3f5f8",
    view_bottom="#d6dbe3",
    text="#1b1f27",
    muted="#566070",
    faint="#8a93a2",
    accent="#2468e0",
    accent_hover="#1b57c2",
    on_accent="#ffffff",
    selection="#d6e4ff",
    good="#1f8f57",
    warning="#a66400",
    error="#c5362d",
    warning_back="#fff1d9",
    error_back="#fde3e1",
    info_back="#e0ebff",
    left_side="#e06a12",
    right_side="#0f76cf",
    middle="#39414f",
    truth="#16915a",
    body="#aeb9ca",
    grid="#b4bcc8",
)


def theme_named(name: str, system_is_dark: bool = True) -> Theme:
    """The theme of a settings entry (``system``, ``dark``, ``light``)."""
    if name == "system":
        return DARK if system_is_dark else LIGHT
    return LIGHT if name == "light" else DARK


def rgb(colour: str) -> tuple[int, int, int]:
    """``#rrggbb`` as three numbers in 0..255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def rgb_float(colour: str) -> tuple[float, float, float]:
    """``#rrggbb`` as three numbers in 0..1."""
    red, green, blue = rgb(colour)
    return red / 255, green / 255, blue / 255
