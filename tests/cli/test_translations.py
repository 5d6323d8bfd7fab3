"""Whatever a person may read exists in Russian: sentences given to `say`, and the help of every command."""

from __future__ import annotations

import ast
import json
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

import smysl
from smysl.cli.app import build_app
from smysl.engine.types import Message, say
from smysl.l10n import language_from_locale, text, translate

SOURCES = Path(smysl.__file__).parent
BUNDLE: dict[str, str] = json.loads((SOURCES / "l10n" / "bundle.l10n.ru.json").read_text(encoding="utf-8"))


def test_every_sentence_has_a_russian_translation() -> None:
    assert sorted(_templates() - BUNDLE.keys()) == []


def test_no_translation_is_left_over() -> None:
    assert sorted(BUNDLE.keys() - _templates()) == []


def test_a_translation_has_the_fields_of_its_template() -> None:
    assert [template for template, russian in BUNDLE.items() if _fields(russian) != _fields(template)] == []


def test_templates_are_literals_so_that_they_can_be_collected() -> None:
    assert [place for place, template in _said() if template is None] == []


def test_a_message_within_a_message_is_translated_too() -> None:
    message = say("{path}: {message}", path="a.py", message=say("a text"))
    assert translate(message, "ru") == "a.py: " + BUNDLE["a text"]


def test_a_sentence_without_a_translation_is_shown_in_english() -> None:
    assert translate(Message("Not {what} anywhere", {"what": "listed"}), "ru") == "Not listed anywhere"


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "ru_RU.UTF-8"}, "ru"),
        ({"LANG": "ru_RU.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "ru_RU"}, "ru"),
        ({"LANG": "ru_RU.UTF-8", "SMYSL_LANG": "en"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "de:ru:en"}, "ru"),
        ({"LANG": "ru_RU.UTF-8", "LANGUAGE": "en_GB"}, "en"),
        ({"LANG": "C.UTF-8", "LANGUAGE": "ru"}, "en"),
        ({"LANG": "POSIX", "LANGUAGE": "ru"}, "en"),
        ({"LANGUAGE": "ru"}, "ru"),
        ({"LANG": "ru_RU.UTF-8", "LANGUAGE": "de"}, "ru"),
    ],
)
def test_the_language_is_that_of_the_locale(environ: dict[str, str], language: str) -> None:
    assert language_from_locale(environ) == language


def test_where_no_variable_says_so_the_system_is_asked() -> None:
    assert language_from_locale({}, system=lambda: "ru_RU") == "ru"
    assert language_from_locale({}, system=lambda: "de_DE") == "en"
    assert language_from_locale({"LANG": "en_US.UTF-8"}, system=lambda: "ru_RU") == "en"


def test_english_is_the_template_itself() -> None:
    assert text("{path}: {message}", "en", path="a", message="b") == "a: b"


def _templates() -> set[str]:
    return {template for _, template in _said() if template is not None} | set(_help(get_command(build_app())))


def _said() -> Iterator[tuple[str, str | None]]:
    """Where `say` is called, and with what template; None where that is no literal."""
    for file in sorted(SOURCES.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
                first = node.args[0] if node.args else None
                literal = isinstance(first, ast.Constant) and isinstance(first.value, str)
                yield f"{file.name}:{node.lineno}", first.value if literal else None  # type: ignore[union-attr]  # the check above


def _help(command: Any) -> Iterator[str]:
    for english in (command.help, command.epilog, *(getattr(parameter, "help", None) for parameter in command.params)):
        if english:
            yield english
    for child in getattr(command, "commands", {}).values():
        yield from _help(child)


def _fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
