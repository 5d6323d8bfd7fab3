"""The rules that know code. Each is a pure function from a query and a candidate to a factor or a lift.

A factor in (0, 1] makes a candidate step back; a lift in [0, 1] closes that share of its distance to a full score.
So a ranked score stays in [0, 1] whatever rules are on, and each rule can be taken away to see what it earns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from smysl.engine.search.query import Query
from smysl.engine.text.terms import fold, terms
from smysl.engine.types import Chunk, Kind

TWINS_ON_A_PAGE = 2
_TWIN_LIKENESS = 0.85


@dataclass(frozen=True, slots=True)
class Candidate:
    """A chunk that may be an answer; `score` is the joined score of the halves before any rule."""

    chunk_id: int
    path: str
    chunk: Chunk
    score: float


def exact_names_first(query: Query, candidate: Candidate) -> float:
    """Whoever types a name wants what bears it: the whole name lifts most, one name within a phrase less.

    Of the namesakes under a qualified name, those whose qualifiers share its words come first.
    """
    if not query.names:
        return 0.0
    qualified = tuple(fold(part) for part in candidate.chunk.qualified_name.split("."))
    if not query.is_identifier:
        return 0.5 if qualified[-1] in query.names else 0.0
    if qualified[-1] != query.names[-1]:
        return 0.0
    if qualified[-len(query.names) :] == query.names:
        return 0.95
    asked = {word for name in query.names[:-1] for word in name.split("_")}
    shared = {word for name in qualified[:-1] for word in name.split("_")} & asked
    return 0.8 + 0.14 * len(shared) / len(asked)


def uses_step_back(query: Query, candidate: Candidate) -> float:
    """A definition beats a use: under a query that is a name, code that only mentions it comes after code called so."""
    if not query.is_identifier or not query.names:
        return 1.0
    called = set(fold(candidate.chunk.qualified_name).split("_"))
    return 1.0 if called >= set(query.names[-1].split("_")) else 0.6


def tests_step_back(query: Query, candidate: Candidate) -> float:
    """A test repeats the words of what it tests; the thing itself comes first unless tests are asked for."""
    return 0.6 if candidate.chunk.is_test and not query.asks_for_tests else 1.0


def deprecated_steps_back(query: Query, candidate: Candidate) -> float:
    """Nobody wants to be sent to what is going away, unless that is the question."""
    return 0.75 if candidate.chunk.is_deprecated and not query.asks_for_deprecated else 1.0


def special_methods_step_back(query: Query, candidate: Candidate) -> float:
    """`__repr__` and its kin hold the words of their class without doing what it is for."""
    name = candidate.chunk.name
    return 0.8 if name.startswith("__") and name.endswith("__") and not query.is_identifier else 1.0


def modules_step_back(query: Query, candidate: Candidate) -> float:
    """A module's text is about all it holds; the function that does the thing is the better answer."""
    return 0.6 if candidate.chunk.kind is Kind.MODULE else 1.0


def declarations_step_back(query: Query, candidate: Candidate) -> float:
    """An overload or an abstract method names the thing; the definition with a body does it."""
    chunk = candidate.chunk
    if chunk.kind in {Kind.CLASS, Kind.MODULE}:
        return 1.0
    return 0.7 if "@overload" in chunk.code or "@typing.overload" in chunk.code else 1.0


Rule = Callable[[Query, Candidate], float]

LIFTS: Mapping[str, Rule] = {"exact_names_first": exact_names_first}
FACTORS: Mapping[str, Rule] = {
    rule.__name__: rule
    for rule in (
        uses_step_back,
        tests_step_back,
        deprecated_steps_back,
        special_methods_step_back,
        modules_step_back,
        declarations_step_back,
    )
}


def rank(
    query: Query, candidates: Iterable[Candidate], *, without: frozenset[str] = frozenset()
) -> list[tuple[Candidate, float]]:
    """Candidates with their ranked scores, best first; ties by path and place, so that the order is always the same.

    `without` names the rules to leave out, for ablations.
    """
    lifts = [rule for name, rule in LIFTS.items() if name not in without]
    factors = [rule for name, rule in FACTORS.items() if name not in without]
    ranked = []
    for candidate in candidates:
        score = candidate.score
        for rule in factors:
            score *= rule(query, candidate)
        for rule in lifts:
            score += (1 - score) * rule(query, candidate)
        # Finer than that is the noise of adding floats up: what a person sees as equal is ordered by its place.
        ranked.append((candidate, round(score, 6)))
    ranked.sort(key=lambda pair: (-pair[1], pair[0].path, *place(pair[0].chunk)))
    return ranked


def place(chunk: Chunk) -> tuple[int, int]:
    """Orders the chunks of one file: where they begin, and what ends first (a function before the module it opens)."""
    return chunk.span.start_byte, chunk.span.end_byte


def spread_twins(ranked: Sequence[tuple[Candidate, float]], top_k: int) -> list[tuple[Candidate, float]]:
    """The first `top_k`, with at most `TWINS_ON_A_PAGE` of any family of near-identical chunks while others are left.

    Twins (a synchronous and an asynchronous client, copied handlers) are chunks of one name whose terms are nearly the
    same set. Those pushed out come back, in order, only when the page would otherwise stay short.
    """
    page: list[tuple[Candidate, float]] = []
    spare: list[tuple[Candidate, float]] = []
    families: list[tuple[str, frozenset[str], int]] = []
    for pair in ranked:
        if len(page) == top_k:
            break
        name, bag = pair[0].chunk.name.lower(), frozenset(terms(pair[0].chunk.code))
        for place, (family_name, family_bag, size) in enumerate(families):
            if family_name == name and _likeness(bag, family_bag) >= _TWIN_LIKENESS:
                families[place] = (family_name, family_bag, size + 1)
                (page if size < TWINS_ON_A_PAGE else spare).append(pair)
                break
        else:
            families.append((name, bag, 1))
            page.append(pair)
    # A page keeps the order of the scores even when the spare ones fill it up.
    return sorted(page + spare[: top_k - len(page)], key=lambda pair: -pair[1])


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Jaccard likeness of two sets of terms; two empty ones are alike."""
    return len(one & other) / len(one | other) if one or other else 1.0
