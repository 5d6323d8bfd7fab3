"""The workspace as the indexer sees it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, TypeAlias

from smysl.engine.cancel import CancelToken
from smysl.engine.source.decode import Unreadable, read_source
from smysl.engine.source.walk import Walk, walk
from smysl.engine.types import SourceText

Rewrite: TypeAlias = Callable[[str, str], str]
"""From the path and the text of a file to the text that is indexed in its place."""


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


@dataclass(frozen=True, slots=True)
class Rewritten:
    """`sources` as they would be if every file held what `rewrite` makes of it."""

    sources: Sources
    rewrite: Rewrite

    def walk(self, *, only: Collection[str] | None = None, cancel: CancelToken | None = None) -> Walk:
        """All files to be indexed."""
        return self.sources.walk(only=only, cancel=cancel)

    def read(self, path: str) -> SourceText | Unreadable:
        """The rewritten text of a file; its hash is still that of the file, which is what may change."""
        found = self.sources.read(path)
        return found if isinstance(found, Unreadable) else replace(found, text=self.rewrite(path, found.text))
