"""Stored chunks against new ones: which stay, which come, which go. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from smysl.engine.store import ChunkIdentity, KeptChunk
from smysl.engine.types import Chunk


@dataclass(frozen=True, slots=True)
class AddedChunk:
    """A chunk that is not stored yet, and its content hash."""

    chunk: Chunk
    content_hash: str


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What becomes of the chunks of one file; `removed` are ids of stored chunks."""

    kept: tuple[KeptChunk, ...]
    added: tuple[AddedChunk, ...]
    removed: tuple[int, ...]


def content_hash(chunk: Chunk) -> str:
    """A hash (32 hex digits) of all that is stored of a chunk but its place in the file."""
    digest = blake2b(digest_size=16)
    texts = (
        chunk.kind.value,
        chunk.name,
        chunk.qualified_name,
        chunk.signature,
        chunk.docstring,
        chunk.comments,
        chunk.context,
        chunk.code,
        chunk.body,
        f"{chunk.is_test:d}{chunk.is_deprecated:d}",
    )
    for text in texts:
        data = text.encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(data))
        digest.update(data)
    return digest.hexdigest()


def reconcile(stored: Iterable[ChunkIdentity], chunks: Sequence[Chunk]) -> Reconciliation:
    """Match stored chunks (in the order of their place) with the new ones by kind, qualified name and content.

    Equal ones are matched in order, so that a copy added below leaves the first where it is.
    """
    waiting: defaultdict[tuple[str, str, str], list[int]] = defaultdict(list)
    for identity in stored:
        waiting[identity.kind, identity.qualified_name, identity.content_hash].append(identity.id)
    for ids in waiting.values():
        ids.reverse()
    kept: list[KeptChunk] = []
    added: list[AddedChunk] = []
    for chunk in chunks:
        content = content_hash(chunk)
        ids = waiting.get((chunk.kind.value, chunk.qualified_name, content), [])
        if ids:
            kept.append(KeptChunk(ids.pop(), chunk))
        else:
            added.append(AddedChunk(chunk, content))
    removed = sorted(left for ids in waiting.values() for left in ids)
    return Reconciliation(tuple(kept), tuple(added), tuple(removed))
