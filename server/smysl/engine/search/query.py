"""What a person typed, as concepts: each word with everything that may stand for it in a code base."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from smysl.engine.text.lexicon import EMPTY, Lexicon
from smysl.engine.text.loanwords import sounds
from smysl.engine.text.stopwords import STOP_WORDS
from smysl.engine.text.synonyms import synonyms
from smysl.engine.text.terms import fold, identifiers, parts, stem

SYNONYM = 0.6
LOANWORD = 0.8
ABBREVIATION = 0.6
"""How much a word's stand-ins weigh beside the word itself; `make bench` shows what each kind earns."""

_COMPOUND_WEIGHT = 3.0
"""A whole identifier says more than its words one by one: `zebra_stripes` beats `stripes` here and `zebra` there."""

_MOST_ALTERNATIVES = 24
_SHORTEST_ABBREVIATION = 3
_SHORTEST_ABBREVIATED = 4
_LEAST_SHARE = 0.5
"""An abbreviation keeps at least this share of the letters: `param` of `paramet`, not `p`."""

_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*(?:\(\))?")
_COMPOUND = re.compile(r"[a-z0-9][A-Z]|[A-Z]{2,}[a-z]{2}|[A-Za-z0-9]_+[A-Za-z0-9]|\w\.\w|\(\)$|^_")
_ABOUT_TESTS = frozenset(map(stem, ("test", "testing", "pytest", "unittest", "fixture", "тест", "тесты", "тестов")))
_ABOUT_DEPRECATED = frozenset(map(stem, ("deprecated", "legacy", "obsolete", "устаревший", "устарел")))


class Vocabulary(Protocol):
    """The words a code base really uses; the index reader is one."""

    def terms_by_sound(self, sounds: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """For each consonant skeleton the terms that have it."""

    def terms_by_prefix(self, prefixes: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """For each prefix the terms that begin with it."""


@dataclass(frozen=True, slots=True)
class Concept:
    """One word of a query: `term` is its stem, `alternatives` weighs all that stands for it and itself: (0, 1].

    `weight` is what it counts beside the other concepts, apart from how rare it is.
    """

    term: str
    alternatives: Mapping[str, float]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Query:
    """A query as the search sees it.

    `names` are the identifiers in it, in the one spelling all variants share (`get_user` for `getUser`).
    `is_identifier` says that the query is a name and nothing else.
    """

    text: str
    concepts: tuple[Concept, ...]
    names: tuple[str, ...]
    is_identifier: bool
    asks_for_tests: bool
    asks_for_deprecated: bool


def analyse(
    text: str,
    vocabulary: Vocabulary,
    *,
    lexicon: Lexicon = EMPTY,
    glossary: Lexicon = EMPTY,
    without: frozenset[str] = frozenset(),
) -> Query:
    """Read `text` with the words of `vocabulary` at hand. A query of stop words alone keeps them as its concepts.

    `lexicon` has the words of the other language, `glossary` the team's own; both weigh what they give themselves.
    `without` names kinds of stand-ins to leave out, for ablations: `synonyms`, `loanwords`, `abbreviations`,
    `lexicon`, `glossary`.
    """
    words = list(dict.fromkeys(word for identifier in identifiers(text) for word in parts(identifier)))
    is_identifier = is_name(text)
    telling = words if is_identifier else [word for word in words if word not in STOP_WORDS] or words
    stems = {stem(word): word for word in reversed(telling)}
    loans = {} if "loanwords" in without else _loanwords(stems, vocabulary)
    short = {} if "abbreviations" in without else _abbreviations(tuple(stems), vocabulary)
    known = {} if "synonyms" in without else synonyms()
    order = tuple(dict.fromkeys(map(stem, telling)))
    foreign = {} if "lexicon" in without else lexicon.found(order)
    own = {} if "glossary" in without else glossary.found(order)
    concepts = [
        Concept(
            one,
            _alternatives(one, loans.get(one, ()), short.get(one, ()), known, (foreign.get(one, {}), own.get(one, {}))),
        )
        for one in order
    ]
    compounds = dict.fromkeys(fold(identifier) for identifier in identifiers(text) if len(parts(identifier)) > 1)
    return Query(
        text=text,
        concepts=(*concepts, *(Concept(name, {name: 1.0}, _COMPOUND_WEIGHT) for name in compounds)),
        names=_names(text, is_identifier),
        is_identifier=is_identifier,
        asks_for_tests=not _ABOUT_TESTS.isdisjoint(stems),
        asks_for_deprecated=not _ABOUT_DEPRECATED.isdisjoint(stems),
    )


def is_name(text: str) -> bool:
    """Whether `text` is one Python name (`flatten`, `Session.get`, `get_user()`) and no phrase."""
    return bool(_PLAIN_NAME.fullmatch(text.strip()))


def _names(text: str, is_identifier: bool) -> tuple[str, ...]:
    if is_identifier:
        return tuple(fold(part) for part in text.strip().removesuffix("()").split(".") if fold(part))
    return tuple(fold(word) for word in re.findall(r"[\w.]+(?:\(\))?", text) if _COMPOUND.search(word) and fold(word))


def _alternatives(
    term: str,
    loans: Sequence[str],
    short: Sequence[str],
    known: Mapping[str, Collection[str]],
    weighed: Iterable[Mapping[str, float]],
) -> dict[str, float]:
    """All that stands for one concept, each with its best weight, the strongest first."""
    found = {term: 1.0}

    def accept(others: Iterable[str], weight: float) -> None:
        for other in others:
            found[other] = max(found.get(other, 0.0), weight)

    accept(short, ABBREVIATION)
    accept(loans, LOANWORD)
    accept(known.get(term, ()), SYNONYM)
    for loan in loans:
        accept(known.get(loan, ()), LOANWORD * SYNONYM)
    for translations in weighed:
        for other, weight in translations.items():
            accept((other,), weight)
    best = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
    return dict(best[:_MOST_ALTERNATIVES])


def _loanwords(stems: Mapping[str, str], vocabulary: Vocabulary) -> dict[str, list[str]]:
    """For each stem the words of the other alphabet that sound like it."""
    keys = {one: sounds(word, one) for one, word in stems.items() if one.isalpha()}
    by_sound = vocabulary.terms_by_sound(sorted(frozenset().union(*keys.values())))
    return {
        one: sorted({term for key in found for term in by_sound.get(key, ()) if term.isascii() != one.isascii()})
        for one, found in keys.items()
    }


def _abbreviations(stems: Sequence[str], vocabulary: Vocabulary) -> dict[str, list[str]]:
    """For each English stem the words that shorten it or that it shortens: `config` and `configur`."""
    latin = [one for one in stems if one.isascii() and one.isalpha() and len(one) >= _SHORTEST_ABBREVIATED]
    by_prefix = vocabulary.terms_by_prefix([one[:_SHORTEST_ABBREVIATION] for one in latin])
    return {
        one: [
            other
            for other in by_prefix.get(one[:_SHORTEST_ABBREVIATION], ())
            if other != one
            and other.isalpha()
            and (one.startswith(other) or other.startswith(one))
            and min(len(one), len(other)) >= _LEAST_SHARE * max(len(one), len(other))
        ]
        for one in latin
    }
