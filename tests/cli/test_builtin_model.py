"""The command with the model of the package: a process of its own, no Ollama anywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    not files("smysl").joinpath("data", "builtin", "model.safetensors").is_file(), reason="made by server/training"
)

CODE = '''def remove_user(storage, name):
    """Delete an account for good."""
    storage.drop(name)


def area(width, height):
    return width * height


def retry_request(send):
    for _ in range(3):
        try:
            return send()
        except ConnectionError:
            continue
'''


@pytest.fixture
def code(tmp_path: Path) -> Path:
    folder = tmp_path / "код"
    folder.mkdir()
    (folder / "shop.py").write_text(CODE, encoding="utf-8")
    return folder


def run(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SMYSL_", "LC_", "LANG"))}
    environ = {
        **kept,
        "LANG": "C.UTF-8",
        "SMYSL_CACHE_DIR": str(folder.parent / "cache"),
        "SMYSL_OLLAMA_HOST": "127.0.0.1:1",
        "XDG_CONFIG_HOME": str(folder.parent / "config"),
    }
    command = [sys.executable, "-m", "smysl", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, encoding="utf-8", timeout=60, check=False
    )


def test_the_built_in_model_answers_russian_questions_about_english_code(code: Path) -> None:
    done = run("search", "повторить запрос при ошибке соединения", ".", "--model", "builtin", "--json", folder=code)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["model"] == "builtin"
    assert found["hits"][0]["name"] == "retry_request"
    assert "Ollama" not in done.stderr


def test_without_ollama_it_answers_by_itself_and_that_is_told_once(code: Path) -> None:
    done = run("search", "удалить пользователя", ".", "--json", folder=code)
    found = json.loads(done.stdout)
    assert (found["model"], found["hits"][0]["name"]) == ("builtin", "remove_user")
    assert done.stderr.count("The built-in model answers.") == 1
    assert done.stderr.count("No Ollama answers") == 1


def test_its_vectors_can_be_shortened_and_only_as_it_was_trained_for(code: Path) -> None:
    done = run("index", ".", "--model", "builtin", "--dimensions", "64", folder=code)
    assert done.returncode == 0, done.stderr
    status = json.loads(run("status", ".", "--json", folder=code).stdout)
    assert (status["model"], status["dimensions"], status["pending"]) == ("builtin", 64, 0)
    done = run("index", ".", "--model", "builtin", "--dimensions", "100", folder=code)
    assert done.returncode == 2
    assert "256, 128, 64" in done.stderr
