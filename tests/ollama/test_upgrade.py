"""An upgrade of Ollama under an index of Russian code: 0.24.0 made it, 0.34.4 answers from the same GGUF."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.ollama.real_ollama import NEW, OLD, RealOllama

from smysl.engine.embed.ollama_models import open_ollama
from smysl.engine.embed.spaces import PROBE
from smysl.engine.engine import Engine
from smysl.engine.settings import Settings
from smysl.engine.types import SAME_VECTORS, IndexReport, Mode, SearchResult, Vector

pytestmark = [pytest.mark.real_ollama, pytest.mark.timeout(600)]

ASCII = "def is_expired(token):\n    return token.expires_at < now()"
RUSSIAN = "проверяем срок действия токена"
FUNCTIONS = 48


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RealOllama]:
    """A server of the old version, which a test may upgrade."""
    home = tmp_path / "ollama"
    home.mkdir()
    with RealOllama(home, OLD) as server:
        yield server


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "проект"
    folder.mkdir()
    for number in range(FUNCTIONS // 4):
        (folder / f"module_{number}.py").write_text(
            f'def token_{number}_is_valid(token):\n    """Проверяем срок действия токена номер {number}."""\n'
            f"    return token.expires_at > {number}\n\n\n"
            f"def send_letter_{number}(address):\n    # Посылаем письмо ещё раз, если первый ушёл в никуда.\n"
            f"    return smtp.send(address, {number})\n\n\n"
            f"def count_{number}(items):\n    return len(items) + {number}\n\n\n"
            f"def line_{number}(text):\n    return text.splitlines()[{number}]\n",
            "utf-8",
        )
    return folder


def vectors(settings: Settings, *texts: str) -> list[Vector]:
    with open_ollama("all-minilm", settings) as embedder:
        return list(embedder.embed_documents(texts).vectors)


def told(result: SearchResult | IndexReport) -> str:
    return " ".join(map(str, result.notices))


def test_english_code_comes_out_the_same_and_russian_does_not_and_the_probe_sees_it(
    server: RealOllama, tmp_path: Path
) -> None:
    settings = Settings(model="all-minilm", ollama_host=server.host, cache_dir=tmp_path / "cache")
    old = vectors(settings, ASCII, RUSSIAN, PROBE)
    server.become(NEW)
    new = vectors(settings, ASCII, RUSSIAN, PROBE)
    ascii_code, russian, probe = (float(np.dot(one, other)) for one, other in zip(old, new, strict=True))
    assert ascii_code == pytest.approx(1, abs=1e-4)
    assert russian == pytest.approx(0.8455, abs=0.01)
    assert probe < 0.8 < SAME_VECTORS


def test_after_the_upgrade_the_old_vectors_answer_while_the_new_ones_are_made_in_the_background(
    server: RealOllama, workspace: Path, tmp_path: Path
) -> None:
    settings = Settings(model="all-minilm", ollama_host=server.host, cache_dir=tmp_path / "cache")
    with Engine.open(workspace, settings) as engine:
        first = engine.refresh()
        assert (first.pending, first.failed) == (0, 0)
        before = engine.search("number of elements in a list", top_k=3, mode=Mode.DENSE)
        assert told(before).count("Ollama") == 0
    server.become(NEW)
    reports: list[IndexReport] = []
    rebuilt = threading.Event()
    meanwhile: list[SearchResult] = []
    with Engine.open(workspace, settings) as engine:
        at_once = engine.search("number of elements in a list", top_k=3, mode=Mode.DENSE)

        def rebuild() -> None:
            reports.append(engine.refresh())
            rebuilt.set()

        worker = threading.Thread(target=rebuild)
        worker.start()
        while not rebuilt.is_set():
            meanwhile.append(engine.search("number of elements in a list", top_k=3, mode=Mode.DENSE))
        worker.join()
        after = engine.search("number of elements in a list", top_k=3, mode=Mode.DENSE)
        status = engine.status()
        again = engine.refresh()
    # The question and the code that answers it are English: the old vectors give what they gave before.
    assert [hit.qualified_name for hit in at_once.hits] == [hit.qualified_name for hit in before.hits]
    assert f"Ollama {NEW} computes other vectors for all-minilm" in told(at_once)
    assert len(meanwhile) > 2
    assert all(result.model == "all-minilm" and len(result.hits) == 3 for result in meanwhile)
    assert "old vectors answer meanwhile" in told(meanwhile[0])
    [report] = reports
    assert f"Ollama {NEW} computes other vectors for all-minilm" in told(report)
    assert report.embedded == first.embedded
    assert (status.pending, len(status.spaces)) == (0, 2)
    assert "computes other vectors" not in told(after)
    assert (again.embedded, "computes other vectors" in told(again)) == (0, False)


def test_a_running_watch_notices_the_upgrade_and_rebuilds(server: RealOllama, workspace: Path, tmp_path: Path) -> None:
    settings = Settings(model="all-minilm", ollama_host=server.host, cache_dir=tmp_path / "cache")
    indexed, rebuilt = threading.Event(), threading.Event()
    heard: list[IndexReport] = []

    def on_update(report: IndexReport) -> None:
        heard.append(report)
        if report.embedded and not report.pending:  # the words alone come first
            indexed.set()
        if "computes other vectors" in told(report) and not report.pending:
            rebuilt.set()

    with Engine.open(workspace, settings) as engine, engine.watch(on_update):
        assert indexed.wait(timeout=300)
        server.become(NEW)
        assert engine.search("number of elements in a list", top_k=3).hits
        (workspace / "new.py").write_text("def новая_ёлка(): ...\n", "utf-8")
        assert rebuilt.wait(timeout=300), [told(report) for report in heard]
        assert engine.status().pending == 0
        assert len(engine.status().spaces) == 2


def test_going_back_to_the_old_version_finds_its_vectors(server: RealOllama, workspace: Path, tmp_path: Path) -> None:
    settings = Settings(model="all-minilm", ollama_host=server.host, cache_dir=tmp_path / "cache")
    embedded = []
    for version in (OLD, NEW, OLD, NEW):
        server.become(version)
        with Engine.open(workspace, settings) as engine:
            embedded.append(engine.refresh().embedded)
    assert embedded[0] == embedded[1] > 0
    assert embedded[2:] == [0, 0]
