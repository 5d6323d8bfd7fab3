"""Where lines begin, so that byte offsets become lines and columns."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

_LINE_FEED = re.compile(rb"\n")
_INDENT = re.compile(rb"[ \t\f]*")


@dataclass(frozen=True)
class Lines:
    """The lines of `data`. A line ends at a line feed and nowhere else: a form feed or U+0085 shifts nothing."""

    data: bytes

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """The byte at which each line begins."""
        return (0, *(match.end() for match in _LINE_FEED.finditer(self.data)))

    def line_at(self, byte: int) -> int:
        """The line (1-based) in which `byte` stands."""
        return bisect_right(self.starts, byte)

    def start_of(self, line: int) -> int:
        """The first byte of `line` (1-based)."""
        return self.starts[line - 1]

    def column_at(self, byte: int) -> int:
        """How many code points stand before `byte` in its line."""
        start = self.starts[self.line_at(byte) - 1]
        return len(self.data[start:byte].decode("utf-8", "replace"))

    def indent_at(self, byte: int) -> str:
        """The white space with which the line of `byte` begins."""
        start = self.starts[self.line_at(byte) - 1]
        match = _INDENT.match(self.data, start, max(start, byte))
        return match.group().decode() if match else ""

    def is_first_on_line(self, byte: int) -> bool:
        """Whether nothing but white space stands before `byte` in its line."""
        start = self.starts[self.line_at(byte) - 1]
        return not self.data[start:byte].strip()

    @property
    def count(self) -> int:
        """The number of lines, at least 1; a line feed at the end of the file begins no line."""
        starts = self.starts
        return len(starts) - 1 if len(starts) > 1 and starts[-1] == len(self.data) else len(starts)
