"""The workspace as the indexer sees it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from smysl.engine.cancel import CancelToken
from smysl.engine.source.decode import Unreadable, read_source
from smysl.engine.source.walk import Walk, walk
from smysl.engine.types import SourceText


class Sources(Protocol):
    """Where files come from: a folder in life, a dictionary in tests."""

    def walk(self, *, only: Collection[str] | None = None, cancel: CancelToken | None = None) -> Walk:
        """All files to be indexed; `only` narrows the walk to these paths and what is below them.

        Raises `WorkspaceError`, `Cancelled`.
        """

    def read(self, path: str) -> SourceText | Unreadable:
        """The text of a file, or why there is none. Never raises."""


@dataclass(frozen=True, slots=True)
class Folder:
    """The sources below a folder, by the rules of its settings (see `source.walk`)."""

    workspace: Path
    exclude: Sequence[str] = ()
    include: Sequence[str] = ()
    max_file_bytes: int = 0

    def walk(self, *, only: Collection[str] | None = None, cancel: CancelToken | None = None) -> Walk:
        """All files to be indexed; `only` narrows the walk to these paths and what is below them."""
        return walk(
            self.workspace,
            exclude=self.exclude,
            include=self.include,
            max_file_bytes=self.max_file_bytes,
            only=only,
            cancel=cancel,
        )

    def read(self, path: str) -> SourceText | Unreadable:
        """The text of a file, or why there is none."""
        return read_source(self.workspace / path, max_bytes=self.max_file_bytes)
