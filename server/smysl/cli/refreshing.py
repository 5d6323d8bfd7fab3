"""An index run as commands ask for it: with a progress bar, and with patience for models and other processes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from smysl.cli.patience import patient
from smysl.cli.progress import shown_progress
from smysl.cli.session import Session
from smysl.cli.world import Engine
from smysl.engine.cancel import CancelToken
from smysl.engine.errors import Cancelled, DiskFullError, IndexBusyError, ModelFault, ModelUnavailable
from smysl.engine.types import IndexReport, Message, Mode, say

WAIT_SECONDS = 5.0
"""How long a command waits for another process that writes the index."""

PATIENCE_SECONDS = 15.0
"""How long a search makes new vectors before it asks whether the old ones can answer."""

_STEP_SECONDS = 0.5
"""Between two looks whether Ctrl+C was pressed meanwhile."""


def index_run(
    session: Session, engine: Engine, cancel: CancelToken, *, mode: Mode = Mode.FUSED, force: bool = False
) -> IndexReport:
    """Bring the index up to date. Raises as `Engine.refresh`, `IndexBusyError` after having waited."""
    with shown_progress(session) as progress:

        def run(wait: float) -> IndexReport:
            with patient(session, progress) as heard:
                return engine.refresh(progress=heard, cancel=cancel, force=force, wait=wait, mode=mode)

        with suppress(IndexBusyError):
            return run(0.0)
        session.notice(
            say(
                "Another process is indexing this folder; waiting up to {seconds} s for it.",
                seconds=f"{WAIT_SECONDS:g}",
            )
        )
        for _ in range(round(WAIT_SECONDS / _STEP_SECONDS) - 1):
            cancel.check()
            with suppress(IndexBusyError):
                return run(_STEP_SECONDS)
        cancel.check()
        return run(_STEP_SECONDS)


def refresh(
    session: Session,
    engine: Engine,
    cancel: CancelToken,
    *,
    mode: Mode = Mode.FUSED,
    patience: float = PATIENCE_SECONDS,
) -> tuple[Message, ...]:
    """Bring the index up to date as far as that is possible; what is in it answers in any case.

    When vectors have to be made anew and the older ones can answer meanwhile, `patience` seconds are spent on them.
    Returns what there is to say about that, which the person has been told.
    """
    token = CancelToken()
    try:
        with cancel.calling(token.cancel), _hurrying(token, engine, patience):
            notices = index_run(session, engine, token, mode=mode).notices
    except Cancelled:
        if cancel.cancelled or not token.cancelled:
            raise
        notices = (
            say("The new vectors are not all made yet: each search makes some more, and this makes all: smysl index"),
        )
    except IndexBusyError:
        notices = (say("Another process is indexing this folder; the answer comes from the index as it is."),)
    except (DiskFullError, ModelUnavailable, ModelFault) as error:
        stale = say("The index could not be brought up to date; the answer comes from the index as it is.")
        notices = (*error.sentences, stale)
    session.notice_all(notices)
    return notices


@contextmanager
def _hurrying(token: CancelToken, engine: Engine, seconds: float) -> Iterator[None]:
    """Cancel `token` when the block takes so many seconds and others can answer meanwhile."""

    def look() -> None:
        if engine.answers_meanwhile():
            token.cancel()

    timer = threading.Timer(seconds, look)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
