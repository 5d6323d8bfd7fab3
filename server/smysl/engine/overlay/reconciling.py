"""A buffer against what is stored of its file."""

from __future__ import annotations

from collections.abc import Callable

from smysl.engine.index import reconcile
from smysl.engine.overlay.buffer import Buffer
from smysl.engine.overlay.layer import FileLayer
from smysl.engine.overlay.words import ChunkWords, count_words
from smysl.engine.store import Reader, StoredChunk
from smysl.engine.types import Chunk


class Reconciler:
    """Makes the layer of one buffer. Remembers nothing: what was counted before is in the layer before."""

    def __init__(self, admits: Callable[[str], bool], *, max_bytes: int = 0) -> None:
        """`admits` says of a path whether it would be indexed; a buffer of more than `max_bytes` (0: none) is not."""
        self._admits = admits
        self._max_bytes = max_bytes

    def layer(self, reader: Reader, buffer: Buffer, *, before: FileLayer | None = None) -> FileLayer | None:
        """What `buffer` changes; None when it changes nothing or has no place in the index.

        `before` is an earlier layer of the same file: what both have is not counted again.
        """
        path = buffer.path
        files = reader.files_of([path])
        if files and files[0].content_hash == buffer.content_hash:
            return None
        if self._max_bytes and len(buffer.raw) > self._max_bytes:
            return None
        if not files and not self._admits(path):
            return None
        identified = reader.identified(path)
        stored = {identity.id: chunk for identity, chunk in identified}
        hashes = {identity.id: identity.content_hash for identity, _ in identified}
        change = reconcile([identity for identity, _ in identified], buffer.chunks)
        if not change.added and not change.removed and all(stored[one.id].chunk == one.chunk for one in change.kept):
            return None
        id_of = {id(one.chunk): one.id for one in change.kept}
        known = {} if before is None else before.words
        words: dict[str, ChunkWords] = {}

        def counted(chunk: Chunk, content_hash: str) -> ChunkWords:
            if not content_hash:  # written by another version of the program
                return count_words(chunk, path)
            if content_hash not in words:
                words[content_hash] = known.get(content_hash) or count_words(chunk, path)
            return words[content_hash]

        return FileLayer(
            path=path,
            hidden=tuple((stored[one], counted(stored[one].chunk, hashes[one])) for one in change.removed),
            kept={one.id: StoredChunk(one.id, path, one.chunk) for one in change.kept},
            added=tuple((one.chunk, counted(one.chunk, one.content_hash)) for one in change.added),
            order=tuple(id_of.get(id(chunk)) for chunk in buffer.chunks),
            words=words,
        )
