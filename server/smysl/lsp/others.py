"""Engines with other models than that of the settings, for questions that name one."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

from smysl.engine.engine import Engine

_MOST = 2
"""Models that are kept open, each of which may be a table in memory or one that Ollama has loaded."""


class OtherModels:
    """Opens an engine beside another one when it is asked for, and closes the one used least lately that nobody uses.

    Safe between threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        self._lends: Counter[str] = Counter()
        self._most = _MOST

    def __len__(self) -> int:
        return len(self._engines)

    @contextmanager
    def lent(self, engine: Engine, model: str) -> Iterator[Engine]:
        """What answers with `model` on the index and the buffers of `engine`; not closed before the block ends."""
        with self._lock:
            if model not in self._engines:
                self._engines[model] = engine.beside(model)
            self._engines.move_to_end(model)
            self._lends[model] += 1
            other = self._engines[model]
            spare = self._taken_out()
        _close(spare)
        try:
            yield other
        finally:
            with self._lock:
                self._lends[model] -= 1
                spare = self._taken_out()
            _close(spare)

    def close(self) -> None:
        """Close those that are not lent, and each of the others when it is given back."""
        with self._lock:
            self._most = 0
            spare = self._taken_out()
        _close(spare)

    def _taken_out(self) -> list[Engine]:
        idle = [model for model in self._engines if not self._lends[model]]
        return [self._engines.pop(model) for model in idle[: max(0, len(self._engines) - self._most)]]


def _close(engines: list[Engine]) -> None:
    for engine in engines:
        engine.close()
