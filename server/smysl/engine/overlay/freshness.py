"""Which hits are of a text that is not on the disk, or not the one that was indexed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from smysl.engine.overlay.overlay import Overlay
from smysl.engine.source import Unreadable, is_changed, read_source
from smysl.engine.store import Reader
from smysl.engine.types import Hit


def checked(hits: tuple[Hit, ...], *, stored: Reader, overlay: Overlay, workspace: Path) -> tuple[Hit, ...]:
    """`hits`, those marked whose buffer is not saved, and those whose file has changed since it was indexed."""
    paths = {hit.path for hit in hits}
    shown = {path: text for path, text in ((path, overlay.text(path)) for path in paths) if text is not None}
    unsaved = {path for path, text in shown.items() if not _is_on_disk(workspace / path, text)}
    files = {one.path: one for one in stored.files_of(paths - shown.keys())}
    fresh = {path for path, one in files.items() if not is_changed(workspace / path, one.size, one.mtime_ns)}
    fresh |= shown.keys()
    return tuple(replace(hit, is_stale=hit.path not in fresh, is_unsaved=hit.path in unsaved) for hit in hits)


def _is_on_disk(path: Path, text: str) -> bool:
    found = read_source(path)
    # Some editors hold every line with a line feed and write the file's own line ends.
    return not isinstance(found, Unreadable) and (
        found.text == text or found.text.replace("\r\n", "\n") == text.replace("\r\n", "\n")
    )
