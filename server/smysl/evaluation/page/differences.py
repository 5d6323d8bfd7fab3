"""Question by question: what one system finds and another does not, for every two of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from smysl.engine.types import Message, say
from smysl.evaluation.comparison import Comparison, System
from smysl.evaluation.datasets import Query
from smysl.evaluation.metrics import DEPTH, score
from smysl.evaluation.page.markup import Markup, element, join
from smysl.evaluation.page.words import Words, shown_name

MOST = 25
"""Questions shown a side: those with the largest difference."""

_MOST_SYSTEMS = 7
"""Every two of so many systems are shown, the best of them; the JSON has all."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A question that two systems answer differently: the place of its answer in each, None for "not among ten"."""

    query: Query
    first: int | None
    second: int | None
    gain: float
    instead: str


def differences(comparison: Comparison, words: Words) -> Iterator[Markup]:
    """A list for every two systems used as usual, the best two of them open."""
    for place, (first, second) in enumerate(combinations(_best(comparison), 2)):
        found = list(_found(comparison.queries, first, second))
        better = sorted((one for one in found if one.gain > 0), key=lambda one: (-one.gain, one.query.id))
        worse = sorted((one for one in found if one.gain < 0), key=lambda one: (one.gain, one.query.id))
        same = len(found) - len(better) - len(worse)
        yield element(
            "details",
            element(
                "summary",
                element("span", _name(first, words), class_="pair first"),
                element("span", words(say("and")), class_="and"),
                element("span", _name(second, words), class_="pair second"),
                element("span", _shares(len(better), same, len(worse)), class_="shares"),
                element("span", words(say("{better} : {worse}, {same} alike", better=len(better), worse=len(worse),
                                          same=same)), class_="count"),
            ),
            element(
                "div",
                _side(better, first, second, words),
                _side(worse, second, first, words),
                class_="sides",
            ),
            open="" if place == 0 else None,
            class_="difference",
        )  # fmt: skip


def _best(comparison: Comparison) -> list[System]:
    usual = [system for system in comparison.systems if system.is_usual]

    def worth(system: System) -> float:
        found = (comparison.quality(system, language) for language in comparison.languages)
        return -sum(one.scores.mrr * one.queries for one in found if one is not None)

    return sorted(usual, key=worth)[:_MOST_SYSTEMS]


def _found(queries: Sequence[Query], first: System, second: System) -> Iterator[Difference]:
    for query in queries:
        ours = first.answers[first.mode].get(query.id, ())
        theirs = second.answers[second.mode].get(query.id, ())
        gain = score(ours, query.gold).mrr - score(theirs, query.gold).mrr
        worse = theirs if gain > 0 else ours
        yield Difference(query, _place(ours, query), _place(theirs, query), gain, worse[0] if worse else "")


def _place(ranked: Sequence[str], query: Query) -> int | None:
    return next((place for place, unit in enumerate(ranked[:DEPTH], start=1) if unit in query.gold), None)


def _side(found: Sequence[Difference], winner: System, loser: System, words: Words) -> Markup:
    title = words(say("Better with {system}", system=shown_name(winner, words)))
    heading = element("h4", title, element("b", words.number(len(found))))
    if not found:
        return element("section", heading, element("p", words(say("Nothing.")), class_="none"))
    items = [_item(one, winner, loser, words) for one in found[:MOST]]
    rest = len(found) - MOST
    more = words(say("… and {count} more; the JSON has all.", count=rest)) if rest > 0 else None
    return element("section", heading, element("ol", items), element("p", more, class_="more") if more else None)


def _item(one: Difference, winner: System, loser: System, words: Words) -> Markup:
    ahead, behind = (one.first, one.second) if one.gain > 0 else (one.second, one.first)
    gold = one.query.gold[0]
    return element(
        "li",
        element("p", element("bdi", one.query.text), class_="question", lang=one.query.language),
        element("p", _unit(gold), class_="answer"),
        element(
            "p",
            element("span", words(_told(ahead)), class_="ahead"),
            element("span", words(say("with {system}: {place}", system=shown_name(loser, words), place=_told(behind))),
                    class_="behind"),
            element("span", words(say("there first: ")), _unit(one.instead), class_="instead") if one.instead else None,
            class_="places",
        ),
    )  # fmt: skip


def _told(place: int | None) -> Message:
    return say("not among ten") if place is None else say("place {number}", number=place)


def _unit(unit: str) -> Markup:
    path, _, name = unit.rpartition("::")
    return element("code", element("b", name), element("span", path) if path else None)


def _name(system: System, words: Words) -> Markup:
    return element("bdi", shown_name(system, words))


def _shares(better: int, same: int, worse: int) -> Markup:
    whole = max(1, better + same + worse)
    parts = (("better", better), ("same", same), ("worse", worse))
    return join(element("i", class_=kind, style=f"width:{100 * count / whole:.1f}%") for kind, count in parts)
