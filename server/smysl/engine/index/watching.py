"""A workspace that is watched: its index follows the files, and an edge may hold it up and let it go on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from typing_extensions import Self

from smysl.engine.cancel import CancelToken
from smysl.engine.index.following import Attempt, Following, Pauses
from smysl.engine.source import Again, Changes, Watch
from smysl.engine.types import IndexReport, Message, Mode, ProgressCallback

_EVERYTHING = Changes(rescan=True)


class Watching:
    """A context manager: inside it the index of `workspace` is kept equal to the files.

    Entering brings in what changed before: first for the words, however long the model takes to load, then for the
    model; but a change that comes meanwhile goes before texts which wait for the model. `attempt` says what indexes
    now, in a mode and until a token is cancelled; `on_update` hears of every run and `progress` of how far it is, from
    a thread.
    """

    def __init__(
        self,
        workspace: Path,
        attempt: Callable[[Mode, CancelToken], Attempt],
        on_update: Callable[[IndexReport], None],
        *,
        pauses: Pauses,
        include: Sequence[str] = (),
        progress: ProgressCallback | None = None,
    ) -> None:
        self._cancel = CancelToken()
        self._on_update = on_update
        self._is_held = threading.Event()
        self._has_words = threading.Event()
        self._following = Following(
            lambda: attempt(self._mode(), self._cancel),
            self._told,
            pauses=pauses,
            cancel=self._cancel,
            progress=progress,
            gives_way=lambda: self._watch.is_due,
        )
        self._watch = Watch(workspace, self._following, include=include)

    def hold(self) -> None:
        """End the run that goes on, and give no text to the model until `resume`; changes go on to be indexed by words.

        What the run had finished stays.
        """
        self._is_held.set()
        self._following.take_back()

    def resume(self) -> None:
        """Look through the whole workspace again, and give to the model what waits for it."""
        self._is_held.clear()
        self._watch.repeat(Again(_EVERYTHING, 0.0))

    def cancel(self) -> None:
        """End the run that goes on, and every later one; for a thread that does not want to wait for it."""
        self._cancel.cancel()

    def __enter__(self) -> Self:
        """Start to watch, and index what changed before. Raises `WorkspaceError` if the folder cannot be watched."""
        self._watch.__enter__()
        try:
            again = self._following(_EVERYTHING)
            self._has_words.set()
            again = again or self._following(Changes())
        except BaseException:
            self.__exit__(None, None, None)
            raise
        if again is not None:
            self._watch.repeat(again)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the run that goes on, and the watch. Idempotent."""
        self.cancel()
        self._watch.__exit__(kind, error, trace)

    def _mode(self) -> Mode:
        return Mode.FUSED if self._has_words.is_set() and not self._is_held.is_set() else Mode.LEXICAL

    def _told(self, report: IndexReport) -> None:
        notices: tuple[Message, ...] = self._watch.notices
        self._on_update(replace(report, notices=(*report.notices, *notices)) if notices else report)
