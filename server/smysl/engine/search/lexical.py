"""The words' half of the score: BM25F over concepts, as a share of what the query asks for.

A concept counts once, by the best of its alternatives in a chunk (the maximum serves better than the sum: a synonym
beside the word itself says nothing new). The sum over the concepts is divided by what a chunk would get that held every
word of the query beyond saturation, so the score lies in [0, 1) and means the same for a short query and a long one.
BM25F: Robertson, Zaragoza, Taylor, "Simple BM25 extension to multiple weighted fields" (CIKM 2004).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from smysl.engine.search.query import Concept
from smysl.engine.store.records import LexicalCandidate, TermStatistics

FIELD_WEIGHTS = (3.0, 1.0, 2.0, 1.0, 0.5)
"""Name, header, prose, body, context."""

_LENGTH_NORMALISATION = (0.3, 0.3, 0.6, 0.75, 0.3)
_SATURATION = 1.2


@dataclass(frozen=True, slots=True)
class Words:
    """What the words say of one chunk: `score` in [0, 1), and the share of the query's weight found in its name."""

    score: float
    in_name: float


def flat_terms(concepts: Iterable[Concept]) -> tuple[str, ...]:
    """Every term that any concept accepts, once, in a stable order: what the index is asked for."""
    return tuple(dict.fromkeys(term for concept in concepts for term in concept.alternatives))


def score_words(
    concepts: Sequence[Concept],
    candidates: Iterable[LexicalCandidate],
    statistics: TermStatistics,
) -> dict[int, Words]:
    """The score of each candidate by chunk id; `frequencies` of a candidate follow `flat_terms(concepts)`."""
    place = {term: position for position, term in enumerate(flat_terms(concepts))}
    rarity = {term: _rarity(statistics, term) for term in place}
    asked = [_worth(concept, rarity, statistics) for concept in concepts]
    total = sum(asked) or 1.0
    found: dict[int, Words] = {}
    for candidate in candidates:
        norms = _norms(candidate.lengths, statistics.average_lengths)
        score = named = 0.0
        for concept, worth in zip(concepts, asked, strict=True):
            best = 0.0
            in_name = 0.0
            for term, share in concept.alternatives.items():
                frequencies = candidate.frequencies[place[term]]
                if not any(frequencies):
                    continue
                amount = sum(count * norm for count, norm in zip(frequencies, norms, strict=True))
                best = max(best, share * min(rarity[term] * concept.weight, worth) * amount / (_SATURATION + amount))
                if frequencies[0]:
                    in_name = max(in_name, share)
            score += best
            named += worth * in_name
        found[candidate.chunk_id] = Words(score / total, named / total)
    return found


def _rarity(statistics: TermStatistics, term: str) -> float:
    """Inverse document frequency, always positive (the form of Lucene's BM25)."""
    holding = statistics.document_frequency.get(term, 0)
    return math.log(1 + (statistics.total_chunks - holding + 0.5) / (holding + 0.5))


def _worth(concept: Concept, rarity: Mapping[str, float], statistics: TermStatistics) -> float:
    """What a concept counts: the rarity of its own word, or of its rarest stand-in when code never uses the word."""
    if statistics.document_frequency.get(concept.term, 0):
        return concept.weight * rarity[concept.term]
    used = [rarity[term] for term in concept.alternatives if statistics.document_frequency.get(term, 0)]
    # A compound that no code spells so is no reason to think less of the chunks that have its words.
    return concept.weight * max(used, default=rarity[concept.term] if concept.weight == 1.0 else 0.0)


def _norms(lengths: Sequence[int], averages: Sequence[float]) -> tuple[float, ...]:
    return tuple(
        weight / (1 - share + share * length / max(average, 1.0))
        for weight, share, length, average in zip(FIELD_WEIGHTS, _LENGTH_NORMALISATION, lengths, averages, strict=True)
    )
