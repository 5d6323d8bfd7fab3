"""The two READMEs and the code name the same commands, options, settings and variables."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from smysl.cli.app import build_app
from smysl.engine.embed.known_models import KNOWN_MODELS
from smysl.engine.settings import ModelRow, Settings
from smysl.settings_file import ENVIRONMENT

ROOT = Path(__file__).parents[2]
README = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.ru.md")}

pytestmark = pytest.mark.parametrize("text", README.values(), ids=README.keys())


def _commands() -> dict[str, Any]:
    commands: dict[str, Any] = getattr(get_command(build_app()), "commands", {})
    return commands


def _every_command() -> dict[str, Any]:
    """The commands, those of groups by both names."""
    commands = _commands()
    nested = {
        f"{name} {child}": command
        for name, group in commands.items()
        for child, command in getattr(group, "commands", {}).items()
    }
    return commands | nested


def _options() -> set[str]:
    top = get_command(build_app())
    parameters = [parameter for command in (top, *_every_command().values()) for parameter in command.params]
    named = {name for parameter in parameters for name in (*parameter.opts, *parameter.secondary_opts)}
    return {name for name in named if name.startswith("-")} | {"--help"}


def test_every_command_is_described_and_exists(text: str) -> None:
    described = re.findall(r"^\| `smysl ([a-z]+(?: [a-z]+)?)", text, re.MULTILINE)
    assert sorted(described) == sorted(_every_command())


def test_every_option_is_described_and_exists(text: str) -> None:
    rows = "\n".join(line for line in text.splitlines() if line.startswith("| `-")) + "`--version`"
    described = set(re.findall(r"(?<=[` ])--?[a-z][a-z-]*", rows))
    assert described - {"-vv"} == _options()


def test_every_option_that_is_used_in_an_example_exists(text: str) -> None:
    assert set(re.findall(r"(?<=[\s`])--[a-z][a-z-]*", text)) <= _options()


def test_every_setting_is_described_with_its_variable_and_default(text: str) -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \| (?:`([A-Z_]+)`)? *\| ([^|]*) \|", text, re.MULTILINE)
    variables = {name: variable for variable, name in ENVIRONMENT.items()}
    assert [name for name, _, _ in rows] == [field.name for field in dataclasses.fields(Settings)]
    for name, variable, default in rows:
        assert variable == variables.get(name, "")
        value = getattr(Settings(), name)
        if isinstance(value, str | bool | int):
            written = f'"{value}"' if isinstance(value, str) else str(value).lower()
            assert default == f"`{written}`"


def test_what_a_model_row_may_have_is_described(text: str) -> None:
    for field in dataclasses.fields(ModelRow):
        if field.name != "name":
            assert f"`{field.name}`" in text


def test_the_models_are_those_of_the_catalogue_in_its_order(text: str) -> None:
    section = text[text.index("smysl models\n") :]
    rows = re.findall(r"^\| `([a-z0-9:.-]+)`[^|]*\| (\d+) \|", section, re.MULTILINE)
    known = sorted(KNOWN_MODELS, key=lambda row: row.rank)
    assert [(name, int(dimensions)) for name, dimensions in rows] == [(row.name, row.dimensions) for row in known]


def test_prompts_are_those_of_the_catalogue(text: str) -> None:
    plain = text.replace("\\|", "|")
    for row in KNOWN_MODELS:
        for prompt in (row.query_prompt, row.document_prompt):
            if prompt and not prompt.startswith("Instruct:"):
                assert f"`{prompt}`" in plain


def test_every_link_to_a_file_leads_somewhere(text: str) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", text)
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_make_target_that_is_named_exists(text: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z0-9-]+):", makefile, re.MULTILINE))
    assert set(re.findall(r"^make ([a-z0-9-]+)", text, re.MULTILINE)) <= targets


def test_both_languages_have_the_same_sections_tables_and_examples(text: str) -> None:
    english = README["README.md"]
    assert re.findall(r"^#+", text, re.MULTILINE) == re.findall(r"^#+", english, re.MULTILINE)
    assert text.count("\n|") == english.count("\n|")
    assert text.count("```") == english.count("```")
