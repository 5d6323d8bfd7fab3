"""Watches a workspace and says, a moment after the last change, what changed."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TypeAlias

from typing_extensions import Self

from smysl.engine.errors import WorkspaceError
from smysl.engine.source.observing import Observation, OnEvent, observe
from smysl.engine.source.relevance import Effect, Relevance
from smysl.engine.source.walk import is_within
from smysl.engine.types import Message

Observe: TypeAlias = Callable[[Path, OnEvent, Callable[[], None], frozenset[str]], Observation]

_log = logging.getLogger(__name__)

_MOST_PATHS = 500  # changed paths beyond which one walk is cheaper and surer than looking at each
_MOST_EVENTS = 8_000  # half of the kernel's queue on Linux (fs.inotify.max_queued_events): some may be lost
_WINDOW_SECONDS = 1.0
_PATIENCE_SECONDS = 10.0  # how long leaving waits for a callback that is running
_AFTER_ERROR_SECONDS = 5.0
_LOOK_SECONDS = 2.0  # how long it takes at the most to see that another folder is where the workspace was

_Identity: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed: files, and folders with all that is below them (relative paths; they may be gone by now).

    `rescan`: so much, or such a thing, that only a walk can tell.
    """

    paths: frozenset[str] = frozenset()
    rescan: bool = False


@dataclass(frozen=True, slots=True)
class Again:
    """What could not be dealt with, and in how many seconds to try again."""

    changes: Changes
    after: float


class Watch:
    """A context manager: inside it `callback` hears of changes, always from one and the same thread.

    Changes that come within `debounce` seconds of each other are told together, at the latest `max_wait` seconds after
    the first. What `callback` says it could not deal with is told again, together with what changes until then; so is
    everything when it raises, which is logged. Ignore rules are left to the walk; only what is skipped by name (caches,
    node_modules) is not heard of, unless `include` names it.
    A workspace that is removed or moved away, and what is put in its place later, are a change of everything.
    """

    def __init__(
        self,
        workspace: Path,
        callback: Callable[[Changes], Again | None],
        *,
        debounce: float = 0.15,
        max_wait: float = 1.0,
        look_every: float = _LOOK_SECONDS,
        include: Sequence[str] = (),
        observe: Callable[
            [Path, Callable[[str, bool], None], Callable[[], None], frozenset[str]], Observation
        ] = observe,
    ) -> None:
        """`observe` starts to observe the file system (see `observing.observe`).

        `look_every` is in how many seconds it is looked again whether the folder is still the one that is observed.
        """
        self._workspace = workspace
        self._callback = callback
        self._debounce = debounce
        self._max_wait = max_wait
        self._look_every = look_every
        self._relevance = Relevance(include)
        self._observe = observe
        self._observation: Observation | None = None
        self._observed: _Identity | None = None
        """Which folder that is; None where none is, or where it may be gone."""
        self._thread = threading.Thread(target=self._run, name="smysl-watch", daemon=True)
        self._condition = threading.Condition()
        self._paths: set[str] = set()
        self._rescan = False
        self._events = 0
        self._window = 0.0
        self._first = 0.0
        self._last = 0.0
        self._again_at = 0.0
        self._closed = False

    @property
    def notices(self) -> tuple[Message, ...]:
        """What a person should know about how well this watch works; empty if all is well."""
        return self._observation.notices if self._observation is not None else ()

    @property
    def is_due(self) -> bool:
        """Whether there are changes to tell now: `callback`, where it is at work, may want to come to an end."""
        with self._condition:
            due = self._due()
            return due is not None and due <= time.monotonic()

    def __enter__(self) -> Self:
        """Start to watch. Raises `WorkspaceError` if the folder cannot be watched in any way."""
        self._observed = _identity(self._workspace)
        self._observation = self._observe(self._workspace, self._on_event, self._on_loss, self._relevance.skipped)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop watching; a callback that is running is waited for, what has not been told is forgotten."""
        with self._condition:
            self._closed = True
            self._condition.notify()
            observation = self._observation
        if observation is not None:
            observation.stop()
        if self._thread is not threading.current_thread():
            self._thread.join(_PATIENCE_SECONDS)

    def repeat(self, again: Again) -> None:
        """Have changes told in some seconds, or with what is told before."""
        with self._condition:
            self._paths |= again.changes.paths
            self._rescan = self._rescan or again.changes.rescan
            self._again_at = time.monotonic() + again.after
            self._condition.notify()

    def _on_event(self, path: str, is_folder: bool) -> None:
        effect = self._relevance.effect_of(path, is_folder=is_folder)
        with self._condition:
            if not path:  # the workspace itself was removed; the next folder may get its number
                self._observed = None
            is_flood = self._is_flood()
            if effect is Effect.NONE and not is_flood:
                return
            if effect is Effect.PATH and not is_flood:
                self._paths.add(path)
            else:
                self._rescan = True
            self._touch()

    def _on_loss(self) -> None:
        with self._condition:
            self._rescan = True
            self._touch()

    def _is_flood(self) -> bool:
        """Count an event; whether it is the one with which, in about a second, there are too many to trust all came."""
        now = time.monotonic()
        if now - self._window > _WINDOW_SECONDS:
            self._window, self._events = now, 0
        self._events += 1
        return self._events == _MOST_EVENTS

    def _touch(self) -> None:
        """Begin or prolong the wait for quiet; the condition is held."""
        self._last = time.monotonic()
        if not self._first:
            self._first = self._last
            self._condition.notify()

    def _run(self) -> None:
        while not self._closed:
            self._look()
            changes = self._next()
            if changes is None:
                continue
            again: Again | None = Again(changes, _AFTER_ERROR_SECONDS)
            try:
                again = self._callback(changes)
            except Exception:
                _log.exception("What changed in %s could not be handled", self._workspace)
            if again is not None:
                self.repeat(again)

    def _look(self) -> None:
        """Observe what has taken the place of the folder that was observed: of a move the system tells nothing."""
        found = _identity(self._workspace)
        with self._condition:
            if found == self._observed or self._closed:
                return
            before, self._observed = self._observation, found
        if before is not None:
            before.stop()
        observation = None
        if found is not None:
            try:
                observation = self._observe(self._workspace, self._on_event, self._on_loss, self._relevance.skipped)
            except WorkspaceError as error:
                _log.info("%s", error)
        with self._condition:
            if observation is None:
                self._observed = None
            elif not self._closed:
                self._observation, observation = observation, None
        if observation is not None:
            observation.stop()
        self._on_loss()

    def _next(self) -> Changes | None:
        """Wait for changes and then for quiet; None where it is time to look at the folder, or the watch is closed."""
        look = time.monotonic() + self._look_every
        with self._condition:
            while not self._closed:
                now, due = time.monotonic(), self._due()
                if due is None or due > now:
                    if look <= now:
                        return None
                    self._condition.wait(min(look, look if due is None else due) - now)
                    continue
                paths = frozenset(path for path in self._paths if not is_within(path.rpartition("/")[0], self._paths))
                is_much = self._rescan or len(paths) > _MOST_PATHS
                changes = Changes(rescan=True) if is_much else Changes(paths)
                self._paths, self._rescan, self._first, self._again_at = set(), False, 0.0, 0.0
                return changes
            return None

    def _due(self) -> float | None:
        """When to tell what there is to tell; None when there is nothing."""
        times = []
        if self._first:
            times.append(min(self._last + self._debounce, self._first + self._max_wait))
        if self._again_at:
            times.append(self._again_at)
        return min(times, default=None)


def _identity(folder: Path) -> _Identity | None:
    """What tells a folder from another one at the same path; None where there is none."""
    try:
        found = os.stat(folder)  # noqa: PTH116 - nothing but two numbers of it
    except OSError:
        return None
    return found.st_dev, found.st_ino
