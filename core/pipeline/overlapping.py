"""Stages that work at the same time: reading ahead of the network, writing behind it."""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")
POLL_S = 0.1


def read_ahead_of(items: Iterator[T], ahead: int) -> Generator[tuple[T, float], None, None]:
    """Each item and the seconds it took to make, made in a thread that is at most ``ahead`` of us.

    What the iterator raises is raised here. Leaving the loop early ends the thread.
    """
    waiting: queue.Queue[tuple[T, float] | BaseException | None] = queue.Queue(max(1, ahead))
    closed = threading.Event()

    def put(thing: tuple[T, float] | BaseException | None) -> None:
        while not closed.is_set():
            try:
                waiting.put(thing, timeout=POLL_S)
            except queue.Full:
                continue
            return

    def run() -> None:
        try:
            began = time.perf_counter()
            for item in items:
                put((item, time.perf_counter() - began))
                if closed.is_set():
                    return
                began = time.perf_counter()
            put(None)
        except BaseException as error:  # noqa: BLE001 - handed to the reader, who raises it
            put(error)

    thread = threading.Thread(target=run, name="decode", daemon=True)
    thread.start()
    try:
        while (thing := waiting.get()) is not None:
            if isinstance(thing, BaseException):
                raise thing
            yield thing
    finally:
        closed.set()
        thread.join()


class WritesBehind(Generic[T, R]):
    """Does work in order in one thread of its own; at most ``behind`` pieces wait.

    Args:
        work: what is done with each piece.
    """

    def __init__(self, work: Callable[[T], R], behind: int) -> None:
        self._work, self._behind = work, max(1, behind)
        self._thread: ThreadPoolExecutor | None = None
        self._waiting: deque[tuple[T, Future[R]]] = deque()

    def add(self, piece: T) -> Iterator[tuple[T, R]]:
        """Hand a piece over; gives those that are finished, waiting while too many are not."""
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="write")
        self._waiting.append((piece, self._thread.submit(self._work, piece)))
        while self._waiting and (len(self._waiting) > self._behind or self._waiting[0][1].done()):
            yield self._next()

    def rest(self) -> Iterator[tuple[T, R]]:
        """Wait for all that is left."""
        while self._waiting:
            yield self._next()

    def wait(self) -> None:
        """Until all that was handed over is done; what it gave is kept for `rest`.

        What the work raises is raised here, as in `add` and `rest`.
        """
        for _, future in self._waiting:
            future.result()

    def close(self) -> None:
        """End the thread; what has not begun is dropped."""
        if self._thread is not None:
            self._thread.shutdown(wait=True, cancel_futures=True)
        self._thread = None
        self._waiting.clear()

    def _next(self) -> tuple[T, R]:
        piece, future = self._waiting.popleft()
        return piece, future.result()
