from __future__ import annotations

import hashlib
import io
import json
import tarfile
import zipfile
from pathlib import Path

import pytest

from smysl.engine.errors import UsageError
from smysl.evaluation.datasets import (
    Corpus,
    DatasetError,
    Query,
    read_corpora,
    read_queries,
    read_query_rows,
    unpack,
    unpacked,
)

CORPUS = Corpus("demo", "demo", "1.0", "demo-1.0-py3-none-any.whl", "", ("demo",), ("demo/vendor/",))


def test_corpora_and_queries_are_read_as_written(tmp_path: Path) -> None:
    row = {"corpus": "c", "name": "n", "version": "1", "filename": "n-1.whl", "sha256": "ab", "roots": ["n"]}
    (tmp_path / "corpora.json").write_text(json.dumps([row]))
    assert read_corpora(tmp_path / "corpora.json") == (Corpus("c", "n", "1", "n-1.whl", "ab", ("n",)),)
    line = {"corpus": "c", "query_id": "c-0-ru", "lang": "ru", "query": "что?", "gold": ["a.py::f"], "style": "phrase"}
    (tmp_path / "queries.jsonl").write_text(json.dumps(line) + "\n\n")
    assert read_queries(tmp_path / "queries.jsonl") == (Query("c", "c-0-ru", "ru", "что?", ("a.py::f",), "phrase"),)


@pytest.mark.parametrize("content", ["", "[{}]", "3", '[{"corpus": "c"}]'])
def test_a_malformed_benchmark_is_a_usage_error_that_names_the_file(tmp_path: Path, content: str) -> None:
    file = tmp_path / "corpora.json"
    file.write_text(content)
    with pytest.raises(UsageError, match=r"corpora\.json"):
        read_corpora(file)
    with pytest.raises(UsageError, match=r"none\.jsonl cannot be read: No such file"):
        read_queries(tmp_path / "none.jsonl")


@pytest.mark.parametrize(
    "bad",
    [
        '{"query": "open", "gold": ["a.py::f"]',
        '{"query": "open", "gold": "a.py::f"}',
        '{"query": "open", "gold": [1]}',
        '["open", "a.py::f"]',
        "3",
    ],
)
def test_a_malformed_question_is_told_by_its_line(tmp_path: Path, bad: str) -> None:
    file = tmp_path / "queries.jsonl"
    file.write_text(f'{{"query": "open a door", "gold": ["a.py::f"]}}\n\n{bad}\n', "utf-8")
    with pytest.raises(UsageError, match=r"Line 3 of .*queries\.jsonl") as caught:
        read_query_rows(file)
    assert '"gold": ["' in str(caught.value.advice)


def test_only_an_end_of_line_ends_a_question(tmp_path: Path) -> None:
    file = tmp_path / "queries.jsonl"
    rows = [{"query": "two\u2028lines\x85of one", "gold": ["a.py::f"]}, {"query": "other", "gold": ["a.py::g"]}]
    file.write_bytes("\r\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode())
    assert [row["query"] for row in read_query_rows(file)] == ["two\u2028lines\x85of one", "other"]


def test_an_archive_name_with_a_folder_in_it_is_refused(tmp_path: Path) -> None:
    row = {"corpus": "c", "name": "n", "version": "1", "filename": "../n.whl", "sha256": "ab", "roots": ["n"]}
    (tmp_path / "corpora.json").write_text(json.dumps([row]))
    with pytest.raises(UsageError):
        read_corpora(tmp_path / "corpora.json")


def test_only_python_files_under_the_roots_are_unpacked(tmp_path: Path) -> None:
    archive = _wheel(tmp_path, "demo/a.py", "demo/vendor/b.py", "demo/data.json", "other/c.py", "demo-1.0/METADATA.py")
    unpack(archive, tmp_path / "tree", CORPUS)
    assert _files(tmp_path / "tree") == ["demo/a.py"]


def test_names_that_lead_outside_are_passed_over(tmp_path: Path) -> None:
    archive = _wheel(tmp_path, "demo/../../evil.py", "/demo/evil.py", "demo/ok.py", "demo/c:evil.py")
    unpack(archive, tmp_path / "tree", CORPUS)
    assert _files(tmp_path) == ["demo-1.0-py3-none-any.whl", "tree/demo/ok.py"]


def test_links_in_a_tarball_are_passed_over(tmp_path: Path) -> None:
    archive = tmp_path / "demo.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        link = tarfile.TarInfo("demo/link.py")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
        plain = tarfile.TarInfo("demo/ok.py")
        plain.size = 6
        tar.addfile(plain, io.BytesIO(b"x = 1\n"))
    unpack(archive, tmp_path / "tree", CORPUS)
    assert _files(tmp_path / "tree") == ["demo/ok.py"]


def test_an_archive_in_the_cache_is_unpacked_once_and_without_a_download(tmp_path: Path) -> None:
    corpus = _cached(tmp_path)
    tree = unpacked(corpus, tmp_path)
    (tree / "demo" / "a.py").write_text("changed = 1\n")
    assert unpacked(corpus, tmp_path) == tree
    assert (tree / "demo" / "a.py").read_text() == "changed = 1\n"


def test_an_archive_with_another_hash_is_refused(tmp_path: Path) -> None:
    corpus = _cached(tmp_path)
    (tmp_path / "archives" / corpus.filename).write_bytes(b"something else")
    with pytest.raises(DatasetError, match="is not the file"):
        unpacked(corpus, tmp_path)


def _cached(tmp_path: Path) -> Corpus:
    (tmp_path / "archives").mkdir()
    archive = _wheel(tmp_path / "archives", "demo/a.py")
    sha256 = hashlib.sha256(archive.read_bytes()).hexdigest()
    return Corpus("demo", "demo", "1.0", archive.name, sha256, ("demo",))


def _wheel(folder: Path, *names: str) -> Path:
    archive = folder / CORPUS.filename
    with zipfile.ZipFile(archive, "w") as packed:
        for name in names:
            packed.writestr(name, "x = 1\n")
    return archive


def _files(folder: Path) -> list[str]:
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())
