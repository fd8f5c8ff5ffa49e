"""What the program remembers and how it looks: typed settings, their store, tokens, style, icons."""

from app.settings.schema import Settings
from app.settings.store import SettingsStore
from app.settings.theme import DARK, LIGHT, Theme, theme_named

__all__ = ["DARK", "LIGHT", "Settings", "SettingsStore", "Theme", "theme_named"]
