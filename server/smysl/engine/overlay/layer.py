"""What buffers change in the stored index: chunks that are hidden, that stand elsewhere, and that are new. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from smysl.engine.overlay.words import ChunkWords
from smysl.engine.store import StoredChunk
from smysl.engine.types import Chunk


@dataclass(frozen=True, slots=True)
class FileLayer:
    """One buffer against what is stored of its file.

    `hidden` are stored chunks that the buffer has no more, and their words. `kept` are stored ones by id, as the buffer
    has them. `added` are chunks that are not stored. `order` has each chunk of the buffer by place: the id of a kept
    one, or None for the next of the added. `words` are those of `hidden` and `added` by the hash of the chunk.
    """

    path: str
    hidden: tuple[tuple[StoredChunk, ChunkWords], ...] = ()
    kept: Mapping[int, StoredChunk] = field(default_factory=dict)
    added: tuple[tuple[Chunk, ChunkWords], ...] = ()
    order: tuple[int | None, ...] = ()
    words: Mapping[str, ChunkWords] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ShownChunk:
    """A chunk of a buffer that is not stored; its id is negative."""

    stored: StoredChunk
    words: ChunkWords


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """All buffers against the stored index. `frequencies` and `lengths` are what to add to those of the index."""

    files: Mapping[str, tuple[StoredChunk, ...]]
    hidden: Mapping[int, StoredChunk]
    kept: Mapping[int, StoredChunk]
    added: Mapping[int, ShownChunk]
    frequencies: Mapping[str, int]
    lengths: tuple[int, int, int, int, int]
    doubtful_terms: frozenset[str]
    """Terms of hidden chunks: there may be no other chunk that has them."""


def joined(layers: Iterable[FileLayer]) -> Layer:
    """The layers of all buffers as one, with ids for what is new."""
    files: dict[str, tuple[StoredChunk, ...]] = {}
    hidden: dict[int, StoredChunk] = {}
    kept: dict[int, StoredChunk] = {}
    added: dict[int, ShownChunk] = {}
    frequencies: Counter[str] = Counter()
    lengths = [0, 0, 0, 0, 0]
    doubtful: set[str] = set()
    for layer in layers:
        for stored, words in layer.hidden:
            hidden[stored.id] = stored
            frequencies.subtract(words.terms)
            lengths = [total - length for total, length in zip(lengths, words.lengths, strict=True)]
            doubtful |= words.terms
        kept.update(layer.kept)
        new = []
        for chunk, words in layer.added:
            chunk_id = -1 - len(added)
            added[chunk_id] = ShownChunk(StoredChunk(chunk_id, layer.path, chunk), words)
            new.append(added[chunk_id].stored)
            frequencies.update(words.terms)
            lengths = [total + length for total, length in zip(lengths, words.lengths, strict=True)]
        comes = iter(new)
        files[layer.path] = tuple(next(comes) if one is None else layer.kept[one] for one in layer.order)
    return Layer(
        files=files,
        hidden=hidden,
        kept=kept,
        added=added,
        frequencies=frequencies,
        lengths=(lengths[0], lengths[1], lengths[2], lengths[3], lengths[4]),
        doubtful_terms=frozenset(doubtful),
    )
