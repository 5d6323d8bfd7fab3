"""The embedding half of an index run: one thread asks the model while the caller's thread reads, cuts and writes.

The index file is the queue: texts wait in it as pending, so a killed process loses the batch in flight and no more.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from typing_extensions import Self

from smysl.engine.cancel import CancelToken
from smysl.engine.embed.embedder import Embedder
from smysl.engine.errors import Cancelled, EmbedderError, IndexFileError
from smysl.engine.store import StoredChunk, Writer
from smysl.engine.text.document import text_hash, windows
from smysl.engine.types import Embedded, Message, Vector

log = logging.getLogger(__name__)

_BATCHES_WAITING = 2
_READ_AHEAD = 256
_LEAST_TEXTS_TIMED = 8


@dataclass(frozen=True, slots=True)
class _Text:
    text_hash: str
    text: str


_Batch = tuple[_Text, ...]

KnownVectors = Callable[[str, Collection[str]], Mapping[str, Vector]]
"""Gives, for the key of a space and hashes of texts, the vectors that are at hand."""


def nothing_known(_: str, __: Collection[str]) -> Mapping[str, Vector]:
    """Nothing is at hand."""
    return {}


class EmbeddingRun:
    """Embeds the pending texts of one space. Only the thread that made it may call it, and it alone writes.

    `failure` is the error that ended the embedding before its time; what was stored until then stays.
    """

    def __init__(
        self,
        embedder: Embedder,
        writer: Writer,
        *,
        space_id: int,
        siblings: Sequence[Path] = (),
        known: KnownVectors = nothing_known,
    ) -> None:
        self._embedder = embedder
        self._writer = writer
        self._space_id = space_id
        self._siblings = siblings
        self._known = known
        self._after = 0
        self._ready: list[_Text] = []
        self._given_out: set[str] = set()
        self._chunk: StoredChunk | None = None
        self._texts: tuple[_Text, ...] = ()
        self._is_attached = False
        self._waiting = 0
        self._batches: queue.SimpleQueue[_Batch | None] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[tuple[_Batch, Embedded | BaseException]] = queue.SimpleQueue()
        self._stop = CancelToken()
        self._thread = threading.Thread(target=self._work, name="smysl-embedding", daemon=True)
        self._began = time.monotonic()
        self.embedded = 0
        self.borrowed = 0
        self.failure: EmbedderError | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take back what is in flight, wait for the thread, and store what the model has answered nevertheless."""
        self._stop.cancel()
        self._batches.put(None)
        self._thread.join()
        if isinstance(error, IndexFileError):
            return  # nothing can be written now
        while not self._answers.empty():
            batch, answer = self._answers.get()
            if isinstance(answer, Embedded):
                self._take(batch, answer)

    def stop(self) -> None:
        """Take back what is in flight; nothing more is handed out to the model."""
        self._stop.cancel()

    def pump(self) -> None:
        """Write what has come back and hand out full batches, without waiting for the model."""
        self._take_all()
        self._hand_out(least=self._size())

    def drain(self, *, seconds: float, more: bool = True) -> bool:
        """Hand out all that waits if `more`, then write the next answer, for which it waits up to `seconds`.

        False when nothing is left to do.
        """
        self._take_all()
        if more:
            self._hand_out(least=1)
        if not self._waiting:
            return False
        try:
            batch, answer = self._answers.get(timeout=seconds)
        except queue.Empty:
            return True
        self._take(batch, answer)
        return True

    def seconds_left(self, pending: int) -> float | None:
        """How long `pending` more texts will take at the speed so far; None while that is not known."""
        if self.embedded < _LEAST_TEXTS_TIMED:
            return None
        return pending * (time.monotonic() - self._began) / self.embedded

    def _size(self) -> int:
        return max(1, self._embedder.batch_size)

    def _take_all(self) -> None:
        while True:
            try:
                batch, answer = self._answers.get_nowait()
            except queue.Empty:
                return
            self._take(batch, answer)

    def _hand_out(self, *, least: int) -> None:
        """Give the model's thread as much as it may have waiting, in batches of at least `least` texts."""
        while self.failure is None and self._waiting < _BATCHES_WAITING:
            size = self._size()
            while len(self._ready) < size and self._read_ahead():
                pass
            if len(self._ready) < least:
                return
            batch, self._ready = tuple(self._ready[:size]), self._ready[size:]
            self._waiting += 1
            self._batches.put(batch)

    def _read_ahead(self) -> bool:
        """Take more pending texts out of the index file; False when there are none behind those taken before."""
        rows = self._writer.pending(self._space_id, after=self._after, limit=_READ_AHEAD)
        if not rows:
            return False
        self._after = rows[-1].link_id
        if self._siblings:
            wanted = {row.text_hash for row in rows}
            found = self._writer.borrow(self._siblings, self._embedder.space, space_id=self._space_id, wanted=wanted)
            self.borrowed += len(found)
            rows = [row for row in rows if row.text_hash not in found]
        known = self._known(self._embedder.space.key, {row.text_hash for row in rows})
        if known:
            self._writer.store_vectors(self._space_id, list(known.items()))
            self.borrowed += len(known)
            rows = [row for row in rows if row.text_hash not in known]
        for row in rows:
            if row.text_hash in self._given_out:
                continue
            if row.chunk != self._chunk:
                # A long chunk has hundreds of windows, whose rows come one after another: they are made once.
                texts = windows(row.chunk.chunk, self._embedder.input_limit)
                self._chunk, self._is_attached = row.chunk, False
                self._texts = tuple(_Text(text_hash(text), text) for text in texts)
            if row.window < len(self._texts) and self._texts[row.window].text_hash == row.text_hash:
                self._given_out.add(row.text_hash)
                self._ready.append(self._texts[row.window])
            elif not self._is_attached:
                # Texts are made otherwise than when this chunk was written: link it to what they are now.
                self._is_attached = True
                self._writer.attach(self._space_id, [(row.chunk.id, [text.text_hash for text in self._texts])])
        return True

    def _take(self, batch: _Batch, answer: Embedded | BaseException) -> None:
        self._waiting -= 1
        if isinstance(answer, EmbedderError):
            log.info("Embedding ends early: %s", answer)
            self.failure = answer
            return
        if isinstance(answer, BaseException):
            raise answer
        self._ready[:0] = batch[len(answer.vectors) :]  # the model stopped short of them
        batch = batch[: len(answer.vectors)]
        failed: dict[int, Message] = {failure.index: failure.reason for failure in answer.failures}
        rows = [(text.text_hash, answer.vectors[place]) for place, text in enumerate(batch) if place not in failed]
        if rows:
            self._writer.store_vectors(self._space_id, rows)
        if failed:
            self._writer.fail(self._space_id, [(batch[place].text_hash, reason) for place, reason in failed.items()])
        self.embedded += len(rows)

    def _work(self) -> None:
        while (batch := self._batches.get()) is not None:
            if self._stop.cancelled:
                continue  # on to the None that ends the thread
            answer: Embedded | BaseException
            try:
                answer = self._embedder.embed_documents([text.text for text in batch], cancel=self._stop)
            except Cancelled:
                continue
            except Exception as error:  # goes on in the thread that waits for it
                answer = error
            self._answers.put((batch, answer))
