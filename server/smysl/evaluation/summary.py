"""From answers to what they amount to: the quality of each system, and which differences are more than chance.

Pure. Everything of one language is resampled together, so that it takes a moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from smysl.engine.types import Mode
from smysl.evaluation.comparison import LEXICAL, Pair, Quality, System, Topic
from smysl.evaluation.datasets import Query
from smysl.evaluation.metrics import Scores, bootstrap_intervals, compare_all, holm, mean, score


@dataclass(frozen=True, slots=True)
class _Scored:
    """A system in one mode, its scores in the order of the queries of a language."""

    system: System
    mode: Mode
    scores: tuple[Scores, ...]

    @property
    def mrr(self) -> list[float]:
        return [one.mrr for one in self.scores]


def summarise(queries: Sequence[Query], systems: Sequence[System]) -> tuple[tuple[Quality, ...], tuple[Pair, ...]]:
    """The qualities, and the pairs of each topic."""
    qualities: list[Quality] = []
    pairs: list[Pair] = []
    for language in sorted({query.language for query in queries}, reverse=True):
        asked = [query for query in queries if query.language == language]
        scored = [_scored(system, mode, asked) for system in systems for mode in system.answers]
        intervals = bootstrap_intervals([one.mrr for one in scored]) if scored else []
        qualities += [
            Quality(one.system.name, one.mode, language, len(asked), mean(one.scores), interval)
            for one, interval in zip(scored, intervals, strict=True)
        ]
        for topic, chosen in _pairs(scored):
            pairs += _compared(topic, language, chosen)
    return tuple(qualities), tuple(pairs)


def _scored(system: System, mode: Mode, queries: Iterable[Query]) -> _Scored:
    answers = system.answers[mode]
    return _Scored(system, mode, tuple(score(answers.get(query.id, ()), query.gold) for query in queries))


def _pairs(scored: Sequence[_Scored]) -> list[tuple[Topic, list[tuple[_Scored, _Scored]]]]:
    usual = [one for one in scored if one.system.is_usual and one.mode is one.system.mode]
    if not usual:
        return []
    best = max(usual, key=lambda one: sum(one.mrr))
    words = next((one for one in usual if one.system.model == LEXICAL), None)
    varied = [
        (as_usual, one)
        for one in scored
        if not one.system.is_usual
        for as_usual in scored
        if as_usual.system.is_usual and as_usual.system.model == one.system.model and as_usual.mode is one.mode
    ]
    return [
        (Topic.BEST, [(best, one) for one in usual if one is not best]),
        (Topic.WORDS, [(words, one) for one in usual if one is not words] if words else []),
        (Topic.VARIATION, varied),
    ]


def _compared(topic: Topic, language: str, chosen: Sequence[tuple[_Scored, _Scored]]) -> list[Pair]:
    results = compare_all([(old.mrr, new.mrr) for old, new in chosen])
    adjusted = holm([result.p_value for result in results])
    return [
        Pair(topic, language, new.mode, old.system.name, new.system.name, result, p)
        for (old, new), result, p in zip(chosen, results, adjusted, strict=True)
    ]
