"""Tokens: complete, readable, and every icon that is named exists."""

from __future__ import annotations

import re

import pytest

from app.settings.icons import ICON_FOLDER, icon_names
from app.settings.stylesheet import style_sheet
from app.settings.theme import DARK, LIGHT, rgb, theme_named


def luminance(colour: str) -> float:
    def part(value: int) -> float:
        share = value / 255
        return share / 12.92 if share <= 0.03928 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = map(part, rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_text_is_readable(theme):
    for ground in (theme.window, theme.panel, theme.raised, theme.selection):
        assert contrast(theme.text, ground) >= 7.0
        assert contrast(theme.muted, ground) >= 4.5
    for colour in (theme.good, theme.warning, theme.error):
        assert contrast(colour, theme.raised) >= 3.5


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_the_style_sheet_names_no_unknown_token(theme):
    sheet = style_sheet(theme, "arrow.svg", "check.svg")
    assert "$" not in sheet
    assert sheet.count("{") == sheet.count("}")


def test_a_theme_is_found_by_name():
    assert theme_named("light") is LIGHT
    assert theme_named("system", system_is_dark=False) is LIGHT
    assert theme_named("anything else") is DARK


def test_icons_are_one_colour_strokes():
    assert icon_names()
    for name in icon_names():
        text = (ICON_FOLDER / f"{name}.svg").read_text()
        assert "currentColor" in text
        assert not re.search(r"#[0-9a-fA-F]{3,8}", text), f"{name} has a fixed colour"


def test_every_action_icon_exists():
    from app.windows.actions import SPECS

    assert {spec.icon for spec in SPECS if spec.icon} <= set(icon_names())
