"""A workspace in a dictionary, a cutter and a model that count what they do, and the contents of an index as values."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Collection, Sequence

import numpy as np

from smysl.engine.cancel import CancelToken
from smysl.engine.closing import Closing
from smysl.engine.errors import EmbedderError
from smysl.engine.source.decode import Unreadable
from smysl.engine.source.walk import SourceFile, Walk, is_within
from smysl.engine.store import Store
from smysl.engine.types import Embedded, Failure, Filters, InputLimit, SourceText, Space, Vector, say

SPACE = Space("key-one", "counting", 16)


class Workspace:
    """Files in memory. The clock moves an hour with every change, so that nothing is racy unless a test says so."""

    def __init__(self, files: dict[str, str] | None = None) -> None:
        self.files: dict[str, str] = {}
        self.stamps: dict[str, int] = {}
        self.now_ns = 10**18
        self.reads: list[str] = []
        for path, text in (files or {}).items():
            self.write(path, text)

    def write(self, path: str, text: str) -> None:
        """Change a file."""
        self.files[path] = text
        self.stamps[path] = self.tick()

    def move(self, path: str, new_path: str) -> None:
        """Rename a file; its time stays."""
        self.files[new_path] = self.files.pop(path)
        self.stamps[new_path] = self.stamps.pop(path)

    def remove(self, path: str) -> None:
        """Delete a file."""
        del self.files[path], self.stamps[path]

    def tick(self) -> int:
        """The time now; it is an hour later afterwards."""
        self.now_ns += 3_600 * 10**9
        return self.now_ns - 3_600 * 10**9

    def walk(self, *, only: Collection[str] | None = None, cancel: CancelToken | None = None) -> Walk:
        """The files."""
        if cancel is not None:
            cancel.check()
        return Walk(
            tuple(
                SourceFile(path, len(text.encode()), self.stamps[path])
                for path, text in sorted(self.files.items())
                if only is None or is_within(path, only)
            )
        )

    def read(self, path: str) -> SourceText | Unreadable:
        """The text of a file."""
        self.reads.append(path)
        if path not in self.files:
            return Unreadable(say("Gone."), True)
        text = self.files[path]
        return SourceText(text, "utf-8", hashlib.sha256(text.encode()).hexdigest())


class CountingEmbedder(Closing):
    """Vectors made of a hash of the text; notes every call."""

    def __init__(
        self,
        space: Space = SPACE,
        *,
        limit: InputLimit | None = None,
        batch_size: int = 4,
        dies_after: int | None = None,
    ) -> None:
        self.space = space
        self.input_limit = limit
        self.reads_russian = True
        self.batch_size = batch_size
        self.dies_after = dies_after
        self.calls: list[tuple[str, ...]] = []
        self.cannot: set[str] = set()
        self._lock = threading.Lock()

    @property
    def texts(self) -> list[str]:
        """All texts that were embedded, in order."""
        return [text for call in self.calls for text in call]

    def embed_documents(self, texts: Sequence[str], *, cancel: CancelToken | None = None) -> Embedded:
        """Vectors of texts."""
        with self._lock:
            if cancel is not None:
                cancel.check()
            if self.dies_after is not None and len(self.calls) >= self.dies_after:
                raise EmbedderError(say("The model is gone."))
            self.calls.append(tuple(texts))
        failures = tuple(
            Failure(place, say("Too odd."))
            for place, text in enumerate(texts)
            if any(word in text for word in self.cannot)
        )
        return Embedded(np.stack([vector_of(text, self.space) for text in texts]), failures)

    def embed_query(self, query: str, *, cancel: CancelToken | None = None) -> Vector:
        """The vector of a text."""
        return vector_of(query, self.space)


def vector_of(text: str, space: Space) -> Vector:
    """A unit vector that only this text has in this space."""
    seed = int.from_bytes(hashlib.sha256((space.key + text).encode()).digest()[:8], "little")
    vector = np.random.default_rng(seed).standard_normal(space.dimensions).astype(np.float32)
    unit: Vector = (vector / np.linalg.norm(vector)).astype(np.float32)
    return unit


def contents(store: Store, space: Space = SPACE) -> dict[str, object]:
    """All that a search can see of an index, without the ids that depend on its history."""
    reader = store.reader
    everything = reader.scope(Filters())
    chunks = {}
    words: set[str] = set()
    for file in reader.files():
        stored = reader.file_chunks(file.path)
        vectors = reader.vectors_of(space.key, [one.id for one in stored])
        chunks[file.path] = [(one.chunk, vectors[one.id].tolist() if one.id in vectors else None) for one in stored]
        words |= {word for one in stored for word in one.chunk.code.lower().split() if word.isalpha()}
    asked = sorted(words)
    place = {one.id: (path, n) for path in chunks for n, one in enumerate(reader.file_chunks(path))}
    found = {
        word: sorted(
            (place[hit.chunk_id], hit.frequencies, hit.lengths)
            for hit in reader.lexical([word], limit=10_000, scope=everything)
        )
        for word in asked
    }
    statistics = reader.term_statistics(asked)
    return {
        "files": [(file.path, file.content_hash) for file in reader.files()],
        "chunks": chunks,
        "found": found,
        "statistics": statistics,
        "coverage": reader.coverage(space.key),
        "problems": reader.problems(),
        # Chunks of one text are equally near, and which of them is first depends on their ids.
        "nearest": sorted(
            (-round(cosine, 5), place[chunk])
            for chunk, cosine in reader.nearest(space.key, vector_of("q", space), limit=10_000, scope=everything)
        ),
    }
