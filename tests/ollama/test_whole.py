"""The whole product on a real package and a real Ollama: index, search, edit, search; stop, kill, start again."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from tests.ollama.counting_proxy import CountingProxy
from tests.ollama.real_ollama import RealOllama

from smysl.engine.engine import Engine
from smysl.engine.settings import Settings
from smysl.engine.types import IndexReport, Mode, Phase, Progress

pytestmark = [pytest.mark.real_ollama, pytest.mark.timeout(1800)]

PACKAGES = ("http", "json", "urllib")
EXPECTED = {
    "html page with the list of files in a folder": "SimpleHTTPRequestHandler.list_directory",
    "is a crawler allowed to visit this address": "RobotFileParser.can_fetch",
    "replace percent escapes by the characters they stand for": "unquote",
    "which text encoding are these json bytes in": "detect_encoding",
    "do not send this request through the proxy for that host": "proxy_bypass_environment",
    "open the url and give back the response": "urlopen",
    "write a python object into a file as json": "dump",
    "the page has moved, ask at the new location": "HTTPRedirectHandler.redirect_request",
    "has the cookie run out": "Cookie.is_expired",
    "turn a dictionary into the query part of an address": "urlencode",
}
"""What a person may ask who does not know the names, and where the answer stands: written before the first run, none
taken out since. all-minilm finds about half of them among the first three, words alone a third."""


@dataclass(frozen=True)
class Whole:
    """An indexed package: its folder, the settings it was indexed with, who counts, and what the first run said."""

    workspace: Path
    settings: Settings
    proxy: CountingProxy
    report: IndexReport


@pytest.fixture(scope="module")
def whole(real_ollama: RealOllama, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    """Three packages of the standard library, indexed with all-minilm."""
    folder = tmp_path_factory.mktemp("whole")
    workspace = copied(folder / "workspace", *PACKAGES)
    with CountingProxy(real_ollama.host) as proxy:
        settings = Settings(model="all-minilm", ollama_host=proxy.host, cache_dir=folder / "cache")
        with Engine.open(workspace, settings) as engine:
            report = engine.refresh()
        yield Whole(workspace, settings, proxy, report)


def copied(workspace: Path, *packages: str) -> Path:
    """A workspace that holds these packages of the standard library."""
    library = Path(sysconfig.get_paths()["stdlib"])
    for package in packages:
        shutil.copytree(library / package, workspace / package, ignore=shutil.ignore_patterns("__pycache__"))
    return workspace


def test_every_text_of_a_real_package_gets_one_vector(whole: Whole) -> None:
    report, answered = whole.report, Counter(whole.proxy.answered[: whole.report.embedded])
    assert report.pending == report.failed == 0
    assert report.embedded >= report.chunks * 0.9  # texts that occur twice share a vector
    assert len(answered) == report.embedded
    with Engine.open(whole.workspace, whole.settings) as engine:
        status = engine.status()
    assert (status.model, status.dimensions, status.pending) == ("all-minilm", 384, 0)
    assert status.embedded == status.chunks


def test_the_model_brings_the_answers_of_english_questions_nearer_to_the_top(whole: Whole) -> None:
    with Engine.open(whole.workspace, whole.settings) as engine:
        with_model = [place_of(engine, query, wanted, Mode.FUSED) for query, wanted in EXPECTED.items()]
        by_words = [place_of(engine, query, wanted, Mode.LEXICAL) for query, wanted in EXPECTED.items()]
    assert sum(place <= 3 for place in with_model) >= 4, with_model
    assert sum(1 / place for place in with_model) > sum(1 / place for place in by_words), (with_model, by_words)


def place_of(engine: Engine, query: str, wanted: str, mode: Mode) -> int:
    """On which place `wanted` is found; a thousand when it is not among the first fifty."""
    result = engine.search(query, top_k=50, mode=mode)
    assert result.model == (None if mode is Mode.LEXICAL else "all-minilm")
    names = [hit.qualified_name for hit in result.hits]
    return names.index(wanted) + 1 if wanted in names else 1_000


def test_meaning_alone_finds_a_function_that_shares_no_word_with_the_question(whole: Whole) -> None:
    with Engine.open(whole.workspace, whole.settings) as engine:
        result = engine.search("may a web crawler visit this page", top_k=3, mode=Mode.DENSE)
    assert "RobotFileParser.can_fetch" in [hit.qualified_name for hit in result.hits]


def test_a_russian_question_is_answered_and_told_that_the_model_reads_english_only(whole: Whole) -> None:
    with Engine.open(whole.workspace, whole.settings) as engine:
        result = engine.search("разобрать куки из заголовка", top_k=10)
    assert any("Cookie" in hit.qualified_name or "cookie" in hit.path for hit in result.hits[:3])
    assert any("Russian" in str(notice) for notice in result.notices)


def test_the_command_finds_the_model_by_itself_and_answers_from_the_same_index(whole: Whole, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SMYSL_", "LANG", "LC_"))}
    environment |= {
        "SMYSL_CACHE_DIR": str(whole.settings.cache_dir),
        "XDG_CONFIG_HOME": str(tmp_path),
        "LANG": "C.UTF-8",
    }
    command = (sys.executable, "-m", "smysl", "search", "--json", "--ollama-host", whole.proxy.host)
    before = len(whole.proxy.calls)
    done = subprocess.run(
        [*command, "html page with the list of files in a folder", "."],
        cwd=whole.workspace,
        env=environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["model"] == "all-minilm"
    assert answer["hits"][0]["path"] == "http/server.py"
    assert answer["hits"][0]["name"] == "SimpleHTTPRequestHandler.list_directory"
    assert [len(call.texts) for call in whole.proxy.calls[before:]] == [1]  # the query


def test_one_edited_function_is_one_text_to_embed_and_is_found_as_it_is_now(whole: Whole) -> None:
    path = whole.workspace / "json" / "scanner.py"
    text = path.read_text("utf-8")
    function = "\n\ndef greatest_depth(value):\n    return 0\n"
    with Engine.open(whole.workspace, whole.settings) as engine:
        path.write_text(text + function, "utf-8")
        engine.refresh()
        before = len(whole.proxy.calls)
        deeper = function.replace("return 0", "return 1 + max(map(greatest_depth, value), default=0)  # nested lists")
        path.write_text(text + deeper, "utf-8")
        report = engine.refresh()
        sent = [call.texts for call in whole.proxy.calls[before:]]
        result = engine.search("how deeply lists are nested in each other", top_k=1)
    assert len(sent) == 1
    assert len(sent[0]) == 1
    assert "nested lists" in sent[0][0]
    assert (report.embedded, report.files_changed, report.chunks_added, report.pending) == (1, 1, 1, 0)
    assert result.hits[0].qualified_name == "greatest_depth"
    assert "nested lists" in result.hits[0].snippet


def test_a_watched_folder_sends_the_text_of_a_saved_function_and_nothing_else(whole: Whole) -> None:
    path = whole.workspace / "json" / "encoder.py"
    saved = threading.Event()
    reports: list[IndexReport] = []

    def heard(report: IndexReport) -> None:
        reports.append(report)
        if report.files_changed:
            saved.set()

    with Engine.open(whole.workspace, whole.settings) as engine, engine.watch(heard):
        before = len(whole.proxy.calls)
        path.write_text(
            path.read_text("utf-8") + "\n\ndef sea_level_pressure(height):\n    return 1013 - height / 8\n", "utf-8"
        )
        assert saved.wait(timeout=60)
        result = engine.search("how high the barometer stands", top_k=1)
    sent = [text for call in whole.proxy.calls[before:-1] for text in call.texts]
    assert [text.partition(":")[0] for text in sent] == ["sea_level_pressure"]
    assert sum(report.embedded for report in reports) == 1
    assert result.hits[0].qualified_name == "sea_level_pressure"


def test_without_ollama_similar_code_is_found_and_the_words_answer_with_a_notice(
    whole: Whole, real_ollama: RealOllama
) -> None:
    # Not through the proxy, so that nobody listens at the address once the server is stopped.
    settings = replace(whole.settings, ollama_host=real_ollama.host)
    with Engine.open(whole.workspace, settings) as engine:
        assert engine.search("cookies", top_k=1).model == "all-minilm"
        real_ollama.stop()
        try:
            asked_before = engine.search("list directory", top_k=3)
            with Engine.open(whole.workspace, settings) as newcomer:
                started = time.monotonic()
                fresh = newcomer.search("list directory", top_k=3)
                waited = time.monotonic() - started
                near = newcomer.similar("urllib/parse.py", line_of(whole, "urllib/parse.py", "def unquote("), top_k=5)
                report = newcomer.refresh()
        finally:
            real_ollama.start()
        again = engine.search("list directory", top_k=3)
    for result in (asked_before, fresh):
        assert result.model is None
        assert "SimpleHTTPRequestHandler.list_directory" in [hit.qualified_name for hit in result.hits]
        assert any("No Ollama answers" in str(notice) for notice in result.notices)
    assert waited < 5
    assert near.model == "all-minilm"
    assert "unquote_to_bytes" in [hit.qualified_name for hit in near.hits]
    assert report.embedded == report.pending == 0
    assert any("No Ollama answers" in str(notice) for notice in report.notices)
    assert again.model == "all-minilm"


def line_of(whole: Whole, path: str, beginning: str) -> int:
    """The 1-based line of a file that begins so."""
    lines = (whole.workspace / path).read_text("utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if line.startswith(beginning))


@pytest.mark.parametrize("dies", ["server", "runner"])
def test_ollama_killed_in_the_middle_of_a_run_has_nothing_embedded_twice(
    real_ollama: RealOllama, tmp_path: Path, dies: str
) -> None:
    workspace = copied(tmp_path / "workspace", "json")
    reports: list[IndexReport] = []
    with CountingProxy(real_ollama.host) as proxy:
        settings = Settings(model="all-minilm", ollama_host=proxy.host, cache_dir=tmp_path / "cache")
        killed: list[int] = []

        def kill_in_the_middle(progress: Progress) -> None:
            if progress.phase is Phase.EMBEDDING and progress.done >= 40 and not killed:
                if not proxy.wait_for_call_in_flight(age=0.05, seconds=5):
                    return  # all that was handed out is answered already: at the next step, then
                killed.append(progress.done)
                if dies == "server":
                    real_ollama.kill()
                else:
                    real_ollama.kill_runner()

        with Engine.open(workspace, settings) as engine:
            try:
                reports.append(engine.refresh(progress=kill_in_the_middle))
            finally:
                real_ollama.start()
            if dies == "server":
                assert reports[0].pending > 0
                assert any("The next run goes on from there" in str(notice) for notice in reports[0].notices)
                reports.append(engine.refresh())
            status = engine.status()
    assert killed
    assert (reports[-1].pending, reports[-1].failed) == (0, 0)
    assert status.embedded == status.chunks
    times = Counter(proxy.answered)
    assert max(times.values()) == 1
    assert sum(report.embedded for report in reports) == len(times)
    assert [call for call in proxy.calls if call.was_lost]


def test_going_to_another_model_and_back_embeds_nothing_the_third_time(real_ollama: RealOllama, tmp_path: Path) -> None:
    workspace = copied(tmp_path / "workspace", "json")
    reports: list[IndexReport] = []
    found: list[tuple[str | None, list[str]]] = []
    with CountingProxy(real_ollama.host) as proxy:
        for model in ("all-minilm", "tiny-8k", "all-minilm"):
            settings = Settings(model=model, ollama_host=proxy.host, cache_dir=tmp_path / "cache")
            with Engine.open(workspace, settings) as engine:
                reports.append(engine.refresh())
                result = engine.search("which encoding are these bytes in", top_k=5, mode=Mode.DENSE)
                found.append((result.model, [hit.qualified_name for hit in result.hits]))
                status = engine.status()
    first, other, back = reports
    # The two models take inputs of different lengths, so a long function is more texts for one than for the other.
    assert first.embedded >= other.embedded > 0 == back.embedded
    assert first.pending == other.pending == back.pending == 0
    assert back.reused == 0
    assert [model for model, _ in found] == ["all-minilm", "tiny-8k", "all-minilm"]
    assert found[0] == found[2] != found[1]
    assert (status.model, status.dimensions) == ("all-minilm", 384)
    assert set(status.spaces) == {"all-minilm (384)", "tiny-8k (64)"}
