"""Memory that is free goes back to the system, once for all that happens in a moment."""

from __future__ import annotations

import threading

from smysl.lsp.memory import Tidying, give_memory_back


def timers() -> int:
    return sum(isinstance(thread, threading.Timer) for thread in threading.enumerate())


def test_many_uses_in_a_moment_give_memory_back_once() -> None:
    before = timers()
    tidying = Tidying(after=60.0)
    for _ in range(100):
        tidying.soon()
    assert timers() == before + 1


def test_each_later_use_gives_memory_back_again() -> None:
    given = threading.Semaphore(0)
    tidying = Tidying(after=0.01, give_back=given.release)
    for _ in range(3):
        tidying.soon()
        assert given.acquire(timeout=60)


def test_memory_can_be_given_back_at_any_time() -> None:
    give_memory_back()
