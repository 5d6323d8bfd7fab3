"""PROTOCOL.md, the code, and what the code sends agree."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import attrs

from smysl.engine.settings import ModelRow, Settings
from smysl.lsp import methods, wire
from smysl.lsp.commands import COMMANDS
from smysl.lsp.settings import ServerSettings, read_server_settings

TEXT = (Path(__file__).parents[2] / "server" / "PROTOCOL.md").read_text("utf-8")


def _fields(interface: str) -> dict[str, bool]:
    """The fields of an interface of the document, and whether each may be left out."""
    body = re.search(rf"interface {interface} \{{(.*?)\}}(?=\n)", TEXT, re.DOTALL)
    assert body is not None, interface
    plain = re.sub(r"//.*", "", body.group(1))
    while (flat := re.sub(r"\{[^{}]*\}", "object", plain)) != plain:
        plain = flat
    return {name: bool(mark) for name, mark in re.findall(r"(\w+)(\??):", plain)}


def test_every_method_is_described_and_exists() -> None:
    assert re.findall(r"^## `(smysl/\w+)`", TEXT, re.MULTILINE) == list(methods.METHODS)


def test_every_command_is_described_and_exists() -> None:
    described = re.findall(r"^\| `(smysl\.\w+)` \|", TEXT, re.MULTILINE)
    assert described == list(methods.COMMANDS) == list(COMMANDS)


def test_the_interfaces_have_the_fields_of_the_code() -> None:
    kinds = {
        "SearchParams": wire.SearchParams,
        "Filters": wire.Filters,
        "SearchResult": wire.SearchResult,
        "Hit": wire.Hit,
        "SimilarParams": wire.SimilarParams,
        "SimilarResult": wire.SimilarResult,
        "Status": wire.Status,
        "Progress": wire.Progress,
        "FolderStatus": wire.FolderStatus,
        "ModelsResult": wire.ModelsResult,
        "Model": wire.Model,
        "PullModelParams": wire.PullModelParams,
        "PullModelResult": wire.PullModelResult,
    }
    for interface, kind in kinds.items():
        fields = attrs.fields(kind)
        assert list(_fields(interface)) == [wire.camel(field.name) for field in fields], interface
        if interface.endswith(("Params", "Filters")):
            optional = [wire.camel(field.name) for field in fields if field.default is not attrs.NOTHING]
            assert [name for name, may in _fields(interface).items() if may] == optional, interface


def test_the_settings_are_those_of_the_code_with_their_defaults() -> None:
    section = TEXT[TEXT.index("## Settings") :]
    rows = re.findall(r"^\| `([\w.]+)` \| `([^`]*)` \|", section, re.MULTILINE)
    of_engine = [wire.camel(field.name) for field in dataclasses.fields(Settings) if field.name != "ollama_token"]
    of_server = [
        wire.camel(field.name).replace("hoverE", "hover.e").replace("hoverT", "hover.t")
        for field in dataclasses.fields(ServerSettings)
        if field.name != "engine"
    ]
    assert sorted(name for name, _ in rows) == sorted(of_engine + of_server)
    written: dict[str, Any] = {"true": True, "false": False, "null": None, "[]": [], "{}": {}}
    defaults = {name: written.get(value, value.strip('"') if value.startswith('"') else value) for name, value in rows}
    numbers = {
        name: int(value) if isinstance(value, str) and value.isdecimal() else value for name, value in defaults.items()
    }
    settings, problems = read_server_settings(numbers, Settings(cache_dir=None))
    assert problems == ()
    assert settings == ServerSettings()
    for field in dataclasses.fields(ModelRow):
        if field.name != "name":
            assert f"`{wire.camel(field.name)}`" in section


def test_every_field_that_is_not_known_is_passed_over() -> None:
    assert wire.read_params({"query": "x", "colour": "red"}, wire.SearchParams) == wire.SearchParams("x")


def test_a_method_has_an_example() -> None:
    for section in re.split(r"^## ", TEXT, flags=re.MULTILINE):
        if section.startswith("`smysl/"):
            assert "```json" in section, section[:30]
