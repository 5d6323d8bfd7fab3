"""The parts of a document that the built-in model weighs apart: its title, its prose, its code. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TITLE = re.compile(r"[\w.]+: [^\n]*\n")
_PROSE = re.compile(r'"""(.*?)"""|\'\'\'(.*?)\'\'\'|#([^\n]*)', re.DOTALL)


@dataclass(frozen=True, slots=True)
class FieldWeights:
    """How often a word counts where it stands.

    title: the qualified name and its words. prose: docstrings and comments. code: the rest.
    """

    title: float = 1.0
    prose: float = 1.0
    code: float = 1.0

    @property
    def are_equal(self) -> bool:
        """Whether it does not matter where a word stands."""
        return self.title == self.prose == self.code


def split_fields(document: str) -> tuple[str, str, str]:
    """Title, prose and code of a document as `text.document` makes it; together they hold every word of it."""
    match = _TITLE.match(document)
    title = match[0] if match else ""
    rest = document[len(title) :]
    code: list[str] = []
    prose: list[str] = []
    end = 0
    for found in _PROSE.finditer(rest):
        code.append(rest[end : found.start()])
        prose.append(found[found.lastindex or 0])
        end = found.end()
    code.append(rest[end:])
    return title, "\n".join(prose), " ".join(code)
