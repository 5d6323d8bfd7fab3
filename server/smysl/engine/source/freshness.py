"""Whether a file is still what was read."""

from __future__ import annotations

from pathlib import Path


def is_changed(path: Path, size: int, mtime_ns: int) -> bool:
    """Whether the file at `path` has another size or time than when it was read, or is gone."""
    try:
        found = path.stat()
    except OSError:
        return True
    return (found.st_size, found.st_mtime_ns) != (size, mtime_ns)
