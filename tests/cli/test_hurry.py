"""A search does not wait for hours of new vectors while older ones can answer."""

from __future__ import annotations

import io
import threading
from pathlib import Path

import pytest
from tests.cli.fakes import FakeEngine, Shell

from smysl.cli.refreshing import refresh
from smysl.cli.session import Common, Session
from smysl.engine.cancel import CancelToken
from smysl.engine.errors import Cancelled


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return Session(Shell(tmp_path, FakeEngine()).world(io.StringIO(), io.StringIO(), io.StringIO()), Common())


def test_where_older_vectors_answer_a_search_goes_on_and_says_so(session: Session) -> None:
    engine = FakeEngine(takes_forever=True, has_older_vectors=True)
    [notice] = refresh(session, engine, CancelToken(), patience=0.05)
    assert "smysl index" in str(notice)


def test_where_nothing_else_answers_a_search_waits(session: Session) -> None:
    token = CancelToken()
    threading.Timer(0.3, token.cancel).start()
    with pytest.raises(Cancelled):  # by the person; the first look at 0.05 s found nothing to answer from
        refresh(session, FakeEngine(takes_forever=True), token, patience=0.05)


def test_a_run_that_is_quick_is_not_hurried(session: Session) -> None:
    assert refresh(session, FakeEngine(has_older_vectors=True), CancelToken(), patience=60) == ()
