"""The buffers of an open engine, and the index as it is with them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from smysl.engine.cancel import CancelToken
from smysl.engine.embed.embedder import CodeEmbedder, Embedder
from smysl.engine.overlay.buffer import Buffer
from smysl.engine.overlay.layer import FileLayer, Layer, joined
from smysl.engine.overlay.layered import LayeredReader
from smysl.engine.overlay.memory import VectorMemory
from smysl.engine.overlay.reconciling import Reconciler
from smysl.engine.overlay.vectors import NOTHING, LayerVectors, find_vectors
from smysl.engine.store import Reader
from smysl.engine.text.document import text_hash, windows
from smysl.engine.types import InputLimit

_State = tuple[int, int]


@dataclass(slots=True)
class _Made:
    """What was made of the buffers for one state of the index."""

    buffers: Mapping[str, Buffer]
    state: _State
    layer: Layer | None
    reader: LayeredReader | None
    texts: dict[str, Mapping[int, tuple[str, ...]]] = field(default_factory=dict)
    vectors: dict[str, tuple[tuple[int, int], LayerVectors]] = field(default_factory=dict)


class Overlay:
    """Holds what an editor shows. Nothing is cut, compared or embedded before somebody asks. Safe between threads."""

    def __init__(self, admits: Callable[[str], bool], *, max_bytes: int = 0) -> None:
        """`admits` says of a path whether it would be indexed; a buffer of more than `max_bytes` (0: none) is not."""
        self._reconciler = Reconciler(admits, max_bytes=max_bytes)
        self._lock = threading.Lock()
        """Guards what follows; held for a moment, so that an editor's change never waits for a search."""
        self._buffers: Mapping[str, Buffer] = {}
        self._limits: dict[str, InputLimit | None] = {}
        self._making = threading.RLock()
        """Guards what is made of the buffers."""
        self._layers: dict[str, tuple[Buffer, _State, FileLayer | None]] = {}
        self._made: _Made | None = None
        self.memory = VectorMemory()

    @property
    def is_on(self) -> bool:
        """Whether anything is shown."""
        return bool(self._buffers)

    def show(self, path: str, text: str) -> None:
        """From now on the file at `path` is `text`, whatever is on the disk."""
        buffer = Buffer(path, text)
        with self._lock:
            known = self._buffers.get(path)
            if known is None or known.text != buffer.text:
                self._buffers = {**self._buffers, path: buffer}

    def unshow(self, path: str) -> None:
        """From now on the file at `path` is what is on the disk."""
        with self._lock:
            self._buffers = {other: buffer for other, buffer in self._buffers.items() if other != path}

    def text(self, path: str) -> str | None:
        """The text shown of the file at `path`."""
        buffer = self._buffers.get(path)
        return None if buffer is None else buffer.text

    def reader(self, stored: Reader, embedder: CodeEmbedder | None = None) -> Reader | LayeredReader:
        """The index with the buffers laid over it: `stored` itself where they change nothing.

        `embedder` is the model whose vectors will be asked for, if it is at hand.
        """
        if embedder is not None:
            self._limits[embedder.space.key] = embedder.input_limit
        made = self._current(stored)
        return made.reader if made is not None and made.reader is not None else stored

    def embed(self, stored: Reader, embedder: Embedder, *, cancel: CancelToken | None = None) -> int:
        """Have `embedder` embed the texts of buffers that neither the index nor this overlay has vectors for.

        Returns how many texts were embedded. Raises `EmbedderError`, `Cancelled`; what was answered until then is kept.
        """
        made = self._current(stored)
        if made is None or made.layer is None:
            return 0
        layer, key, limit = made.layer, embedder.space.key, embedder.input_limit
        self._limits[key] = limit
        texts = {text_hash(text): text for one in layer.added.values() for text in windows(one.stored.chunk, limit)}
        self.memory.let_go(key, texts)
        known = stored.known_texts(key, texts)
        waiting = [
            one
            for one in texts.items()
            if one[0] not in known.living and one[0] not in known.retired and not self.memory.has(key, one[0])
        ]
        count = 0
        while waiting:
            if cancel is not None:
                cancel.check()
            batch = waiting[: max(1, embedder.batch_size)]
            answer = embedder.embed_documents([text for _, text in batch], cancel=cancel)
            failed = {failure.index for failure in answer.failures}
            batch = batch[: len(answer.vectors)]
            self.memory.put(
                key,
                ((one, None if row in failed else answer.vectors[row]) for row, (one, _) in enumerate(batch)),
            )
            count += len(batch) - len(failed)
            waiting = waiting[len(batch) :]
        return count

    def _current(self, stored: Reader) -> _Made | None:
        with self._making:
            if not self._buffers:
                self._layers, self._made = {}, None
                return None
            buffers, state = self._buffers, stored.chunks_state()
            while self._made is None or self._made.buffers is not buffers or self._made.state != state:
                self._made = self._make(stored, buffers, state)
                buffers, state = self._buffers, stored.chunks_state()  # both may have gone on meanwhile
            return self._made

    def _make(self, stored: Reader, buffers: Mapping[str, Buffer], state: _State) -> _Made:
        layers: dict[str, tuple[Buffer, _State, FileLayer | None]] = {}
        for path, buffer in buffers.items():
            known = self._layers.get(path)
            if known is None or known[0] is not buffer or known[1] != state:
                before = None if known is None else known[2]
                known = (buffer, state, self._reconciler.layer(stored, buffer, before=before))
            layers[path] = known
        self._layers = layers
        changing = [layer for _, _, layer in layers.values() if layer is not None]
        made = _Made(buffers, state, joined(changing) if changing else None, None)
        if made.layer is not None:
            made.reader = LayeredReader(stored, made.layer, lambda key: self._vectors(stored, made, key))
        return made

    def _vectors(self, stored: Reader, made: _Made, space_key: str) -> LayerVectors:
        with self._making:
            if made.layer is None or space_key not in self._limits:
                return NOTHING
            version = (stored.generation(), self.memory.version)
            known = made.vectors.get(space_key)
            if known is None or known[0] != version:
                if space_key not in made.texts:
                    limit = self._limits[space_key]
                    made.texts[space_key] = {
                        chunk_id: tuple(map(text_hash, windows(one.stored.chunk, limit)))
                        for chunk_id, one in made.layer.added.items()
                    }
                texts = made.texts[space_key]
                found = find_vectors(stored, made.layer, self.memory, space_key=space_key, texts=texts)
                known = made.vectors[space_key] = (version, found)
            return known[1]
