"""Brings the index of a workspace up to date."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from smysl.engine.cancel import CancelToken
from smysl.engine.chunk import chunk_source
from smysl.engine.embed.embedder import Embedder
from smysl.engine.errors import IndexDamagedError
from smysl.engine.index import cutting
from smysl.engine.index.cutting import Cutter
from smysl.engine.index.embedding import EmbeddingRun, KnownVectors, nothing_known
from smysl.engine.index.reading import FileReader, Plan, Tally, Target, plan
from smysl.engine.index.sources import Sources
from smysl.engine.store import Store, Writer
from smysl.engine.types import IndexReport, Message, Phase, Progress, ProgressCallback, say

log = logging.getLogger(__name__)

_ATTACH_AT_ONCE = 500
_LOOK_EVERY_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class _Request:
    """What is asked of a run; `only` None is everything."""

    only: frozenset[str] | None
    progress: ProgressCallback
    cancel: CancelToken
    retry_failed: bool = False
    gives_way: Callable[[], bool] = bool


class Indexer:
    """Indexes one workspace into one store, with the vectors of `embedder` or with words alone.

    One run at a time: a second one, here or in another process, raises `IndexBusyError`. Vectors that are `known`, and
    those of `siblings`, the index files of other worktrees of the repository, are taken over. `now_ns` is the time
    since the epoch.
    """

    def __init__(
        self,
        sources: Sources,
        store: Store,
        embedder: Embedder | None = None,
        *,
        siblings: Sequence[Path] = (),
        known: KnownVectors = nothing_known,
        cutter: Cutter = chunk_source,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._sources = sources
        self._store = store
        self._embedder = embedder
        self._siblings = siblings
        self._known = known
        self._cutter = cutter
        self._now_ns = now_ns

    def refresh(
        self,
        *,
        progress: ProgressCallback | None = None,
        cancel: CancelToken | None = None,
        retry_failed: bool = False,
        gives_way: Callable[[], bool] = bool,
        wait: float = 0.0,
    ) -> IndexReport:
        """Make the index equal to the workspace: only what changed is read, only texts never seen are embedded.

        `retry_failed` gives texts that the model failed on another try. `wait` is how many seconds to wait for another
        writer. Once `gives_way` is true, no more texts are handed to the model: the run stores what is in flight and
        ends. A model that cannot be used is a notice in the report; the words are indexed all the same.
        Raises `WorkspaceError`, `IndexFileError` and its kin, `Cancelled`; what was done until then stays.
        """
        request = _Request(None, progress or _no_progress, cancel or CancelToken(), retry_failed, gives_way)
        return self._run(request, wait=wait)

    def update(
        self,
        paths: Collection[str],
        *,
        progress: ProgressCallback | None = None,
        cancel: CancelToken | None = None,
        gives_way: Callable[[], bool] = bool,
        wait: float = 0.0,
    ) -> IndexReport:
        """`refresh` for some files and for what is below some folders: those that a watcher saw changing."""
        request = _Request(frozenset(paths), progress or _no_progress, cancel or CancelToken(), gives_way=gives_way)
        return self._run(request, wait=wait)

    def _run(self, request: _Request, *, wait: float) -> IndexReport:
        try:
            with self._store.writer(wait=wait) as writer:
                return self._index(writer, request)
        except IndexDamagedError as error:
            log.warning("%s", error)
            notice = self._store.recover()
        anew = _Request(None, request.progress, request.cancel, gives_way=request.gives_way)
        with self._store.writer(wait=wait) as writer:
            return self._index(writer, anew, notices=(notice,))

    def _index(self, writer: Writer, request: _Request, *, notices: tuple[Message, ...] = ()) -> IndexReport:
        began = time.monotonic()
        request.progress(Progress(Phase.SCANNING, 0, 0))
        only = None if writer.use_version(cutting.version()) else request.only
        found = self._sources.walk(only=only, cancel=request.cancel)
        if only is None:
            writer.set_walk_problems(found.problems)
        stored = writer.files()
        target = self._target(writer, request)
        reader = FileReader(self._sources, writer, self._cutter, stored=stored, target=target, now_ns=self._now_ns)
        work = plan(stored, found, only=only)
        run = self._embedding(writer, target)
        gave_way = False
        with ExitStack() as stack:
            if run is not None:
                stack.enter_context(run)
                stack.enter_context(request.cancel.calling(run.stop))
            _read(reader, work, run, request)
            if only is None:
                writer.complete_walk(cutting.version())
            if run is not None and target is not None:
                gave_way = _embed(writer, run, target, request)
        if reader.tally.removed or reader.tally.changed:
            writer.retire()
        report = self._report(writer, reader.tally, run, target, notices=notices, seconds=time.monotonic() - began)
        return replace(report, gave_way=gave_way and report.pending > 0)

    def _target(self, writer: Writer, request: _Request) -> Target | None:
        """The space of the embedder, every stored chunk linked to its texts there."""
        if self._embedder is None:
            return None
        limit = self._embedder.input_limit
        space_id, is_complete = writer.use_space(
            self._embedder.space, windowing=cutting.windowing(limit), now=self._now_ns() / 1e9
        )
        if request.retry_failed:
            writer.retry_failed(space_id)
        after = 0
        while not is_complete:
            request.cancel.check()
            chunks = writer.unattached(space_id, after=after, limit=_ATTACH_AT_ONCE)
            if not chunks:
                writer.complete_space(space_id)
                break
            writer.attach(space_id, [(stored.id, cutting.text_hashes(stored.chunk, limit)) for stored in chunks])
            after = chunks[-1].id
        return Target(space_id, limit)

    def _embedding(self, writer: Writer, target: Target | None) -> EmbeddingRun | None:
        if self._embedder is None or target is None:
            return None
        return EmbeddingRun(
            self._embedder, writer, space_id=target.space_id, siblings=self._siblings, known=self._known
        )

    def _report(
        self,
        writer: Writer,
        tally: Tally,
        run: EmbeddingRun | None,
        target: Target | None,
        *,
        notices: tuple[Message, ...],
        seconds: float,
    ) -> IndexReport:
        counts = self._store.reader.counts()
        pending = writer.count_pending(target.space_id) if target else 0
        if run is not None and run.failure is not None:
            notices += (run.failure.message,)
            if run.failure.advice is not None:
                notices += (run.failure.advice,)
            notices += (say("Texts that wait for the model: {count}. The next run goes on from there.", count=pending),)
        return IndexReport(
            files=counts.files,
            files_changed=tally.changed,
            files_removed=tally.removed,
            chunks=counts.chunks,
            chunks_added=tally.chunks_added,
            chunks_removed=tally.chunks_removed,
            embedded=run.embedded if run else 0,
            reused=tally.reused + (run.borrowed if run else 0),
            failed=writer.count_failed(target.space_id) if target else 0,
            pending=pending,
            seconds=seconds,
            problems=self._store.reader.problems(),
            notices=notices,
        )


def _read(reader: FileReader, work: Plan, run: EmbeddingRun | None, request: _Request) -> None:
    began = time.monotonic()
    total = len(work.suspects)
    for done, path in enumerate(reader.steps(work, cancel=request.cancel), start=1):
        if run is not None:
            run.pump()
        left = (time.monotonic() - began) / done * (total - done)
        request.progress(Progress(Phase.READING, done, total, left, path))


def _embed(writer: Writer, run: EmbeddingRun, target: Target, request: _Request) -> bool:
    """Embed what waits; returns whether it was left early for something more urgent."""
    run.pump()
    total = run.embedded + writer.count_pending(target.space_id)
    shown = -1
    busy = more = True
    while busy:
        request.cancel.check()
        if run.embedded != shown and total:
            shown = run.embedded
            left = max(0, total - shown)
            request.progress(Progress(Phase.EMBEDDING, shown, total, run.seconds_left(left)))
        more = more and not request.gives_way()
        busy = run.drain(seconds=_LOOK_EVERY_SECONDS, more=more)
    request.cancel.check()
    if total and run.failure is None and run.embedded != shown:
        request.progress(Progress(Phase.EMBEDDING, run.embedded, max(total, run.embedded), 0.0))
    return not more and run.failure is None


def _no_progress(_: Progress) -> None:
    return None
