"""The states of all folders as the one that a person sees."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from smysl import __version__
from smysl.engine.types import Message, Phase, Progress, say
from smysl.lsp import wire
from smysl.lsp.folder import FolderSession
from smysl.lsp.session import Session, SessionState
from smysl.lsp.wire import State

_WORST_FIRST: tuple[State, ...] = ("error", "indexing", "starting", "degraded", "ready", "off")

Translate = Callable[[Message], str]


def status_of(sessions: Sequence[Session], *, wanted: str, has_begun: bool, translate: Translate) -> wire.Status:
    """The state of the server: the first in `_WORST_FIRST` that any folder is in.

    Without folders it is `off` once the server `has_begun`, that is, has been told which there are.
    """
    states = [session.state for session in sessions]
    worst = min(
        states,
        key=lambda state: _WORST_FIRST.index(state.state),
        default=SessionState("off" if has_begun else "starting"),
    )
    known = [state.status for state in states if state.status is not None]
    main = next((status for status in known if status.model is not None), None)
    error = next((state.error for state in states if state.error is not None), None)
    files, chunks = (sum(getattr(status, name) for status in known) for name in ("files", "chunks"))
    notices = dict.fromkeys(translate(notice) for state in states for notice in state.notices)
    return wire.Status(
        state=worst.state,
        message=translate(_message(worst, files=files, chunks=chunks)),
        advice=None if worst.advice is None else translate(worst.advice),
        progress=None if worst.progress is None else _progress(worst.progress),
        files=files,
        chunks=chunks,
        embedded=sum(status.embedded for status in known),
        pending=sum(status.pending for status in known),
        failed=sum(status.failed for status in known),
        model=main.model if main else None,
        dimensions=main.dimensions if main else None,
        space=main.space if main else None,
        wanted=wanted,
        last_error=None if error is None else translate(error),
        notices=tuple(notices),
        hints=tuple(dict.fromkeys(translate(hint) for status in known for hint in status.hints)),
        folders=tuple(_folder(session, translate) for session in sessions if isinstance(session, FolderSession)),
        version=__version__,
    )


def progress_message(progress: Progress) -> Message:
    """How far an index run is, as a sentence."""
    if progress.phase is Phase.READING:
        return say("Reading files: {done} of {total}.", done=progress.done, total=progress.total)
    return say("Embedding: {done} of {total}.", done=progress.done, total=progress.total)


def _message(state: SessionState, *, files: int, chunks: int) -> Message:
    if state.message is not None:
        return state.message
    if state.progress is not None:
        return progress_message(state.progress)
    if state.state == "off":
        return say("No folder is open that may be searched.")
    if state.state == "starting":
        return say("Starting.")
    return say("Ready: {chunks} functions, methods and classes in {files} files.", chunks=chunks, files=files)


def _progress(progress: Progress) -> wire.Progress:
    return wire.Progress(progress.phase.value, progress.done, progress.total, progress.seconds_left)


def _folder(session: FolderSession, translate: Translate) -> wire.FolderStatus:
    state, status = session.state, session.state.status
    files, chunks = (status.files, status.chunks) if status else (0, 0)
    return wire.FolderStatus(
        uri=session.uri,
        state=state.state,
        message=translate(_message(state, files=files, chunks=chunks)),
        files=files,
        chunks=chunks,
        pending=status.pending if status else 0,
        index_file=status.index_file if status else "",
        size_bytes=status.size_bytes if status else 0,
    )
