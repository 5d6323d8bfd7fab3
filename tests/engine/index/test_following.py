"""Trouble while a workspace is followed: told once, tried again with pauses that grow, nothing lost."""

from __future__ import annotations

import pytest
from tests.engine.index.indexing import CountingEmbedder, Workspace

from smysl.engine.cancel import CancelToken
from smysl.engine.errors import DiskFullError, IndexBusyError
from smysl.engine.index import Attempt, Following, Indexer, Pauses
from smysl.engine.source import Again, Changes
from smysl.engine.store import Store
from smysl.engine.types import IndexReport, say

CHANGES = Changes(frozenset({"a.py"}))
PAUSES = Pauses(index=1.0, model=5.0, longest=60.0)


@pytest.mark.parametrize(
    "error", [DiskFullError(say("Full."), say("Make room.")), IndexBusyError(say("Busy.")), ValueError("broken")]
)
def test_changes_that_could_not_be_indexed_are_asked_for_again_and_a_notice_says_so_once(error: Exception) -> None:
    reports: list[IndexReport] = []

    def attempt() -> Attempt:
        raise error

    following = Following(attempt, reports.append, pauses=PAUSES, cancel=CancelToken())
    assert [following(CHANGES) for _ in range(8)] == [
        Again(CHANGES, seconds) for seconds in (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0)
    ]
    assert len(reports) == 1
    assert str(reports[0].notices[-1]) == "What changed meanwhile is indexed as soon as that works."


def test_texts_that_wait_for_the_model_are_asked_for_without_another_walk_until_they_are_there(store: Store) -> None:
    workspace = Workspace({f"f{n}.py": f"def f{n}():\n    return {n}\n" for n in range(8)})
    model = CountingEmbedder(dies_after=1)
    reports: list[IndexReport] = []
    following = Following(
        lambda: Attempt(Indexer(workspace, store, model, now_ns=workspace.tick)),
        reports.append,
        pauses=PAUSES,
        cancel=CancelToken(),
    )
    assert following(Changes(rescan=True)) == Again(Changes(), 5.0)
    assert following(Changes()) == Again(Changes(), 10.0)
    model.dies_after = None
    assert following(Changes()) is None
    assert [(report.embedded, report.pending) for report in reports] == [(4, 4), (4, 0)]


def test_words_are_indexed_without_the_model_and_it_is_looked_for_again(store: Store) -> None:
    workspace = Workspace({"a.py": "def one():\n    return 1\n"})
    reports: list[IndexReport] = []
    following = Following(
        lambda: Attempt(Indexer(workspace, store), is_complete=False, notices=(say("No model."),)),
        reports.append,
        pauses=PAUSES,
        cancel=CancelToken(),
    )
    assert following(CHANGES) == Again(Changes(), 5.0)
    workspace.write("a.py", "def two():\n    return 2\n")
    assert following(CHANGES) == Again(Changes(), 10.0)
    assert [(report.files_changed, len(report.notices)) for report in reports] == [(1, 1), (1, 0)]


def test_a_run_that_was_taken_back_leaves_nothing_to_do(store: Store) -> None:
    cancel = CancelToken()
    cancel.cancel()
    indexer = Indexer(Workspace({"a.py": "x = 1\n"}), store)
    following = Following(lambda: Attempt(indexer), lambda report: None, pauses=PAUSES, cancel=cancel)
    assert following(CHANGES) is None
