"""A watched workspace: what changes is found, and no change is lost."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from pathlib import Path

from tests.engine.embed.fake_ollama import FakeOllama
from tests.engine.naming import names

from smysl.engine.engine import Engine
from smysl.engine.index import Pauses
from smysl.engine.settings import Settings
from smysl.engine.store.lock import writer_lock
from smysl.engine.types import IndexReport, Mode


def test_a_watched_edit_is_found_with_one_embedded_text(workspace: Path, by_model: Settings, fake: FakeOllama) -> None:
    heard = threading.Event()
    reports: list[IndexReport] = []

    def on_update(report: IndexReport) -> None:
        reports.append(report)
        if report.files_changed == 1:
            heard.set()

    with Engine.open(workspace, by_model) as engine, engine.watch(on_update):
        before = len(fake.embedded_texts)
        path = workspace / "shop/geometry.py"
        path.write_text(
            path.read_text("utf-8") + "\n\ndef перевернуть(картинка):\n    return картинка[::-1]\n", "utf-8"
        )
        assert heard.wait(10)
        assert engine.status().pending == 0
        assert names(engine, "перевернуть картинку", mode=Mode.LEXICAL)[0] == "перевернуть"
    assert len(fake.embedded_texts) - before == 1
    assert reports[0].files == 3


class Updates:
    """Keeps what a watch reports; waits for a report that fits, with a deadline."""

    def __init__(self) -> None:
        self._queue: queue.Queue[IndexReport] = queue.Queue()
        self.reports: list[IndexReport] = []

    def __call__(self, report: IndexReport) -> None:
        self.reports.append(report)
        self._queue.put(report)

    def until(self, fits: Callable[[IndexReport], bool]) -> IndexReport:
        while not fits(report := self._queue.get(timeout=20)):
            pass
        return report


QUICK = Pauses(index=0.05, model=0.05, longest=0.2)


def test_a_change_that_comes_while_another_process_writes_is_indexed_afterwards_with_one_notice(
    workspace: Path, by_words: Settings
) -> None:
    updates = Updates()
    with Engine.open(workspace, by_words) as engine, engine.watch(updates, pauses=QUICK):
        with writer_lock(Path(engine.status().index_file), wait=0.0):
            (workspace / "shop/new.py").write_text("def brew_coffee():\n    return 1\n", "utf-8")
            assert "Another process" in str(updates.until(lambda report: bool(report.notices)).notices[0])
        assert updates.until(lambda report: report.files_changed == 1).notices == ()
        assert names(engine, "brew coffee")[0] == "brew_coffee"
    assert sum(bool(report.notices) for report in updates.reports) == 1


def test_texts_that_wait_for_a_model_that_went_away_are_embedded_when_it_returns(
    workspace: Path, by_model: Settings, fake: FakeOllama
) -> None:
    updates = Updates()
    with Engine.open(workspace, by_model) as engine, engine.watch(updates, pauses=QUICK):
        before = len(fake.embedded_texts)
        fake.stop()
        (workspace / "shop/new.py").write_text("def brew_coffee():\n    return 1\n", "utf-8")
        assert updates.until(lambda report: bool(report.pending)).files_changed == 1
        fake.start()
        report = updates.until(lambda report: not report.pending)
        assert (report.embedded, report.notices) == (1, ())
    assert len(fake.embedded_texts) == before + 1


def test_a_watch_that_begins_without_its_model_embeds_everything_when_it_comes(
    workspace: Path, by_model: Settings, fake: FakeOllama
) -> None:
    updates = Updates()
    fake.stop()
    with Engine.open(workspace, by_model) as engine, engine.watch(updates, pauses=QUICK):
        assert updates.until(lambda report: bool(report.notices)).embedded == 0
        fake.start()
        assert updates.until(lambda report: not report.notices).embedded == engine.status().chunks


def test_a_change_is_found_before_the_texts_that_wait_for_a_slow_model_are_embedded(
    workspace: Path, by_model: Settings, fake: FakeOllama
) -> None:
    for number in range(40):
        (workspace / f"shop/part{number}.py").write_text(f"def part{number}():\n    return {number}\n", "utf-8")
    fake.delay_per_text = 0.2
    updates = Updates()
    begun = threading.Event()
    with Engine.open(workspace, by_model) as engine:
        watching = engine.watch(updates, progress=lambda progress: begun.set() if progress.done else None)
        entering = threading.Thread(target=watching.__enter__)
        entering.start()
        try:
            assert begun.wait(20)
            (workspace / "shop/new.py").write_text("def brew_coffee():\n    return 1\n", "utf-8")
            first = updates.until(lambda report: report.gave_way)
            second = updates.until(lambda report: report.files_changed == 1)
            assert first.pending
            assert names(engine, "brew coffee", mode=Mode.LEXICAL)[0] == "brew_coffee"
            fake.delay_per_text = 0.0
            updates.until(lambda report: not report.pending) if second.pending else second
            assert engine.status().pending == 0
        finally:
            entering.join(20)
            watching.__exit__(None, None, None)
    assert len(fake.embedded_texts) == len(set(fake.embedded_texts))


def test_a_watch_that_is_held_gives_nothing_to_the_model_and_finds_changes_by_words(
    workspace: Path, by_model: Settings, fake: FakeOllama
) -> None:
    updates = Updates()
    with Engine.open(workspace, by_model) as engine, engine.watch(updates) as watching:
        before = len(fake.embedded_texts)
        watching.hold()
        (workspace / "shop/new.py").write_text("def brew_coffee():\n    return 1\n", "utf-8")
        updates.until(lambda report: report.files_changed == 1)
        assert names(engine, "brew coffee", mode=Mode.LEXICAL)[0] == "brew_coffee"
        assert len(fake.embedded_texts) == before
        watching.resume()
        assert updates.until(lambda report: bool(report.embedded)).pending == 0
    assert len(fake.embedded_texts) == before + 1
