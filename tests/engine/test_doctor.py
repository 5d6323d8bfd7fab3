"""The examination: what it sees of a healthy machine, and of each thing that can be wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import apsw
import numpy as np
import pytest
import sqlite_vec
from tests.engine.embed.fake_models import FakeModel
from tests.engine.embed.fake_ollama import FakeOllama

from smysl.engine.cancel import CancelToken
from smysl.engine.doctor import Finding, Topic, Verdict, examine, repair
from smysl.engine.embed.builtin import BuiltinEmbedder
from smysl.engine.embed.known_faults import KNOWN_FAULTS, faults_of, version_findings
from smysl.engine.embed.spaces import PROBE
from smysl.engine.engine import Engine
from smysl.engine.errors import Cancelled
from smysl.engine.machine import Card, Machine, Memory
from smysl.engine.settings import Settings

NO_CARD = Machine(Memory.RAM, 16 * 2**30, "RAM")
MODEL = FakeModel("mine", dimensions=256, context=512)


@pytest.fixture(scope="module")
def sense() -> Callable[[str], Sequence[float]]:
    """The vector of a text that means something: that of the built-in model."""
    embedder = BuiltinEmbedder()
    return lambda text: [float(number) for number in embedder.embed_documents([text]).vectors[0]]


def found(
    workspace: Path, settings: Settings, topic: Topic, *, look: Callable[[], Machine] = lambda: NO_CARD
) -> list[Finding]:
    return [one for one in examine(workspace, settings, look=look) if one.topic is topic]


def failures(findings: Sequence[Finding]) -> str:
    return " ".join(str(one.message) for one in findings if one.verdict is Verdict.FAILED)


def settings_of(fake: FakeOllama, tmp_path: Path) -> Settings:
    return Settings(model="mine", ollama_host=fake.host, cache_dir=tmp_path / "cache")


def test_on_a_healthy_machine_everything_works_and_each_thing_is_named(tmp_path: Path, workspace: Path) -> None:
    settings = Settings(model="builtin", ollama_host="http://127.0.0.1:9", cache_dir=tmp_path / "cache")
    with Engine.open(workspace, settings) as engine:
        engine.refresh()
    findings = list(examine(workspace, settings, look=lambda: NO_CARD))
    assert failures(findings) == ""
    assert {one.topic for one in findings} == set(Topic)
    text = " ".join(str(one.message) for one in findings)
    for word in ("CPython", "sqlite-vec", "3 files", "16.0 GiB", "No Ollama answers", "builtin gives unit vectors"):
        assert word in text
    assert all(one.advice for one in findings if one.verdict is not Verdict.OK)


def test_every_finding_that_is_not_well_says_what_to_do(tmp_path: Path, workspace: Path) -> None:
    settings = Settings(model="bge-m3", ollama_host="http://127.0.0.1:9", cache_dir=tmp_path / "cache")
    findings = list(examine(workspace, settings, look=lambda: NO_CARD))
    assert "No Ollama answers at http://127.0.0.1:9" in failures(findings)
    assert all(one.advice for one in findings if one.verdict is not Verdict.OK)


def test_a_model_that_is_not_there_is_told_with_those_that_are(tmp_path: Path, workspace: Path) -> None:
    with FakeOllama(["all-minilm"]) as fake:
        settings = replace(settings_of(fake, tmp_path), model="bge-m3")
        told = failures(found(workspace, settings, Topic.MODEL))
    assert "bge-m3" in told
    assert "all-minilm" in told


def test_an_address_that_is_not_safe_is_told(tmp_path: Path, workspace: Path) -> None:
    settings = Settings(model="bge-m3", ollama_host="http://192.0.2.1", cache_dir=tmp_path / "cache")
    assert "plain http" in failures(found(workspace, settings, Topic.OLLAMA))


def test_graphics_cards_are_named_with_their_free_memory(tmp_path: Path, workspace: Path) -> None:
    machine = Machine(Memory.GPU, 16 * 2**30, "NVML", (Card("RTX 4080", 16 * 2**30, 10 * 2**30, "550.54"),))
    settings = Settings(model="lexical", ollama_host="http://127.0.0.1:9", cache_dir=tmp_path / "cache")
    [told] = found(workspace, settings, Topic.MACHINE, look=lambda: machine)
    assert "16.0 GiB, free 10.0 GiB (RTX 4080 550.54; from NVML)" in str(told.message)


def test_words_alone_are_well_if_the_settings_say_so(tmp_path: Path, workspace: Path) -> None:
    settings = Settings(model="lexical", ollama_host="http://127.0.0.1:9", cache_dir=tmp_path / "cache")
    [told] = found(workspace, settings, Topic.MODEL)
    assert told.verdict is Verdict.OK


def test_a_sound_model_passes(tmp_path: Path, workspace: Path, sense: Callable[[str], Sequence[float]]) -> None:
    with FakeOllama([MODEL], vector_for=sense) as fake:
        findings = found(workspace, settings_of(fake, tmp_path), Topic.MODEL)
    assert failures(findings) == ""
    text = " ".join(str(one.message) for one in findings)
    assert "4 of 4 English" in text
    assert "4 of 4 Russian" in text
    assert "read to their end" in text


def test_a_model_that_means_nothing_is_told(tmp_path: Path, workspace: Path) -> None:
    with FakeOllama([MODEL]) as fake:
        findings = found(workspace, settings_of(fake, tmp_path), Topic.MODEL)
    assert "English questions are nearest" in failures(findings)
    assert any("prompts" in str(one.advice) for one in findings)


def test_capitals_that_are_not_read_are_told(
    tmp_path: Path, workspace: Path, sense: Callable[[str], Sequence[float]]
) -> None:
    def deaf_to_capitals(text: str) -> Sequence[float]:
        return sense("unknown" if text.isupper() else text)

    with FakeOllama([MODEL], version="0.24.0", vector_for=deaf_to_capitals) as fake:
        assert "in capitals are not read" in failures(found(workspace, settings_of(fake, tmp_path), Topic.MODEL))


def test_a_text_that_comes_out_otherwise_among_others_is_told(
    tmp_path: Path, workspace: Path, sense: Callable[[str], Sequence[float]]
) -> None:
    def muddled(rows: list[list[float]]) -> list[list[float]]:
        return rows if len(rows) == 1 else [rows[-1], *rows[:-1]]

    with FakeOllama([MODEL], vector_for=sense, twist=muddled) as fake:
        assert "alone than among others" in failures(found(workspace, settings_of(fake, tmp_path), Topic.MODEL))


@pytest.mark.parametrize("words", [60, 300])
def test_what_is_read_of_a_long_text_is_found_by_trying(
    tmp_path: Path, workspace: Path, sense: Callable[[str], Sequence[float]], words: int
) -> None:
    def forgetful(text: str) -> Sequence[float]:
        return sense(" ".join(text.split()[:words]))

    with FakeOllama([MODEL], vector_for=forgetful) as fake:
        findings = found(workspace, settings_of(fake, tmp_path), Topic.MODEL)
    [told] = [one for one in findings if "of a long text are read" in str(one.message)]
    assert abs(int(str(told.message.values["read"])) - words) <= 8
    assert "input_tokens" in str(told.advice)


def test_a_model_that_fails_is_told_with_the_reason(tmp_path: Path, workspace: Path) -> None:
    with FakeOllama([MODEL]) as fake:
        fake.nan(lambda text: PROBE not in text)
        told = failures(found(workspace, settings_of(fake, tmp_path), Topic.MODEL))
    assert "zeros" in told


def test_ctrl_c_ends_it(tmp_path: Path, workspace: Path) -> None:
    token = CancelToken()
    with FakeOllama([MODEL], delay_per_text=5) as fake:
        findings = examine(workspace, settings_of(fake, tmp_path), cancel=token, look=lambda: NO_CARD)
        while next(findings).topic is not Topic.OLLAMA:
            pass
        token.cancel()
        with pytest.raises(Cancelled):
            list(findings)


def indexed(tmp_path: Path, workspace: Path) -> tuple[Settings, Path]:
    settings = Settings(model="builtin", ollama_host="http://127.0.0.1:9", cache_dir=tmp_path / "cache")
    with Engine.open(workspace, settings) as engine:
        engine.refresh()
        return settings, Path(engine.status().index_file)


def test_a_sound_index_is_left_alone(tmp_path: Path, workspace: Path) -> None:
    settings, index = indexed(tmp_path, workspace)
    before = index.read_bytes()
    assert failures(found(workspace, settings, Topic.INDEX)) == ""
    assert repair(workspace, settings) is None
    assert index.read_bytes() == before


def test_damage_is_seen_without_a_search_and_mended(tmp_path: Path, workspace: Path) -> None:
    settings, index = indexed(tmp_path, workspace)
    content = bytearray(index.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 20_000] = b"\xff" * 20_000
    index.write_bytes(content)
    findings = found(workspace, settings, Topic.INDEX)
    assert "damaged" in failures(findings)
    assert "smysl doctor --repair" in str(findings[0].advice)
    assert "moved to" in str(repair(workspace, settings))
    with Engine.open(workspace, settings) as engine:
        assert engine.refresh().files == 3
    assert failures(found(workspace, settings, Topic.INDEX)) == ""


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("DELETE FROM vectors_1 WHERE rowid = 1", "vectors are recorded"),
        ("DELETE FROM embeddings WHERE id = 1", "vectors that are not there"),
        ("DELETE FROM files WHERE id = 1", "belong to no file"),
    ],
)
def test_what_is_lost_from_a_file_that_sqlite_finds_sound_is_seen_and_mended(
    tmp_path: Path, workspace: Path, statement: str, told: str
) -> None:
    settings, index = indexed(tmp_path, workspace)
    connection = apsw.Connection(str(index))
    connection.enable_load_extension(True)
    connection.load_extension(sqlite_vec.loadable_path())
    connection.execute(statement)
    connection.close()
    assert told in failures(found(workspace, settings, Topic.INDEX))
    assert repair(workspace, settings) is not None
    with Engine.open(workspace, settings) as engine:
        engine.refresh()
    assert failures(found(workspace, settings, Topic.INDEX)) == ""


def test_a_file_of_another_program_is_told(tmp_path: Path, workspace: Path) -> None:
    settings, index = indexed(tmp_path, workspace)
    index.unlink()
    foreign = apsw.Connection(str(index))
    foreign.execute("CREATE TABLE theirs (a)")
    foreign.close()
    assert "not an index of Smysl" in failures(found(workspace, settings, Topic.INDEX))
    assert repair(workspace, settings) is not None


def test_texts_that_wait_are_counted(tmp_path: Path, workspace: Path) -> None:
    with FakeOllama(["bge-m3"]) as fake:
        settings = replace(settings_of(fake, tmp_path), model="bge-m3")
        fake.fail(500, "something")
        with Engine.open(workspace, settings) as engine:
            engine.refresh()
        told = " ".join(str(one.message) for one in found(workspace, settings, Topic.INDEX))
    assert "wait for a vector of bge-m3" in told


@pytest.mark.parametrize(
    ("version", "told", "not_told"),
    [
        ((0, 11, 4), "ignores the number of dimensions", "й, ё"),
        ((0, 24, 0), "й, ё, accents", "2,048 tokens"),
        ((0, 34, 4), "2,048 tokens", "й, ё"),
    ],
)
def test_each_version_is_told_its_own_faults(version: tuple[int, ...], told: str, not_told: str) -> None:
    text = " ".join(str(fault.message) for fault in faults_of(version))
    assert told in text
    assert not_told not in text


def test_every_known_fault_has_its_source() -> None:
    assert all(fault.source.startswith("https://github.com/ollama/ollama/") for fault in KNOWN_FAULTS)


def test_a_version_that_is_not_told_or_not_tried_is_said() -> None:
    assert "does not tell its version" in str(version_findings(None)[0].message)
    assert "newer than what" in str(version_findings((0, 99, 0))[0].message)
    assert np.all([one.verdict is not Verdict.FAILED for one in version_findings((0, 24, 0))])
