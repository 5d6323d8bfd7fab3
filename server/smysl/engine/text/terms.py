"""Words as the lexical index sees them: identifiers split, case and ё folded, Russian and English stems.

The same functions read code, comments and queries, so whatever a person types meets whatever a program spells:
`getUserName`, `get_user_name` and «get user name» share their terms, and so do «читаем файлы» and «чтение файла».
A Russian word beside an English identifier costs nothing: each run of letters is stemmed by its own alphabet.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Container
from functools import lru_cache
from itertools import chain

import Stemmer

from smysl.engine.text.stopwords import STOP_WORDS

_IDENTIFIER = re.compile(r"[^\W_]+(?:_+[^\W_]+)*")
_PART = re.compile(
    r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[А-ЯЁ]+(?=[А-ЯЁ][а-яё])|[А-ЯЁ]?[а-яё]+|[А-ЯЁ]+|\d+|[^\W\d_A-Za-zА-Яа-яЁё]+"
)
_YO = str.maketrans("ёЁ", "еЕ")
_LONGEST = 64
"""Longer runs (base64 blobs, hashes) are data, not words."""

REMEMBERED = 1 << 12
"""How many words and identifiers what is made of them is kept for, here and in the modules beside.

All of these tables together then take 5 MB at the most. With sixteen times as many, the terms of the standard library
(17,764 chunks) take 2.1 s instead of 2.6, and the tables 45 MB afterwards, 79 MB when they are full.
"""

_stemmers = threading.local()


def identifiers(text: str) -> list[str]:
    """The identifiers and words of `text` as written, in order: `get_user`, `HTTPServer`, `токен`, `42`."""
    return [found for found in _IDENTIFIER.findall(text) if len(found) <= _LONGEST]


@lru_cache(maxsize=REMEMBERED)
def parts(identifier: str) -> tuple[str, ...]:
    """The words inside one identifier, lower case, unstemmed: `HTTPServer2` is `http`, `server`, `2`."""
    return tuple(part.lower() for part in _PART.findall(identifier.translate(_YO)))


def fold(identifier: str) -> str:
    """The one spelling that `getUser`, `get_user` and `_get_user` share: `get_user`. It is a term of its own."""
    return "_".join(parts(identifier))


@lru_cache(maxsize=REMEMBERED)
def stem(word: str) -> str:
    """The Snowball stem of a lower-case word, Russian or English by its first letter."""
    if not word.isalpha():
        return word
    if word.endswith("пись"):  # the stemmer takes «запись» for a reflexive verb and leaves «зап»
        word = word[:-1] + "и"
    return str(_stemmer("russian" if "а" <= word[0] <= "я" else "english").stemWord(word))


@lru_cache(maxsize=REMEMBERED)
def terms_of(identifier: str) -> tuple[str, ...]:
    """The terms of one identifier in running text: the stems of its words but for stop words.

    A compound adds the whole of it, in the one spelling of `fold`.
    """
    words = parts(identifier)
    stems = tuple(stem(word) for word in words if word not in STOP_WORDS)
    return (*stems, fold(identifier)) if len(words) > 1 else stems


@lru_cache(maxsize=REMEMBERED)
def terms_of_name(name: str) -> tuple[str, ...]:
    """The terms of an identifier that is the name of something: `terms_of` with its stop words."""
    words = parts(name)
    stems = tuple(map(stem, words))
    return (*stems, fold(name)) if len(words) > 1 else stems


def terms(text: str) -> list[str]:
    """All terms of running `text`, in order, repeats kept."""
    return list(chain.from_iterable(map(terms_of, identifiers(text))))


def terms_of_names(text: str) -> list[str]:
    """All terms of the names in `text`, in order, repeats kept."""
    return list(chain.from_iterable(map(terms_of_name, identifiers(text))))


def places(text: str, wanted: Container[str]) -> tuple[tuple[int, int], ...]:
    """Where the words of `text` stand whose terms are `wanted`: code points, end exclusive, in order, never touching.

    An identifier is one place when all of it is wanted, or when it is a wanted compound.
    """
    found: list[tuple[int, int]] = []
    for identifier in _IDENTIFIER.finditer(text):
        for start, end in _places_in(identifier[0], wanted):
            found.append((identifier.start() + start, identifier.start() + end))
    return tuple(found)


def _places_in(identifier: str, wanted: Container[str]) -> list[tuple[int, int]]:
    if len(identifier) > _LONGEST:
        return []
    if fold(identifier) in wanted:
        return [(0, len(identifier))]
    found: list[tuple[int, int]] = []
    for part in _PART.finditer(identifier.translate(_YO)):
        word = part[0].lower()
        if word in STOP_WORDS or stem(word) not in wanted:
            continue
        if found and not identifier[found[-1][1] : part.start()].strip("_"):
            found[-1] = (found[-1][0], part.end())
        else:
            found.append(part.span())
    return found


def _stemmer(language: str) -> Stemmer.Stemmer:
    # A Snowball stemmer keeps state while it works, so each thread has its own.
    stemmer = getattr(_stemmers, language, None)
    if stemmer is None:
        stemmer = Stemmer.Stemmer(language)
        setattr(_stemmers, language, stemmer)
    return stemmer
