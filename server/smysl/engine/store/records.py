"""The values that go into the index file and come out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from smysl.engine.types import Chunk, Message, Space

LexicalWeights: TypeAlias = tuple[float, float, float, float, float]
"""How much a term counts in the fields name, header, prose, body and context; averages of the fields likewise."""

Fields: TypeAlias = tuple[str, str, str, str, str]
"""Space-separated terms of the fields name, header, prose, body and context."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as it was when last indexed. `indexed_ns` is the time (ns since the epoch) its bytes were read."""

    id: int
    path: str
    size: int
    mtime_ns: int
    content_hash: str
    indexed_ns: int


@dataclass(frozen=True, slots=True)
class NewChunk:
    """A chunk on its way into the index.

    `content_hash` decides whether a stored chunk is the same one. `folded_name` is the qualified name in the spelling
    that queries use, its parts still divided by dots. `spoken` are pairs of a term and its sound. `text_hashes` name
    the texts a model embeds for it, one a window (empty when no model is in use).
    """

    chunk: Chunk
    content_hash: str
    folded_name: str
    fields: Fields
    spoken: frozenset[tuple[str, str]] = frozenset()
    text_hashes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeptChunk:
    """A stored chunk whose text is the same as before; where it stands may be new."""

    id: int
    chunk: Chunk


@dataclass(frozen=True, slots=True)
class FileChange:
    """A new or changed file: what becomes of its chunks, and what was wrong with it.

    `removed` are ids of stored chunks. The three together say what the file has afterwards.
    """

    path: str
    size: int
    mtime_ns: int
    content_hash: str
    indexed_ns: int
    kept: tuple[KeptChunk, ...] = ()
    added: tuple[NewChunk, ...] = ()
    removed: tuple[int, ...] = ()
    problems: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Attached:
    """How many texts were linked to chunks, and for how many of them the vector was there already."""

    texts: int = 0
    reused: int = 0


@dataclass(frozen=True, slots=True)
class ChunkIdentity:
    """What tells whether a stored chunk and a new one are the same."""

    id: int
    kind: str
    qualified_name: str
    content_hash: str


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk of the index and the file it stands in."""

    id: int
    path: str
    chunk: Chunk


@dataclass(frozen=True, slots=True)
class LexicalCandidate:
    """A chunk that has some of the terms.

    `frequencies` has a row a term, in the order of the query: how often it stands in name, header, prose, body and
    context; `lengths` are the sizes of those fields in terms.
    """

    chunk_id: int
    frequencies: tuple[tuple[int, int, int, int, int], ...]
    lengths: tuple[int, int, int, int, int]


@dataclass(frozen=True, slots=True)
class TermStatistics:
    """What BM25 needs to know of the whole index.

    `average_lengths` are of the five fields, in terms; `document_frequency` counts the chunks that have a term
    anywhere (0 for a term that no chunk has).
    """

    total_chunks: int
    average_lengths: LexicalWeights
    document_frequency: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many files and chunks the index holds."""

    files: int
    chunks: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many chunks of the index have all their vectors in a space, wait for some, or failed."""

    embedded: int
    pending: int
    failed: int


@dataclass(frozen=True, slots=True)
class StoredSpace:
    """An embedding space of the index file; times are seconds since the epoch."""

    id: int
    space: Space
    created_at: float
    last_used_at: float
    embeddings: int
    retired: int


@dataclass(frozen=True, slots=True)
class Filling:
    """How far a space is filled: of the `chunks` of the index, so many are `missing`, waiting for a vector there."""

    space: Space
    chunks: int
    missing: int


@dataclass(frozen=True, slots=True)
class PendingText:
    """A text that waits for its vector: window number `window` of the document of `chunk`.

    `link_id` grows with time: texts after it are asked for with `after`.
    """

    link_id: int
    text_hash: str
    window: int
    chunk: StoredChunk
