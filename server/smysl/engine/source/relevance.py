"""Whether an event in the file system concerns us at all; cheap, for there may be thousands a second."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from smysl.engine.source.ignoring import GIT_IGNORE, OWN_IGNORE, SKIPPED_FOLDERS, SUFFIXES

_RULE_FILES = frozenset({GIT_IGNORE, OWN_IGNORE, "pyvenv.cfg"})
_OF_THE_REPOSITORY = frozenset({".git/HEAD", ".git/info/exclude"})


class Effect(Enum):
    """What has to be looked at after an event."""

    NONE = "none"
    PATH = "path"  # a file, or a folder and what is below it
    RESCAN = "rescan"


class Relevance:
    """Judges events by their path alone. Folders that `include` names are not skipped."""

    def __init__(self, include: Sequence[str] = ()) -> None:
        named = {part for pattern in include for part in pattern.split("/")}
        self.skipped = SKIPPED_FOLDERS - named

    def effect_of(self, path: str, *, is_folder: bool) -> Effect:
        """The effect of a change at `path`, relative to the workspace ("" is the workspace itself)."""
        if not path or path in _OF_THE_REPOSITORY:
            return Effect.RESCAN
        parts = path.split("/")
        if not self.skipped.isdisjoint(parts):
            return Effect.NONE
        if is_folder or parts[-1].endswith(SUFFIXES):
            return Effect.PATH
        return Effect.RESCAN if parts[-1] in _RULE_FILES else Effect.NONE
