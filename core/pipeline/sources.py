"""Where frames come from: pictures, folders of them and videos, one stream of `Frame`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from core.errors import InputError
from core.files.opening import require_no_device
from core.pipeline.pictures import PICTURE_SUFFIXES, read_picture
from core.pipeline.videos import VIDEO_SUFFIXES, VideoFile
from core.types import Frame

__all__ = ["Source", "expand_inputs", "is_video", "open_source", "read_picture"]


class Source(Protocol):
    """An iterable of frames that can be closed early."""

    @property
    def len_hint(self) -> int:
        """How many frames to expect; 0 when nobody knows."""

    def __iter__(self) -> Iterator[Frame]: ...

    def close(self) -> None:
        """Let go of files; the iteration ends."""


def is_video(path: str | Path) -> bool:
    """Whether the name says that the file is a video."""
    return Path(path).suffix.lower() in VIDEO_SUFFIXES


def natural_key(path: Path) -> tuple[tuple[int, int | str], ...]:
    """Sort key that puts ``frame2`` before ``frame10``."""
    parts = re.split(r"(\d+)", path.name.lower())
    return tuple((0, int(part)) if part.isdecimal() else (1, part) for part in parts if part)


def expand_inputs(paths: Iterable[str | Path]) -> tuple[Path, ...]:
    """Files of ``paths``, with folders replaced by the pictures and videos directly inside them.

    Raises:
        InputError: nothing was given, a path does not exist, or a folder holds no picture.
    """
    files: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            files.extend(_folder_files(path))
        elif path.exists():
            require_no_device(path)
            files.append(path)
        else:
            raise InputError("does not exist", path=path, cure="check the name")
    if not files:
        raise InputError("no input was given", cure="name a picture, a video or a folder")
    return tuple(files)


def _folder_files(folder: Path) -> list[Path]:
    wanted = PICTURE_SUFFIXES | VIDEO_SUFFIXES
    try:
        found = [item for item in folder.iterdir() if item.suffix.lower() in wanted]
    except PermissionError:
        raise InputError(
            "may not be read", path=folder, cure="give yourself permission to read it"
        ) from None
    if not found:
        raise InputError(
            "holds no picture and no video",
            path=folder,
            cure="choose a folder with JPEG, PNG or MP4 files directly in it",
        )
    return sorted((item for item in found if item.is_file()), key=natural_key)


@dataclass
class FileSource:
    """Frames of several files one after the other; one file is open at a time."""

    files: tuple[Path, ...]

    def __post_init__(self) -> None:
        self._video: VideoFile | None = None
        self._closed = False

    @property
    def len_hint(self) -> int:
        """Pictures, plus what the videos say of themselves (each is opened for a moment)."""
        return sum(_video_length(path) if is_video(path) else 1 for path in self.files)

    def len_hint_or_zero(self) -> int:
        """`len_hint`, or 0 if a damaged video keeps it from being known yet."""
        try:
            return self.len_hint
        except InputError:
            return 0

    def __iter__(self) -> Iterator[Frame]:
        for path in self.files:
            if self._closed:
                return
            if is_video(path):
                yield from self._video_frames(path)
            else:
                yield read_picture(path)

    def _video_frames(self, path: Path) -> Iterator[Frame]:
        self._video = VideoFile(path)
        try:
            for frame in self._video:
                yield frame
                if self._closed:
                    return
        finally:
            self._video.close()
            self._video = None

    def close(self) -> None:
        """End the iteration after the frame in hand; its file is let go with it."""
        self._closed = True


def _video_length(path: Path) -> int:
    video = VideoFile(path)
    try:
        return video.len_hint
    finally:
        video.close()


def open_source(paths: Iterable[str | Path]) -> Source:
    """Frames of pictures, folders (natural order) and videos, in the order given.

    Files are read one by one while iterating; damage in one of them is raised there.
    """
    return FileSource(expand_inputs(paths))
