"""The set-ups of editors in the two READMEs. Those for Neovim and Emacs are run by `make e2e`."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[2]
COMMAND = ["smysl", "lsp"]


def _blocks(readme: str, heading: str) -> list[tuple[str, str]]:
    text = (ROOT / readme).read_text("utf-8")
    section = re.search(rf"^## {heading}\n(.*?)(?=^## )", text, re.MULTILINE | re.DOTALL)
    assert section is not None
    return re.findall(r"^```(\w+)\n(.*?)^```$", section[1], re.MULTILINE | re.DOTALL)


def _values(language: str) -> list[Any]:
    read = {"toml": tomllib.loads, "json": json.loads}[language]
    return [read(text) for name, text in _blocks("README.md", "Editors") if name == language]


def test_both_readmes_set_editors_up_alike() -> None:
    english = _blocks("README.md", "Editors")
    assert [name for name, _ in english] == ["lua"] * 3 + ["elisp"] * 2 + ["toml"] + ["json"] * 2
    assert _blocks("README.ru.md", "Редакторы") == english


def test_the_set_up_of_helix_is_whole() -> None:
    (helix,) = _values("toml")
    server = helix["language-server"]["smysl"]
    assert [server["command"], *server["args"]] == COMMAND
    assert "smysl" in helix["language"][0]["language-servers"]


def test_the_set_ups_of_sublime_text_and_kate_are_whole() -> None:
    sublime, kate = _values("json")
    assert sublime["clients"]["smysl"]["command"] == COMMAND
    assert kate["servers"]["python"]["command"] == COMMAND
