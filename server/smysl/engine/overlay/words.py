"""The words of a chunk that is not in the index file, counted as the index file counts them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from smysl.engine.store import LexicalCandidate
from smysl.engine.text.document import lexical_fields, spoken_words
from smysl.engine.text.terms import fold
from smysl.engine.types import Chunk

_FieldCounts = tuple[Counter[str], Counter[str], Counter[str], Counter[str], Counter[str]]


@dataclass(frozen=True, slots=True)
class ChunkWords:
    """How often each term stands in name, header, prose, body and context; `lengths` are the sizes of those fields.

    `folded_name` is the qualified name in the spelling of queries; `spoken` are pairs of a term and its sound.
    """

    counts: _FieldCounts
    lengths: tuple[int, int, int, int, int]
    terms: frozenset[str]
    folded_name: str
    spoken: frozenset[tuple[str, str]]

    def candidate(self, chunk_id: int, terms: Sequence[str]) -> LexicalCandidate | None:
        """What the ranking is told about a chunk with these words; None when it has none of `terms`."""
        if self.terms.isdisjoint(terms):
            return None
        name, header, prose, body, context = self.counts
        rows = tuple((name[term], header[term], prose[term], body[term], context[term]) for term in terms)
        return LexicalCandidate(chunk_id, rows, self.lengths)


def count_words(chunk: Chunk, path: str) -> ChunkWords:
    """The words of `chunk`, which stands in the file at `path`."""
    fields = lexical_fields(chunk, path)
    name, header, prose, body, context = (
        Counter(field.split(" ") if field else ())
        for field in (fields.name, fields.header, fields.prose, fields.body, fields.context)
    )
    counts = (name, header, prose, body, context)
    return ChunkWords(
        counts=counts,
        lengths=(name.total(), header.total(), prose.total(), body.total(), context.total()),
        terms=frozenset().union(*counts),
        folded_name=".".join(fold(part) for part in chunk.qualified_name.split(".")),
        spoken=spoken_words(chunk),
    )
