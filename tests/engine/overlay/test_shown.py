"""What an editor shows and has not saved, seen through the façade."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.engine.index.indexing import CountingEmbedder
from tests.engine.naming import names

from smysl.engine.engine import Engine
from smysl.engine.settings import Settings
from smysl.engine.types import Mode

ORDERS = "shop/orders.py"
PICTURES = "shop/geometry.py"


def test_what_is_typed_is_found_at_once_where_it_stands_in_the_buffer(workspace: Path, by_words: Settings) -> None:
    with Engine.open(workspace, by_words) as engine:
        engine.refresh()
        text = (workspace / ORDERS).read_text("utf-8")
        engine.show(ORDERS, f"# one line more\n{text}\n\ndef count_pigeons(roof):\n    return len(roof.pigeons)\n")
        new = engine.search("count pigeons").hits[0]
        moved = engine.search("send_invoice").hits[0]
    assert (new.qualified_name, new.is_unsaved, new.is_stale) == ("count_pigeons", True, False)
    assert (moved.span.start_line, moved.is_unsaved, moved.is_stale) == (17, True, False)


def test_what_the_buffer_has_no_more_is_not_found(workspace: Path, by_words: Settings) -> None:
    with Engine.open(workspace, by_words) as engine:
        engine.refresh()
        engine.show(ORDERS, "def other():\n    pass\n")
        assert "send_invoice" not in names(engine, "mail the bill to the customer")
        engine.unshow(ORDERS)
        assert names(engine, "mail the bill to the customer")[0] == "send_invoice"


def test_a_syntax_error_in_the_middle_of_typing_loses_nothing_else(workspace: Path, by_words: Settings) -> None:
    text = (workspace / ORDERS).read_text("utf-8")
    with Engine.open(workspace, by_words) as engine:
        engine.refresh()
        for typed in ("def new(", "def new(a, (\n", 'x = """', "class", "    def m(self):\n  pass\n if", "\ud800\0"):
            engine.show(ORDERS, f"{typed}\n\n{text}")
            assert "send_invoice" in names(engine, "send_invoice"), typed
            engine.show(ORDERS, f"{text}\n\n{typed}")
            assert names(engine, "send_invoice")[0] == "send_invoice", typed


def test_a_buffer_that_is_saved_is_not_unsaved_and_not_stale(workspace: Path, by_words: Settings) -> None:
    text = (workspace / ORDERS).read_text("utf-8")
    with Engine.open(workspace, by_words) as engine:
        engine.refresh()
        engine.show(ORDERS, text)
        hit = engine.search("send_invoice").hits[0]
        assert (hit.is_unsaved, hit.is_stale) == (False, False)
        (workspace / ORDERS).write_text(text + "\n\n# saved\n", "utf-8")  # the index is behind
        engine.show(ORDERS, text + "\n\n# saved\n")
        hit = engine.search("send_invoice").hits[0]
        assert (hit.is_unsaved, hit.is_stale) == (False, False)
        (workspace / PICTURES).write_text("def rotate_picture():\n    pass\n", "utf-8")
        assert engine.search("rotate_picture").hits[0].is_stale


def test_the_source_of_a_shown_file_is_the_buffer(workspace: Path, by_words: Settings) -> None:
    with Engine.open(workspace, by_words) as engine:
        engine.show(ORDERS, "x = 1\n")
        assert engine.source(ORDERS) == "x = 1\n"


def test_what_would_not_be_indexed_is_not_searched_when_it_is_shown(workspace: Path, by_words: Settings) -> None:
    (workspace / ".gitignore").write_text("build/\n", "utf-8")
    with Engine.open(workspace, by_words) as engine:
        engine.refresh()
        for path in ("build/made.py", "node_modules/x.py", "notes.txt", "shop/../up.py"):
            engine.show(path, "def count_pigeons():\n    pass\n")
        assert "count_pigeons" not in names(engine, "count_pigeons")
        engine.show("shop/new.py", "def count_pigeons():\n    pass\n")
        assert names(engine, "count_pigeons")[0] == "count_pigeons"


def test_a_changed_function_is_embedded_once_and_not_again_when_it_is_saved(workspace: Path, tmp_path: Path) -> None:
    embedder = CountingEmbedder()
    text = (workspace / ORDERS).read_text("utf-8").replace("Mail the bill", "Post the bill")
    with Engine.open(workspace, Settings(cache_dir=tmp_path / "cache"), embedder=embedder) as engine:
        engine.refresh()
        before = len(embedder.texts)
        engine.show(ORDERS, text)
        assert engine.embed_shown() == 1
        assert engine.embed_shown() == 0
        (workspace / ORDERS).write_text(text, "utf-8")
        report = engine.refresh()
    assert len(embedder.texts) == before + 1
    assert (report.embedded, report.reused) == (0, 1)


def test_what_is_typed_and_taken_back_costs_no_call(workspace: Path, tmp_path: Path) -> None:
    embedder = CountingEmbedder()
    text = (workspace / ORDERS).read_text("utf-8")
    with Engine.open(workspace, Settings(cache_dir=tmp_path / "cache"), embedder=embedder) as engine:
        engine.refresh()
        before = len(embedder.texts)
        engine.show(ORDERS, text + "\n")
        engine.show(ORDERS, text)
        engine.show("shop/moved.py", text)
        assert engine.embed_shown() == 0
    assert len(embedder.texts) == before


def test_a_text_that_the_model_cannot_embed_is_asked_about_once(workspace: Path, tmp_path: Path) -> None:
    embedder = CountingEmbedder()
    embedder.cannot = {"pigeons"}
    with Engine.open(workspace, Settings(cache_dir=tmp_path / "cache"), embedder=embedder) as engine:
        engine.refresh()
        engine.show(PICTURES, "def count_pigeons(roof):\n    return pigeons\n")
        assert engine.embed_shown() == 0
        calls = len(embedder.calls)
        assert engine.embed_shown() == 0
        assert len(embedder.calls) == calls
        assert names(engine, "count pigeons")[0] == "count_pigeons"


def test_an_engine_on_no_folder_searches_what_it_is_shown(tmp_path: Path) -> None:
    embedder = CountingEmbedder()
    with Engine.open_empty(Settings(cache_dir=tmp_path / "cache"), embedder=embedder) as engine:
        assert engine.search("anything").hits == ()
        file = tmp_path / "one.py"
        file.write_text("def count_pigeons(roof):\n    return len(roof)\n", "utf-8")
        engine.show("untitled-1", "def rotate_picture(image):\n    return image\n")
        engine.show(file.as_posix(), file.read_text("utf-8"))
        assert engine.embed_shown() == 2
        found = engine.search("count pigeons").hits[0]
        assert (found.path, found.is_unsaved, found.is_stale) == (file.as_posix(), False, False)
        assert engine.search("rotate_picture").hits[0].is_unsaved
        document = embedder.texts[0]
        assert engine.search(document, mode=Mode.DENSE).hits[0].score > 0.99
        workspace = engine.workspace
        assert engine.refresh().files == 0
    assert not workspace.exists()


def test_an_index_run_at_any_moment_does_not_disturb_what_is_shown(workspace: Path, by_words: Settings) -> None:
    text = (workspace / ORDERS).read_text("utf-8")
    with Engine.open(workspace, by_words) as engine, ThreadPoolExecutor(1) as pool:
        engine.refresh()

        def save_and_index() -> None:
            for number in range(60):
                (workspace / ORDERS).write_text(f"{text}\n\ndef saved_{number}():\n    return {number}\n", "utf-8")
                engine.refresh()

        indexing = pool.submit(save_and_index)
        number = 0
        while not indexing.done():
            number += 1
            engine.show(ORDERS, f"{text}\n\ndef typed(count):\n    return count + {number}\n")
            assert names(engine, "typed")[0] == "typed"
        indexing.result()
