from __future__ import annotations

import io
import threading
from pathlib import Path

import pytest
from tests.cli.fakes import FakeEngine, Shell

from smysl.cli.patience import patient
from smysl.cli.progress import shown_progress, shown_steps
from smysl.cli.session import Common, Session
from smysl.engine.types import Phase, Progress, say
from smysl.evaluation.measure import Step

TOLD = "This takes a while: the model may still be loading.\n"


class Terminal(io.StringIO):
    """Says what is written to it, and that a person reads it. `seen` is set by the first line."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = threading.Event()

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        written = super().write(text)
        if "loading" in text:
            self.seen.set()
        return written


@pytest.fixture
def stderr() -> Terminal:
    return Terminal()


@pytest.fixture
def session(tmp_path: Path, stderr: Terminal) -> Session:
    world = Shell(tmp_path, FakeEngine()).world(io.StringIO(), io.StringIO(), stderr)
    return Session(world, Common())


def test_a_model_that_says_nothing_for_a_while_is_explained_once(session: Session, stderr: Terminal) -> None:
    for _ in range(2):
        with patient(session, seconds=0.01):
            assert stderr.seen.wait(5)
    assert stderr.getvalue() == TOLD


def test_an_answer_in_time_is_not_commented(session: Session, stderr: Terminal) -> None:
    with patient(session, seconds=60):
        pass
    assert stderr.getvalue() == ""


def test_what_an_index_run_does_without_the_model_is_not_put_down_to_it(session: Session, stderr: Terminal) -> None:
    heard: list[Progress] = []
    with patient(session, heard.append, seconds=0.2) as hear:
        hear(Progress(Phase.READING, 1, 9))
        assert not stderr.seen.wait(0.4)
        hear(Progress(Phase.EMBEDDING, 0, 9))
        assert stderr.seen.wait(5)
    assert [update.done for update in heard] == [1, 0]


def test_a_progress_bar_makes_room_for_a_sentence(
    session: Session, stderr: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smysl.cli.progress.PATIENCE", 0.0)
    with shown_progress(session) as progress:
        assert progress is not None
        progress(Progress(Phase.EMBEDDING, 0, 9))
        session.notice(say("Cancelled."))
    assert "Cancelled.\n" in stderr.getvalue()
    session.notice(say("Try again later."))
    assert stderr.getvalue().endswith("Try again later.\n")


def test_a_comparison_shows_which_model_it_is_at_and_with_what(
    session: Session, stderr: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smysl.cli.progress.PATIENCE", 0.0)
    with shown_steps(session) as progress:
        assert progress is not None
        progress(Step("", 0, 0, say("Looking for questions"), 0, 0))
        progress(Step("bge-m3", 2, 3, say("Asking the model"), 1, 9))
        progress(Step("bge-m3", 2, 3, say("Asking questions"), 4, 9, 61.0))
    shown = stderr.getvalue()
    assert "bge-m3 (2/3): Asking questions" in shown
    assert "4/9" in shown
    assert "1:01 left" in shown
