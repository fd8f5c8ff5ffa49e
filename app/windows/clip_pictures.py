"""Pictures of the frames of a video that were computed or are looked at again."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from app.engine.requests import ClipFrameRequest
from app.engine.work_thread import Failure, WorkThread
from core.types import Frame

KEPT = 24


class ClipPictures(QObject):
    """A few decoded frames; others are read again, off the window's thread.

    Signals:
        arrived: (path, frame number) that can be had now.
        failed: one line.
    """

    arrived = Signal(object, int)
    failed = Signal(str)

    def __init__(self, reader: WorkThread) -> None:
        super().__init__()
        self._reader = reader
        self._kept: OrderedDict[int, Frame] = OrderedDict()
        self._asked = -1
        reader.answered.connect(self._read)
        reader.failed.connect(self._not_read)
        reader.dropped.connect(self._dropped)

    def get(self, index: int) -> Frame | None:
        """A frame, if it is there."""
        return self._kept.get(index)

    def keep(self, index: int, frame: Frame) -> None:
        """Keep a frame for a while."""
        self._kept[index] = frame
        self._kept.move_to_end(index)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def ask(self, path: Path, index: int) -> None:
        """Have a frame read; `arrived` says when it is there."""
        if index != self._asked:
            self._asked = index
            self._reader.submit(ClipFrameRequest(path, index))

    def clear(self) -> None:
        """Forget all."""
        self._kept.clear()
        self._asked = -1

    @Slot(object, object)
    def _read(self, request: Any, frame: Any) -> None:
        if isinstance(request, ClipFrameRequest):
            self._asked = -1
            self.keep(request.index, frame)
            self.arrived.emit(request.path, request.index)

    @Slot(object, object)
    def _not_read(self, request: Any, failure: Failure) -> None:
        if isinstance(request, ClipFrameRequest):
            self._asked = -1
            self.failed.emit(failure.text)

    @Slot(object)
    def _dropped(self, request: Any) -> None:
        if isinstance(request, ClipFrameRequest) and request.index == self._asked:
            self._asked = -1
