from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.fakes import FakeEngine, Shell

from smysl.engine.errors import UsageError
from smysl.settings_file import gather_settings


def test_options_go_before_variables_and_variables_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(
        'model = "bge-m3"\ndimensions = 256\nollama_host = "http://box:1"\n[models.mine]\ninput_tokens = 7\n'
    )
    settings, problems = gather_settings(
        file, {"SMYSL_MODEL": "embeddinggemma", "SMYSL_DIMENSIONS": "128"}, {"model": "all-minilm", "cache_dir": None}
    )
    assert (settings.model, settings.dimensions, settings.ollama_host) == ("all-minilm", 128, "http://box:1")
    assert settings.models[0].input_tokens == 7
    assert problems == ()


def test_variables_give_switches_paths_and_secrets(tmp_path: Path) -> None:
    environ = {
        "SMYSL_CACHE_DIR": str(tmp_path),
        "SMYSL_OLLAMA_TOKEN": "secret",
        "SMYSL_OLLAMA_ALLOW_INSECURE": "yes",
        "SMYSL_MAX_FILE_BYTES": "10",
    }
    settings, problems = gather_settings(tmp_path / "none.toml", environ, {})
    assert settings.cache_dir == tmp_path
    assert settings.ollama_token == "secret"
    assert settings.ollama_allow_insecure
    assert settings.max_file_bytes == 10
    assert problems == ()


def test_values_that_do_not_fit_are_named_and_replaced_by_defaults(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("exclude = 3\ncolour = 1\n")
    settings, problems = gather_settings(file, {"SMYSL_DIMENSIONS": "many"}, {})
    assert (settings.exclude, settings.dimensions) == ((), 0)
    assert sorted(str(problem) for problem in problems) == [
        "Setting “dimensions” must be a whole number, zero or more; the default is used.",
        "Setting “exclude” must be a list of texts; the default is used.",
        "Unknown setting “colour”; it is ignored.",
    ]


@pytest.mark.parametrize("content", [b"model = ", b'model = "\xff"'])
def test_a_broken_settings_file_is_reported_and_left_aside(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes(content)
    settings, problems = gather_settings(file, {}, {})
    assert settings.model == "auto"
    assert "is not valid TOML" in str(problems[0])


def test_a_settings_file_that_was_asked_for_has_to_exist(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        gather_settings(tmp_path / "none.toml", {}, {}, required=True)


def test_problems_are_told_once_in_the_language_of_the_person(shell: Shell) -> None:
    (shell.folder / "settings.toml").write_text("max_file_bytes = -1\n")
    ended = shell.run("search", "x", "--json", "--lang", "ru")
    assert ended.err.count("max_file_bytes") == 1
    assert "целое число" in ended.err


def test_a_settings_file_in_the_workspace_is_not_read(shell: Shell, engine: FakeEngine) -> None:
    code = shell.folder / "code"
    code.mkdir()
    (code / "settings.toml").write_text('ollama_host = "http://stranger"\n')
    (code / "smysl.toml").write_text('ollama_host = "http://stranger"\n')
    shell.run("search", "x", "code")
    assert engine.opened[0][1].ollama_host == ""
