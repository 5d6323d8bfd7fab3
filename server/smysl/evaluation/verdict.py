"""What a comparison comes to, in sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from smysl.engine.types import Message, say
from smysl.evaluation.comparison import LANGUAGES, Comparison, System, Topic


@dataclass(frozen=True, slots=True)
class Verdict:
    """For the questions of a language: the best system, and those that cannot be told apart from it."""

    language: str
    best: System
    equals: tuple[System, ...]

    @property
    def cheapest(self) -> System:
        """Of all of these the one that takes the least memory, then the one that answers soonest."""
        return min(
            (self.best, *self.equals),
            key=lambda system: (system.cost.memory or 0, system.cost.latency_p50 or 0.0),
        )


def verdicts(comparison: Comparison) -> tuple[Verdict, ...]:
    """One for each language."""
    found = []
    for language in comparison.languages:
        best = comparison.best(language)
        equals = []
        for system in comparison.systems:
            pair = comparison.pair(Topic.BEST, language, system.name, system.mode) if system.is_usual else None
            if pair is not None and not pair.is_significant:
                equals.append(system)
        found.append(Verdict(language, best, tuple(equals)))
    return tuple(found)


def sentences(
    comparison: Comparison, verdict: Verdict, *, number: Callable[[float, int], str], name: Callable[[System], str]
) -> Iterator[Message]:
    """The verdict in words: who is best, who is as good, what the words alone would miss, and what to take.

    `number` writes a number with so many digits after the decimal sign, `name` says what a system is called.
    """
    language = LANGUAGES[verdict.language]
    quality = comparison.quality(verdict.best, verdict.language)
    yield say(
        "{language}: {system} is best, MRR@10 {mrr}.",
        language=language,
        system=name(verdict.best),
        mrr=number(quality.scores.mrr, 3) if quality else "?",
    )
    words = comparison.pair(Topic.WORDS, verdict.language, verdict.best.name, verdict.best.mode)
    if words is not None:
        yield (
            say("That is {gain} more than the words alone.", gain=number(words.result.difference, 3))
            if words.is_significant
            else say("That is not measurably more than the words alone.")
        )
    if verdict.equals:
        yield say(
            "On {count} questions it cannot be told apart from: {systems}.",
            count=quality.queries if quality else 0,
            systems=", ".join(map(name, verdict.equals)),
        )
        if verdict.cheapest is not verdict.best:
            yield say("Of these {system} takes the least memory.", system=name(verdict.cheapest))
