"""The file of a team's own words in a workspace."""

from __future__ import annotations

from pathlib import Path

from smysl.engine.source.decode import Unreadable, read_source
from smysl.engine.source.freshness import is_changed
from smysl.engine.source.repository import find_repository
from smysl.engine.types import SourceText

GLOSSARY = ".smysl-glossary"
_MOST_BYTES = 262_144


class GlossaryFile:
    """`.smysl-glossary` in a workspace, or else in the root of its repository."""

    def __init__(self, workspace: Path) -> None:
        repository = find_repository(workspace)
        self._places = [workspace / GLOSSARY, *([repository.root / GLOSSARY] if repository else [])]
        self._seen: tuple[Path, int, int] | None = None

    def changed(self) -> bool:
        """Whether there is another file, or other content, than when it was last read; a first file is a change."""
        place = self._place()
        if self._seen is None or place is None:
            return (self._seen is None) != (place is None)
        path, size, mtime_ns = self._seen
        return path != place or is_changed(path, size, mtime_ns)

    def read(self) -> SourceText | Unreadable | None:
        """Its text, or why there is none; None where there is no such file. Never raises."""
        self._seen = None
        place = self._place()
        if place is None:
            return None
        try:
            found = place.stat()
        except OSError:
            return None
        self._seen = (place, found.st_size, found.st_mtime_ns)
        return read_source(place, max_bytes=_MOST_BYTES)

    def _place(self) -> Path | None:
        return next((place for place in self._places if place.is_file()), None)
