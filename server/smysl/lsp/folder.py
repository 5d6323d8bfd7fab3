"""One workspace folder: an engine on it, and a thread that keeps its index equal to the files."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from smysl.engine.engine import Engine, Watching
from smysl.engine.errors import SmyslError
from smysl.engine.types import IndexReport, Message, Phase, Progress, say
from smysl.lsp.memory import Tidying, give_memory_back
from smysl.lsp.others import OtherModels
from smysl.lsp.session import SessionState
from smysl.lsp.settings import ServerSettings
from smysl.lsp.wire import State

_log = logging.getLogger(__name__)

QUIET_WORK = 20
"""An index run with fewer files or texts left than this changes no state and shows no progress."""

_EVERY_SECONDS = 0.1
_PATIENCE_SECONDS = 1.0

_HANDING_OVER_SECONDS = 30.0
"""How long a session waits for the batch that its predecessor has at the model."""


class FolderSession:
    """A folder that is searched and kept indexed from `start` to `stop`.

    `on_change` is called whenever `state` changes, `on_progress` with every step of an index run that
    is worth showing, and None when it ends; all from a thread.
    """

    def __init__(
        self,
        uri: str,
        root: Path,
        settings: ServerSettings,
        *,
        on_change: Callable[[], None],
        on_progress: Callable[[FolderSession, Progress | None], None],
        predecessor: FolderSession | None = None,
    ) -> None:
        """`predecessor` is a session on the same folder with other settings, which comes to an end with this one."""
        self.uri = uri
        self.root = root
        self._real_root = Path(os.path.realpath(root))
        self.is_taken = Engine.takes(root)
        """Whether such a folder is searched at all."""
        self.settings = settings
        self._on_change = on_change
        self._on_progress = on_progress
        self._predecessor = predecessor
        self._state = SessionState()
        self._is_shown = False
        self._shown_at = 0.0
        self._is_held = False
        self._has_begun = False
        self._opened = threading.Event()
        self._ended = threading.Event()
        self._engine: Engine | None = None
        self._others = OtherModels()
        self._tidying = Tidying()
        self._watching: Watching | None = None
        self._lending = threading.Condition()
        self._lends = 0
        self._thread = threading.Thread(target=self._run, name=f"smysl-folder-{root.name}", daemon=True)

    @property
    def name(self) -> str:
        """What a person calls it."""
        return self.root.name or str(self.root)

    @property
    def is_ended(self) -> bool:
        """Whether it was stopped, or could not be opened or kept."""
        return self._ended.is_set() or not self._thread.is_alive()

    @property
    def state(self) -> SessionState:
        """What can be said of the folder now."""
        return self._state

    def start(self) -> None:
        """Open the engine and begin to index, in a thread of its own."""
        self._thread.start()

    @contextmanager
    def lent(self, model: str | None = None, *, wait: float = 0.0) -> Iterator[Engine | None]:
        """The engine, for the block: it is not closed before its end. Waited for up to `wait` seconds."""
        self._opened.wait(wait)
        with self._lending:
            engine = self._engine
            self._lends += 1
        try:
            if engine is None or model is None or model == self.settings.engine.model:
                yield engine
            else:
                with self._others.lent(engine, model) as other:
                    yield other
        finally:
            with self._lending:
                self._lends -= 1
                self._lending.notify_all()
            self._tidying.soon()

    def path_of(self, path: str) -> Path:
        """Where a file of the index lies, as the client names the folder."""
        return self.root / path

    def relative(self, path: Path) -> str | None:
        """`path` as the engine calls it; "" for the folder and what is around it, None for what lies beside it."""
        inside = self.inside(path)
        if inside is not None:
            return "" if inside == "." else inside
        return "" if self.root.is_relative_to(path) else None

    def inside(self, path: Path) -> str | None:
        """`path` relative to the folder, behind links as the index has it: mostly by where it really lies."""
        named = path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else None
        with suppress(OSError, ValueError):
            real = Path(os.path.realpath(path))
            if real.is_relative_to(self._real_root):
                lying = real.relative_to(self._real_root).as_posix()
                if named in {None, lying} or self._admits(lying):
                    return lying
        return named

    def _admits(self, path: str) -> bool:
        engine = self._engine
        return engine is None or engine.admits(path)

    def hidden(self, path: str) -> None:
        """The document at `path` was closed; its file is still there."""

    def restore(self, path: str) -> None:
        """Search the file at `path` as it is on the disk again."""
        with self.lent() as engine:
            if engine is not None:
                engine.unshow(path)

    def hold(self) -> None:
        """Stop giving texts to the model, until `resume`."""
        self._is_held = True
        if self._watching is not None:
            self._watching.hold()
        self._settle()

    def resume(self) -> None:
        """Look through the whole folder again, and give to the model what waits for it."""
        self._is_held = False
        if self._watching is not None:
            self._watching.resume()

    def clean(self) -> int:
        """Remove the index; returns the bytes freed. The session is at an end with it. Raises `IndexBusyError`."""
        self._opened.wait(_HANDING_OVER_SECONDS)  # what is still being opened would be left behind
        engine = self._engine
        self.stop(wait=_HANDING_OVER_SECONDS)
        freed = 0 if engine is None else engine.clean()
        self._state = SessionState("off", say("The index was removed; index again to search."))
        self._on_change()
        return freed

    def stop(self, *, wait: float = _PATIENCE_SECONDS) -> None:
        """End the index run and close the engine; waits for that up to `wait` seconds. Idempotent."""
        self._ended.set()
        if self._watching is not None:
            self._watching.cancel()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(wait)

    def _run(self) -> None:
        try:
            with Engine.open(self.root, self.settings.engine) as engine:
                self._engine = engine
                self._opened.set()
                if self._predecessor is not None:
                    # This engine answers already; the index is written once the other one has come to an end.
                    self._predecessor.stop(wait=_HANDING_OVER_SECONDS)
                    self._predecessor = None
                self._keep(engine)
                self._take_back()
        except SmyslError as error:
            _log.warning("%s: %s", self.root, error)
            self._become(SessionState("error", error.message, error.advice, error=error.message))
        except Exception as error:
            _log.exception("The folder %s cannot be indexed", self.root)
            message = say("Something unexpected went wrong: {kind}: {error}", kind=type(error).__name__, error=error)
            self._become(SessionState("error", message, error=message))
        finally:
            self._opened.set()
            if self._predecessor is not None:
                self._predecessor.stop(wait=0)
                self._predecessor = None
            self._take_back()
            self._shown(None)

    def _take_back(self) -> None:
        """Lend no more, wait for what is lent, and close the engines on other models."""
        with self._lending:
            self._engine = None
            self._lending.wait_for(lambda: not self._lends, _HANDING_OVER_SECONDS)
        self._others.close()

    def _keep(self, engine: Engine) -> None:
        try:
            self._watching = watching = engine.watch(self._updated, progress=self._progressed)
            if self._is_held:
                watching.hold()
            if self._ended.is_set():
                watching.cancel()
            with watching:
                self._has_begun = True
                if self._state.state != "degraded":
                    self._settle()
                self._ended.wait()
        except SmyslError as error:  # the index cannot be written: it answers as it is
            self._tell("degraded", error.message, error.advice)
            self._ended.wait()

    def _updated(self, report: IndexReport) -> None:
        self._shown(None)
        self._tidying.soon()
        if report.notices:
            self._tell(
                "degraded", report.notices[0], report.notices[1] if len(report.notices) > 1 else None, report.notices
            )
        elif not self._has_begun:
            self._tell("indexing", say("The words are indexed; the model is being loaded."), None)
        elif report.is_incomplete:
            state = self._state
            self._tell("indexing" if report.gave_way else "degraded", state.message, state.advice, state.notices)
        else:
            self._settle()

    def _settle(self) -> None:
        """The state between index runs."""
        if self._is_held:
            self._tell(
                "degraded",
                say("Indexing by meaning was stopped; the words answer for what has no vector yet."),
                say("Index again to go on."),
            )
        else:
            self._tell("ready", None, None)

    def _tell(
        self, state: State, message: Message | None, advice: Message | None, notices: tuple[Message, ...] = ()
    ) -> None:
        engine = self._engine
        status = self._state.status
        if engine is not None and not self._ended.is_set():
            try:
                status = engine.status()
            except SmyslError as trouble:
                state, message, advice = "error", trouble.message, trouble.advice
        error = message if state == "error" else self._state.error
        told = notices or (status.notices if status else ())
        self._become(SessionState(state, message, advice, None, status, told, error))

    def _progressed(self, progress: Progress) -> None:
        if self._is_held:  # the run that was stopped, which must not say that it goes on
            return
        is_much = self._is_shown or progress.total - progress.done >= QUIET_WORK
        now = time.monotonic()
        if progress.phase is Phase.SCANNING or not is_much or now - self._shown_at < _EVERY_SECONDS:
            return
        self._shown_at = now
        self._shown(progress)
        self._become(replace(self._state, state="indexing", message=None, advice=None, progress=progress))

    def _shown(self, progress: Progress | None) -> None:
        if progress is not None or self._is_shown:
            self._is_shown = progress is not None
            self._on_progress(self, progress)
            if progress is None:
                give_memory_back()

    def _become(self, state: SessionState) -> None:
        if not self._ended.is_set():
            self._state = state
            self._on_change()
