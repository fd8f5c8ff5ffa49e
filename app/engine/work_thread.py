"""One thread, one handler: a request at a time, the newest pending one (or all) kept in line.

Every submitted request ends in exactly one of ``answered``, ``failed`` or ``dropped``.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QThread, Signal

from app.priority import give_way
from core.errors import Cancelled, MeshLoupeError

log = logging.getLogger(__name__)
Handler = Callable[[Any, threading.Event], Any]


@dataclass(frozen=True)
class Failure:
    """Why a request failed, in words for a person.

    Attributes:
        text: one line: what, and which file.
        cure: what to do about it.
        kind: class name of the error, so that the window can offer the fitting action.
        expected: False for a defect of ours.
    """

    text: str
    cure: str = ""
    kind: str = ""
    expected: bool = True


class WorkThread(QThread):
    """Runs one request at a time, away from the window.

    Args:
        name: for the log and for debuggers.
        make_handler: called once inside the thread, where heavy imports belong. The handler gets
            (request, cancel event); a ``close`` method of it is called in the thread at the end.
        newest_wins: a new request replaces the pending one; else requests queue up.

    Signals:
        began, answered, failed, dropped: (request), (request, response), (request, Failure), (request).
    """

    began = Signal(object)
    answered = Signal(object, object)
    failed = Signal(object, object)
    dropped = Signal(object)

    def __init__(
        self, name: str, make_handler: Callable[[], Handler], *, newest_wins: bool = True
    ) -> None:
        super().__init__()
        self.setObjectName(name)
        self._make_handler = make_handler
        self._newest_wins = newest_wins
        self._condition = threading.Condition()
        self._pending: deque[Any] = deque()
        self._current: Any = None
        self._cancel = threading.Event()
        self._stopping = False

    @property
    def is_idle(self) -> bool:
        """Whether nothing is running or waiting."""
        with self._condition:
            return self._current is None and not self._pending

    def submit(self, request: Any, *, supersede: bool = False, first: bool = False) -> None:
        """Hand over a request.

        Args:
            request: a frozen value.
            supersede: also give up the one that is running.
            first: take it before others that wait.
        """
        given_up: list[Any] = []
        with self._condition:
            if self._newest_wins:
                given_up += self._pending
                self._pending.clear()
            if supersede:
                given_up += self._give_up_current()
            if first:
                self._pending.appendleft(request)
            else:
                self._pending.append(request)
            self._condition.notify()
        for old in given_up:
            self.dropped.emit(old)
        if not self.isRunning():
            self.start()

    def cancel(self) -> None:
        """Give up what runs and what waits; the window is free at once."""
        with self._condition:
            given_up = [*self._give_up_current(), *self._pending]
            self._pending.clear()
        for old in given_up:
            self.dropped.emit(old)

    def stop(self, wait_ms: int = 20_000) -> bool:
        """Cancel, end the thread and wait for it; True once it has ended."""
        self.cancel()
        with self._condition:
            self._stopping = True
            self._condition.notify_all()
        return self.wait(wait_ms) if self.isRunning() else True

    def run(self) -> None:
        """Loop of the thread (called by Qt)."""
        give_way()
        handler: Handler | None = None
        broken: Failure | None = None
        try:
            handler = self._make_handler()
        except Exception as error:  # noqa: BLE001 - the worker boundary
            broken = failure_of(error)
        while (request := self._next()) is not None:
            if handler is None:
                self._finish(request, None, broken)
                continue
            self.began.emit(request)
            response, failure = None, None
            try:
                response = handler(request, self._cancel)
            except Exception as error:  # noqa: BLE001 - the worker boundary
                failure = failure_of(error)
            self._finish(request, response, failure)
        close = getattr(handler, "close", None)
        if close is not None:
            close()

    def _next(self) -> Any:
        with self._condition:
            while not self._pending and not self._stopping:
                self._condition.wait()
            if self._stopping:
                return None
            self._cancel = threading.Event()
            self._current = self._pending.popleft()
            return self._current

    def _finish(self, request: Any, response: Any, failure: Failure | None) -> None:
        with self._condition:
            given_up = self._current is None
            self._current = None
        if given_up:  # dropped was emitted when it was given up
            return
        if failure is None:
            self.answered.emit(request, response)
        elif failure.kind == Cancelled.__name__:
            self.dropped.emit(request)
        else:
            self.failed.emit(request, failure)

    def _give_up_current(self) -> list[Any]:
        """The running request, told to stop and no longer waited for. Needs the lock."""
        current, self._current = self._current, None
        if current is None:
            return []
        self._cancel.set()
        return [current]


def failure_of(error: Exception) -> Failure:
    """An exception as a `Failure`; defects of ours are logged with their traceback."""
    if isinstance(error, MeshLoupeError):
        where = "" if error.path is None else f"{error.path}: "
        return Failure(f"{where}{error.what}", error.cure, type(error).__name__)
    if isinstance(error, MemoryError):
        return Failure(
            "not enough memory", "close other programs, or use a smaller network", "MemoryError"
        )
    log.error("defect in a worker", exc_info=error)
    text = f"{type(error).__name__}: {error}".splitlines()[0]
    return Failure(
        text,
        "this is a defect: please report it with the log (View, Log)",
        type(error).__name__,
        False,
    )
