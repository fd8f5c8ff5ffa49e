"""How output files are called: ``<out>/<input file name>[.f000123].<method>[.pN].<ext>``."""

from __future__ import annotations

import re
from pathlib import Path

from core.errors import OutputError

_UNSAFE = re.compile(r'[\x00-\x1f<>:"/\\|?*]')


def output_name(
    input_name: str, method: str, ext: str, *, frame: int | None = None, person: int | None = None
) -> str:
    """``photo.jpg.metro.npz``, ``clip.mp4.f000123.metro.p0.obj``.

    Args:
        input_name: file name of the input with its suffix; characters that some systems forbid in
            names become ``_`` (camera names, for instance).
        method: method id.
        ext: without a dot.
        frame: frame number for one frame of a video; None for pictures and whole videos.
        person: row of the person, for files that hold one person.
    """
    parts = [_UNSAFE.sub("_", input_name)]
    parts += [] if frame is None else [f"f{frame:06d}"]
    parts += [_UNSAFE.sub("_", method)]
    parts += [] if person is None else [f"p{person}"]
    return ".".join([*parts, ext.lstrip(".")])


def output_path(
    out: str | Path,
    input_name: str,
    method: str,
    ext: str,
    *,
    frame: int | None = None,
    person: int | None = None,
) -> Path:
    """`output_name` in the folder ``out``."""
    return Path(out) / output_name(input_name, method, ext, frame=frame, person=person)


class OutputNames:
    """Names for one run; refuses to let two inputs write to the same files.

    Two inputs of equal file name from different folders would overwrite each other's results; names
    that differ in case only count as equal, as they do on Windows and macOS.
    """

    def __init__(self, out: str | Path) -> None:
        self.out = Path(out)
        self._taken: dict[str, Path] = {}

    def path(
        self,
        source: str | Path,
        method: str,
        ext: str,
        *,
        frame: int | None = None,
        person: int | None = None,
    ) -> Path:
        """Output path for the input ``source`` (a path, or a bare name for cameras).

        Raises:
            OutputError: another input of this run has the same file name.
        """
        source = Path(source)
        self.claim(source)
        return output_path(self.out, source.name, method, ext, frame=frame, person=person)

    def claim(self, source: str | Path) -> None:
        """Reserve the names of an input; callable early, before any work is done.

        Raises:
            OutputError: another input of this run has the same file name.
        """
        source = Path(source)
        holder = self._taken.setdefault(_UNSAFE.sub("_", source.name).casefold(), source)
        if holder != source:
            raise OutputError(
                f"has the same file name as {holder}, so their results would overwrite each other",
                path=source,
                cure="rename one of the two, or give them different --out folders",
            )
