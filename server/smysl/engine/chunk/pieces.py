"""Cuts broken source along the lines that begin a definition, without understanding what is between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

PieceKind: TypeAlias = Literal["def", "class", "other"]
Source: TypeAlias = "bytes | bytearray"

_MOST_JOINED = 24  # pieces that an open triple quote may join; more would only make a hopeless file slow
_LINE = re.compile(rb"[^\n]*\n?")
_OPENING = re.compile(rb"(async[ \t]+def|def)(?=[ \t\\])|(class)(?=[ \t\\])|(@)")
_NEVER_BEGINS = (b"#", b")", b"]", b"}")
_QUOTES = (b'"""', b"'''")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of lines: one definition with its decorators, or what is between two of them.

    `definition` is the byte of `def`, `async` or `class` (for other text, of the piece), `indent` that of its lines.
    """

    kind: PieceKind
    start: int
    end: int
    definition: int
    indent: bytes


@dataclass(frozen=True, slots=True)
class Body:
    """Where the body of a class begins, and how it is indented."""

    start: int
    indent: bytes


def pieces(data: Source, start: int, end: int, indent: bytes) -> tuple[Piece, ...]:
    """The pieces of `data` from `start` to `end` for definitions indented by `indent`, in order and without gaps."""
    return _joined(data, _cut(data, start, end, indent))


def class_body(data: Source, definition: int, end: int) -> Body | None:
    """The body of the class from byte `definition` to `end` of `data`; None if no line in it is indented deeper.

    The header may go on over several lines: the body begins at the first deeper line after one that ends in a colon,
    or at the first line that begins a definition.
    """
    own = definition - (data.rfind(b"\n", 0, definition) + 1)
    after_colon = False
    for match in _lines(data, definition, end):
        text = match.group().strip()
        if match.start() != definition and text and not text.startswith(b"#"):
            deep = _indent(match.group())
            if len(deep) > own and (after_colon or _OPENING.match(text)):
                return Body(match.start(), deep)
        if text and not text.startswith(b"#"):
            after_colon = text.split(b"#")[0].rstrip().endswith(b":")
    return None


def _cut(data: Source, start: int, end: int, indent: bytes) -> list[Piece]:
    found: list[Piece] = []
    kind: PieceKind = "other"
    begin = definition = start
    in_decorators = False
    for match in _lines(data, start, end):
        line = match.group()
        text = line.strip()
        if not text or text.startswith(_NEVER_BEGINS):
            continue
        depth = _indent(line)
        if len(depth) > len(indent):
            continue
        opening = _OPENING.match(text) if depth == indent else None
        place = match.start() + len(depth)
        if opening is None:
            if in_decorators or kind == "other":
                continue
            found.append(Piece(kind, begin, match.start(), definition, indent))
            kind, begin, definition = "other", match.start(), place
            continue
        if not in_decorators:
            if match.start() > begin:
                found.append(Piece(kind, begin, match.start(), definition, indent))
            begin = match.start()
        in_decorators = opening[3] is not None
        kind = "class" if opening[2] else "def" if opening[1] else "other"
        definition = place
    if end > begin:
        found.append(Piece(kind, begin, end, definition, indent))
    return found


def _joined(data: Source, cut: list[Piece]) -> tuple[Piece, ...]:
    """Pieces again, where a triple quote that one of them opens is closed in a later one."""
    joined: list[Piece] = []
    index = 0
    while index < len(cut):
        piece = cut[index]
        index += 1
        open_quote = _open_quote(data, piece.start, piece.end)
        if open_quote:
            for last in range(index, min(len(cut), index + _MOST_JOINED)):
                if not _open_quote(data, piece.start, cut[last].end) and not _begins_block(data, cut, index, last):
                    piece = Piece(piece.kind, piece.start, cut[last].end, piece.definition, piece.indent)
                    index = last + 1
                    break
        joined.append(piece)
    return tuple(joined)


def _begins_block(data: Source, cut: list[Piece], first: int, last: int) -> bool:
    """Whether the quote that seems to close is rather the docstring of a definition: a lost quote comes before it."""
    return any(
        piece.kind != "other" and data[piece.definition : piece.end].split(b"\n", 1)[-1].lstrip()[:3] in _QUOTES
        for piece in cut[first : last + 1]
    )


def _open_quote(data: Source, start: int, end: int) -> bool:
    return any(data.count(quote, start, end) % 2 for quote in _QUOTES)


def _lines(data: Source, start: int, end: int) -> Iterator[re.Match[bytes]]:
    return (match for match in _LINE.finditer(data, start, end) if match.end() > match.start())


def _indent(line: bytes) -> bytes:
    return line[: len(line) - len(line.lstrip(b" \t\f"))]
