"""The commands about models against real Ollamas of both eras, and a model that is imported by hand as README says."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.ollama.real_ollama import RealOllama, gguf

from smysl.engine.doctor import Topic, Verdict, examine
from smysl.engine.errors import ModelMissing, ModelUnavailable
from smysl.engine.models import models, pull
from smysl.engine.settings import Settings

pytestmark = [pytest.mark.real_ollama, pytest.mark.timeout(600)]

README = Path(__file__).parents[2] / "README.md"


def smysl(*arguments: str, folder: Path, host: str) -> subprocess.CompletedProcess[str]:
    """Run the command in `folder`, with settings and indexes of its own there."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SMYSL_", "LANG", "LC_"))}
    environment |= {"SMYSL_CACHE_DIR": str(folder / "cache"), "XDG_CONFIG_HOME": str(folder), "LANG": "C.UTF-8"}
    command = [sys.executable, "-m", "smysl", *arguments, "--ollama-host", host]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


def test_models_lists_what_the_server_has_beside_the_catalogue(real_ollama: RealOllama, tmp_path: Path) -> None:
    done = smysl("models", "--json", "--vram", "16", folder=tmp_path, host=real_ollama.host)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    rows: dict[str, Any] = {row["name"]: row for row in found["models"]}
    assert found["recommendation"]["name"] == "qwen3-embedding:8b"
    minilm, tiny = rows["all-minilm"], rows["tiny-8k:latest"]
    installed = [file for file in minilm["files"] if file["installed"]]
    assert [(file["tag"], file["quantization"], file["fits"]) for file in installed] == [
        ("all-minilm:latest", "F32" if real_ollama.is_new else None, True)
    ]
    assert installed[0]["bytes"] == pytest.approx(gguf("all-minilm").stat().st_size, rel=0.01)
    assert (minilm["ready"], minilm["known"], minilm["dimensions"]) == (True, True, 384)
    assert (tiny["ready"], tiny["known"], tiny["dimensions"], tiny["input_tokens"]) == (True, False, 64, 8192)
    assert tiny["files"][0]["needs"]["context"] == 0  # it reads a text in one piece and keeps nothing of it
    assert (rows["bge-m3"]["ready"], rows["builtin"]["ready"]) == (False, True)


def test_a_pull_without_internet_and_one_of_an_unknown_name_say_what_to_do(real_ollama: RealOllama) -> None:
    settings = Settings(ollama_host=real_ollama.host)
    with pytest.raises((ModelUnavailable, ModelMissing)) as raised:
        pull(settings, "no-such-model-at-all")
    assert raised.value.advice is not None


def test_doctor_finds_a_real_model_sound_and_knows_the_faults_of_the_version(
    real_ollama: RealOllama, tmp_path: Path
) -> None:
    done = smysl("doctor", "--json", "--model", "all-minilm", folder=tmp_path, host=real_ollama.host)
    found = json.loads(done.stdout)
    told = {finding["message"]: finding for finding in found["findings"]}
    text = "\n".join(told)
    assert f"Ollama {real_ollama.version} answers" in text
    assert ("2,048 tokens" in text) is real_ollama.is_new
    assert ("й, ё" in text) is not real_ollama.is_new
    assert "all-minilm gives unit vectors of 384 numbers." in text
    assert "4 of 4 English questions" in text
    assert "read to their end" in text
    assert "the same vector alone and among others" in text
    assert "Russian questions" not in text  # it was not trained on Russian, and is not blamed for it
    assert (done.returncode, found["ok"]) == (0, True), text


def test_doctor_tells_a_model_that_means_nothing(real_ollama: RealOllama, tmp_path: Path) -> None:
    done = smysl("doctor", "--model", "tiny-8k", folder=tmp_path, host=real_ollama.host)
    assert done.returncode == 1, done.stdout
    assert "questions are nearest to their own code" in done.stdout
    assert "→ Check the prompts" in done.stdout


def test_a_file_is_imported_by_hand_as_readme_says_and_used_with_a_row_of_settings(
    real_ollama: RealOllama, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    section = README.read_text("utf-8").partition("### A model from a file")[2].partition("\n### ")[0]
    modelfile, commands, settings = re.findall(r"```\w*\n(.*?)```", section, re.DOTALL)
    (tmp_path / "smysl").mkdir()
    (tmp_path / "smysl" / "settings.toml").write_text(settings, "utf-8")
    (tmp_path / "Modelfile").write_text(modelfile, "utf-8")
    shutil.copyfile(gguf("all-minilm"), tmp_path / "my-model.gguf")
    (tmp_path / "rights.py").write_text(
        'def may_enter(user, room):\n    """Whether the user has the right."""\n    return room in user.rooms\n',
        "utf-8",
    )
    create, doctor, search = commands.splitlines()
    request.addfinalizer(lambda: run(real_ollama, ["ollama", "rm", "my-model"], folder=tmp_path))
    run(real_ollama, create.split(), folder=tmp_path)
    found = models(Settings(ollama_host=real_ollama.host)).rows
    assert "my-model:latest" in [row.name for row in found]
    examined = smysl(*doctor.split()[1:], "--json", folder=tmp_path, host=real_ollama.host)
    text = examined.stdout
    assert "The model in use is my-model." in text
    assert '"verdict": "failed", "message": "my-model' not in text
    assert "my-model gives unit vectors of 384 numbers." in text
    query = re.search(r'"(.+)"', search)
    assert query is not None
    done = smysl("search", query.group(1), ".", "--json", folder=tmp_path, host=real_ollama.host)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert (answer["model"], answer["hits"][0]["name"]) == ("my-model", "may_enter")
    assert "is not in the catalogue" not in done.stderr  # the row of the settings describes it


def run(server: RealOllama, command: Sequence[str], *, folder: Path) -> None:
    """Run Ollama's own command of that version."""
    assert command[0] == "ollama"
    subprocess.run(
        [server.binary, *command[1:]],
        cwd=folder,
        env=server.environment,
        check=True,
        capture_output=True,
        timeout=120,
    )


def test_the_self_test_is_the_same_through_the_engine(real_ollama: RealOllama, tmp_path: Path) -> None:
    settings = Settings(model="all-minilm", ollama_host=real_ollama.host, cache_dir=tmp_path / "cache")
    findings = [one for one in examine(tmp_path, settings) if one.topic is Topic.MODEL]
    assert [one for one in findings if one.verdict is Verdict.FAILED] == []
    assert len(findings) >= 6
