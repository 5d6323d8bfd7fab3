"""Mends broken source just enough that one syntax error does not swallow what comes after it.

The parser recovers by itself from many errors, but an unclosed bracket or quote takes everything up to the end of the
file with it. So where its tree is broken, the source is cut into pieces along the lines that begin a definition, each
piece is parsed alone, and what is broken in a piece is blanked out: first from the line of the error on, then the whole
body, then the piece. The result has the same length as the source, so every byte offset stays true.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tree_sitter import Node, Tree

from smysl.engine.chunk.grammar import parse
from smysl.engine.chunk.pieces import Piece, class_body, pieces

_CONFLICT_MARKER = re.compile(rb"^(?:<{7}|={7}|>{7}|\|{7})(?=[ \r\n]|\Z)[^\n]*", re.MULTILINE)
_NAME = re.compile(rb"(?:(?:async[ \t]+)?def|class)[ \t]+([^\W\d]\w*)", re.MULTILINE)
_LONGEST_SEARCHED = 20_000  # bytes; no person writes a longer function, and generated nests take long to parse
_LINE_FEED = re.compile(rb"\n")
_NOT_BLANK = re.compile(rb"[^\s]")


@dataclass(frozen=True, slots=True)
class Mended:
    """A tree of source that may have been mended.

    `ends`: for each mended definition, its first byte (after decorators) and where its text really ends.
    `error_byte`: where the first syntax error is, or None.
    """

    tree: Tree
    ends: dict[int, int] = field(default_factory=dict)
    error_byte: int | None = None


def mended(data: bytes) -> Mended:
    """The tree of `data`, mended where it is broken; at worst, the tree as the parser gave it."""
    tree = parse(data)
    if not tree.root_node.has_error:
        return Mended(tree)
    errors = [_first_error(tree.root_node)]
    patient = _Patient(bytearray(data))
    if b"<<<<<<<" in data:
        for marker in _CONFLICT_MARKER.finditer(data):
            patient.blank(marker.start(), marker.end())
            patient.errors.append(marker.start())
        tree = parse(bytes(patient.buffer))
    if tree.root_node.has_error:
        for start, end in _broken_regions(tree.root_node, len(data)):
            patient.mend(start, end)
        tree = parse(bytes(patient.buffer))
    return Mended(tree, patient.ends, min(patient.errors or errors))


class _Patient:
    """Source while it is being mended; `buffer` keeps its length, `errors` are the bytes where it was broken."""

    def __init__(self, buffer: bytearray) -> None:
        self.buffer = buffer
        self.ends: dict[int, int] = {}
        self.errors: list[int] = []

    def blank(self, start: int, end: int) -> None:
        """Replace all but line feeds by spaces."""
        self.buffer[start:end] = _NOT_BLANK.sub(b" ", bytes(self.buffer[start:end]))

    def mend(self, start: int, end: int) -> None:
        """Make each piece between two bytes parse by itself."""
        waiting = list(pieces(self.buffer, start, end, b""))
        while waiting:
            piece = waiting.pop()
            if self._is_sound(piece.start, piece.end, piece.indent):
                continue
            if piece.kind == "class":
                waiting += self._open_class(piece)
            elif piece.kind == "def":
                self._mend_function(piece)
            else:
                self._mend_statements(piece)

    def _open_class(self, piece: Piece) -> list[Piece]:
        """Mend the header of a class; returns the pieces of its body."""
        body = class_body(self.buffer, piece.definition, piece.end)
        if body is None:
            self._mend_function(piece)
            return []
        header = bytes(self.buffer[piece.start : body.start]).rstrip()
        if parse(_alone(header + b" pass\n", piece.indent)).root_node.has_error:
            self.errors.append(piece.definition)
            self._simplify_header(piece, body.start)
        self.ends[piece.definition] = piece.end
        return list(pieces(self.buffer, body.start, piece.end, body.indent))

    def _mend_function(self, piece: Piece) -> None:
        self.ends[piece.definition] = piece.end
        header_end = self.buffer.find(b"\n", piece.definition, piece.end)
        suspects = self._error_lines(piece)
        for error in suspects:
            if 0 <= header_end < error and self._keep_up_to(error, piece):
                self.errors.append(error)
                return
        is_searched = header_end >= 0 and piece.end - piece.start <= _LONGEST_SEARCHED
        if is_searched and self._keep_most(header_end + 1, piece):
            return
        self.errors.append(piece.definition)
        if not self._replace_definition(piece):
            del self.ends[piece.definition]
            self._pass_from(piece.start, piece.end)

    def _keep_most(self, body: int, piece: Piece) -> bool:
        """Keep as many lines from byte `body` on as parse; the parser may see an error long before where it is."""
        starts = [body, *(match.end() for match in _LINE_FEED.finditer(self.buffer, body, piece.end - 1))]
        original = bytes(self.buffer[piece.start : piece.end])
        kept, low, high = None, 0, len(starts) - 1
        while low <= high:
            middle = (low + high) // 2
            if self._keep_up_to(starts[middle], piece):
                kept, low = middle, middle + 1
                self.buffer[piece.start : piece.end] = original
            else:
                high = middle - 1
        if kept is None:
            return False
        self.errors.append(starts[kept])
        return self._keep_up_to(starts[kept], piece)

    def _keep_up_to(self, byte: int, piece: Piece) -> bool:
        """Blank a piece out from `byte` on if that mends it."""
        original = bytes(self.buffer[piece.start : piece.end])
        self._pass_from(byte, piece.end)
        if self._is_sound(piece.start, piece.end, piece.indent):
            return True
        self.buffer[piece.start : piece.end] = original
        return False

    def _replace_definition(self, piece: Piece) -> bool:
        """Put a definition with the same name at the same place, and nothing else; decorators go as well."""
        name = _NAME.match(self.buffer, piece.definition, piece.end)
        if name is None:
            return False
        tail = b":0" if piece.kind == "class" else b"():0"
        if name.end() + len(tail) >= piece.end:
            return False
        self.blank(piece.start, piece.definition)
        self.buffer[name.end() : name.end() + len(tail)] = tail
        self.buffer[name.end() + len(tail) : piece.end] = b" " * (piece.end - name.end() - len(tail))
        self.buffer[piece.end - 1] = ord("\n")
        return True

    def _simplify_header(self, piece: Piece, body_start: int) -> None:
        name = _NAME.match(self.buffer, piece.definition, body_start)
        if name is None or name.end() + 1 >= body_start:
            return
        self.blank(piece.start, piece.definition)
        self.buffer[name.end()] = ord(":")
        self.buffer[name.end() + 1 : body_start] = b" " * (body_start - name.end() - 1)
        self.buffer[body_start - 1] = ord("\n")

    def _mend_statements(self, piece: Piece) -> None:
        error = self._error_lines(piece)[0]
        self.errors.append(error)
        if not self._keep_up_to(error, piece):
            self._pass_from(piece.start, piece.end)

    def _pass_from(self, start: int, end: int) -> None:
        """Blank out, but leave a `pass` where the first text was, so that a block is not left empty."""
        first = _NOT_BLANK.search(self.buffer, start, end)
        self.blank(start, end)
        if first is None or first.start() == 0 or self.buffer[first.start() - 1] == ord("\n"):
            return  # the top level may be empty
        stop = first.start() + 4
        if stop <= end and self.buffer.find(b"\n", first.start(), stop) < 0:
            self.buffer[first.start() : stop] = b"pass"

    def _error_lines(self, piece: Piece) -> tuple[int, int]:
        """Where the line of the first error of a piece begins: of the error at its narrowest, and at its widest."""
        wrapped = _alone(bytes(self.buffer[piece.start : piece.end]), piece.indent)
        root = parse(wrapped).root_node
        shift = piece.end - len(wrapped)
        narrow = max(piece.start, _first_error(root) + shift)
        wide = max(piece.start, _widest_error(root) + shift)
        return self._line_start(piece, narrow), self._line_start(piece, wide)

    def _line_start(self, piece: Piece, byte: int) -> int:
        return max(piece.start, self.buffer.rfind(b"\n", piece.start, byte) + 1)

    def _is_sound(self, start: int, end: int, indent: bytes) -> bool:
        return not parse(_alone(bytes(self.buffer[start:end]), indent)).root_node.has_error


def _alone(source: bytes, indent: bytes) -> bytes:
    """`source` as it parses by itself: indented source needs something to be indented under."""
    return b"if 1:\n" + source if indent else source


def _first_error(root: Node) -> int:
    """The first byte of the first error below `root`, as narrow as the parser knows it."""
    node = root
    while True:
        broken = next((child for child in node.children if child.has_error or child.is_missing), None)
        if broken is None:
            return node.start_byte
        node = broken


def _widest_error(root: Node) -> int:
    """The first byte of the outermost error node below `root`."""
    node = root
    while not (node.is_error or node.is_missing):
        broken = next((child for child in node.children if child.has_error or child.is_missing), None)
        if broken is None:
            break
        node = broken
    return node.start_byte


def _broken_regions(root: Node, length: int) -> Iterator[tuple[int, int]]:
    """The byte spans between the definitions that the parser understood."""
    is_lost = root.type == "ERROR"
    start = 0 if is_lost else None
    for child in root.children:
        # A definition that is not at the margin was torn out of something that the parser did not understand.
        is_sound = not child.has_error and child.type.endswith("_definition") and child.start_point.column == 0
        if is_sound and start is not None:
            yield start, child.start_byte
            start = None
        elif start is None and not is_sound and (is_lost or child.has_error or child.is_missing):
            start = child.start_byte - child.start_point.column
    if start is not None:
        yield start, length
