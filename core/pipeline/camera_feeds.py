"""Where live pictures come from: a camera, a stream by URL, or a file played as if it were a camera."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.pipeline.videos import VideoFile
from core.types import Frame

MAX_PROBED = 8
STREAM_SCHEMES = frozenset(("rtsp", "rtsps", "rtmp", "http", "https", "udp", "tcp", "srt", "rtp"))
OPEN_TIMEOUT_S, READ_TIMEOUT_S = 5.0, 5.0


class FeedLost(Exception):
    """The camera gives no more pictures (unplugged, stream ended); it may come back."""


class Feed(Protocol):
    """An open source of live pictures."""

    def read(self) -> NDArray[np.uint8]:
        """The next picture (H, W, 3) uint8 RGB; waits for it.

        Raises:
            FeedLost: there will be none.
        """

    def interrupt(self) -> None:
        """End a waiting `read` soon, from any thread."""

    def close(self) -> None:
        """Let go of the device; on the thread that reads."""


@dataclass(frozen=True)
class CameraInfo:
    """One camera of this machine: its number for OpenCV and the name that people know it by."""

    index: int
    name: str


def list_cameras() -> tuple[CameraInfo, ...]:
    """The cameras of this machine.

    Linux names them without opening any. Elsewhere the first `MAX_PROBED` numbers are tried, and the
    names are numbers; a window can show better ones.
    """
    if sys.platform.startswith("linux"):
        return linux_cameras(Path("/sys/class/video4linux"))
    found = []
    for index in range(MAX_PROBED):
        try:
            CameraFeed(index).close()
        except FeedLost:
            break
        found.append(CameraInfo(index, f"camera {index}"))
    return tuple(found)


def linux_cameras(folder: Path) -> tuple[CameraInfo, ...]:
    """Cameras as the kernel lists them; a camera's further nodes (metadata) are left out."""
    found: dict[str, CameraInfo] = {}
    nodes = [node for node in folder.glob("video*") if node.name[5:].isdecimal()]
    for node in sorted(nodes, key=lambda node: int(node.name[5:])):
        with contextlib.suppress(OSError):
            name = (node / "name").read_text("utf-8", errors="replace").strip() or node.name
            part = (node / "index").read_text().strip() if (node / "index").exists() else "0"
            if part == "0":
                number = int(node.name[5:])
                # Two cameras of one make need two names.
                shown = name if name not in found else f"{name} ({number})"
                found[shown] = CameraInfo(number, shown)
    return tuple(found.values())


class CameraFeed:
    """A camera of this machine through OpenCV, by number.

    Raises:
        FeedLost: there is no such camera, or another program uses it.
    """

    def __init__(self, index: int) -> None:
        from core.opencv import cv2

        self._capture = cv2.VideoCapture(index)
        if not self._capture.isOpened():
            self._capture.release()
            raise FeedLost(f"camera {index} does not answer")
        # One picture in the driver's queue: older ones would only add delay.
        self._capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)

    def read(self) -> NDArray[np.uint8]:
        fine, image_bgr = self._capture.read()
        if not fine or image_bgr is None:
            raise FeedLost("no picture came")
        return np.ascontiguousarray(image_bgr[..., ::-1])

    def interrupt(self) -> None:
        """A camera gives its next picture soon anyway."""

    def close(self) -> None:
        self._capture.release()


class StreamFeed:
    """A stream by its URL, read by PyAV.

    Raises:
        FeedLost: nobody answers there, or there is no video in it.
    """

    def __init__(self, url: str) -> None:
        import av

        options = {"rtsp_transport": "tcp"} if url.startswith("rtsp") else {}
        try:
            self._container = av.open(
                url, options=options, timeout=(OPEN_TIMEOUT_S, READ_TIMEOUT_S)
            )
        except (OSError, ValueError) as error:
            raise FeedLost(str(error)) from None
        if not self._container.streams.video:
            self._container.close()
            raise FeedLost("there is no video in it")
        self._stream = self._container.streams.video[0]
        self._stream.codec_context.flags |= int(av.codec.context.Flags.low_delay)
        self._frames = self._container.decode(self._stream)

    def read(self) -> NDArray[np.uint8]:
        try:
            decoded = next(self._frames, None)
        except (OSError, ValueError) as error:
            raise FeedLost(str(error)) from None
        if decoded is None:
            raise FeedLost("the stream ended")
        return decoded.to_ndarray(format="rgb24")

    def interrupt(self) -> None:
        """Reading ends by its own time limit."""

    def close(self) -> None:
        self._container.close()


class FileFeed:
    """A video file at its own pace, as a camera would give it; over and over if asked for."""

    def __init__(self, path: str | Path, *, loop: bool = True, speed: float = 1.0) -> None:
        self._video = VideoFile(path)
        self._loop, self._speed = loop, speed
        self._fps = self._video.frames_per_second
        self._closed = threading.Event()
        self._frames: Iterator[Frame] = iter(self._video)
        self._began: float | None = None

    def read(self) -> NDArray[np.uint8]:
        frame = next(self._frames, None)
        if frame is None and self._loop:
            self._frames, self._began = iter(self._video), None
            frame = next(self._frames, None)
        if frame is None or self._closed.is_set():
            raise FeedLost("the file has ended")
        shown = (frame.index or 0) / self._fps if frame.time_s is None else frame.time_s
        now = time.monotonic()
        if self._began is None:
            self._began = now - shown / self._speed
        if self._closed.wait(max(self._began + shown / self._speed - now, 0.0)):
            raise FeedLost("closed")
        return np.asarray(frame.image)

    def interrupt(self) -> None:
        self._closed.set()

    def close(self) -> None:
        self._closed.set()
        self._video.close()


def is_stream_url(text: str) -> bool:
    """Whether a text is the URL of a stream rather than a file."""
    return urlsplit(text).scheme.lower() in STREAM_SCHEMES


def camera_index(name: str, cameras: tuple[CameraInfo, ...] | None = None) -> int:
    """Number of the camera called ``name``: its full name, a part of it, or the number itself.

    Raises:
        InputError: no camera, or several, are called so.
    """
    if name.isdecimal():
        return int(name)
    cameras = list_cameras() if cameras is None else cameras
    exact = [camera for camera in cameras if camera.name == name]
    found = exact or [camera for camera in cameras if name.casefold() in camera.name.casefold()]
    if len(found) == 1:
        return found[0].index
    known = ", ".join(f"{camera.index}: {camera.name}" for camera in cameras) or "none"
    what = "no camera is called" if not found else "several cameras are called"
    raise InputError(f"{what} {name!r}", cure=f"choose one of these: {known}")
