"""The thread: one at a time, newest wins, every request ends once, stopping really stops."""

from __future__ import annotations

import os
import sys
import threading
from collections import Counter

import pytest

from app.engine.work_thread import WorkThread, failure_of
from app.priority import NICE
from core.errors import Cancelled, InputError


class Recorder:
    """Notes how each request ended."""

    def __init__(self, thread: WorkThread) -> None:
        self.ends: list[tuple[str, object]] = []
        thread.answered.connect(self.answered)
        thread.failed.connect(self.failed)
        thread.dropped.connect(self.dropped)

    def answered(self, request, response) -> None:
        self.ends.append(("answered", request))

    def failed(self, request, failure) -> None:
        self.ends.append(("failed", request))
        self.failure = failure

    def dropped(self, request) -> None:
        self.ends.append(("dropped", request))


@pytest.fixture
def gate():
    return threading.Event()


@pytest.fixture
def make(qtbot):
    threads = []

    def build(handler, **options):
        thread = WorkThread("test", lambda: handler, **options)
        threads.append(thread)
        return thread, Recorder(thread)

    yield build
    for thread in threads:
        assert thread.stop(5000)
        assert not thread.isRunning()


def test_every_request_ends_exactly_once(make, gate, qtbot):
    def handler(request, cancel):
        gate.wait(5)
        return request

    thread, seen = make(handler)
    for number in range(50):
        thread.submit(number)
    gate.set()
    qtbot.waitUntil(lambda: len(seen.ends) == 50, timeout=5000)
    assert all(count == 1 for count in Counter(r for _, r in seen.ends).values())
    answered = [request for how, request in seen.ends if how == "answered"]
    assert answered[-1] == 49
    assert len(answered) <= 2, "one in flight and the newest"


def test_a_queue_keeps_order_and_lets_urgent_ones_pass(make, gate, qtbot):
    def handler(request, cancel):
        gate.wait(5)
        return request

    thread, seen = make(handler, newest_wins=False)
    began = []
    thread.began.connect(began.append)
    thread.submit(1)
    qtbot.waitUntil(lambda: began == [1], timeout=5000)
    thread.submit(2)
    thread.submit(3, first=True)
    gate.set()
    qtbot.waitUntil(lambda: len(seen.ends) == 3, timeout=5000)
    assert [request for _, request in seen.ends] == [1, 3, 2]


def test_a_superseded_run_is_told_to_stop(make, gate, qtbot):
    told = threading.Event()

    def handler(request, cancel):
        if request == "old":
            cancel.wait(5)
            told.set()
            raise Cancelled("stopped")
        return request

    thread, seen = make(handler)
    began = []
    thread.began.connect(began.append)
    thread.submit("old")
    qtbot.waitUntil(lambda: began == ["old"], timeout=5000)
    thread.submit("new", supersede=True)
    assert seen.ends == [("dropped", "old")], "the window is free at once"
    qtbot.waitUntil(lambda: ("answered", "new") in seen.ends, timeout=5000)
    assert told.is_set()
    assert len(seen.ends) == 2


def test_a_late_answer_of_a_cancelled_run_is_dropped(make, gate, qtbot):
    entered = threading.Event()

    def handler(request, cancel):
        entered.set()
        gate.wait(5)
        return request

    thread, seen = make(handler)
    thread.submit("slow")
    assert entered.wait(5)
    thread.cancel()
    gate.set()
    thread.submit("next")
    qtbot.waitUntil(lambda: ("answered", "next") in seen.ends, timeout=5000)
    assert seen.ends == [("dropped", "slow"), ("answered", "next")]


def test_errors_become_failures_and_the_thread_lives_on(make, qtbot):
    def handler(request, cancel):
        if request == "bad":
            raise InputError("is no picture", path="x.jpg", cure="choose another")
        if request == "bug":
            raise ZeroDivisionError("oops")
        return request

    thread, seen = make(handler, newest_wins=False)
    for request in ("bad", "bug", "good"):
        thread.submit(request)
    qtbot.waitUntil(lambda: len(seen.ends) == 3, timeout=5000)
    assert [how for how, _ in seen.ends] == ["failed", "failed", "answered"]


def test_a_handler_that_cannot_be_made_fails_every_request(qtbot):
    def broken():
        raise OSError("library missing")

    thread = WorkThread("test", broken)
    seen = Recorder(thread)
    thread.submit(1)
    qtbot.waitUntil(lambda: seen.ends == [("failed", 1)], timeout=5000)
    assert "library missing" in seen.failure.text
    assert thread.stop(5000)


def test_stopping_ends_a_running_request_and_closes_the_handler(qtbot):
    class Handler:
        closed = False

        def __call__(self, request, cancel):
            cancel.wait(10)
            raise Cancelled("stopped")

        def close(self):
            Handler.closed = True

    thread = WorkThread("test", Handler)
    began = []
    thread.began.connect(began.append)
    thread.submit(1)
    qtbot.waitUntil(lambda: began == [1], timeout=5000)
    assert thread.stop(5000)
    assert Handler.closed


def test_a_failure_keeps_what_where_and_cure_apart():
    failure = failure_of(InputError("is no picture", path="x.jpg", cure="choose another"))
    assert (failure.text, failure.cure, failure.kind) == (
        "x.jpg: is no picture",
        "choose another",
        "InputError",
    )
    assert failure_of(KeyError("a\nb")).expected is False
    assert "\n" not in failure_of(RuntimeError("a\nb")).text


@pytest.mark.skipif(sys.platform != "linux", reason="threads have a nice value on Linux only")
def test_what_computes_gives_way_to_the_window(make, qtbot):
    def nice_of_thread(*_):
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    thread, _ = make(nice_of_thread)
    before, answers = nice_of_thread(), []
    thread.answered.connect(lambda request, nice: answers.append(nice))
    thread.submit(1)
    qtbot.waitUntil(lambda: bool(answers), timeout=5000)
    assert answers[0] == NICE > before == nice_of_thread()
