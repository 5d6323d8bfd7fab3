"""What an index holds, told."""

from __future__ import annotations

from pathlib import Path

from smysl.engine.store import Store
from smysl.engine.types import IndexReport, Status


def status_of(store: Store, workspace: Path) -> Status:
    """What the index of `workspace` holds. Raises `IndexFileError`."""
    reader = store.reader
    counts = reader.counts()
    spaces = reader.spaces()
    current = spaces[0].space if spaces else None
    coverage = reader.coverage(current.key) if current else None
    return Status(
        workspace=str(workspace),
        index_file=str(store.path),
        files=counts.files,
        chunks=counts.chunks,
        embedded=coverage.embedded if coverage else 0,
        pending=coverage.pending if coverage else 0,
        failed=coverage.failed if coverage else 0,
        model=current.model if current else None,
        dimensions=current.dimensions if current else None,
        spaces=tuple(f"{one.space.model} ({one.space.dimensions})" for one in spaces),
        size_bytes=store.size_bytes(),
        problems=(*reader.problems(), *(reader.failures(current.key) if current else ())),
        notices=store.notices,
        space=current.key if current else None,
    )


def unchanged(status: Status) -> IndexReport:
    """The report of a run that may not write."""
    return IndexReport(
        files=status.files,
        chunks=status.chunks,
        failed=status.failed,
        pending=status.pending,
        problems=status.problems,
        notices=status.notices,
    )
