"""What an engine holds of documents is what is shown of them now, however long somebody has been typing."""

from __future__ import annotations

import gc
from pathlib import Path

import numpy as np
from tests.engine.index.indexing import CountingEmbedder

from smysl.engine.engine import Engine
from smysl.engine.overlay.memory import VectorMemory
from smysl.engine.overlay.words import ChunkWords
from smysl.engine.settings import Settings
from smysl.engine.text import document, loanwords, terms

ORDERS = "shop/orders.py"


def counted_words() -> int:
    """How many chunks of buffers are held with their words."""
    gc.collect()
    return sum(isinstance(one, ChunkWords) for one in gc.get_objects())


def test_words_of_what_was_typed_before_are_not_kept(workspace: Path, by_words: Settings) -> None:
    text = (workspace / ORDERS).read_text("utf-8")
    before = counted_words()
    with Engine.open(workspace, by_words) as engine:
        engine.refresh()
        for number in range(30):
            engine.show(ORDERS, f"{text}\n\ndef typed_{number}():\n    return {number}\n")
            assert engine.search(f"typed_{number}").hits[0].name == f"typed_{number}"
        assert counted_words() - before <= 3  # the function, and what is left of the module before and after
        engine.unshow(ORDERS)
        engine.search("cancel")
        assert counted_words() == before


def test_what_stays_of_a_buffer_is_counted_once(workspace: Path, by_words: Settings) -> None:
    typed = "\n\ndef typed():\n    return 1\n"
    with Engine.open(workspace, by_words) as engine:
        engine.show(ORDERS, (workspace / ORDERS).read_text("utf-8"))
        engine.search("cancel")
        gc.collect()
        first = {id(one) for one in gc.get_objects() if isinstance(one, ChunkWords)}
        engine.show(ORDERS, (workspace / ORDERS).read_text("utf-8") + typed)
        engine.search("cancel")
        later = {id(one) for one in gc.get_objects() if isinstance(one, ChunkWords)}
    assert len(first) == 5
    assert len(later - first) == 2  # the function, and what is left of the module


def test_vectors_of_what_was_typed_before_are_kept_as_far_as_they_are_few() -> None:
    memory = VectorMemory(spare_bytes=10 * 1024)
    answer = np.zeros((100, 64), dtype=np.float32)
    for number, vector in enumerate(answer):
        memory.put("space", [(f"text {number}", vector)])
        memory.let_go("space", {f"text {number}", "text 0"})
    assert len(memory) == 2 + 10 * 1024 // (64 * 4 + 256)
    assert set(memory.get("space", {"text 0", "text 1", "text 98", "text 99"})) == {"text 0", "text 98", "text 99"}
    assert all(one.base is None for one in memory.get("space", {"text 0"}).values())


def test_all_that_is_shown_keeps_its_vectors_however_much_it_is(workspace: Path, by_words: Settings) -> None:
    embedder = CountingEmbedder()
    many = "\n\n".join(f"def shown_{number}():\n    return {number}" for number in range(5_000))
    with Engine.open(workspace, by_words, embedder=embedder) as engine:
        engine.show(ORDERS, many)
        assert engine.embed_shown() >= 5_000
        assert engine.embed_shown() == 0


def test_tables_of_words_are_small() -> None:
    tables = (
        document._spoken,
        loanwords.sound,
        terms.parts,
        terms.stem,
        terms.terms_of,
        terms.terms_of_name,
    )
    assert all((table.cache_info().maxsize or 10**9) <= 4_096 for table in tables)
