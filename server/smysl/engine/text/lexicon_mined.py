"""The mined lexicon: Russian stems and what they are called in English, looked up in the text of its file.

Nothing of it is parsed before it is asked for: a search asks for a few words out of ten thousand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

MOST_TRANSLATIONS = 6
"""The words that stand for one word in either direction, the best ones."""


class MinedLexicon:
    """Lines of `stem<TAB>stem:weight stem:weight …`, weights in (0, 1]."""

    def __init__(self, text: str) -> None:
        self._text = f"\n{text}\n"
        self.forward = lru_cache(maxsize=4096)(self._forward)
        self.backward = lru_cache(maxsize=4096)(self._backward)

    def _forward(self, stem: str) -> Mapping[str, float]:
        """The English stems of a Russian one, the best first."""
        start = self._text.find(f"\n{stem}\t")
        if start < 0:
            return {}
        line = self._text[start + len(stem) + 2 : self._text.index("\n", start + 1)]
        return _best({one: float(weight) for one, _, weight in (item.partition(":") for item in line.split())})

    def _backward(self, stem: str) -> Mapping[str, float]:
        """The Russian stems that have an English one among their translations, the best first."""
        return _best({**dict(self._lines_with(f"\t{stem}:")), **dict(self._lines_with(f" {stem}:"))})

    def _lines_with(self, item: str) -> Iterator[tuple[str, float]]:
        text, place = self._text, -1
        while (place := text.find(item, place + 1)) >= 0:
            start = text.rindex("\n", 0, place) + 1
            yield text[start : text.index("\t", start)], _number(text, place + len(item))


def _number(text: str, start: int) -> float:
    end = start
    while text[end] not in " \n":
        end += 1
    return float(text[start:end])


def _best(weights: Mapping[str, float]) -> dict[str, float]:
    return dict(sorted(weights.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_TRANSLATIONS])
