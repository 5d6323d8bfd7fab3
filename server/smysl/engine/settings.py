"""One typed, fully defaulted settings object, and how it is read from what a person wrote.

A bad value is reported once, with its path, and replaced by the default; an unknown name is reported too.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from smysl.engine.types import Message, say

DEFAULT_OLLAMA_HOST = "http://127.0.0.1:11434"


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A row of the model catalogue as a person writes it in settings; None keeps what the catalogue or server says."""

    name: str
    query_prompt: str | None = None
    document_prompt: str | None = None
    dimensions: int | None = None
    input_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a person can choose.

    model: `auto`, `builtin`, `lexical`, an Ollama tag (`bge-m3`), or `static:FOLDER` or
    `hub:OWNER/NAME` for Model2Vec.
    dimensions: 0 keeps the model's own; otherwise a valid Matryoshka truncation.
    exclude, include: gitignore-style patterns; `include` opts ignored paths in.
    max_file_bytes: larger files are skipped with a note.
    cache_dir: where index files live; None is the user's cache folder (or SMYSL_CACHE_DIR).
    ollama_token: sent as a bearer token; never over plain http to a host that is not loopback, unless
    `ollama_allow_insecure`.
    glossary: a team's own words or phrases, each with the words that stand for it in the code.
    """

    model: str = "auto"
    dimensions: int = 0
    ollama_host: str = ""
    ollama_token: str = field(default="", repr=False)
    ollama_allow_insecure: bool = False
    exclude: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    max_file_bytes: int = 1_048_576
    cache_dir: Path | None = None
    models: tuple[ModelRow, ...] = ()
    glossary: tuple[tuple[str, tuple[str, ...]], ...] = ()


_DEFAULTS = Settings()


def read_settings(raw: Mapping[str, Any], *, base: Settings = _DEFAULTS) -> tuple[Settings, tuple[Message, ...]]:
    """Settings from a mapping of names as written (`snake_case`), and a message for each value that did not fit.

    What is not written or does not fit is as in `base`.
    """
    values: dict[str, Any] = {}
    problems: list[Message] = []
    known = {item.name: item for item in dataclasses.fields(Settings)}
    for name, value in raw.items():
        if name not in known:
            problems.append(say("Unknown setting “{path}”; it is ignored.", path=name))
            continue
        try:
            values[name] = _READERS[name](value)
        except _Misfit as misfit:
            problems.append(
                say(
                    "Setting “{path}” must be {wanted}; the default is used.",
                    path=name + misfit.path,
                    wanted=misfit.wanted,
                )
            )
    return dataclasses.replace(base, **values), tuple(problems)


class _Misfit(Exception):
    def __init__(self, wanted: Message, path: str = "") -> None:
        super().__init__(str(wanted))
        self.wanted = wanted
        self.path = path


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _Misfit(say("a text"))
    return value.strip()


def _prompt(value: Any) -> str:
    if not isinstance(value, str):
        raise _Misfit(say("a text"))
    return value  # its spaces count


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _Misfit(say("true or false"))
    return value


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise _Misfit(say("a whole number, zero or more"))
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str) or not all(isinstance(item, str) for item in value):
        raise _Misfit(say("a list of texts"))
    return tuple(value)


def _path(value: Any) -> Path | None:
    text = str(value) if isinstance(value, Path) else _text(value)
    return Path(text).expanduser() if text else None


def _rows(value: Any) -> tuple[ModelRow, ...]:
    if not isinstance(value, Mapping):
        raise _Misfit(say("a table of models by name"))
    return tuple(_row(name, row) for name, row in value.items())


def _row(name: str, row: Any) -> ModelRow:
    readers: Mapping[str, Callable[[Any], Any]] = {
        "query_prompt": _prompt,
        "document_prompt": _prompt,
        "dimensions": _count,
        "input_tokens": _count,
    }
    if not isinstance(row, Mapping):
        raise _Misfit(say("a table"), f".{name}")
    chosen: dict[str, Any] = {}
    for key, value in row.items():
        if key not in readers:
            raise _Misfit(say("one of {names}", names=", ".join(readers)), f".{name}.{key}")
        try:
            chosen[key] = readers[key](value)
        except _Misfit as misfit:
            raise _Misfit(misfit.wanted, f".{name}.{key}") from None
    return ModelRow(name, **chosen)


def _glossary(value: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(value, Mapping):
        raise _Misfit(say("a table of words, each with a list of words"))
    return tuple((word, _words(word, others)) for word, others in value.items())


def _words(word: str, others: Any) -> tuple[str, ...]:
    try:
        return tuple(others.split()) if isinstance(others, str) else _texts(others)
    except _Misfit as misfit:
        raise _Misfit(misfit.wanted, f".{word}") from None


_READERS = {
    "model": _text,
    "dimensions": _count,
    "ollama_host": _text,
    "ollama_token": _text,
    "ollama_allow_insecure": _flag,
    "exclude": _texts,
    "include": _texts,
    "max_file_bytes": _count,
    "cache_dir": _path,
    "models": _rows,
    "glossary": _glossary,
}
