"""Threads for work that would block the event loop. They are daemons: the process never waits for them to end."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

_Result = TypeVar("_Result")


class Pool:
    """`size` threads that take work in the order it came. Nothing here is ever joined.

    A pool of one's own, because those of the standard library are waited for when Python ends, and pygls reads its
    input with the threads of its own.
    """

    def __init__(self, name: str, *, size: int) -> None:
        self._work: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = queue.SimpleQueue()
        for number in range(size):
            threading.Thread(target=self._run, name=f"{name}-{number}", daemon=True).start()

    def submit(self, call: Callable[[], _Result]) -> Future[_Result]:
        """`call` is made as soon as a thread is free, unless the future is cancelled before."""
        future: Future[_Result] = Future()
        self._work.put((future, call))
        return future

    async def run(self, call: Callable[[], _Result]) -> _Result:
        """What `call` returns or raises. A cancelled task does not wait for it."""
        return await asyncio.wrap_future(self.submit(call))

    def _run(self) -> None:
        while True:
            future, call = self._work.get()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(call())
            except BaseException as error:
                future.set_exception(error)
