from __future__ import annotations

import errno
import logging
import os
import queue
import shutil
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import pytest
from watchdog.observers.polling import PollingObserverVFS

from smysl.engine.errors import WorkspaceError
from smysl.engine.source import Again, Changes, Watch
from smysl.engine.source.observing import Observation, observe
from smysl.engine.source.relevance import Effect, Relevance

Make = Callable[[Mapping[str, str]], Path]


class Heard:
    """Remembers what a watch told; waits for it with a deadline."""

    def __init__(self) -> None:
        self._queue: queue.Queue[Changes] = queue.Queue()

    def __call__(self, changes: Changes) -> None:
        self._queue.put(changes)

    def next(self) -> Changes:
        return self._queue.get(timeout=10)

    def is_silent(self, seconds: float = 0.25) -> bool:
        try:
            self._queue.get(timeout=seconds)
        except queue.Empty:
            return True
        return False


@pytest.fixture
def root(workspace: Make) -> Path:
    return workspace({"a.py": "1", "pkg/b.py": "1", "node_modules/x.py": "1", "pkg/deep/c.py": "1"})


@pytest.fixture
def heard(root: Path) -> Iterator[Heard]:
    heard = Heard()
    with Watch(root, heard, debounce=0.05) as watch:
        assert watch.notices == ()
        yield heard


def test_a_changed_file_is_told_once(root: Path, heard: Heard) -> None:
    (root / "pkg" / "b.py").write_text("2")
    assert heard.next() == Changes(frozenset({"pkg/b.py"}))
    assert heard.is_silent()


def test_reading_a_file_is_no_change(root: Path, heard: Heard) -> None:
    (root / "a.py").read_text()
    assert heard.is_silent()


def test_a_file_saved_by_an_atomic_rename_is_told_under_its_name(root: Path, heard: Heard) -> None:
    (root / ".a.py.tmp4711").write_text("2")
    (root / ".a.py.tmp4711").replace(root / "a.py")
    assert heard.next() == Changes(frozenset({"a.py"}))
    assert heard.is_silent()


def test_new_moved_and_deleted_files_are_told_together(root: Path, heard: Heard) -> None:
    (root / "new.pyi").write_text("")
    (root / "a.py").rename(root / "pkg" / "z.py")
    (root / "pkg" / "b.py").unlink()
    assert heard.next() == Changes(frozenset({"new.pyi", "a.py", "pkg/z.py", "pkg/b.py"}))


def test_other_files_and_skipped_folders_are_not_heard_of(root: Path, heard: Heard) -> None:
    (root / "readme.md").write_text("2")
    (root / "node_modules" / "y.py").write_text("2")
    (root / "pkg" / "__pycache__").mkdir()
    (root / "pkg" / "__pycache__" / "b.py").write_text("")
    assert heard.is_silent()


def test_a_moved_folder_is_told_with_both_its_names_and_watched_where_it_is_now(root: Path, heard: Heard) -> None:
    (root / "pkg").rename(root / "package")
    assert heard.next() == Changes(frozenset({"pkg", "package"}))
    (root / "package" / "deep" / "c.py").write_text("2")
    assert heard.next() == Changes(frozenset({"package/deep/c.py"}))


def test_a_deleted_folder_is_told_once_and_stands_for_all_that_was_in_it(root: Path, heard: Heard) -> None:
    shutil.rmtree(root / "pkg")
    assert heard.next() == Changes(frozenset({"pkg"}))


def test_a_new_folder_is_told_and_watched(root: Path, heard: Heard) -> None:
    (root / "x" / "y").mkdir(parents=True)
    (root / "x" / "y" / "z.py").write_text("1")
    assert heard.next() == Changes(frozenset({"x"}))
    (root / "x" / "y" / "z.py").write_text("2")
    assert heard.next().paths == {"x/y/z.py"}


def test_a_thousand_folders_made_below_a_new_one_are_told_as_that_one(tmp_path: Path) -> None:
    heard, events = Heard(), Events()
    with Watch(tmp_path, heard, debounce=0.05, observe=events):
        events.say("build", True)
        for number in range(1_000):
            events.say(f"build/{number}/deep", True)
        assert heard.next() == Changes(frozenset({"build"}))


@pytest.mark.parametrize("name", [".gitignore", ".smyslignore", "pyvenv.cfg"])
def test_a_changed_ignore_file_asks_for_a_walk(root: Path, heard: Heard, name: str) -> None:
    (root / "pkg" / name).write_text("*.py")
    assert heard.next() == Changes(rescan=True)


def test_a_branch_switch_asks_for_a_walk(workspace: Make) -> None:
    root = workspace({".git/HEAD": "ref: refs/heads/main\n", "a.py": ""})
    heard = Heard()
    with Watch(root, heard, debounce=0.05):
        (root / ".git" / "index").write_text("")
        assert heard.is_silent()
        (root / ".git" / "HEAD.lock").write_text("ref: refs/heads/other\n")
        (root / ".git" / "HEAD.lock").replace(root / ".git" / "HEAD")
        assert heard.next() == Changes(rescan=True)


def test_a_flood_of_files_asks_for_a_walk(root: Path) -> None:
    heard = Heard()
    with Watch(root, heard, debounce=1.0, max_wait=8.0):  # time for a busy machine to write them all
        for number in range(600):
            (root / f"f{number}.py").write_text("")
        assert heard.next() == Changes(rescan=True)


def test_an_error_in_the_callback_is_logged_and_what_it_was_told_comes_again(
    root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    heard = Heard()

    def callback(changes: Changes) -> None:
        heard(changes)
        if changes.paths == {"a.py"}:
            raise ValueError("no")

    with Watch(root, callback, debounce=0.05):
        (root / "a.py").write_text("2")
        heard.next()
        (root / "pkg" / "b.py").write_text("2")
        assert heard.next().paths == {"a.py", "pkg/b.py"}
    assert "could not be handled" in caplog.text
    assert "ValueError: no" in caplog.text


def test_what_is_left_is_told_again_after_a_pause(tmp_path: Path) -> None:
    heard, events = Heard(), Events()
    left = [Again(Changes(frozenset({"a.py"})), 0.02), Again(Changes(), 0.02)]

    def callback(changes: Changes) -> Again | None:
        heard(changes)
        return left.pop(0) if left else None

    with Watch(tmp_path, callback, debounce=0.01, observe=events):
        events.say("a.py", False)
        events.say("b.py", False)
        assert heard.next().paths == {"a.py", "b.py"}
        assert heard.next().paths == {"a.py"}
        assert heard.next() == Changes()
        assert heard.is_silent(0.1)


def test_what_is_left_is_told_with_the_next_changes_if_they_come_before(tmp_path: Path) -> None:
    heard, events = Heard(), Events()

    def callback(changes: Changes) -> Again | None:
        heard(changes)
        return Again(Changes(rescan=True), 60.0) if "a.py" in changes.paths else None

    with Watch(tmp_path, callback, debounce=0.01, observe=events):
        events.say("a.py", False)
        heard.next()
        events.say("b.py", False)
        assert heard.next() == Changes(rescan=True)
        assert heard.is_silent(0.05)


def test_all_callbacks_come_from_one_thread_and_none_after_the_end(root: Path) -> None:
    threads: list[threading.Thread] = []
    heard = Heard()

    def callback(changes: Changes) -> None:
        threads.append(threading.current_thread())
        heard(changes)

    with Watch(root, callback, debounce=0.02):
        for text in "234":
            (root / "a.py").write_text(text)
            heard.next()
        (root / "a.py").write_text("5")
    (root / "a.py").write_text("6")
    assert heard.is_silent(0.1)
    assert len(set(threads)) == 1
    assert not threads[0].is_alive()


def test_a_workspace_that_is_removed_and_made_again_is_watched_again(root: Path) -> None:
    heard = Heard()
    with Watch(root, heard, debounce=0.05, look_every=0.05):
        shutil.rmtree(root)
        assert heard.next() == Changes(rescan=True)
        assert heard.is_silent()
        root.mkdir()
        assert heard.next() == Changes(rescan=True)
        (root / "new.py").write_text("1")
        assert heard.next() == Changes(frozenset({"new.py"}))


@pytest.mark.skipif(sys.platform == "win32", reason="a folder that is watched cannot be moved there")
def test_a_workspace_whose_place_another_folder_takes_is_told_and_that_one_is_watched(
    root: Path, tmp_path: Path
) -> None:
    heard = Heard()
    with Watch(root, heard, debounce=0.05, look_every=0.05):
        root.rename(tmp_path / "before")
        assert heard.next() == Changes(rescan=True)
        (tmp_path / "before" / "old.py").write_text("1")
        assert heard.is_silent()
        (tmp_path / "before").rename(root)
        assert heard.next() == Changes(rescan=True)
        other = tmp_path / "other"
        other.mkdir()
        root.rename(tmp_path / "before")
        other.rename(root)
        assert heard.next() == Changes(rescan=True)
        (root / "new.py").write_text("1")
        assert heard.next() == Changes(frozenset({"new.py"}))


def test_a_missing_folder_cannot_be_watched(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="cannot be watched"), Watch(tmp_path / "nowhere", Heard()):
        pass


class Events:
    """Stands for the file system: says what the test tells it to say."""

    def __init__(self) -> None:
        self.stopped = False

    def __call__(
        self,
        workspace: Path,
        on_event: Callable[[str, bool], None],
        on_loss: Callable[[], None],
        skipped: frozenset[str],
    ) -> Observation:
        self.say, self.lose = on_event, on_loss
        return Observation()


def test_a_constant_stream_of_changes_is_told_in_time(tmp_path: Path) -> None:
    heard, events = Heard(), Events()
    done = threading.Event()
    with Watch(tmp_path, heard, debounce=5.0, max_wait=0.1, observe=events):

        def stream() -> None:
            while not done.wait(0.005):
                events.say("a.py", False)

        thread = threading.Thread(target=stream)
        thread.start()
        assert heard.next() == Changes(frozenset({"a.py"}))
        assert heard.next() == Changes(frozenset({"a.py"}))
        done.set()
        thread.join()


def test_lost_events_ask_for_a_walk(tmp_path: Path) -> None:
    heard, events = Heard(), Events()
    with Watch(tmp_path, heard, debounce=0.01, observe=events):
        events.lose()
        assert heard.next() == Changes(rescan=True)


def test_so_many_events_that_some_may_be_lost_ask_for_a_walk_even_if_none_matters(tmp_path: Path) -> None:
    heard, events = Heard(), Events()
    with Watch(tmp_path, heard, debounce=0.01, observe=events):
        for number in range(9_000):
            events.say(f"node_modules/{number}.js", False)
        assert heard.next() == Changes(rescan=True)


class NoWatches(PollingObserverVFS):
    """A system that has no watches left."""

    def __init__(self) -> None:
        super().__init__(os.stat, os.scandir)

    def start(self) -> None:
        raise OSError(errno.ENOSPC, "inotify watch limit reached")


def test_when_the_system_runs_out_of_watches_changes_are_looked_for(root: Path) -> None:
    heard = Heard()
    polling = partial(observe, native=NoWatches, polling_seconds=0.05)
    with Watch(root, heard, debounce=0.02, observe=polling) as watch:
        assert [str(notice)[:52] for notice in watch.notices] == [
            "The system's limit of watched folders is reached; ch"
        ]
        (root / "node_modules" / "x.py").write_text("2222")
        (root / "pkg" / "b.py").write_text("2222")
        assert heard.next() == Changes(frozenset({"pkg/b.py"}))


def test_an_overflow_that_watchdog_logs_is_a_loss(root: Path, heard: Heard) -> None:
    logging.getLogger("watchdog.observers.inotify_c").warning("Inotify queue overflowed; filesystem events were lost")
    assert heard.next() == Changes(rescan=True)


def test_a_skipped_folder_that_include_names_is_heard_of() -> None:
    assert Relevance().effect_of("node_modules/tool/a.py", is_folder=False) is Effect.NONE
    assert Relevance(["node_modules/tool/"]).effect_of("node_modules/tool/a.py", is_folder=False) is Effect.PATH
