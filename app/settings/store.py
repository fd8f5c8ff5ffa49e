"""Settings on disk: one JSON file, written atomically, under ``MESHLOUPE_HOME`` or the user's folder."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path

import platformdirs
from PySide6.QtCore import QIODevice, QSaveFile

from app.settings.schema import Settings

log = logging.getLogger(__name__)
FILE_NAME = "settings.json"


def settings_folder() -> Path:
    """Folder of the settings file: ``MESHLOUPE_HOME`` if set, else the platform's own place."""
    home = os.environ.get("MESHLOUPE_HOME")
    return Path(home) if home else Path(platformdirs.user_config_dir("meshloupe"))


class SettingsStore:
    """Loads and saves `Settings`; never fails: a program must start without its settings."""

    def __init__(self, folder: Path | None = None) -> None:
        self.path = (folder or settings_folder()) / FILE_NAME
        self.current = self._load()

    def _load(self) -> Settings:
        try:
            text = self.path.read_text(encoding="utf-8")
            return Settings.from_json(json.loads(text))
        except FileNotFoundError:
            return Settings()
        except (OSError, ValueError, RecursionError) as error:
            log.warning("%s: settings not read (%s); defaults are used", self.path, error)
            return Settings()

    def save(self, settings: Settings) -> bool:
        """Keep ``settings``; False (and a log line) when the file cannot be written."""
        if settings == self.current and self.path.exists():
            return True
        self.current = settings
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            log.warning("%s: settings not kept (%s)", self.path.parent, error)
            return False
        file = QSaveFile(str(self.path))
        data = json.dumps(settings.to_json(), indent=1, ensure_ascii=False).encode()
        written = file.open(QIODevice.OpenModeFlag.WriteOnly) and file.write(data) == len(data)
        if written and file.commit():
            return True
        log.warning("%s: settings not kept (%s)", self.path, file.errorString())
        return False
