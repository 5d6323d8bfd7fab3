"""Loan words: Russian programmers write «токен», «прокси» and «редирект» for token, proxy and redirect.

A word's sound is a consonant skeleton that comes out the same for a Russian spelling and for the English word it was
taken from: `sound("прокс") == sound("proxi")`. It is a key for look-ups among the words that a code base really uses,
which is what keeps so coarse a key precise. English -tion is Russian -ция, so both end in an s.
"""

from __future__ import annotations

import re
from functools import lru_cache

from smysl.engine.text.terms import REMEMBERED

_SHORTEST = 3
"""Shorter skeletons fit too many words to mean anything."""

_CYRILLIC = str.maketrans(
    {
        **dict(zip("абвгдежзийклмнопрстуфхыэюя", "abvgdejziiklmnoprstufhieua", strict=True)),
        "ц": "s",
        "ч": "C",
        "ш": "S",
        "щ": "S",
        "ъ": "",
        "ь": "",
    }
)
_LATIN = (
    ("sch", "sk"),
    ("sh", "S"),
    ("ch", "C"),
    ("ph", "f"),
    ("ck", "k"),
    ("th", "t"),
    ("qu", "kv"),
    ("x", "ks"),
    ("wh", "v"),
    ("w", "v"),
    ("dge", "j"),
    ("(?:t|s?s)ions?$", "s"),
    ("c(?=[eiy])", "s"),
    ("c", "k"),
    ("q", "k"),
    ("y", "i"),
)
_LATIN_RULES = tuple((re.compile(pattern), sound) for pattern, sound in _LATIN)
_CASE_ENDING = re.compile("(?:ами|ями|ов|ев|ам|ям|ах|ях|ом|ем|ых|их|ым|им)$")
_DOUBLED = re.compile(r"(.)\1+")
_VOWELS = re.compile("[aeiou]")


@lru_cache(maxsize=REMEMBERED)
def sound(word: str) -> str:
    """The consonant skeleton of a lower-case word in either alphabet; "" when it is too short to tell words apart."""
    if not word.isalpha():
        return ""
    letters = _from_cyrillic(word) if "а" <= word[0] <= "я" else _from_latin(word)
    letters = _DOUBLED.sub(r"\1", letters)
    head = "A" if letters[:1] in {"a", "e", "i", "o", "u"} else letters[:1]
    skeleton = _DOUBLED.sub(r"\1", head + _VOWELS.sub("", letters[1:]))
    return skeleton if len(skeleton) >= _SHORTEST else ""


def sounds(word: str, stemmed: str) -> frozenset[str]:
    """The skeletons that a Russian word may have as a loan word: of its stem, and of the word without a case ending.

    The stemmer takes «токены» for a participle of «ток»; the other reading keeps the consonants of the end.
    """
    return frozenset(filter(None, (sound(stemmed), sound(_CASE_ENDING.sub("", word)))))


def _from_cyrillic(word: str) -> str:
    return word.replace("дж", "ж").translate(_CYRILLIC)


def _from_latin(word: str) -> str:
    for pattern, replacement in _LATIN_RULES:
        word = pattern.sub(replacement, word)
    return word
