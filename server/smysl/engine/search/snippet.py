"""The few lines of a chunk that show why it was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from smysl.engine.text.terms import places, terms
from smysl.engine.types import Chunk, Kind

_LINES = 4
_GAP = "    …"


@dataclass(frozen=True, slots=True)
class Snippet:
    """Lines of a chunk, joined by line feeds, and where the words stand that were looked for.

    `highlights` are code points into `text`, end exclusive, in order, never touching.
    """

    text: str
    highlights: tuple[tuple[int, int], ...] = ()


def snippet(chunk: Chunk, weights: Mapping[str, float]) -> Snippet:
    """The line that names the chunk, and the run of up to four lines that holds most of `weights` (term to weight).

    A term counts once in a run; the earliest of equal runs is taken. Blank lines at the ends are left out.
    """
    lines = chunk.code.split("\n")
    head = 0 if chunk.kind is Kind.MODULE else _naming_line(lines, chunk)
    found = [{term for term in terms(line) if term in weights} for line in lines]
    start = max(
        range(head + 1, max(head + 2, len(lines) - _LINES + 1)),
        key=lambda place: (sum(weights[term] for term in set().union(*found[place : place + _LINES])), -place),
        default=head + 1,
    )
    body = lines[start : start + _LINES]
    while body and not body[0].strip():
        body.pop(0)
        start += 1
    while body and not body[-1].strip():
        body.pop()
    if not body:
        return _marked(lines[head], weights)
    between = [_GAP] if any(line.strip() for line in lines[head + 1 : start]) else []
    return _marked("\n".join([lines[head], *between, *body]), weights)


def _marked(text: str, weights: Mapping[str, float]) -> Snippet:
    return Snippet(text, places(text, weights))


def _naming_line(lines: list[str], chunk: Chunk) -> int:
    """Where `def` or `class` stands, below the comments and decorators that belong to the chunk."""
    place = chunk.name_line - chunk.span.start_line
    return place if 0 <= place < len(lines) else 0
