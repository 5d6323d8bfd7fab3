"""The lexical half of an index run: files that changed are read, cut and written, each in a transaction of its own."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from smysl.engine.cancel import CancelToken
from smysl.engine.index.cutting import Cutter, new_chunk, text_hashes
from smysl.engine.index.reconcile import reconcile
from smysl.engine.index.sources import Sources
from smysl.engine.source.decode import Unreadable
from smysl.engine.source.walk import SourceFile, Walk, is_within
from smysl.engine.store import FileChange, StoredFile, Writer
from smysl.engine.types import Chunk, InputLimit, Message, SourceText

log = logging.getLogger(__name__)

RACY_NS = 2_000_000_000
"""A file that was written so shortly before it was read may have been written again in the same tick of its clock:
such a file is read again to be sure. The rule is git's ("racy git"); 2 s is the coarsest clock (FAT)."""

_UNREADABLE = "unreadable"
_NEVER_SEEN = -1


@dataclass(frozen=True, slots=True)
class Target:
    """The space that new chunks get their texts in, and how much text fits in one."""

    space_id: int
    limit: InputLimit | None


@dataclass(slots=True)
class Tally:
    """What a run has done so far."""

    changed: int = 0
    removed: int = 0
    chunks_added: int = 0
    chunks_removed: int = 0
    reused: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done: files to read, files to forget."""

    suspects: tuple[SourceFile, ...]
    gone: tuple[str, ...]


def plan(stored: Mapping[str, StoredFile], found: Walk, *, only: Collection[str] | None = None) -> Plan:
    """Compare what is stored with what a walk found; with `only`, nothing but these paths and what is below them."""
    there = {file.path for file in found.files}
    suspects = tuple(file for file in found.files if _is_suspect(stored.get(file.path), file))
    gone = tuple(path for path in stored if path not in there and (only is None or is_within(path, only)))
    return Plan(suspects, gone)


class FileReader:
    """Does a `Plan` file by file."""

    def __init__(
        self,
        sources: Sources,
        writer: Writer,
        cutter: Cutter,
        *,
        stored: Mapping[str, StoredFile],
        target: Target | None,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._sources = sources
        self._writer = writer
        self._cutter = cutter
        self._stored = stored
        self._target = target
        self._now_ns = now_ns
        self.tally = Tally()

    def steps(self, work: Plan, *, cancel: CancelToken | None = None) -> Iterator[str]:
        """Do the plan; yields the path of each file when it is done. New files come before old ones go:

        so a moved file is found at all times, and its vectors keep an owner. Raises `Cancelled`, `IndexFileError`.
        """
        for file in work.suspects:
            if cancel is not None:
                cancel.check()
            self._read(file)
            yield file.path
        for path in work.gone:
            if cancel is not None:
                cancel.check()
            self._forget(path)

    def _read(self, file: SourceFile) -> None:
        indexed_ns = self._now_ns()  # before reading: a change after this moment makes the file a suspect
        source = self._sources.read(file.path)
        stored = self._stored.get(file.path)
        if isinstance(source, Unreadable):
            self._note_unreadable(file, source, stored)
        elif stored is not None and stored.content_hash == source.content_hash:
            self._writer.touch_file(file.path, size=file.size, mtime_ns=file.mtime_ns, indexed_ns=indexed_ns)
        else:
            self._replace(file, source, indexed_ns)

    def _replace(self, file: SourceFile, source: SourceText, indexed_ns: int) -> None:
        chunks, notes = self._cut(source.text, file.path)
        change = reconcile(self._writer.identities(file.path), chunks)
        limit = self._target.limit if self._target else None
        added = tuple(
            new_chunk(one, file.path, text_hashes=text_hashes(one.chunk, limit) if self._target else ())
            for one in change.added
        )
        self._write(
            FileChange(
                path=file.path,
                size=file.size,
                mtime_ns=file.mtime_ns,
                content_hash=source.content_hash,
                indexed_ns=indexed_ns,
                kept=change.kept,
                added=added,
                removed=change.removed,
                problems=(*source.notes, *notes),
            )
        )

    def _cut(self, text: str, path: str) -> tuple[tuple[Chunk, ...], tuple[Message, ...]]:
        cut = self._cutter(text, path)
        return cut.chunks, cut.notes

    def _note_unreadable(self, file: SourceFile, source: Unreadable, stored: StoredFile | None) -> None:
        if source.is_missing:
            if stored is not None:
                self._forget(file.path)
            return
        if stored is not None and stored.content_hash == _UNREADABLE:
            return
        removed = tuple(identity.id for identity in self._writer.identities(file.path))
        # Never seen: permissions can change without the file's time, so it is tried again by every run.
        self._write(FileChange(file.path, _NEVER_SEEN, 0, _UNREADABLE, 0, removed=removed, problems=(source.reason,)))

    def _write(self, change: FileChange) -> None:
        attached = self._writer.replace_file(change, space_id=self._target.space_id if self._target else None)
        self.tally.changed += 1
        self.tally.chunks_added += len(change.added)
        self.tally.chunks_removed += len(change.removed)
        self.tally.reused += attached.reused

    def _forget(self, path: str) -> None:
        self.tally.chunks_removed += self._writer.remove_file(path)
        self.tally.removed += 1


def _is_suspect(stored: StoredFile | None, file: SourceFile) -> bool:
    if stored is None or stored.size != file.size or stored.mtime_ns != file.mtime_ns:
        return True
    return stored.indexed_ns - stored.mtime_ns < RACY_NS
