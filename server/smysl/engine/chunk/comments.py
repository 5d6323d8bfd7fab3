"""The comments of a file: which belong to a definition, and what they say."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from smysl.engine.chunk.lines import Lines

_INTERPRETER_LINE = re.compile(rb"#!|#.*?coding[:=]")
_MARKUP = re.compile(r"#+[:!]?[ \t]?")
_FOR_TOOLS = re.compile(
    r"(?:type|noqa|pragma|pylint|mypy|pyright|pyre|ruff|flake8|fmt|isort|yapf|nosec|codespell|pytype|cython)\b\s*[:=\-]"
    r"|(?:noqa|nosec|type:|pragma)\b|-\*-",
    re.IGNORECASE,
)
_LETTER = re.compile(r"[^\W_]")
_LICENCE = re.compile(r"copyright|licen[cs]e|SPDX-|\(c\)|©|авторск|лицензи", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment. `is_alone`: nothing stands before it in its line, and it is not for the interpreter."""

    start: int
    end: int
    line: int
    column: int
    is_alone: bool


class Comments:
    """All comments of a file, by position and by line."""

    def __init__(self, spans: Iterable[tuple[int, int]], lines: Lines) -> None:
        """`spans` are the byte spans of the comments, in any order."""
        self._lines = lines
        self._all = tuple(_comment(start, end, lines) for start, end in sorted(spans))
        self._starts = [comment.start for comment in self._all]
        self._by_line = {comment.line: comment for comment in self._all if comment.is_alone}

    def start_with_comments_above(self, byte: int, floor: int) -> int:
        """Where the comments directly above `byte` begin (`byte` itself if there are none); not before `floor`.

        Directly above: each on a line of its own, indented like the line of `byte`, with no blank line between.
        """
        start = byte
        line = self._lines.line_at(byte)
        column = byte - self._lines.start_of(line)
        while comment := self._by_line.get(line - 1):
            if comment.column != column or comment.start < floor:
                break
            start, line = comment.start, line - 1
        return start

    def text_within(self, spans: Sequence[tuple[int, int]]) -> str:
        """What the comments inside the byte `spans` say, one a line, without `#`; those for tools say nothing."""
        said = []
        for start, end in spans:
            for index in range(bisect_left(self._starts, start), bisect_left(self._starts, end)):
                comment = self._all[index]
                text = _said(self._lines.data[comment.start : comment.end])
                if text:
                    said.append(text)
        return "\n".join(said)

    def spans_within(self, start: int, end: int) -> list[tuple[int, int]]:
        """The byte spans of the comments that begin from `start` to `end`."""
        first, last = bisect_left(self._starts, start), bisect_left(self._starts, end)
        return [(comment.start, comment.end) for comment in self._all[first:last]]

    def end_of_preamble(self) -> int:
        """Where the file begins after its interpreter lines and licence: the byte after them, 0 if there are none."""
        end = 0
        block: list[Comment] = []
        for comment in self._all:
            expected = block[-1].line + 1 if block else None
            if comment.column or (expected is None and comment.line > 2) or (expected and comment.line != expected):
                break
            block.append(comment)
        text = b"\n".join(self._lines.data[comment.start : comment.end] for comment in block).decode("utf-8", "replace")
        if block and _LICENCE.search(text):
            return block[-1].end
        for comment in block:
            if comment.is_alone:
                break
            end = comment.end
        return end


def _comment(start: int, end: int, lines: Lines) -> Comment:
    line = lines.line_at(start)
    begin = lines.start_of(line)
    is_alone = not lines.data[begin:start].strip()
    if is_alone and line <= 2 and _INTERPRETER_LINE.match(lines.data, start, end):
        is_alone = False
    return Comment(start, end, line, start - begin, is_alone)


def _said(raw: bytes) -> str:
    text = raw.decode("utf-8", "replace")
    if _INTERPRETER_LINE.match(raw) and (raw.startswith(b"#!") or b"-*-" in raw):
        return ""
    text = text[_MARKUP.match(text).end() :].strip()  # type: ignore[union-attr]  # a comment begins with #
    return text if _LETTER.search(text) and not _FOR_TOOLS.match(text) else ""
