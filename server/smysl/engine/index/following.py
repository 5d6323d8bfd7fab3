"""What a watch tells, brought into the index: tried again until it is there, with pauses that grow."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from smysl.engine.cancel import CancelToken
from smysl.engine.errors import Cancelled, SmyslError
from smysl.engine.index.indexer import Indexer
from smysl.engine.source import Again, Changes
from smysl.engine.types import IndexReport, Message, ProgressCallback, say

log = logging.getLogger(__name__)

WAIT_SECONDS = 1.0
"""How long to wait for another writer before trying again later; leaving a watch must not take longer."""


@dataclass(frozen=True, slots=True)
class Pauses:
    """Seconds before another try: the first ones, after which they double, and the longest.

    index: when the index could not be written. model: when texts wait for a model that does not answer.
    """

    index: float = 1.0
    model: float = 5.0
    longest: float = 60.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """What indexes now. `is_complete` is false while the model that was asked for is not there."""

    indexer: Indexer
    is_complete: bool = True
    notices: tuple[Message, ...] = ()


class Following:
    """Called with changes, brings them into the index; returns what is left to do, and when to call with it again.

    `attempt` is asked anew each time, for a model may come back. `on_update` hears of every run, but not again and
    again of the same trouble; `progress` hears of how far each is. A run whose texts are at the model ends early once
    `gives_way` is true or another call waits, so that what changed meanwhile is found before the rest is embedded.
    One run at a time.
    """

    def __init__(
        self,
        attempt: Callable[[], Attempt],
        on_update: Callable[[IndexReport], None],
        *,
        pauses: Pauses,
        cancel: CancelToken,
        progress: ProgressCallback | None = None,
        gives_way: Callable[[], bool] = bool,
    ) -> None:
        self._attempt = attempt
        self._on_update = on_update
        self._pauses = pauses
        self._cancel = cancel
        self._progress = progress
        self._gives_way = gives_way
        self._running = threading.Lock()
        self._counting = threading.Lock()
        self._calls = 0
        self._run = CancelToken()
        self._failures = 0
        self._told: tuple[str, ...] = ()

    def __call__(self, changes: Changes) -> Again | None:
        """Index `changes`; None when nothing is left to do. Raises what `on_update` raises."""
        with self._counted(), self._running:
            self._run = CancelToken()
            try:
                with self._cancel.calling(self._run.cancel):
                    attempt = self._attempt()
                    report = self._index(attempt.indexer, changes)
            except Cancelled:
                return None
            except SmyslError as error:
                log.info("What changed is not indexed yet: %s", error)
                return self._failed(changes, *error.sentences)
            except Exception as error:
                log.exception("What changed could not be indexed")
                return self._failed(changes, say("The index could not be updated: {reason}.", reason=repr(error)))
            return self._ended(replace(report, notices=(*attempt.notices, *report.notices)), attempt)

    def take_back(self) -> None:
        """End the run that goes on, if one does; nothing is told of it, and what it had finished stays."""
        self._run.cancel()

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._counting:
            self._calls += 1
        try:
            yield
        finally:
            with self._counting:
                self._calls -= 1

    def _index(self, indexer: Indexer, changes: Changes) -> IndexReport:
        def gives_way() -> bool:
            return self._calls > 1 or self._gives_way()

        if changes.rescan:
            return indexer.refresh(progress=self._progress, cancel=self._run, gives_way=gives_way, wait=WAIT_SECONDS)
        return indexer.update(
            changes.paths, progress=self._progress, cancel=self._run, gives_way=gives_way, wait=WAIT_SECONDS
        )

    def _ended(self, report: IndexReport, attempt: Attempt) -> Again | None:
        is_incomplete = not attempt.is_complete or report.pending > 0
        self._tell(replace(report, is_incomplete=is_incomplete))
        if not is_incomplete:
            self._failures = 0
            return None
        # The files are indexed, their texts wait in the index.
        return Again(Changes(), 0.0 if report.gave_way else self._pause(self._pauses.model))

    def _failed(self, changes: Changes, *sentences: Message) -> Again:
        told = (*sentences, say("What changed meanwhile is indexed as soon as that works."))
        self._tell(IndexReport(notices=told, is_incomplete=True))
        return Again(changes, self._pause(self._pauses.index))

    def _tell(self, report: IndexReport) -> None:
        notices = tuple(map(str, report.notices))
        is_known = notices == self._told
        self._told = notices
        if not (is_known and notices):
            self._on_update(report)
        elif report.files_changed or report.files_removed or report.embedded:
            self._on_update(replace(report, notices=()))

    def _pause(self, first: float) -> float:
        self._failures += 1
        return min(first * 2.0 ** min(self._failures - 1, 32), self._pauses.longest)
