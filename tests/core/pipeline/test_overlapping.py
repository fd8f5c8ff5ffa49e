"""Reading ahead and writing behind: order, bounds, errors, and threads that end."""

from __future__ import annotations

import threading
import time
from contextlib import closing

import pytest

from core.pipeline.overlapping import WritesBehind, read_ahead_of


def test_items_come_in_order_and_not_too_far_ahead() -> None:
    made: list[int] = []

    def items():
        for number in range(20):
            made.append(number)
            yield number

    with closing(read_ahead_of(items(), 3)) as reading:
        first, seconds = next(reading)
        assert (first, seconds >= 0.0) == (0, True)
        time.sleep(0.1)
        assert len(made) <= 1 + 3 + 1
        assert [item for item, _ in reading] == list(range(1, 20))


def test_what_the_iterator_raises_is_raised_here() -> None:
    def items():
        yield 1
        raise ValueError("broken")

    reading = read_ahead_of(items(), 2)
    assert next(reading)[0] == 1
    with pytest.raises(ValueError, match="broken"):
        next(reading)


def test_leaving_early_ends_the_thread() -> None:
    with closing(read_ahead_of(iter(range(1000)), 2)) as reading:
        assert next(reading)[0] == 0
    assert not [t for t in threading.enumerate() if t.name == "decode"]


def test_work_is_done_in_order_behind_and_bounded() -> None:
    go = threading.Event()

    def work(number: int) -> int:
        go.wait(5)
        return 10 * number

    behind = WritesBehind(work, 2)
    assert list(behind.add(1)) == list(behind.add(2)) == []
    threading.Timer(0.05, go.set).start()
    found = list(behind.add(3))
    assert found[0] == (1, 10)
    behind.wait()
    assert [*found, *behind.rest()] == [(1, 10), (2, 20), (3, 30)]
    behind.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("write")]


def test_a_failure_is_told_by_whoever_looks_next() -> None:
    def work(number: int) -> int:
        raise OSError("disk full")

    behind = WritesBehind(work, 5)
    behind._waiting.append((1, _submitted(behind, work)))
    with pytest.raises(OSError, match="disk full"):
        behind.wait()
    with pytest.raises(OSError, match="disk full"):
        list(behind.rest())
    behind.close()


def _submitted(behind: WritesBehind, work):
    from concurrent.futures import ThreadPoolExecutor

    behind._thread = ThreadPoolExecutor(1, thread_name_prefix="write")
    return behind._thread.submit(work, 1)
