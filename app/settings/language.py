"""The words of the window in the person's language: English in the code, German from Qt's files.

Messages of `core` errors stay English: they name files, keys and shapes, and are what people search.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from core.assets import asset_path

CONTEXT = "MeshLoupe"
TRANSLATED = ("de",)


def tr(text: str, **values: object) -> str:
    """``text`` in the language of the window, its ``{name}`` fields filled with ``values``."""
    translated = QCoreApplication.translate(CONTEXT, text)
    return translated.format(**values) if values else translated


def mark(text: str) -> str:
    """``text`` as it is: a word of a table that is made at import, translated with `tr` when used."""
    return text


def sentence(text: str) -> str:
    """``text`` with a capital at its beginning; the rest stays, German nouns keep theirs."""
    return text[:1].upper() + text[1:]


def inside(text: str) -> str:
    """A title as it stands inside a sentence: small in English, unchanged in German."""
    return text.lower() if current_language() == "en" else text


def current_language() -> str:
    """Code of the language that `install_language` chose; English before."""
    app = QCoreApplication.instance()
    return str(app.property("language") or "en") if app is not None else "en"


def language_of(setting: str, system: str | None = None) -> str:
    """``en`` or a translated language, for a setting and the locale of the system (``de_AT``)."""
    if setting == "system":
        setting = (system or QLocale.system().name()).split("_")[0]
    return setting if setting in TRANSLATED else "en"


def translation_file(language: str) -> Path:
    """The compiled words of a language."""
    return asset_path("translations", f"meshloupe_{language}.qm")


def install_language(app: QCoreApplication, setting: str) -> str:
    """Let the window, and the dialogs of Qt itself, speak the chosen language; its code is returned.

    Only what is built afterwards speaks it.
    """
    for old in app.findChildren(QTranslator):
        app.removeTranslator(old)
        old.setParent(None)
    language = language_of(setting)
    app.setProperty("language", language)
    if language == "en":
        return language
    of_qt = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
    for file in (of_qt / f"qtbase_{language}.qm", translation_file(language)):
        translator = QTranslator(app)
        if translator.load(str(file)):
            app.installTranslator(translator)
    return language
