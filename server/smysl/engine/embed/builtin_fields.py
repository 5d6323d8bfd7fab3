"""The parts of a document that the built-in model weighs apart: its title, its prose, its code. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TITLE = re.compile(r"[\w.]+: [^\n]*\n")
_PROSE = re.compile(r'(?<![\w"])[rRuU]?("""|\'\'\')(?P<text>.*?)\1|#(?P<comment>[^\n]*)', re.DOTALL)


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
    prose = "\n".join(found["text"] or found["comment"] or "" for found in _PROSE.finditer(rest))
    return title, prose, _PROSE.sub(" ", rest)
