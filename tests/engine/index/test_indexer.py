from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import apsw
import pytest
from tests.engine.index.indexing import SPACE, CountingEmbedder, Workspace, contents, vector_of

from smysl.engine.cancel import CancelToken
from smysl.engine.errors import Cancelled, IndexBusyError, IndexDamagedError
from smysl.engine.index import Indexer
from smysl.engine.store import Store
from smysl.engine.store.connection import translated
from smysl.engine.store.opening import companions
from smysl.engine.text.document import document
from smysl.engine.types import Embedded, Filters, InputLimit, Phase, Progress, Space

ONE = "def one():\n    '''First.'''\n    return 1\n"
TWO = "class Pair:\n    def left(self):\n        return 'l'\n\n    def right(self):\n        return 'r'\n"


def indexer(workspace: Workspace, store: Store, embedder: CountingEmbedder | None = None, **more: object) -> Indexer:
    return Indexer(workspace, store, embedder, now_ns=workspace.tick, **more)  # type: ignore[arg-type] # test shorthand


def test_a_first_run_reads_and_embeds_everything_and_a_second_nothing(store: Store) -> None:
    workspace, embedder = Workspace({"a.py": ONE, "b.py": TWO}), CountingEmbedder()
    report = indexer(workspace, store, embedder).refresh()
    assert (report.files, report.files_changed, report.chunks, report.chunks_added) == (2, 2, 4, 4)
    assert (report.embedded, report.reused, report.pending, report.failed) == (4, 0, 0, 0)
    workspace.reads.clear()
    generation = store.reader.generation()
    report = indexer(workspace, store, embedder).refresh()
    assert (report.files, report.files_changed, report.chunks, report.chunks_added, report.embedded) == (2, 0, 4, 0, 0)
    assert workspace.reads == []
    assert store.reader.generation() == generation
    assert sorted(embedder.texts) == sorted(set(embedder.texts))


def test_what_a_model_that_stops_short_leaves_over_is_handed_to_it_again_and_nothing_else(store: Store) -> None:
    workspace = Workspace({f"f{number}.py": f"def f{number}():\n    return {number}\n" for number in range(10)})
    embedder = StoppingShort()
    report = indexer(workspace, store, embedder).refresh()
    assert (report.embedded, report.pending, report.failed) == (10, 0, 0)
    assert sorted(embedder.texts) == sorted(set(embedder.texts))
    assert store.reader.coverage(SPACE.key).embedded == 10


class StoppingShort(CountingEmbedder):
    """Gives vectors for the first half of what it is asked."""

    def embed_documents(self, texts: Sequence[str], *, cancel: CancelToken | None = None) -> Embedded:
        return super().embed_documents(texts[: (len(texts) + 1) // 2], cancel=cancel)


def test_what_a_full_run_could_not_finish_the_next_run_does_whatever_it_is_asked_for(store: Store) -> None:
    workspace = Workspace({"a.py": ONE, "b.py": TWO, "c.py": "def three():\n    return 3\n"})
    indexer(workspace, store).refresh()
    with store.writer() as writer:
        writer.use_version("something older")
    for path in workspace.files:
        workspace.write(path, f"{workspace.files[path]}\n\ndef more():\n    return 0\n")
    cancel = CancelToken()

    def stop_early(progress: Progress) -> None:
        if progress.done:
            cancel.cancel()

    with pytest.raises(Cancelled):
        indexer(workspace, store).update({"a.py"}, cancel=cancel, progress=stop_early)
    report = indexer(workspace, store).update({"a.py"})
    assert report.files_changed == 2
    assert indexer(workspace, store).refresh().files_changed == 0


def test_one_changed_function_is_one_call_with_exactly_its_text(store: Store) -> None:
    workspace, embedder = Workspace({"a.py": ONE, "b.py": TWO}), CountingEmbedder()
    indexer(workspace, store, embedder).refresh()
    embedder.calls.clear()
    workspace.write("b.py", "import os\n\n" + TWO.replace("'r'", "'right'"))
    report = indexer(workspace, store, embedder).update(["b.py"])
    changed = next(one.chunk for one in store.reader.file_chunks("b.py") if one.chunk.name == "right")
    assert embedder.calls == [(document(changed),)]
    assert (report.files_changed, report.chunks_added, report.chunks_removed, report.embedded) == (1, 1, 1, 1)


def test_update_forgets_files_and_folders_that_are_gone_and_looks_at_nothing_else(store: Store) -> None:
    workspace = Workspace({"a.py": ONE, "pkg/b.py": TWO, "pkg/sub/c.py": ONE, "pkgs.py": ONE})
    indexer(workspace, store).refresh()
    workspace.remove("pkg/b.py")
    workspace.remove("pkg/sub/c.py")
    workspace.remove("a.py")
    indexer(workspace, store).update(["pkg"])
    assert [file.path for file in store.reader.files()] == ["a.py", "pkgs.py"]


def test_update_of_a_folder_indexes_what_is_below_it_and_nothing_else(store: Store) -> None:
    workspace = Workspace()
    indexer(workspace, store).refresh()
    for path, text in {"pkg/b.py": TWO, "pkg/sub/c.py": ONE, "pkgs.py": ONE}.items():
        workspace.write(path, text)
    assert indexer(workspace, store).update(["pkg"]).files_changed == 2
    assert sorted(set(workspace.reads)) == ["pkg/b.py", "pkg/sub/c.py"]
    workspace.move("pkg/sub/c.py", "moved/c.py")
    report = indexer(workspace, store).update(["pkg/sub", "moved"])
    assert (report.files_changed, report.files_removed, report.files) == (1, 1, 2)


def test_a_moved_file_costs_no_call(store: Store) -> None:
    workspace, embedder = Workspace({"a.py": ONE, "b.py": TWO}), CountingEmbedder()
    indexer(workspace, store, embedder).refresh()
    workspace.move("b.py", "deep/down/c.py")
    report = indexer(workspace, store, embedder).refresh()
    assert (report.embedded, report.reused, report.pending) == (0, 3, 0)
    assert len(embedder.texts) == 4


def test_a_branch_switch_and_back_costs_calls_only_for_what_is_new(store: Store) -> None:
    workspace, embedder = Workspace({"a.py": ONE, "b.py": TWO}), CountingEmbedder()
    indexer(workspace, store, embedder).refresh()
    before = contents(store)
    workspace.remove("b.py")
    workspace.write("a.py", ONE.replace("return 1", "return 11"))
    assert indexer(workspace, store, embedder).refresh().embedded == 1
    workspace.write("b.py", TWO)
    workspace.write("a.py", ONE)
    report = indexer(workspace, store, embedder).refresh()
    assert (report.embedded, report.reused) == (0, 4)
    assert contents(store) == before


def test_switching_the_model_and_back_costs_nothing(store: Store) -> None:
    workspace, first = Workspace({"a.py": ONE, "b.py": TWO}), CountingEmbedder()
    second = CountingEmbedder(Space("key-two", "other", 8))
    indexer(workspace, store, first).refresh()
    assert indexer(workspace, store, second).refresh().embedded == 4
    workspace.write("c.py", "def three():\n    return 3\n")
    assert indexer(workspace, store, second).refresh().embedded == 1
    assert indexer(workspace, store, first).refresh().embedded == 1
    assert indexer(workspace, store, second).refresh().embedded == 0
    assert store.reader.coverage(SPACE.key) == store.reader.coverage("key-two")
    assert {stored.space.key: stored.embeddings for stored in store.reader.spaces()} == {SPACE.key: 5, "key-two": 5}


def test_a_model_that_comes_later_embeds_what_words_alone_indexed(store: Store) -> None:
    workspace, embedder = Workspace({"a.py": ONE, "b.py": TWO}), CountingEmbedder()
    assert indexer(workspace, store).refresh().pending == 0
    assert indexer(workspace, store, embedder).refresh().embedded == 4
    assert indexer(workspace, store, embedder).refresh().embedded == 0


def test_equal_texts_in_two_files_are_embedded_once(store: Store) -> None:
    embedder = CountingEmbedder()
    report = indexer(Workspace({"a.py": ONE, "b.py": ONE}), store, embedder).refresh()
    assert len(embedder.texts) == 1
    assert (report.chunks, report.pending) == (2, 0)
    assert store.reader.coverage(SPACE.key).embedded == 2


def test_a_dead_model_leaves_the_words_complete_and_the_next_run_goes_on(store: Store) -> None:
    workspace = Workspace({f"f{n}.py": f"def f{n}():\n    return {n}\n" for n in range(20)})
    dying = CountingEmbedder(dies_after=2)
    report = indexer(workspace, store, dying).refresh()
    assert (report.chunks, report.embedded, report.pending) == (20, 8, 12)
    assert str(report.notices[0]) == "The model is gone."
    assert "12" in str(report.notices[-1])
    alive = CountingEmbedder()
    assert indexer(workspace, store, alive).refresh().embedded == 12
    assert set(dying.texts).isdisjoint(alive.texts)


def test_a_text_that_the_model_cannot_embed_is_remembered_and_tried_again_when_asked(store: Store) -> None:
    workspace, embedder = Workspace({"a.py": ONE, "b.py": TWO}), CountingEmbedder()
    embedder.cannot.add("'l'")
    report = indexer(workspace, store, embedder).refresh()
    assert (report.embedded, report.failed, report.pending) == (3, 1, 0)
    assert [str(problem.message) for problem in store.reader.failures(SPACE.key)] == ["Too odd."]
    embedder.calls.clear()
    embedder.cannot.clear()
    assert indexer(workspace, store, embedder).refresh().failed == 1
    assert embedder.calls == []
    report = indexer(workspace, store, embedder).refresh(retry_failed=True)
    assert (report.embedded, report.failed) == (1, 0)


def test_a_long_function_has_a_vector_for_each_window_and_is_one_hit(store: Store) -> None:
    lines = "\n".join(f"    step_{number} = {number}" for number in range(200))
    workspace = Workspace({"long.py": f"def long():\n{lines}\n", "a.py": ONE})
    embedder = CountingEmbedder(limit=InputLimit(200))
    report = indexer(workspace, store, embedder).refresh()
    assert report.embedded > 3
    reader = store.reader
    chunk = reader.chunk_at("long.py", 100)
    assert chunk is not None
    matrix = reader.vectors_of(SPACE.key, [chunk.id])[chunk.id]
    assert len(matrix) == report.embedded - 1
    for text in embedder.texts:
        if "step_" in text:
            found = reader.nearest(SPACE.key, vector_of(text, SPACE), limit=5, scope=reader.scope(Filters()))
            assert found[0] == pytest.approx((chunk.id, 1.0))
            assert len(found) == 2


class CountingLimit(InputLimit):
    """Counts the characters that it is asked about."""

    asked: ClassVar[int] = 0

    def cost(self, text: str) -> float:
        type(self).asked += len(text)
        return InputLimit.cost(self, text)


def test_the_windows_of_a_long_chunk_are_made_a_fixed_number_of_times_however_many_they_are(store: Store) -> None:
    asked = []
    indexer(Workspace(), store, CountingEmbedder(limit=CountingLimit(200))).refresh()
    for rows in (2_000, 8_000):
        workspace = Workspace(
            {f"{rows}.py": "TABLE = [\n" + "".join(f"    ({n}, 'ab'),\n" for n in range(rows)) + "]\n"}
        )
        embedder = CountingEmbedder(limit=CountingLimit(200))
        before = CountingLimit.asked
        assert indexer(workspace, store, embedder).refresh().embedded > rows // 50
        asked.append((CountingLimit.asked - before) / len(workspace.files[f"{rows}.py"]))
    assert max(asked) < 1.5 * min(asked)


def test_another_input_limit_makes_new_windows_and_keeps_the_vectors_of_texts_that_stay(store: Store) -> None:
    lines = "\n".join(f"    step_{number} = {number}" for number in range(200))
    workspace = Workspace({"long.py": f"def long():\n{lines}\n", "a.py": ONE})
    indexer(workspace, store, CountingEmbedder()).refresh()
    short = CountingEmbedder(limit=InputLimit(200))
    report = indexer(workspace, store, short).refresh()
    assert report.embedded > 3
    assert all("step_" in text for text in short.texts)
    assert store.reader.coverage(SPACE.key).embedded == 2


def test_a_file_written_just_before_it_was_read_is_read_again(store: Store) -> None:
    workspace = Workspace({"a.py": ONE})
    now = workspace.stamps["a.py"] + 10**9
    Indexer(workspace, store, now_ns=lambda: now).refresh()
    workspace.files["a.py"] = ONE.replace("1", "2")  # same size, same time: as two writes in one tick of the clock
    assert indexer(workspace, store).refresh().files_changed == 1
    workspace.reads.clear()
    indexer(workspace, store).refresh()
    assert workspace.reads == []


def test_a_touched_file_is_read_but_nothing_is_written_that_a_search_sees(store: Store) -> None:
    workspace = Workspace({"a.py": ONE})
    indexer(workspace, store).refresh()
    generation = store.reader.generation()
    workspace.write("a.py", ONE)
    workspace.reads.clear()
    assert indexer(workspace, store).refresh().files_changed == 0
    assert workspace.reads == ["a.py"]
    workspace.reads.clear()
    indexer(workspace, store).refresh()
    assert workspace.reads == []
    assert store.reader.generation() == generation


def test_broken_source_is_indexed_in_part_with_its_problem(store: Store) -> None:
    workspace = Workspace({"a.py": ONE + "\n\ndef broken(:\n    pass\n"})
    report = indexer(workspace, store).refresh()
    assert report.chunks >= 1
    assert [problem.path for problem in report.problems] == ["a.py"]
    workspace.write("a.py", ONE)
    assert indexer(workspace, store).refresh().problems == ()


def test_another_version_of_the_terms_reads_all_files_anew_and_embeds_nothing(store: Store) -> None:
    workspace, embedder = Workspace({"a.py": ONE, "b.py": TWO}), CountingEmbedder()
    indexer(workspace, store, embedder).refresh()
    before = contents(store)
    with store.writer() as writer:
        writer.use_version("something older")
    report = indexer(workspace, store, embedder).refresh()
    assert (report.files_changed, report.embedded, report.pending) == (2, 0, 0)
    assert contents(store) == before


def test_a_change_after_the_index_was_removed_brings_everything_back(store: Store) -> None:
    workspace = Workspace({"a.py": ONE, "b.py": TWO})
    indexer(workspace, store).refresh()
    for one in companions(store.path):
        one.unlink(missing_ok=True)
    workspace.write("a.py", TWO)
    assert indexer(workspace, store).update({"a.py"}).files == 2


def test_progress_counts_files_then_texts(store: Store) -> None:
    seen: list[Progress] = []
    workspace = Workspace({f"f{n}.py": f"def f{n}():\n    return {n}\n" for n in range(20)})
    indexer(workspace, store, CountingEmbedder()).refresh(progress=seen.append)
    assert seen[0].phase is Phase.SCANNING
    reading = [one for one in seen if one.phase is Phase.READING]
    assert [one.done for one in reading] == list(range(1, 21))
    assert reading[-1].seconds_left == 0.0
    embedding = [one for one in seen if one.phase is Phase.EMBEDDING]
    assert (embedding[-1].done, embedding[-1].total) == (20, 20)


def test_a_cancelled_run_keeps_what_is_done_and_the_next_one_goes_on(store: Store) -> None:
    workspace = Workspace({f"f{n}.py": f"def f{n}():\n    return {n}\n" for n in range(20)})
    cancel = CancelToken()

    def stop_at_ten(progress: Progress) -> None:
        if progress.phase is Phase.READING and progress.done == 10:
            cancel.cancel()

    embedder = CountingEmbedder()
    with pytest.raises(Cancelled):
        indexer(workspace, store, embedder).refresh(progress=stop_at_ten, cancel=cancel)
    assert store.reader.counts().files == 10
    report = indexer(workspace, store, embedder).refresh()
    assert report.files_changed == 10
    assert store.reader.coverage(SPACE.key).embedded == 20


class AnsweringLate(CountingEmbedder):
    """Its second answer comes after the work was taken back."""

    def __init__(self) -> None:
        super().__init__()
        self.is_in_second = threading.Event()

    def embed_documents(self, texts: Sequence[str], *, cancel: CancelToken | None = None) -> Embedded:
        if self.calls:
            self.is_in_second.set()
            assert cancel is not None
            cancel.wait(10)
        return super().embed_documents(texts)


def test_what_the_model_answered_before_or_while_a_run_was_cancelled_is_stored(store: Store) -> None:
    workspace = Workspace({f"f{n}.py": f"def f{n}():\n    return {n}\n" for n in range(20)})
    cancel, late = CancelToken(), AnsweringLate()

    def stop_at_eight(progress: Progress) -> None:
        if progress.phase is Phase.READING and progress.done == 8:
            assert late.is_in_second.wait(10)  # the first answer is waiting to be written
            cancel.cancel()

    with pytest.raises(Cancelled):
        indexer(workspace, store, late).refresh(progress=stop_at_eight, cancel=cancel)
    assert len(late.texts) == store.reader.coverage(SPACE.key).embedded == 8
    again = CountingEmbedder()
    assert indexer(workspace, store, again).refresh().pending == 0
    assert set(late.texts).isdisjoint(again.texts)


def test_a_second_writer_is_turned_away_and_readers_are_not(store: Store) -> None:
    workspace = Workspace({"a.py": ONE})
    indexer(workspace, store).refresh()
    with store.writer(), pytest.raises(IndexBusyError):
        indexer(workspace, store).refresh()
    with store.writer():
        assert store.reader.counts().files == 1


def test_another_worktree_takes_over_vectors_and_calls_the_model_for_the_rest(store: Store, tmp_path: Path) -> None:
    workspace, embedder = Workspace({"a.py": ONE, "b.py": TWO}), CountingEmbedder()
    indexer(workspace, store, embedder).refresh()
    other = Workspace({"a.py": ONE, "b.py": TWO, "c.py": "def three():\n    return 3\n"})
    second = CountingEmbedder()
    damaged = tmp_path / "damaged.index"
    damaged.write_bytes(b"garbage" * 1000)
    with Store(tmp_path / "two.index") as another:
        siblings = [tmp_path / "missing.index", damaged, store.path]
        report = indexer(other, another, second, siblings=siblings).refresh()
        assert (report.embedded, report.reused, report.pending) == (1, 4, 0)
        assert ["three" in text for text in second.texts] == [True]
        chunk = another.reader.file_chunks("a.py")[0]
        matrix = another.reader.vectors_of(SPACE.key, [chunk.id])[chunk.id]
        assert matrix[0] == pytest.approx(vector_of(document(chunk.chunk), SPACE))
    assert damaged.read_bytes() == b"garbage" * 1000


def test_damage_that_a_search_met_is_repaired_by_the_next_run_with_a_notice(store: Store) -> None:
    workspace, embedder = Workspace({"a.py": ONE, "b.py": TWO}), CountingEmbedder()
    indexer(workspace, store, embedder).refresh()
    before = contents(store)
    with pytest.raises(IndexDamagedError), translated(store.path):
        raise apsw.CorruptError("somewhere that only a search reads")
    report = indexer(workspace, store, embedder).update(["a.py"])
    assert "damaged" in str(report.notices[0])
    assert (report.files, report.chunks_added, report.embedded) == (2, 4, 4)
    assert contents(store) == before
    assert indexer(workspace, store, embedder).refresh().notices == ()
