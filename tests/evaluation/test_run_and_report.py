from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import pytest
from tests.cli.fakes import FakeEngine, Shell

from smysl.engine.errors import UsageError
from smysl.engine.types import Hit, Kind, Mode, Span
from smysl.evaluation.datasets import Corpus, Query
from smysl.evaluation.metrics import score
from smysl.evaluation.report import compare_runs, comparison_table, groups, read_run, run_object, table
from smysl.evaluation.run import Answer, Run, docstring_material, handwritten_material, run_benchmark

SOURCE = '''
def load(url):
    """Скачивает файл по ссылке."""
    return url

def load(url, timeout):
    """Загружает файл, но не ждёт вечно."""
    return url
'''


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    archives = tmp_path / "cache" / "evaluation" / "archives"
    archives.mkdir(parents=True)
    archive = archives / "demo-1-py3-none-any.whl"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("demo/net.py", SOURCE)
    return Corpus("demo", "demo", "1", archive.name, hashlib.sha256(archive.read_bytes()).hexdigest(), ("demo",))


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "evaluation"


def _hit(line: int, name: str = "load") -> Hit:
    return Hit(1, "demo/net.py", Kind.FUNCTION, name, name, Span(line, line + 2, 0, 1), line, 4, 0.5, "")


def _query(number: int, gold: str, *, language: str = "ru") -> Query:
    return Query("demo", f"demo-{number}-{language}", language, "скачать файл", (gold,), "phrase")


def test_hits_are_mapped_to_units_by_name_and_place_and_scored(corpus: Corpus, cache: Path) -> None:
    engine = FakeEngine(hits=(_hit(1, "unknown"), _hit(6), _hit(6), _hit(2)))
    material = handwritten_material([corpus], [_query(0, "demo/net.py::load")], cache)
    run = run_benchmark(material, lambda tree: engine, mode=Mode.LEXICAL)
    assert run.answers[0].ranked == ("demo/net.py::load#2", "demo/net.py::load")
    assert run.answers[0].scores.mrr == 0.5
    assert run.model == "bge-m3"
    top_k, filters, mode = engine.searches[0]
    assert (top_k, mode) == (10, Mode.LEXICAL)
    assert filters.kinds == {Kind.FUNCTION, Kind.METHOD, Kind.CLASS}
    assert engine.refreshes == 1


def test_a_query_about_what_is_not_there_is_an_error(corpus: Corpus, cache: Path) -> None:
    with pytest.raises(UsageError, match="does not hold"):
        handwritten_material([corpus], [_query(0, "demo/net.py::gone")], cache)
    with pytest.raises(UsageError, match="not listed"):
        handwritten_material([], [_query(0, "demo/net.py::load")], cache)


def test_the_docstring_task_searches_code_without_docstrings(corpus: Corpus, cache: Path) -> None:
    (material,) = docstring_material([corpus], cache)
    assert [query.gold for query in material.queries] == [("demo/net.py::load",), ("demo/net.py::load#2",)]
    assert '"""' not in (material.tree / "demo" / "net.py").read_text(encoding="utf-8")
    assert [unit.line for unit in material.units] == [2, 5]
    assert docstring_material([corpus], cache) == (material,)


def _run(*ranks: int) -> Run:
    """A run in which the right answer to query `i` stands at `ranks[i]`, 0 being nowhere."""
    answers = []
    for number, rank in enumerate(ranks):
        ranked = tuple("-" * place for place in range(1, rank)) + (("gold",) if rank else ())
        query = _query(number, "gold", language="ru" if number % 2 else "en")
        answers.append(Answer(query, ranked, score(ranked, query.gold)))
    return Run(Mode.FUSED, "bge-m3", tuple(answers))


def test_groups_are_all_then_corpus_then_style_for_each_language() -> None:
    found = groups(_run(1, 2, 1, 0))
    assert [(group.title, group.queries, group.scores.mrr) for group in found] == [
        ("all/en", 2, 1.0),
        ("all/ru", 2, 0.25),
        ("demo/en", 2, 1.0),
        ("demo/ru", 2, 0.25),
        ("phrase/en", 2, 1.0),
        ("phrase/ru", 2, 0.25),
    ]


def test_the_table_has_a_line_a_group() -> None:
    lines = list(table(groups(_run(1, 2, 1, 0))))
    assert lines[0].split()[:6] == ["n", "MRR@10", "NDCG@10", "R@1", "R@5", "R@10"]
    assert lines[2].split() == ["all/ru", "2", "0.250", "0.315", "0.000", "0.500", "0.500", "0.000–0.500"]


def test_a_saved_run_is_read_again(tmp_path: Path) -> None:
    run = _run(1, 2, 3, 0)
    file = tmp_path / "run.json"
    file.write_text(json.dumps(run_object(run)))
    assert read_run(file) == run
    file.write_text("[]")
    with pytest.raises(UsageError, match="not a saved run"):
        read_run(file)


def test_runs_are_compared_on_the_queries_they_share() -> None:
    found = compare_runs(_run(2, 2, 2), _run(1, 2, 1, 1))
    assert [(row.metric, row.language, row.comparison.difference, row.comparison.queries) for row in found] == [
        ("MRR@10", "en", 0.5, 2),
        ("MRR@10", "ru", 0.0, 1),
        ("R@10", "en", 0.0, 2),
        ("R@10", "ru", 0.0, 1),
    ]
    assert list(comparison_table(found))[1].split()[:3] == ["MRR@10/en", "2", "+0.500"]
    with pytest.raises(UsageError, match="in common"):
        compare_runs(_run(), _run(1))


@pytest.fixture
def shell(tmp_path: Path, corpus: Corpus) -> Shell:
    row = {
        "corpus": corpus.name,
        "name": corpus.package,
        "version": corpus.version,
        "filename": corpus.filename,
        "sha256": corpus.sha256,
        "roots": list(corpus.roots),
    }
    query = {
        "corpus": "demo",
        "query_id": "demo-0-ru",
        "lang": "ru",
        "query": "скачать файл",
        "gold": ["demo/net.py::load"],
        "style": "phrase",
    }
    (tmp_path / "corpora.json").write_text(json.dumps([row]))
    (tmp_path / "queries.jsonl").write_text(json.dumps(query) + "\n")
    return Shell(tmp_path, FakeEngine(hits=(_hit(2),)))


def test_the_command_prints_a_table_and_keeps_its_index_in_the_cache(shell: Shell, cache: Path) -> None:
    ended = shell.run("evaluate", "corpora.json", "queries.jsonl", "--lexical-only", "--cache-dir", "cache")
    assert ended.code == 0
    assert "all/ru" in ended.out
    settings = shell.engine.opened[0][1]
    assert (settings.cache_dir, settings.model) == (cache / "indexes", "lexical")


def test_the_command_prints_json_and_compares_with_what_it_printed(shell: Shell) -> None:
    arguments = ("evaluate", "corpora.json", "queries.jsonl", "--dense-only", "--cache-dir", "cache")
    first = shell.run(*arguments, "--json")
    (shell.folder / "run.json").write_text(first.out)
    assert json.loads(first.out)["groups"][0]["MRR@10"] == 1.0
    assert shell.engine.searches[0][2] is Mode.DENSE
    second = shell.run(*arguments, "--json", "--compare", "run.json")
    assert json.loads(second.out)["comparison"][0]["difference"] == 0.0
    assert "MRR@10/ru" in shell.run(*arguments, "--compare", "run.json").out


def test_the_command_runs_the_docstring_task(shell: Shell) -> None:
    ended = shell.run("evaluate", "corpora.json", "--docstring", "--cache-dir", "cache")
    assert "docstring/ru" in ended.out


@pytest.mark.parametrize(
    "arguments",
    [
        ("corpora.json",),
        ("corpora.json", "queries.jsonl", "--docstring"),
        ("corpora.json", "queries.jsonl", "--dense-only", "--lexical-only"),
        ("none.json", "queries.jsonl"),
        ("corpora.json", "queries.jsonl", "--compare", "none.json"),
    ],
)
def test_requests_that_make_no_sense_end_with_2(shell: Shell, arguments: tuple[str, ...]) -> None:
    assert shell.run("evaluate", *arguments, "--cache-dir", "cache").code == 2
