"""A team's own words, from the settings and from the file in its repository, for as long as an engine is open."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from smysl.engine.source import GLOSSARY, GlossaryFile, Unreadable
from smysl.engine.text.lexicon import Lexicon, read_words, team_lexicon
from smysl.engine.types import Message, say

Rows = Sequence[tuple[str, Sequence[str]]]


class Glossary:
    """The lexicon of a team. Safe to use from several threads."""

    def __init__(self, workspace: Path, rows: Rows) -> None:
        """`rows` come from the settings; the file of `workspace` adds its own."""
        self._file = GlossaryFile(workspace)
        self._rows = tuple(rows)
        self._lock = threading.Lock()
        self._lexicon = team_lexicon(self._rows)

    def current(self) -> tuple[Lexicon, tuple[Message, ...]]:
        """The words as they are now, and what is wrong with the file, which is told once for each state of it."""
        with self._lock:
            notices: tuple[Message, ...] = ()
            if self._file.changed():
                read, notices = self._read()
                self._lexicon = team_lexicon((*self._rows, *read))
            return self._lexicon, notices

    def _read(self) -> tuple[Rows, tuple[Message, ...]]:
        found = self._file.read()
        if found is None:
            return (), ()
        if isinstance(found, Unreadable):
            return (), (say("{path}: {message}", path=GLOSSARY, message=found.reason),)
        words = read_words(found.text)
        if not words.bad_lines:
            return words.rows, ()
        return words.rows, (
            say(
                "{path}: line {line} is not a word, a tab and the words that stand for it; such lines are left out "
                "({count}).",
                path=GLOSSARY,
                line=words.bad_lines[0],
                count=len(words.bad_lines),
            ),
        )
