"""Russian words and the English ones that code has for them, and a team's own words: all by stem, with weights.

The package has a mined lexicon (from parallel texts, server/training) and a hand-written one of developers' speech,
`lexicon_hand.tsv`, which anyone can extend. A team adds its words in the same form, see `read_words`.
"""

from __future__ import annotations

import gzip
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files

from smysl.engine.text.lexicon_mined import MOST_TRANSLATIONS, MinedLexicon
from smysl.engine.text.stopwords import STOP_WORDS
from smysl.engine.text.terms import identifiers, parts, stem, terms_of

MINED = 0.9
HAND = 0.9
TEAM = 1.0
"""How much a translation weighs beside the word itself, times its own weight where it has one."""

BACKWARD = 0.5
"""The share of that for the other direction: Russian words for an English one, since most code is English."""

_SEPARATOR = re.compile(r"\t\s*|\s{2,}")

Stems = tuple[str, ...]
"""A word, or the words of a phrase, by stem."""


@dataclass(frozen=True, slots=True)
class Words:
    """A list of words as a person wrote it: `rows` of (word or phrase, the words that stand for it).

    `bad_lines` are the 1-based numbers of the lines that are nothing of the kind.
    """

    rows: tuple[tuple[str, tuple[str, ...]], ...]
    bad_lines: tuple[int, ...] = ()


@dataclass(frozen=True)
class Lexicon:
    """What stands for a word or phrase. `found` is the one thing to ask it."""

    entries: Mapping[Stems, Mapping[str, float]] = field(default_factory=dict)
    mined: MinedLexicon | None = None

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self.entries), default=0)

    def found(self, stems: Sequence[str]) -> dict[str, dict[str, float]]:
        """For each of `stems`, a query's words in order, the terms that stand for it or for a phrase it is in."""
        found = {one: others for one in stems if (others := self._mined(one))}
        for length in range(1, min(self._longest, len(stems)) + 1):
            for start in range(len(stems) - length + 1):
                phrase = tuple(stems[start : start + length])
                weights = self.entries.get(phrase, {})
                for one in phrase if weights else ():
                    _strengthen(found.setdefault(one, {}), weights)
        return found

    def _mined(self, stem: str) -> dict[str, float]:
        if self.mined is None:
            return {}
        others, share = (self.mined.backward(stem), BACKWARD) if stem.isascii() else (self.mined.forward(stem), 1.0)
        return {other: share * MINED * weight for other, weight in others.items()}


EMPTY = Lexicon()


def read_words(text: str) -> Words:
    """Lines of `word<TAB>word word …`, what stands before the tab may be a phrase; `#` begins a comment.

    Two spaces or more may stand for the tab.
    """
    rows: list[tuple[str, tuple[str, ...]]] = []
    bad: list[int] = []
    for number, line in enumerate(text.splitlines(), start=1):
        written = line.partition("#")[0].strip()
        if not written:
            continue
        word, *others = _SEPARATOR.split(written, maxsplit=1)
        row = (word, tuple(others[0].split()) if others else ())
        if _stems(word) and any(map(_term, row[1])):
            rows.append(row)
        else:
            bad.append(number)
    return Words(tuple(rows), tuple(bad))


def team_lexicon(rows: Iterable[tuple[str, Sequence[str]]]) -> Lexicon:
    """The lexicon of a team's `rows`, at full weight in both directions; a phrase is never given for a word."""
    return Lexicon(_entries(rows, forward=TEAM, backward=TEAM))


def lexicon_of(mined: str, hand: str) -> Lexicon:
    """The lexicon of two files: `mined` as for `MinedLexicon`, `hand` as for `read_words`."""
    entries = _entries(read_words(hand).rows, forward=HAND, backward=BACKWARD * HAND)
    return Lexicon(entries, MinedLexicon(mined) if mined else None)


@cache
def lexicon() -> Lexicon:
    """The lexicon of the package."""
    data = files("smysl").joinpath("data")
    mined = data.joinpath("builtin", "lexicon.tsv.gz")
    hand = data.joinpath("lexicon_hand.tsv")
    return lexicon_of(
        gzip.decompress(mined.read_bytes()).decode() if mined.is_file() else "",
        hand.read_text(encoding="utf-8") if hand.is_file() else "",
    )


def _entries(
    rows: Iterable[tuple[str, Sequence[str]]], *, forward: float, backward: float
) -> dict[Stems, dict[str, float]]:
    entries: dict[Stems, dict[str, float]] = defaultdict(dict)
    for word, others in rows:
        stems, terms = _stems(word), [term for term in map(_term, others) if term]
        if stems and terms:
            _strengthen(entries[stems], dict.fromkeys(terms, forward))
        for term in terms if len(stems) == 1 else ():
            back = entries[(term,)]
            if len(back) < MOST_TRANSLATIONS or stems[0] in back:
                _strengthen(back, {stems[0]: backward})
    return dict(entries)


def _stems(phrase: str) -> Stems:
    words = [word for identifier in identifiers(phrase) for word in parts(identifier)]
    return tuple(stem(word) for word in words if word not in STOP_WORDS)


def _term(written: str) -> str:
    """The one term of an English word; that of a compound (`rate_limit`) is the whole of it. "" if there is none."""
    found = [term for identifier in identifiers(written) for term in terms_of(identifier)]
    return found[-1] if found else ""


def _strengthen(weights: dict[str, float], others: Mapping[str, float]) -> None:
    for term, weight in others.items():
        weights[term] = max(weight, weights.get(term, 0.0))
