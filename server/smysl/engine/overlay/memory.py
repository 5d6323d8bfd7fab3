"""Vectors of texts that are in no index file yet, for as long as the engine is open."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Iterable

from smysl.engine.types import Vector

_SPARE_BYTES = 1024 * 1024
"""For texts that are shown no more: a save is indexed, and an undo undone, a moment later. A thousand vectors of the
built-in model, 256 of 1,024 dimensions."""

_ENTRY_BYTES = 256
"""What an entry takes beside its numbers: two strings, an array and a place in the table."""


class VectorMemory:
    """Vectors by space and text. Safe to use from several threads."""

    def __init__(self, *, spare_bytes: int = _SPARE_BYTES) -> None:
        """`spare_bytes` is how much `let_go` leaves of what is not wanted."""
        self._spare_bytes = spare_bytes
        self._lock = threading.Lock()
        self._vectors: OrderedDict[tuple[str, str], Vector | None] = OrderedDict()
        self._version = 0

    def __len__(self) -> int:
        return len(self._vectors)

    @property
    def version(self) -> int:
        """A number that grows with every vector that comes."""
        return self._version

    def put(self, space_key: str, rows: Iterable[tuple[str, Vector | None]]) -> None:
        """Keep vectors by the hash of their text; None is a text that the model cannot embed."""
        with self._lock:
            for text_hash, vector in rows:
                # A copy: a row of an answer would hold the whole answer.
                self._vectors[space_key, text_hash] = None if vector is None else vector.copy()
                self._vectors.move_to_end((space_key, text_hash))
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

    def let_go(self, space_key: str, wanted: Collection[str]) -> None:
        """Forget all but those texts `wanted`, and of the others what was used last and is little."""
        with self._lock:
            left = self._spare_bytes
            for key, vector in reversed(list(self._vectors.items())):
                if key[0] != space_key or key[1] not in wanted:
                    left -= _ENTRY_BYTES + (0 if vector is None else vector.nbytes)
                    if left < 0:
                        del self._vectors[key]
