"""Which of the old Russian encodings a text is in, by the letters it would have."""

from __future__ import annotations

_ENCODINGS = ("cp1251", "koi8-r", "cp866")

# How many of a thousand letters of Russian text each is (frequency tables of the Russian National Corpus, rounded).
_LETTERS = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфёъ"
_COUNTS = (110, 85, 80, 74, 67, 63, 55, 47, 45, 44, 35, 32, 30, 28, 26, 20, 19, 17, 17, 16, 16, 14, 12, 10, 9, 7, 6)
_FREQUENCY = dict(zip(_LETTERS, (*_COUNTS, 5, 4, 3, 3, 3, 1), strict=True))
_TYPICAL = 50
_LOWER_CASE = 12
_BREAK_OF_CASE = -60
_FOREIGN = -90
_LEAST = -40
_NEUTRAL = frozenset("«»—–№…“”„’\u00a0\u00b7")


def guess_cyrillic(raw: bytes) -> str | None:
    """The encoding in which the bytes above ASCII read most like Russian; None if in none they do.

    The measure is the mean frequency of the letters. Bytes of one encoding read in another give rare letters, swapped
    case and line-drawing characters; a Western language gives letters in the middle of ASCII words.
    """
    best = max(_ENCODINGS, key=lambda encoding: _plausibility(raw, encoding))
    return best if _plausibility(raw, best) > _LEAST else None


def _plausibility(raw: bytes, encoding: str) -> float:
    """How Russian the non-ASCII part of `raw` reads: about 10 for Russian text, below -50 for something else."""
    total, count = 0.0, 0
    before = ""
    for letter in raw.decode(encoding, "replace"):
        if letter.isascii() or letter in _NEUTRAL:
            before = letter
            continue
        count += 1
        lower = letter.lower()
        frequency = _FREQUENCY.get(lower)
        if frequency is None or (before.isascii() and before.isalpha()):
            total += _FOREIGN
        else:
            total += frequency - _TYPICAL + (_LOWER_CASE if letter == lower else 0)
            if letter != lower and before.isalpha() and before == before.lower():
                total += _BREAK_OF_CASE
        before = letter
    return total / count if count else _FOREIGN
