"""A buffer against what is stored of its file."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from smysl.engine.index import reconcile
from smysl.engine.overlay.buffer import Buffer
from smysl.engine.overlay.layer import FileLayer
from smysl.engine.overlay.words import ChunkWords, count_words
from smysl.engine.store import Reader, StoredChunk
from smysl.engine.types import Chunk

_REMEMBERED = 8_192


class Reconciler:
    """Makes the layer of one buffer; remembers words of chunks, for most of a file stays while a person types."""

    def __init__(self, admits: Callable[[str], bool], *, max_bytes: int = 0) -> None:
        """`admits` says of a path whether it would be indexed; a buffer of more than `max_bytes` (0: none) is not."""
        self._admits = admits
        self._max_bytes = max_bytes
        self._words: OrderedDict[tuple[str, str], ChunkWords] = OrderedDict()

    def layer(self, reader: Reader, buffer: Buffer) -> FileLayer | None:
        """What `buffer` changes; None when it changes nothing or has no place in the index."""
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
        return FileLayer(
            path=path,
            hidden=tuple((stored[one], self._count(stored[one].chunk, path, hashes[one])) for one in change.removed),
            kept={one.id: StoredChunk(one.id, path, one.chunk) for one in change.kept},
            added=tuple((one.chunk, self._count(one.chunk, path, one.content_hash)) for one in change.added),
            order=tuple(id_of.get(id(chunk)) for chunk in buffer.chunks),
        )

    def _count(self, chunk: Chunk, path: str, content_hash: str) -> ChunkWords:
        if not content_hash:  # written by another version of the program
            return count_words(chunk, path)
        key = path, content_hash
        words = self._words.get(key)
        if words is None:
            words = self._words[key] = count_words(chunk, path)
            if len(self._words) > _REMEMBERED:
                self._words.popitem(last=False)
        else:
            self._words.move_to_end(key)
        return words
