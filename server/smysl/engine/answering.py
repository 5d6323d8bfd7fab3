"""Which space answers a search: the chosen model's own, or, while that is being filled, the most complete other one.

A model is switched, or a new Ollama computes other vectors than the last: the new space begins empty and takes minutes
to hours to fill. Until every text has its vector there, the space that has the most answers, provided that a query can
still be embedded for it: by the model that made it, or by the same model on a newer server, whose vectors are nearly
the same. Else the words answer, with what vectors there are.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from smysl.engine.cancel import CancelToken
from smysl.engine.embed.choose import open_for
from smysl.engine.embed.embedder import CodeEmbedder, Embedder
from smysl.engine.errors import Cancelled, SmyslError
from smysl.engine.settings import Settings
from smysl.engine.store import Filling, Reader
from smysl.engine.types import Embedded, InputLimit, Message, Space, Vector, say

log = logging.getLogger(__name__)

ASK_AGAIN_SECONDS = 30.0
"""How long a space for which no query can be embedded is not tried again."""

SLOW_SECONDS = 5.0
"""A stand-in that takes longer than this for a second query has been loaded again: two models do not fit together, and
each search would make the server change them twice. The words answer then."""

COUNT_AGAIN_SECONDS = 2.0
"""How old a count of what is missing may be: it takes a tenth of a second for 50,000 chunks in two spaces."""

TELLING_SHARE = 0.05
"""From what share of missing chunks on a person is told that vectors are still being made: an edit is no news."""


@dataclass(frozen=True, slots=True)
class Answering:
    """What embeds the query and which space it is compared with, and what to tell about that."""

    embedder: CodeEmbedder
    notices: tuple[Message, ...] = ()


class StandIns:
    """Decides for each search. Keeps one stand-in model open while it is needed; close it. Safe between threads."""

    def __init__(self, settings: Settings, *, slow_seconds: float = SLOW_SECONDS) -> None:
        self._settings = settings
        self._slow_seconds = slow_seconds
        self._lock = threading.Lock()
        self._stand_in: tuple[str, Embedder] | None = None
        self._refused: dict[str, float] = {}
        self._slow = 0
        self._counted: tuple[float, tuple[Filling, ...]] = (float("-inf"), ())

    def answering(self, reader: Reader, embedder: Embedder, *, cancel: CancelToken | None = None) -> Answering:
        """Who answers a query to the model `embedder` now. Raises `IndexFileError`, `Cancelled`."""
        own = embedder.space
        if reader.is_filled(own.key):
            self.close()
            return Answering(embedder)
        fillings = self._fillings(reader)
        mine = next((one for one in fillings if one.space.key == own.key), None)
        missing = mine.missing if mine else fillings[0].chunks if fillings else 0
        for other in sorted(fillings, key=lambda one: one.missing):
            if other.missing >= missing:
                break
            asked = self._for(other.space, embedder, cancel)
            if asked is not None:
                return Answering(asked, (_told(own, other.space, mine),))
        if mine is not None and missing > TELLING_SHARE * mine.chunks:
            return Answering(embedder, (_told_of_words(mine),))
        return Answering(embedder)

    def close(self) -> None:
        """Let go of the stand-in. Idempotent."""
        with self._lock:
            stand_in, self._stand_in = self._stand_in, None
            self._slow = 0
        if stand_in is not None:
            stand_in[1].close()

    def _fillings(self, reader: Reader) -> tuple[Filling, ...]:
        with self._lock:
            counted, fillings = self._counted
            if time.monotonic() - counted > COUNT_AGAIN_SECONDS:
                fillings = reader.fillings()
                self._counted = (time.monotonic(), fillings)
            return fillings

    def _for(self, space: Space, embedder: Embedder, cancel: CancelToken | None) -> CodeEmbedder | None:
        if space.is_kin_of(embedder.space):
            return _Older(space, embedder)
        with self._lock:
            if self._slow > 1:
                return None
            if self._stand_in is not None and self._stand_in[0] == space.key:
                return _Older(space, self._stand_in[1], self._took)
            if time.monotonic() - self._refused.get(space.key, float("-inf")) < ASK_AGAIN_SECONDS:
                return None
            try:
                opened = open_for(space, self._settings, cancel=cancel)
            except Cancelled:
                raise
            except SmyslError as error:
                log.info("No query can be embedded for %s: %s", space.model, error)
                opened = None
            if opened is None:
                self._refused[space.key] = time.monotonic()
                return None
            previous, self._stand_in = self._stand_in, (space.key, opened)
        if previous is not None:
            previous[1].close()
        return _Older(space, opened, self._took)

    def _took(self, seconds: float) -> None:
        self._slow = self._slow + 1 if seconds > self._slow_seconds else 0


def most_complete(fillings: Sequence[Filling], wanted: Space) -> Space:
    """The space that has the most chunks, `wanted` if none has more; for what needs no query vector."""
    mine = next((one.missing for one in fillings if one.space.key == wanted.key), None)
    best = min(fillings, key=lambda one: one.missing, default=None)
    if best is None or (mine is not None and mine <= best.missing):
        return wanted
    return best.space


def is_drift(reader: Reader, space: Space) -> bool:
    """Whether `space` is not filled yet and takes the place of one that the same model made on another server."""
    if reader.is_filled(space.key):
        return False
    return any(one.space.key != space.key and one.space.is_kin_of(space) for one in reader.fillings())


def drift_notice(space: Space) -> Message:
    """What to tell of a model whose server computes other vectors than the one before."""
    return say(
        "Ollama {version} computes other vectors for {model} than the Ollama that made this index did. "
        "The index is being rebuilt; nothing is lost, and the old vectors answer meanwhile.",
        version=space.computed_by or "?",
        model=space.model,
    )


@dataclass(frozen=True, slots=True)
class _Older:
    """Queries embedded by one model, compared with the vectors of a space that it, or its like, made."""

    space: Space
    embedder: Embedder
    took: Callable[[float], None] = lambda seconds: None

    @property
    def reads_russian(self) -> bool:
        return self.embedder.reads_russian

    @property
    def input_limit(self) -> InputLimit | None:
        return self.embedder.input_limit

    def embed_query(self, query: str, *, cancel: CancelToken | None = None) -> Vector:
        begun = time.monotonic()
        vector = self.embedder.embed_query(query, cancel=cancel)
        self.took(time.monotonic() - begun)
        return vector

    def embed_documents(self, texts: Sequence[str], *, cancel: CancelToken | None = None) -> Embedded:
        return self.embedder.embed_documents(texts, cancel=cancel)


def _told(own: Space, other: Space, mine: Filling | None) -> Message:
    if other.is_kin_of(own):
        return drift_notice(own)
    if mine is None:
        return say("The index has no vectors of {model}; those of {other} answer.", model=own.model, other=other.model)
    return say(
        "The vectors of {model} are being made ({done} of {total} chunks); those of {other} answer meanwhile.",
        model=own.model,
        other=other.model,
        done=mine.chunks - mine.missing,
        total=mine.chunks,
    )


def _told_of_words(mine: Filling) -> Message:
    return say(
        "The vectors of {model} are being made ({done} of {total} chunks); words answer for the rest.",
        model=mine.space.model,
        done=mine.chunks - mine.missing,
        total=mine.chunks,
    )
