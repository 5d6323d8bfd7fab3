"""What a person typed, as concepts: each word with everything that may stand for it in a code base."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from smysl.engine.text.loanwords import sounds
from smysl.engine.text.stopwords import STOP_WORDS
from smysl.engine.text.synonyms import synonyms
from smysl.engine.text.terms import fold, identifiers, parts, stem

SYNONYM = 0.6
LOANWORD = 0.8
ABBREVIATION = 0.6
"""How much a word's stand-ins weigh beside the word itself; `make bench` shows what each kind earns."""

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
    """One word of a query: `term` is its stem, `alternatives` weighs all that stands for it and itself: (0, 1]."""

    term: str
    alternatives: Mapping[str, float]


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


def analyse(text: str, vocabulary: Vocabulary) -> Query:
    """Read `text` with the words of `vocabulary` at hand. A query of stop words alone keeps them as its concepts."""
    words = list(dict.fromkeys(word for identifier in identifiers(text) for word in parts(identifier)))
    telling = [word for word in words if word not in STOP_WORDS] or words
    stems = {stem(word): word for word in reversed(telling)}
    loans = _loanwords(stems, vocabulary)
    short = _abbreviations(tuple(stems), vocabulary)
    concepts = tuple(
        Concept(one, _strongest(one, loans.get(one, ()), short.get(one, ())))
        for one in dict.fromkeys(map(stem, telling))
    )
    compounds = tuple(fold(identifier) for identifier in identifiers(text) if len(parts(identifier)) > 1)
    concepts += tuple(Concept(name, {name: 1.0}) for name in dict.fromkeys(compounds))
    is_identifier = is_name(text)
    return Query(
        text=text,
        concepts=concepts,
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


def _strongest(term: str, loans: Sequence[str], short: Sequence[str]) -> dict[str, float]:
    """The alternatives of one concept, each with its best weight, strongest first."""
    known = synonyms()
    found = {term: 1.0}
    for other in short:
        found[other] = max(found.get(other, 0.0), ABBREVIATION)
    for other in loans:
        found[other] = max(found.get(other, 0.0), LOANWORD)
    for origin, weight in ((term, 1.0), *((loan, LOANWORD) for loan in loans)):
        for other in known.get(origin, ()):
            found[other] = max(found.get(other, 0.0), weight * SYNONYM)
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
