"""The façade's door for measuring."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.engine.embed.fake_ollama import FakeOllama

from smysl.engine.measuring import Bench, Variation, workspace_files
from smysl.engine.settings import Settings
from smysl.engine.types import Mode


def test_the_files_are_those_that_an_index_takes_in(workspace: Path, by_words: Settings) -> None:
    (workspace / ".gitignore").write_text("geometry.py\n")
    (workspace / "shop" / "old.py").write_bytes("# -*- coding: cp1251 -*-\nшаг = 1\n".encode("cp1251"))
    (workspace / "shop" / "null.py").write_bytes(b"\0\0")
    found = {file.path: file for file in workspace_files(workspace, by_words)}
    assert sorted(found) == ["shop/old.py", "shop/orders.py", "tests/test_orders.py"]
    assert "шаг" in found["shop/old.py"].text
    assert [path for path, file in found.items() if file.is_test] == ["tests/test_orders.py"]


def test_what_is_indexed_is_what_the_rewriting_makes_of_it(workspace: Path, by_words: Settings) -> None:
    def rewrite(path: str, text: str) -> str:
        return text.replace("rotate_picture", "spin_image") if path == "shop/geometry.py" else text

    with Bench(workspace, by_words, rewrite=rewrite) as bench, bench.open() as measured:
        measured.engine.refresh()
        names = [hit.qualified_name for hit in measured.engine.search("spin_image", mode=Mode.LEXICAL).hits]
        assert (measured.space, measured.count_vectors(), measured.count_chunks()) == (None, 0, 8)
    assert names[0] == "spin_image"
    assert "rotate_picture" not in names


def test_a_model_is_loaded_anew_to_see_how_long_that_takes(
    workspace: Path, by_model: Settings, fake: FakeOllama
) -> None:
    fake.load_seconds = 0.5
    with Bench(workspace, by_model) as bench:
        bench.warm_up()
        load = bench.load()
        assert bench.profile is not None
        assert (bench.profile.space.model, bench.profile.server) == ("bge-m3", "0.34.4")
    assert fake.loads == 2
    assert load.seconds > 0.2  # less what a warm answer takes
    assert (load.memory, load.vram) == (123_456_789, 0)


def test_a_model_that_leaves_memory_late_is_waited_for(workspace: Path, by_model: Settings, fake: FakeOllama) -> None:
    fake.load_seconds, fake.lingers = 0.5, 0.3
    with Bench(workspace, by_model) as bench:
        bench.warm_up()
        assert bench.load().seconds > 0.2  # less what a warm answer takes


def test_the_built_in_model_tells_its_lengths_and_its_size(workspace: Path, by_words: Settings) -> None:
    with Bench(workspace, replace(by_words, model="builtin")) as bench:
        load = bench.load()
        assert bench.profile is not None
        assert (bench.profile.space.dimensions, bench.profile.truncations) == (256, (128, 64))
        assert not bench.profile.has_query_prompt
    assert load.memory > 1_000_000
    assert load.seconds > 0


@pytest.mark.parametrize("dimensions", [64, 128])
def test_vectors_cut_here_are_those_that_the_model_makes_so_short(
    workspace: Path, by_words: Settings, dimensions: int
) -> None:
    cut_here = replace(by_words, model="builtin")
    asked_for = replace(cut_here, dimensions=dimensions)
    found = []
    for settings, variation in ((cut_here, Variation(dimensions=dimensions)), (asked_for, Variation())):
        with Bench(workspace, settings) as bench, bench.open(variation) as measured:
            measured.engine.refresh()
            hits = measured.engine.search("отменить заказ", mode=Mode.DENSE).hits
            found.append([(hit.qualified_name, pytest.approx(hit.score, abs=1e-3)) for hit in hits])
            assert measured.space is not None
            assert measured.space.dimensions == dimensions
    assert found[0] == found[1]
