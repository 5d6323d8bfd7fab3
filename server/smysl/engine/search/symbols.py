"""What is called so, or nearly so: the search of a person who knows a part of the name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain

from smysl.engine.search.ranking import place
from smysl.engine.search.searcher import hit_of
from smysl.engine.store.readable import Readable
from smysl.engine.store.records import StoredChunk
from smysl.engine.store.symbols import SymbolPattern
from smysl.engine.text.terms import fold
from smysl.engine.types import Hit, Kind, Reason

_CANDIDATES = 150
"""Names looked at for each way of fitting; a longer page takes more."""

_TESTS = 0.9
_MODULES = 0.95
_PRIVATE = 0.98
_NESTED = 0.995
"""What these count beside others of the same name; nobody who wants a private name leaves its underscore out."""


def find_symbols(reader: Readable, query: str, *, top_k: int) -> tuple[Hit, ...]:
    """The chunks whose name is `query`, begins with it, has its words, or has its letters in this order: best first.

    `getUser`, `get_user` and `GETUSER` ask for the same; `Session.get` wants both parts in theirs.
    """
    asked = tuple(part for part in map(fold, query.strip().removesuffix("()").split(".")) if part)
    if not asked or top_k < 1:
        return ()
    limit = max(_CANDIDATES, 3 * top_k)
    scores: dict[int, float] = {}
    for pattern in _patterns(asked):
        for chunk_id, name in reader.symbol_names(pattern, limit=limit):
            if chunk_id not in scores:
                scores[chunk_id] = fitness(asked, tuple(name.split(".")))
        if sum(score > 0 for score in scores.values()) >= top_k:
            break
    best = sorted((one for one in scores if scores[one] > 0), key=lambda one: -scores[one])[: 2 * top_k]
    ranked = []
    for stored in reader.chunks(best).values():
        score = scores[stored.id]
        score *= _TESTS if stored.chunk.is_test else 1.0
        score *= _MODULES if stored.chunk.kind is Kind.MODULE else 1.0
        score *= _PRIVATE if stored.chunk.name.startswith("_") and not query.lstrip().startswith("_") else 1.0
        score *= _NESTED ** stored.chunk.qualified_name.count(".") if len(asked) == 1 else 1.0
        ranked.append((round(score, 6), stored))
    ranked.sort(key=lambda pair: (-pair[0], pair[1].path, *place(pair[1].chunk)))
    return tuple(_hit(stored, score) for score, stored in ranked[:top_k])


def fitness(asked: tuple[str, ...], name: tuple[str, ...]) -> float:
    """How well a qualified name fits, both folded and in their parts: 1 is the name itself, 0 not at all."""
    score = _fit(asked[-1], name[-1])
    if len(asked) == 1:
        whole = 0.9 * _fit(asked[0], "_".join(name)) if len(name) > 1 else 0.0
        return max(score, min(whole, 0.45))
    around = 0
    for part in asked[:-1]:
        found = next((at for at in range(around, len(name) - 1) if _fit(part, name[at]) > 0), None)
        if found is None:
            return 0.0
        score *= 0.5 + 0.5 * _fit(part, name[found])
        around = found + 1
    return score


def _fit(asked: str, name: str) -> float:
    """How well one folded name fits one asked for."""
    plain, bare = asked.replace("_", ""), name.replace("_", "")
    share = len(plain) / max(len(bare), 1)  # of two names that fit alike the shorter is meant
    if asked == name:
        return 1.0
    if plain == bare:
        return 0.97
    if name.startswith(asked) or bare.startswith(plain):
        return 0.8 + 0.15 * share
    if f"_{name}_".find(f"_{asked}") >= 0:
        return 0.65 + 0.1 * share
    return _fit_loosely(asked, name)


def _fit_loosely(asked: str, name: str) -> float:
    """By beginnings of words, by initials, or by letters in order."""
    plain, bare = asked.replace("_", ""), name.replace("_", "")
    share = len(plain) / max(len(bare), 1)
    words = name.split("_")
    if all(any(word.startswith(part) for word in words) for part in asked.split("_")):
        return 0.55 + 0.1 * share
    if plain == "".join(word[:1] for word in words)[: len(plain)]:
        return 0.5 + 0.05 * share
    reach = _reach(plain, bare)
    return 0.0 if reach is None else 0.15 + 0.25 * len(plain) / reach * (0.5 + 0.5 * share)


def _reach(letters: str, name: str) -> int | None:
    """Over how many letters of `name` those asked for are spread, from the first; None if they are not all there."""
    start = name.find(letters[:1])
    at = start
    for letter in letters[1:]:
        at = name.find(letter, at + 1) if at >= 0 else -1
    return None if at < 0 else at - start + 1


def _patterns(asked: tuple[str, ...]) -> Iterable[SymbolPattern]:
    """From the surest to the vaguest; each takes in what the ones before it do."""
    last = asked[-1]
    loose = "*" + "*".join(last.replace("_", "")) + "*"
    if len(asked) > 1:
        around = "*.".join("*" + "*".join(part.replace("_", "")) for part in asked[:-1])
        return (SymbolPattern(f"{around}*.{loose}", is_qualified=True),)
    plain = (last, f"{last}*", f"*_{last}*", loose)
    return chain(map(SymbolPattern, plain), (SymbolPattern(loose, is_qualified=True),))


def _hit(stored: StoredChunk, score: float) -> Hit:
    return replace(hit_of(stored, score, {}), reasons=(Reason.NAME,))
