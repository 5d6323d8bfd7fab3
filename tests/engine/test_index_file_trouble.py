"""The façade when its index file is damaged, cannot be written, or holds more than anyone wants."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import apsw
import pytest
from tests.engine.embed.fake_ollama import FakeOllama

from smysl.engine.engine import Engine
from smysl.engine.settings import Settings
from smysl.engine.types import Mode

GEOMETRY = '''def rotate_picture(image, angle):
    """Turn an image by some degrees."""
    return image.turned(angle)


def turn_page(image, angle):
    """Turn a page by some degrees."""
    return image.turned(angle)
'''


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    root = tmp_path / "work"
    root.mkdir()
    (root / "geometry.py").write_text(GEOMETRY, "utf-8")
    return root


@pytest.fixture
def by_words(tmp_path: Path) -> Settings:
    return Settings(model="lexical", cache_dir=tmp_path / "cache")


def indexed(workspace: Path, settings: Settings) -> Path:
    """The index file of the workspace, filled."""
    with Engine.open(workspace, settings) as engine:
        engine.refresh()
        return Path(engine.status().index_file)


def spoil(index: Path, table: str) -> None:
    """Overwrite the first page of a table, which opening the index does not look at."""
    connection = apsw.Connection(str(index))
    connection.pragma("journal_mode", "delete")
    size = int(connection.pragma("page_size"))
    root = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).get
    connection.close()
    with index.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)


@pytest.mark.parametrize("table", ["chunks", "chunk_terms_data", "files"])
def test_a_search_that_meets_damage_builds_the_index_anew_and_answers(
    workspace: Path, by_words: Settings, table: str
) -> None:
    spoil(indexed(workspace, by_words), table)
    with Engine.open(workspace, by_words) as engine:
        result = engine.search("rotate_picture")
        assert result.hits[0].qualified_name == "rotate_picture"
        assert "damaged" in str(result.notices[0])
        assert engine.search("rotate_picture").notices == ()


def test_similar_code_builds_a_damaged_index_anew_and_answers(workspace: Path, by_words: Settings) -> None:
    spoil(indexed(workspace, by_words), "chunks")
    with Engine.open(workspace, by_words) as engine:
        result = engine.similar("geometry.py", 1)
        assert result.hits[0].qualified_name == "turn_page"
        assert "damaged" in str(result.notices[0])


def test_a_question_to_another_model_that_meets_damage_has_the_index_built_with_the_model_in_use(
    workspace: Path, by_words: Settings
) -> None:
    spoil(indexed(workspace, by_words), "chunks")
    with Engine.open(workspace, by_words) as engine:
        with engine.beside("builtin") as other:
            result = other.search("rotate_picture")
            assert result.hits[0].qualified_name == "rotate_picture"
            assert "damaged" in str(result.notices[0])
        status = engine.status()
        assert (status.files, status.model) == (1, None)


def test_status_says_that_the_index_was_damaged_and_is_empty(workspace: Path, by_words: Settings) -> None:
    spoil(indexed(workspace, by_words), "problems_by_path")
    with Engine.open(workspace, by_words) as engine:
        status = engine.status()
        assert status.files == 0
        assert "damaged" in str(status.notices[0])
        assert engine.refresh().files == 1


def test_several_threads_that_meet_the_same_damage_set_one_file_aside(workspace: Path, by_words: Settings) -> None:
    spoil(indexed(workspace, by_words), "chunks")
    with Engine.open(workspace, by_words) as engine, ThreadPoolExecutor(4) as threads:
        list(threads.map(engine.search, ["rotate_picture"] * 4))
        assert engine.search("rotate_picture").hits[0].qualified_name == "rotate_picture"
        assert len([one for one in engine.status().notices if "damaged" in str(one)]) == 1


def test_the_vectors_of_other_models_are_forgotten_and_those_in_use_stay(tmp_path: Path, workspace: Path) -> None:
    with FakeOllama(["bge-m3", "all-minilm"]) as fake:
        for model in ("bge-m3", "all-minilm"):
            settings = Settings(model=model, ollama_host=fake.host, cache_dir=tmp_path / "cache")
            indexed(workspace, settings)
        with Engine.open(workspace, settings) as engine:
            size = engine.status().size_bytes
            freed = engine.forget_other_models()
            status = engine.status()
            assert freed > 0
            assert status.size_bytes == size - freed
            assert status.spaces == ("all-minilm (384)",)
            assert engine.refresh().embedded == 0
            assert engine.search("turn", mode=Mode.DENSE).hits


def test_forgetting_other_models_in_an_index_without_any_model_forgets_nothing(
    workspace: Path, by_words: Settings
) -> None:
    indexed(workspace, by_words)
    with Engine.open(workspace, by_words) as engine:
        engine.forget_other_models()
        assert engine.search("rotate_picture").hits


SEARCH_WHERE_NOTHING_CAN_BE_WRITTEN = """
import json, os, sys
from pathlib import Path
from smysl.engine.engine import Engine
from smysl.engine.errors import IndexFileError
from smysl.engine.settings import Settings
folder = Path(sys.argv[1])
settings = Settings(model="lexical", cache_dir=folder / "cache")
with Engine.open(folder / "work", settings) as engine:
    report = engine.refresh()
    engine.search("rotate")  # loads what only root may load
(folder / "cache").chmod(0o555)
for file in (folder / "cache").iterdir():
    file.chmod(0o444)
if os.geteuid() == 0:
    os.setuid(65534)  # root may write everywhere
with Engine.open(folder / "work", settings) as engine:
    again = engine.refresh()
    found = engine.search("rotate_picture").hits[0].qualified_name, engine.status().chunks
    refused = []
    for attempt in (lambda: engine.watch(print), engine.forget_other_models, engine.clean):
        try:
            attempt()
        except IndexFileError as error:
            refused.append(str(error))
print(json.dumps([found, report.chunks, again.chunks, [str(one) for one in again.notices], refused]))
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_an_index_that_cannot_be_written_answers_and_refresh_says_so() -> None:
    root = Path(__file__).parents[2]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # another user than root may enter, unlike into the folders of pytest
        (folder / "work").mkdir()
        (folder / "work" / "geometry.py").write_text(GEOMETRY, "utf-8")
        (folder / "cache").mkdir()
        answer = subprocess.run(
            [sys.executable, "-c", SEARCH_WHERE_NOTHING_CAN_BE_WRITTEN, name],
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join((str(root), str(root / "server")))},
            check=False,
        )
        (folder / "cache").chmod(0o755)
    assert answer.returncode == 0, answer.stderr
    found, first, again, notices, refused = json.loads(answer.stdout)
    assert found == ["rotate_picture", first]
    assert again == first == 2
    assert len(notices) == 1
    assert "cannot be written" in notices[0]
    assert len(refused) == 3
    assert all("SMYSL_CACHE_DIR" in one for one in refused)
