"""What is wrong with a command line is said in the language of the person, whatever typer's own words are."""

from __future__ import annotations

import re

import pytest
from tests.cli.fakes import Shell

RUSSIAN = [
    (("search", "x", "--top-k", "0"), "Значение --top-k не подходит; нужно: целое число от 1 до 1000."),
    (("search", "x", "-k", "много"), "Значение --top-k не подходит; нужно: целое число от 1 до 1000."),
    (("search", "x", "--dimensions", "1.5"), "Значение --dimensions не подходит; нужно: целое число, не меньше нуля."),
    (("search", "x", "--kind", "лямбда"), "нужно: одно из: function, method, class, module."),
    (("search", "x", "--lang", "de"), "Значение --lang не подходит; нужно: одно из: en, ru."),
    (("search", "x", "--top-k"), "У ключа --top-k нет значения."),
    (("search", "x", "--json=1"), "У ключа --json не бывает значения."),
    (("search", "x", ".", "лишнее"), "Лишнее в командной строке: лишнее."),
    (("similar",), "Не указано: FILE:LINE."),
    (("search", "x", "--нет"), "Нет ключа --нет."),
    (("status", "-qz"), "Нет ключа -z."),
    (("искать",), "Нет команды «искать»."),
]


@pytest.mark.parametrize(("arguments", "said"), RUSSIAN, ids=lambda value: " ".join(value) if len(value) < 9 else "")
def test_a_russian_is_told_in_russian(shell: Shell, arguments: tuple[str, ...], said: str) -> None:
    ended = shell.run(*arguments, environ={"LANG": "ru_RU.UTF-8"})
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    known = {"smysl", "search", "similar", "status", "function", "method", "class", "module", *_commands(ended.err)}
    assert set(re.findall(r"(?<![-\w])[a-z]{3,}", ended.err)) <= known


def _commands(text: str) -> set[str]:
    """The names of commands, where they are listed."""
    listed = re.search(r"Есть команды: ([a-z, ]+)", text)
    return set(listed.group(1).split(", ")) if listed else set()
