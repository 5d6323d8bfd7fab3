"""A client's settings, read into one typed object."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from smysl.engine.settings import ModelRow, Settings
from smysl.lsp.settings import ServerSettings, read_server_settings

BASE = Settings(model="bge-m3", ollama_token="secret")


def test_what_a_client_sets_goes_over_what_the_user_set_elsewhere() -> None:
    settings, problems = read_server_settings({"exclude": ["a/"], "maxFileBytes": 5, "hover.enabled": False}, BASE)
    assert problems == ()
    assert settings.engine == Settings(model="bge-m3", ollama_token="secret", exclude=("a/",), max_file_bytes=5)
    assert not settings.hover_enabled


def test_nothing_set_is_what_the_user_set_elsewhere() -> None:
    for nothing in (None, {}, {"model": None, "hover": {"threshold": None}}):
        assert read_server_settings(nothing, BASE) == (ServerSettings(BASE), ())


def test_rows_of_models_are_in_camel_case() -> None:
    raw = {"models": {"mine": {"queryPrompt": "query: ", "inputTokens": 512}}, "cacheDir": "~/x"}
    settings, problems = read_server_settings(raw, Settings())
    assert problems == ()
    assert settings.engine.models == (ModelRow("mine", query_prompt="query: ", input_tokens=512),)
    assert settings.engine.cache_dir == Path("~/x").expanduser()


def test_what_belongs_to_the_client_alone_is_no_misfit() -> None:
    raw = {"pythonPath": "/x", "serverCommand": [], "trace": {"server": "off"}, "search": {"debounce": 100}}
    assert read_server_settings(raw, Settings()) == (ServerSettings(), ())


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ({"enable": "yes"}, "smysl.enable"),
        ({"hover": {"threshold": 2}}, "smysl.hover.threshold"),
        ({"hover": {"threshold": True}}, "smysl.hover.threshold"),
        ({"logLevel": "loud"}, "smysl.logLevel"),
        ({"maxFileBytes": -1}, "smysl.maxFileBytes"),
        ({"models": {"mine": {"inputTokens": "x"}}}, "smysl.models.mine.inputTokens"),
        ({"nonsense": 1}, "smysl.nonsense"),
        ("text", "smysl"),
    ],
)
def test_a_value_that_does_not_fit_is_named_by_its_path_and_the_default_holds(raw: Any, path: str) -> None:
    settings, problems = read_server_settings(raw, Settings())
    assert [problem.values["path"] for problem in problems] == [path]
    assert settings == ServerSettings()


def test_the_token_is_not_taken_from_a_client() -> None:
    settings, problems = read_server_settings({"ollamaToken": "stolen"}, BASE)
    assert settings.engine.ollama_token == "secret"
    assert "SMYSL_OLLAMA_TOKEN" in str(problems[0])
