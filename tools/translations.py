"""Collect the words of the window, keep their German in Qt's file, compile it. ``make translations``.

Words are literals in ``tr(...)`` and ``mark(...)``, and the text and tip of an action of the window.
"""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

from app.settings.language import CONTEXT, TRANSLATED

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "assets" / "translations"
# Which arguments of a call are shown to people.
CALLS: dict[str, tuple[int, ...]] = {"tr": (0,), "mark": (0,)}
ACTIONS = ROOT / "app" / "windows" / "actions.py"
ACTION_CALLS: dict[str, tuple[int, ...]] = {**CALLS, "ActionSpec": (1, 2)}
HEAD = '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n'


def ts_file(language: str) -> Path:
    """Qt's translation source of a language."""
    return FOLDER / f"meshloupe_{language}.ts"


def words_of(source: str, calls: dict[str, tuple[int, ...]]) -> Iterator[str]:
    """Literals in the given arguments; both sides of ``a if one else b`` count."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        for place in calls.get(node.func.id, ()):
            if place < len(node.args):
                yield from _literals(node.args[place])


def _literals(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)


def all_words() -> tuple[str, ...]:
    """Every word of ``app/``, sorted, once."""
    found: set[str] = set()
    for path in sorted((ROOT / "app").rglob("*.py")):
        calls = ACTION_CALLS if path == ACTIONS else CALLS
        found.update(words_of(path.read_text(encoding="utf-8"), calls))
    return tuple(sorted(found - {""}))


def read_translations(path: Path) -> dict[str, str]:
    """English to translated words of a Qt file; unfinished ones are ''."""
    if not path.exists():
        return {}
    found: dict[str, str] = {}
    for message in ET.parse(path).getroot().iter("message"):  # noqa: S314  (our own file)
        translation = message.find("translation")
        done = translation is not None and translation.get("type") != "unfinished"
        text = (translation.text or "") if done and translation is not None else ""
        found[message.findtext("source", "")] = text
    return found


def write_translations(path: Path, language: str, words: dict[str, str]) -> None:
    """Write a Qt file; words without a translation are marked as unfinished."""
    root = ET.Element("TS", version="2.1", language=language, sourcelanguage="en")
    context = ET.SubElement(root, "context")
    ET.SubElement(context, "name").text = CONTEXT
    for source, translated in sorted(words.items()):
        message = ET.SubElement(context, "message")
        ET.SubElement(message, "source").text = source
        translation = ET.SubElement(message, "translation")
        translation.text = translated
        if not translated:
            translation.set("type", "unfinished")
    ET.indent(root, " ")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEAD + ET.tostring(root, encoding="unicode") + "\n", encoding="utf-8")


def refresh(language: str) -> tuple[str, ...]:
    """Bring a language's file up to the code and compile it; words still to translate are returned."""
    path = ts_file(language)
    known = read_translations(path)
    words = {word: known.get(word, "") for word in all_words()}
    write_translations(path, language, words)
    tool = shutil.which("pyside6-lrelease", path=str(Path(sys.executable).parent))
    if tool is None:
        raise SystemExit("pyside6-lrelease is not installed: run `make setup`")
    compiled = path.with_suffix(".qm")
    subprocess.run([tool, "-silent", str(path), "-qm", str(compiled)], check=True)
    return tuple(word for word, translated in words.items() if not translated)


def main() -> int:
    """Refresh every language and list what is still to translate."""
    missing = 0
    for language in TRANSLATED:
        for word in refresh(language):
            missing += 1
            sys.stdout.write(f"{ts_file(language)}: not translated: {word!r}\n")
    return 1 if missing else 0


if __name__ == "__main__":
    raise SystemExit(main())
