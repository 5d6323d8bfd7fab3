"""Which space answers while a new one is filled: after a switch of the model, and after an upgrade of Ollama."""

from __future__ import annotations

import contextlib
import dataclasses
import unicodedata
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.engine.embed.fake_models import FakeModel
from tests.engine.embed.fake_ollama import FakeOllama

from smysl.engine.answering import StandIns
from smysl.engine.cancel import CancelToken
from smysl.engine.embed.ollama_models import open_ollama
from smysl.engine.embed.spaces import PROBE
from smysl.engine.engine import Engine
from smysl.engine.errors import Cancelled
from smysl.engine.settings import Settings
from smysl.engine.store import Store, index_file
from smysl.engine.types import Mode, Phase, Progress, SearchResult

MODEL = FakeModel("bge-m3")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "код"
    folder.mkdir()
    for number in range(12):
        (folder / f"module_{number}.py").write_text(
            f'def action_{number}(value):\n    """Действие {number}: ещё один шаг."""\n    return value + {number}\n',
            "utf-8",
        )
    return folder


def strips_accents(text: str) -> list[float]:
    """How Ollama before 0.12 and from 0.30 on reads: й is и, ё is е."""
    decomposed = unicodedata.normalize("NFD", text)
    return MODEL.vector("".join(char for char in decomposed if not unicodedata.combining(char)))


def keeps_accents(text: str) -> list[float]:
    """How 0.24 reads."""
    return MODEL.vector(text)


def settings_of(fake: FakeOllama, tmp_path: Path, model: str = "bge-m3") -> Settings:
    return Settings(model=model, ollama_host=fake.host, cache_dir=tmp_path / "cache")


def index_in_part(engine: Engine) -> None:
    """An index run that is taken back once some vectors are there and some are not."""
    token = CancelToken()

    def stop(progress: Progress) -> None:
        if progress.phase is Phase.EMBEDDING and progress.done:
            token.cancel()

    with pytest.raises(Cancelled):
        engine.refresh(progress=stop, cancel=token)
    status = engine.status()
    assert status.embedded
    assert status.pending


def told(result: SearchResult) -> str:
    return " ".join(map(str, result.notices))


def test_while_the_vectors_of_a_new_model_are_made_those_of_the_old_one_answer(tmp_path: Path, folder: Path) -> None:
    with FakeOllama(["bge-m3", "embeddinggemma"], delay_per_text=0.01) as fake:
        with Engine.open(folder, settings_of(fake, tmp_path)) as engine:
            engine.refresh()
        with Engine.open(folder, settings_of(fake, tmp_path, "embeddinggemma")) as engine:
            index_in_part(engine)
            result = engine.search("действие")
            assert result.model == "bge-m3"
            assert "those of bge-m3 answer meanwhile" in told(result)
            assert engine.similar("module_0.py", 1).model == "bge-m3"
            engine.refresh()
            result = engine.search("действие")
            assert result.model == "embeddinggemma"
            assert told(result) == ""
            assert engine.similar("module_0.py", 1).model == "embeddinggemma"


def test_the_built_in_model_stands_in_for_one_of_ollama(tmp_path: Path, folder: Path) -> None:
    with FakeOllama(["bge-m3"], delay_per_text=0.01) as fake:
        with Engine.open(folder, settings_of(fake, tmp_path, "builtin")) as engine:
            engine.refresh()
        with Engine.open(folder, settings_of(fake, tmp_path)) as engine:
            assert engine.search("действие").model == "builtin"
            index_in_part(engine)
            assert engine.search("действие").model == "builtin"
            engine.refresh()
            assert engine.search("действие").model == "bge-m3"


def test_a_stand_in_that_is_loaded_anew_for_each_query_is_given_up(tmp_path: Path, folder: Path) -> None:
    with FakeOllama(["bge-m3", "embeddinggemma"], delay_per_text=0.01) as fake:
        settings = settings_of(fake, tmp_path)
        with Engine.open(folder, settings) as engine:
            engine.refresh()
        with (
            Store(index_file(folder, cache_dir=settings.cache_dir)) as store,
            open_ollama("embeddinggemma", settings) as embedder,
            contextlib.closing(StandIns(settings, slow_seconds=0.1)) as stand_ins,
        ):
            fake.delay_per_text = 0.2
            asked = []
            for _ in range(3):
                answering = stand_ins.answering(store.reader, embedder)
                answering.embedder.embed_query("действие")
                asked.append(fake.calls[-1].model)
    assert asked == ["bge-m3", "bge-m3", "embeddinggemma"]


def test_when_the_old_model_is_gone_the_words_answer_with_what_there_is(tmp_path: Path, folder: Path) -> None:
    with FakeOllama(["bge-m3", "embeddinggemma"], delay_per_text=0.01) as fake:
        with Engine.open(folder, settings_of(fake, tmp_path)) as engine:
            engine.refresh()
        fake.installed = [model for model in fake.installed if model.name != "bge-m3"]
        with Engine.open(folder, settings_of(fake, tmp_path, "embeddinggemma")) as engine:
            index_in_part(engine)
            result = engine.search("действие 7")
            assert result.model == "embeddinggemma"
            assert "words answer for the rest" in told(result)
            assert result.hits[0].path == "module_7.py"


def test_a_model_that_was_pulled_anew_is_not_asked_for_the_old_vectors(tmp_path: Path, folder: Path) -> None:
    with FakeOllama(["bge-m3"]) as fake:
        with Engine.open(folder, settings_of(fake, tmp_path)) as engine:
            engine.refresh()
        fake.installed = [FakeModel("bge-m3", salt="another version")]
        with Engine.open(folder, settings_of(fake, tmp_path)) as engine:
            assert engine.search("действие", mode=Mode.DENSE).hits == ()
            assert engine.refresh().embedded > 0


def test_an_upgrade_that_computes_other_vectors_is_seen_told_and_answered_from_the_old_ones_until_it_is_rebuilt(
    tmp_path: Path, folder: Path
) -> None:
    with FakeOllama([MODEL], version="0.24.0", vector_for=keeps_accents, delay_per_text=0.01) as fake:
        settings = settings_of(fake, tmp_path)
        with Engine.open(folder, settings) as engine:
            first = engine.refresh()
        fake.version, fake.vector_for = "0.34.4", strips_accents
        with Engine.open(folder, settings) as engine:
            result = engine.search("action 3")
            assert (result.model, len(result.hits)) == ("bge-m3", 10)
            assert "Ollama 0.34.4 computes other vectors for bge-m3" in told(result)
            index_in_part(engine)
            assert "old vectors answer meanwhile" in told(engine.search("action 3"))
            report = engine.refresh()
            assert "Ollama 0.34.4 computes other vectors" in " ".join(map(str, report.notices))
            assert engine.status().pending == 0
            assert told(engine.search("action 3")) == ""
            assert engine.refresh().notices == ()
        # Back on the old version its vectors are there still, and again on the new one.
        for version, reads in (("0.24.0", keeps_accents), ("0.34.4", strips_accents)):
            fake.version, fake.vector_for = version, reads
            with Engine.open(folder, settings) as engine:
                report = engine.refresh()
                assert (report.embedded, report.notices) == (0, ())
        assert first.embedded > 0


def test_an_upgrade_that_computes_the_same_vectors_costs_one_probe_and_nothing_else(
    tmp_path: Path, folder: Path
) -> None:
    with FakeOllama([MODEL], version="0.24.0") as fake:
        settings = settings_of(fake, tmp_path)
        for version in ("0.24.0", "0.24.0", "0.34.4", "0.34.4"):
            fake.version = version
            with Engine.open(folder, settings) as engine:
                report = engine.refresh()
                spaces = engine.status().spaces
        assert (report.embedded, report.notices, len(spaces)) == (0, (), 1)
        assert len(fake.probes) == 2


def test_a_server_that_does_not_tell_its_version_is_probed_each_time(tmp_path: Path, folder: Path) -> None:
    with FakeOllama([MODEL], version="0.0.0") as fake:
        settings = settings_of(fake, tmp_path)
        embedded = []
        for _ in range(2):
            with Engine.open(folder, settings) as engine:
                embedded.append(engine.refresh().embedded)
        assert embedded[0] > embedded[1] == 0
        assert len(fake.probes) == 2


def test_a_small_difference_of_another_processor_is_no_drift(tmp_path: Path, folder: Path) -> None:
    noise = np.random.default_rng(0).standard_normal(MODEL.dimensions)

    def nearly(text: str) -> list[float]:
        exact = np.array(MODEL.vector(text))
        return list(exact + 0.001 * noise)

    with FakeOllama([MODEL], version="0.34.3") as fake:
        settings = settings_of(fake, tmp_path)
        with Engine.open(folder, settings) as engine:
            engine.refresh()
        fake.version, fake.vector_for = "0.34.4", nearly
        with Engine.open(folder, settings) as engine:
            assert engine.refresh().embedded == 0


def test_an_upgrade_under_a_running_engine_is_seen_by_its_next_run(tmp_path: Path, folder: Path) -> None:
    with (
        FakeOllama([MODEL], version="0.24.0", vector_for=keeps_accents) as fake,
        Engine.open(folder, settings_of(fake, tmp_path)) as engine,
    ):
        engine.refresh()
        fake.stop()
        assert engine.search("action 3").model is None
        fake.version, fake.vector_for = "0.34.4", strips_accents
        fake.start()
        (folder / "new.py").write_text("def ёлка(): ...\n", "utf-8")
        told_so = engine.refresh()
        assert "was replaced while it was in use" in " ".join(map(str, told_so.notices))
        report = engine.refresh()
        assert "computes other vectors" in " ".join(map(str, report.notices))
        assert report.embedded >= 12
        assert len(engine.status().spaces) == 2


@pytest.mark.parametrize(("reads", "borrows"), [(keeps_accents, True), (strips_accents, False)])
def test_another_worktree_lends_only_what_the_same_server_computes(
    tmp_path: Path, reads: Callable[[str], list[float]], borrows: bool
) -> None:
    main, other = tmp_path / "main", tmp_path / "other"
    for folder in (main, other):
        folder.mkdir()
        (folder / "code.py").write_text("def ёлка():\n    return 'чай'\n", "utf-8")
    # Two worktrees as git makes them.
    (main / ".git" / "worktrees" / "other").mkdir(parents=True)
    (main / ".git" / "worktrees" / "other" / "gitdir").write_text(f"{other / '.git'}\n", "utf-8")
    (main / ".git" / "worktrees" / "other" / "commondir").write_text("../..\n", "utf-8")
    (other / ".git").write_text(f"gitdir: {main / '.git' / 'worktrees' / 'other'}\n", "utf-8")
    with FakeOllama([MODEL], version="0.24.0", vector_for=keeps_accents) as fake:
        settings = settings_of(fake, tmp_path)
        with Engine.open(main, settings) as engine:
            engine.refresh()
        fake.version, fake.vector_for = "0.34.4", reads
        with Engine.open(other, settings) as engine:
            assert (engine.refresh().embedded == 0) is borrows


def test_the_probe_has_what_tokenisers_disagree_on() -> None:
    assert {"й", "ё", "é", "ï", "<", "=", "|", "~", "^", "$", "+", "`"} <= set(PROBE)
    assert any(char.isupper() and not char.isascii() for char in PROBE)


def test_a_probe_that_cannot_be_had_changes_nothing(tmp_path: Path, folder: Path) -> None:
    with FakeOllama([MODEL]) as fake:
        settings = settings_of(fake, tmp_path)
        with Engine.open(folder, settings) as engine:
            engine.refresh()
        fake.version, fake.nan_texts = "0.35.0", lambda text: PROBE in text
        with Engine.open(folder, settings) as engine:
            assert engine.refresh().embedded == 0
        fake.nan_texts = lambda _: False
        with Engine.open(folder, dataclasses.replace(settings)) as engine:
            assert engine.refresh().embedded == 0
