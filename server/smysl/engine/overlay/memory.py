"""Vectors of texts that are in no index file yet, for as long as the engine is open."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Iterable

from smysl.engine.types import Vector

_REMEMBERED = 4_096
"""Texts kept: 16 MB at 1,024 dimensions."""


class VectorMemory:
    """Vectors by space and text; those used least lately go first. Safe to use from several threads."""

    def __init__(self, *, most: int = _REMEMBERED) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._vectors: OrderedDict[tuple[str, str], Vector | None] = OrderedDict()
        self._version = 0

    @property
    def version(self) -> int:
        """A number that grows with every vector that comes."""
        return self._version

    def put(self, space_key: str, rows: Iterable[tuple[str, Vector | None]]) -> None:
        """Keep vectors by the hash of their text; None is a text that the model cannot embed."""
        with self._lock:
            for text_hash, vector in rows:
                self._vectors[space_key, text_hash] = vector
                self._vectors.move_to_end((space_key, text_hash))
            while len(self._vectors) > self._most:
                self._vectors.popitem(last=False)
            self._version += 1

    def get(self, space_key: str, hashes: Collection[str]) -> dict[str, Vector]:
        """The vectors of those texts that are kept."""
        found: dict[str, Vector] = {}
        with self._lock:
            for text_hash in hashes:
                vector = self._vectors.get((space_key, text_hash))
                if vector is not None:
                    self._vectors.move_to_end((space_key, text_hash))
                    found[text_hash] = vector
        return found

    def has(self, space_key: str, text_hash: str) -> bool:
        """Whether the model has been asked about this text, with or without a vector for an answer."""
        with self._lock:
            return (space_key, text_hash) in self._vectors
