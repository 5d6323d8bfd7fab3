"""Term statistics for as long as the index stays the same: finding out how common a common word is takes long."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from typing import TypeAlias

from smysl.engine.store.records import LexicalWeights

Averages: TypeAlias = tuple[int, LexicalWeights]

_REMEMBERED = 20_000


class TermCache:
    """Statistics of one generation of the index. Safe between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._generation = -1
        self._averages: Averages | None = None
        self._frequencies: dict[str, int] = {}

    def averages(self, generation: int, find: Callable[[], Averages]) -> Averages:
        """The averages of `generation`, found once."""
        with self._lock:
            self._turn_to(generation)
            if self._averages is not None:
                return self._averages
        found = find()
        with self._lock:
            if generation == self._generation:
                self._averages = found
        return found

    def frequencies(self, generation: int, terms: Sequence[str], find: Callable[[str], int]) -> dict[str, int]:
        """The document frequency of each term in `generation`, each found once."""
        with self._lock:
            self._turn_to(generation)
            known = {term: self._frequencies[term] for term in terms if term in self._frequencies}
        found = {term: find(term) for term in terms if term not in known}
        with self._lock:
            if generation == self._generation:
                self._frequencies.update(found)
        return {term: known[term] if term in known else found[term] for term in terms}

    def _turn_to(self, generation: int) -> None:
        if generation != self._generation or len(self._frequencies) > _REMEMBERED:
            self._generation = generation
            self._averages = None
            self._frequencies = {}
