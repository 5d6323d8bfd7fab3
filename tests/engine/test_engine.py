"""The façade on small workspaces: what a person sees of everything below it."""

from __future__ import annotations

import dataclasses
import threading
from pathlib import Path

import pytest
from tests.engine.embed.fake_ollama import FakeOllama
from tests.engine.naming import names

from smysl.engine.cancel import CancelToken
from smysl.engine.engine import Engine
from smysl.engine.errors import Cancelled, IndexBusyError, ModelMissing, ModelUnavailable, UsageError, WorkspaceError
from smysl.engine.settings import Settings
from smysl.engine.store.lock import writer_lock
from smysl.engine.types import Filters, Kind, Mode, Reason, Tests


def test_words_find_a_function_by_what_it_does_in_both_languages(workspace: Path, by_words: Settings) -> None:
    with Engine.open(workspace, by_words) as engine:
        engine.refresh()
        assert names(engine, "email the bill")[0] == "send_invoice"
        assert names(engine, "как отменить заказ")[0] == "Order.cancel"
        assert names(engine, "turn a picture")[0] == "rotate_picture"


def test_names_made_of_common_words_are_found_and_opposites_told_apart(tmp_path: Path, by_words: Settings) -> None:
    root = tmp_path / "lists"
    root.mkdir()
    bodies = "".join(
        f"def {name}(items):\n    return items\n\n\n"
        for name in ("find", "do", "scroll_up", "scroll_down", "insert_before", "insert_after", "turn_on", "turn_off")
    )
    (root / "a.py").write_text(bodies, "utf-8")
    with Engine.open(root, by_words) as engine:
        engine.refresh()
        assert names(engine, "find")[0] == "find"
        assert names(engine, "locate")[0] == "find"
        assert names(engine, "do")[0] == "do"
        for query, name in (
            ("scroll up the list", "scroll_up"),
            ("scroll down the list", "scroll_down"),
            ("insert an item before another", "insert_before"),
            ("insert an item after another", "insert_after"),
            ("turn the thing off", "turn_off"),
        ):
            assert names(engine, query)[0] == name


def test_a_hit_says_where_why_and_what(workspace: Path, by_words: Settings) -> None:
    with Engine.open(workspace, by_words) as engine:
        engine.refresh()
        hit = engine.search("rotate_picture").hits[0]
    assert (hit.path, hit.kind, hit.span.start_line, hit.span.end_line) == ("shop/geometry.py", Kind.FUNCTION, 1, 3)
    assert hit.snippet.startswith("def rotate_picture(image, angle):")
    assert Reason.NAME in hit.reasons
    assert next(hit.snippet[start:end] for start, end in hit.highlights) == "rotate_picture"
    assert 0.5 < hit.score <= 1
    assert not hit.is_stale


def test_the_source_of_a_file_is_its_text_as_the_index_reads_it(workspace: Path, by_words: Settings) -> None:
    (workspace / "old.py").write_bytes("# -*- coding: cp1251 -*-\n# заказы\n".encode("cp1251"))
    with Engine.open(workspace, by_words) as engine:
        assert engine.source("old.py") == "# -*- coding: cp1251 -*-\n# заказы\n"
        assert engine.source("gone.py") is None


def test_tests_come_after_the_code_and_filters_choose(workspace: Path, by_words: Settings) -> None:
    with Engine.open(workspace, by_words) as engine:
        engine.refresh()
        assert names(engine, "cancel an order", filters=Filters(tests=Tests.ONLY))[0].startswith("test_")
        assert all("test" not in name for name in names(engine, "cancel order", filters=Filters(tests=Tests.EXCLUDE)))
        assert names(engine, "order", filters=Filters(kinds=frozenset({Kind.CLASS}))) == ["Order"]
        assert set(names(engine, "image order", filters=Filters(paths=("shop/geo*.py",)))) <= {"rotate_picture", "area"}


def test_a_filter_never_empties_a_page_while_matches_exist(tmp_path: Path, by_words: Settings) -> None:
    root = tmp_path / "many"
    root.mkdir()
    for number in range(300):
        (root / f"a{number}.py").write_text(f"def handle_upload_{number}(file):\n    return upload(file)\n", "utf-8")
    (root / "last.py").write_text("def far(file):\n    x = 1\n    y = 2\n    return upload\n", "utf-8")
    with Engine.open(root, by_words) as engine:
        engine.refresh()
        assert names(engine, "handle upload file", filters=Filters(paths=("last.py",))) == ["far"]


def test_a_changed_file_makes_its_hits_stale_until_the_next_refresh(workspace: Path, by_words: Settings) -> None:
    with Engine.open(workspace, by_words) as engine:
        engine.refresh()
        path = workspace / "shop/geometry.py"
        path.write_text("\n" + path.read_text("utf-8"), "utf-8")
        assert engine.search("rotate picture").hits[0].is_stale
        engine.refresh()
        hit = engine.search("rotate picture").hits[0]
    assert not hit.is_stale
    assert hit.span.start_line == 2


def test_one_changed_function_is_one_call_with_its_text_alone(
    workspace: Path, by_model: Settings, fake: FakeOllama
) -> None:
    with Engine.open(workspace, by_model) as engine:
        engine.refresh()
        before = len(fake.calls)
        path = workspace / "shop/geometry.py"
        path.write_text(path.read_text("utf-8").replace("width * height", "height * width"), "utf-8")
        report = engine.refresh()
    calls = fake.calls[before:]
    assert [call.texts for call in calls] == [["area: area\ndef area(width, height):\n    return height * width"]]
    assert (report.embedded, report.files_changed) == (1, 1)


def test_moving_and_renaming_files_embeds_nothing(workspace: Path, by_model: Settings, fake: FakeOllama) -> None:
    with Engine.open(workspace, by_model) as engine:
        engine.refresh()
        before = len(fake.embedded_texts)
        (workspace / "shop").rename(workspace / "store")
        (workspace / "store/orders.py").rename(workspace / "store/purchases.py")
        engine.refresh()
        assert len(fake.embedded_texts) == before
        assert engine.search("send invoice").hits[0].path == "store/purchases.py"


def test_search_answers_by_words_when_the_model_goes_away(
    workspace: Path, by_model: Settings, fake: FakeOllama
) -> None:
    with Engine.open(workspace, by_model) as engine:
        engine.refresh()
        fake.stop()
        result = engine.search("email the bill")
        assert result.hits[0].qualified_name == "send_invoice"
        assert result.model is None
        assert any("words" in str(notice) for notice in result.notices)
        with pytest.raises(ModelUnavailable):
            engine.search("email the bill", mode=Mode.DENSE)
        assert engine.similar("shop/geometry.py", 2).model == "bge-m3"


def test_a_dead_server_costs_the_vectors_and_not_the_words(tmp_path: Path, workspace: Path) -> None:
    settings = Settings(model="bge-m3", ollama_host="http://127.0.0.1:9", cache_dir=tmp_path / "cache")
    with Engine.open(workspace, settings) as engine:
        report = engine.refresh()
        assert report.files == 3
        assert any("127.0.0.1:9" in str(notice) for notice in report.notices)
        assert names(engine, "turn a picture")[0] == "rotate_picture"


def test_a_model_that_is_not_there_is_an_error_that_names_what_is(workspace: Path, by_model: Settings) -> None:
    with (
        Engine.open(workspace, dataclasses.replace(by_model, model="no-such-model")) as engine,
        pytest.raises(ModelMissing, match="bge-m3"),
    ):
        engine.refresh()


def test_switching_the_model_back_costs_nothing(tmp_path: Path, workspace: Path) -> None:
    with FakeOllama(["bge-m3", "all-minilm"]) as fake:
        embedded = []
        for model in ("bge-m3", "all-minilm", "bge-m3"):
            settings = Settings(model=model, ollama_host=fake.host, cache_dir=tmp_path / "cache")
            with Engine.open(workspace, settings) as engine:
                embedded.append(engine.refresh().embedded)
                assert engine.status().model == model
    assert embedded[0] == embedded[1] > 0
    assert embedded[2] == 0


def test_vectors_of_two_models_never_meet(tmp_path: Path, workspace: Path) -> None:
    with FakeOllama(["bge-m3", "snowflake-arctic-embed2"]) as fake:
        settings = Settings(model="bge-m3", ollama_host=fake.host, cache_dir=tmp_path / "cache")
        with Engine.open(workspace, settings) as engine:
            engine.refresh()
            assert engine.search("order", mode=Mode.DENSE).hits
        # The other model's vectors have the same length, so nothing but the space keeps them apart.
        other = dataclasses.replace(settings, model="snowflake-arctic-embed2")
        with Engine.open(workspace, other) as engine:
            # Nothing of its own is there yet: the first model stands in, and it is the one that embeds the query.
            result = engine.search("order", mode=Mode.DENSE)
            assert (result.model, fake.calls[-1].model) == ("bge-m3", "bge-m3")
            assert any("those of bge-m3 answer" in str(notice) for notice in result.notices)
            engine.refresh()
            result = engine.search("order", mode=Mode.DENSE)
            assert (result.model, fake.calls[-1].model) == ("snowflake-arctic-embed2", "snowflake-arctic-embed2")
            assert engine.status().spaces == ("snowflake-arctic-embed2 (1024)", "bge-m3 (1024)")


def test_similar_code_never_calls_a_model_and_leaves_itself_out(
    workspace: Path, by_model: Settings, fake: FakeOllama
) -> None:
    with Engine.open(workspace, by_model) as engine:
        engine.refresh()
        before = len(fake.calls)
        result = engine.similar("shop/orders.py", 8, top_k=3)
        assert len(fake.calls) == before
    assert len(result.hits) == 3
    assert all(hit.qualified_name not in {"Order.cancel", "Order"} for hit in result.hits)


def test_similar_code_takes_the_vectors_of_the_model_that_is_named(tmp_path: Path, workspace: Path) -> None:
    with FakeOllama(["bge-m3", "snowflake-arctic-embed2"]) as server:
        settings = Settings(model="snowflake-arctic-embed2", ollama_host=server.host, cache_dir=tmp_path / "cache")
        for model in ("snowflake-arctic-embed2", "bge-m3"):
            with Engine.open(workspace, dataclasses.replace(settings, model=model)) as engine:
                engine.refresh()
    answered = {}
    for model in ("auto", "snowflake-arctic-embed2:latest", "all-minilm", "lexical"):
        with Engine.open(workspace, dataclasses.replace(settings, model=model)) as engine:
            result = engine.similar("shop/orders.py", 8)
            answered[model] = (result.model, [str(notice) for notice in result.notices])
    assert answered == {
        "auto": ("bge-m3", []),
        "snowflake-arctic-embed2:latest": ("snowflake-arctic-embed2", []),
        "all-minilm": ("bge-m3", ["The index has no vectors of all-minilm; those of bge-m3 answer."]),
        "lexical": (None, []),
    }


def test_an_index_run_by_words_asks_no_model_and_keeps_the_vectors(
    workspace: Path, by_model: Settings, fake: FakeOllama
) -> None:
    with Engine.open(workspace, by_model) as engine:
        engine.refresh()
    fake.stop()
    (workspace / "shop/new.py").write_text("def refund_order(order):\n    return order.money\n", "utf-8")
    with Engine.open(workspace, by_model) as engine:
        report = engine.refresh(mode=Mode.LEXICAL)
        assert (report.files, report.files_changed, report.notices) == (4, 1, ())
        assert engine.similar("shop/orders.py", 8).model == "bge-m3"
        assert engine.similar("shop/new.py", 1).model is None


def test_similar_code_without_a_model_goes_by_shared_words(workspace: Path, by_words: Settings) -> None:
    with Engine.open(workspace, by_words) as engine:
        engine.refresh()
        hits = engine.similar("tests/test_orders.py", 1).hits
    assert hits[0].qualified_name == "Order.cancel"


@pytest.mark.parametrize(("path", "line"), [("shop/orders.py", 900), ("no/such.py", 1)])
def test_similar_to_nothing_is_a_usage_error(workspace: Path, by_words: Settings, path: str, line: int) -> None:
    with Engine.open(workspace, by_words) as engine:
        engine.refresh()
        with pytest.raises(UsageError, match="no function or class"):
            engine.similar(path, line)


def test_an_empty_workspace_and_empty_queries_answer_nothing(tmp_path: Path, by_words: Settings) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with Engine.open(empty, by_words) as engine:
        assert engine.refresh().files == 0
        for query in ("anything", "", "   ", "?!"):
            assert engine.search(query).hits == ()


@pytest.mark.parametrize(
    "query", ['" OR 1', "NEAR(a b)", "a*", "name: x", "^a", "(", "'; DROP TABLE files; --", "\x00"]
)
def test_no_query_is_taken_for_syntax(workspace: Path, by_words: Settings, query: str) -> None:
    with Engine.open(workspace, by_words) as engine:
        engine.refresh()
        engine.search(query)
        assert engine.status().files == 3


def test_a_missing_folder_and_a_file_are_workspace_errors(workspace: Path, by_words: Settings) -> None:
    with pytest.raises(WorkspaceError, match="no folder"):
        Engine.open(workspace / "nowhere", by_words)
    with pytest.raises(WorkspaceError, match="not a folder"):
        Engine.open(workspace / "shop/orders.py", by_words)


def test_fewer_than_one_result_is_a_usage_error(workspace: Path, by_words: Settings) -> None:
    with Engine.open(workspace, by_words) as engine, pytest.raises(UsageError):
        engine.search("x", top_k=0)


def test_a_cancelled_run_keeps_what_it_did_and_resumes(workspace: Path, by_model: Settings, fake: FakeOllama) -> None:
    token, released = CancelToken(), threading.Event()

    def hold(_: str) -> bool:
        if fake.embedded_texts and not token.cancelled:  # the second call, which is never answered
            token.cancel()
            released.wait(10)
        return False

    fake.fail(500, "", fits=hold)
    with Engine.open(workspace, by_model) as engine:
        with pytest.raises(Cancelled):
            engine.refresh(cancel=token)
        stored = engine.status()
        assert stored.embedded == len(fake.embedded_texts) > 0
        engine.refresh()
        status = engine.status()
    assert (status.pending, status.embedded) == (0, status.chunks)
    assert len(set(fake.embedded_texts)) == len(fake.embedded_texts)
    released.set()


def test_a_refresh_waits_for_another_writer_as_long_as_it_is_told(workspace: Path, by_words: Settings) -> None:
    with Engine.open(workspace, by_words) as engine:
        index = Path(engine.status().index_file)
        with writer_lock(index, wait=0.0), pytest.raises(IndexBusyError):
            engine.refresh()
        taken, given = threading.Event(), threading.Event()

        def write() -> None:
            with writer_lock(index, wait=0.0):
                taken.set()
                given.wait(10)

        other = threading.Thread(target=write)
        other.start()
        assert taken.wait(10)
        threading.Timer(0.1, given.set).start()
        assert engine.refresh(wait=10.0).files == 3
        other.join()


def test_clean_removes_the_index_and_the_next_engine_starts_anew(workspace: Path, by_words: Settings) -> None:
    with Engine.open(workspace, by_words) as engine:
        engine.refresh()
        assert engine.clean() > 0
    with Engine.open(workspace, by_words) as engine:
        assert engine.status().files == 0


def test_search_goes_on_while_the_index_is_being_written(workspace: Path, by_model: Settings, fake: FakeOllama) -> None:
    fake.delay_per_text = 0.02
    with Engine.open(workspace, by_model) as engine:
        running = threading.Thread(target=engine.refresh)
        running.start()
        seen = 0
        while running.is_alive():
            seen = max(seen, len(engine.search("order", mode=Mode.LEXICAL).hits))
        running.join()
        assert len(engine.search("order", mode=Mode.LEXICAL).hits) >= seen > 0
