"""`smysl compare` on a real package documented in Russian: the words alone, the built-in model, and a real Ollama."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.ollama.counting_proxy import CountingProxy
from tests.ollama.real_ollama import RealOllama, cache_folder

from smysl.evaluation.datasets import read_corpora, unpacked

pytestmark = [pytest.mark.real_ollama, pytest.mark.timeout(1200)]

CORPORA = Path(__file__).parents[1] / "benchmarks" / "dev" / "corpora.json"


@pytest.fixture(scope="module")
def package() -> Path:
    """yandex-music as it is on PyPI, downloaded once a machine."""
    [corpus] = [corpus for corpus in read_corpora(CORPORA) if corpus.name == "yandex-music"]
    return unpacked(corpus, cache_folder().parent)


def _run(host: str, folder: Path, package: Path, *options: str) -> dict[str, object]:
    """The JSON of a comparison of three systems on the package."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SMYSL_", "LANG", "LC_"))}
    environment |= {"SMYSL_CACHE_DIR": str(folder / "cache"), "XDG_CONFIG_HOME": str(folder), "LANG": "ru_RU.UTF-8"}
    command = [sys.executable, "-m", "smysl", "compare", str(package), "--models", "builtin,all-minilm", "--json"]
    done = subprocess.run(
        [*command, "--sample", "100", "--ollama-host", host, *options],
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_three_systems_on_a_russian_package_and_a_second_run_that_asks_nothing(
    new_ollama: RealOllama, package: Path, tmp_path: Path
) -> None:
    report = tmp_path / "report.html"
    with CountingProxy(new_ollama.host) as proxy:
        first = _run(proxy.host, tmp_path, package, "--html", str(report))
        asked = len(proxy.calls)
        second = _run(proxy.host, tmp_path, package)
        assert len(proxy.calls) == asked
    assert {**first, "made_at": ""} == {**second, "made_at": ""}
    assert first["unmeasured"] == []
    systems = {system["name"]: system for system in first["systems"]}  # type: ignore[attr-defined]  # a list of objects
    assert list(systems) == ["lexical", "builtin", "builtin @128", "builtin @64", "all-minilm"]
    mrr = {
        (name, quality["mode"]): quality["MRR@10"]
        for name, system in systems.items()
        for quality in system["quality"]
        if quality["lang"] == "ru"
    }
    assert mrr["builtin", "fused"] > mrr["lexical", "lexical"]
    assert mrr["builtin", "dense"] > mrr["all-minilm", "dense"]  # the one was trained on Russian, the other was not
    model = systems["all-minilm"]
    assert (model["ollama"], model["dimensions"], model["trained_on_russian"]) == ("0.34.4", 384, False)
    assert model["memory_bytes"] > 10_000_000
    assert model["vram_bytes"] == 0  # it is built for the processor alone
    assert model["load_seconds"] > 0
    assert systems["builtin"]["functions_per_second"] > model["functions_per_second"] > 0
    page = report.read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert "Русские запросы" in page
    assert "all-minilm" in page
