"""The settings as a client sends them: one typed, fully defaulted object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from smysl.engine.settings import Settings, read_settings
from smysl.engine.types import Message, say
from smysl.lsp.wire import camel, snake

SECTION = "smysl"

LOG_LEVELS = ("error", "warning", "info", "debug")


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """What holds for one workspace folder; PROTOCOL.md says what each means.

    `hover_threshold` is a similarity, 0 to 1; None is the model's own.
    """

    engine: Settings = field(default_factory=Settings)
    enable: bool = True
    hover_enabled: bool = True
    hover_threshold: float | None = None
    workspace_symbol: bool = True
    code_lens: bool = False
    code_action: bool = False
    log_level: str = "info"


def read_server_settings(raw: Any, base: Settings) -> tuple[ServerSettings, tuple[Message, ...]]:
    """Settings from what a client sent (camelCase), over `base`, and a message for each value that did not fit."""
    if raw is None:
        return ServerSettings(base), ()
    if not isinstance(raw, Mapping):
        return ServerSettings(base), (_misfit(SECTION, say("an object")),)
    reader = _Reader(raw)
    if reader.take("ollamaToken"):
        path = f"{SECTION}.ollamaToken"
        reader.problems.append(
            say("Setting “{path}” is ignored: the token is taken from {variable}.", path=path, variable=_TOKEN)
        )
    settings = ServerSettings(
        enable=reader.flag("enable", True),
        hover_enabled=reader.flag("hover.enabled", True),
        hover_threshold=reader.share("hover.threshold"),
        workspace_symbol=reader.flag("workspaceSymbol", True),
        code_lens=reader.flag("codeLens", False),
        code_action=reader.flag("codeAction", False),
        log_level=reader.one_of("logLevel", LOG_LEVELS, "info"),
    )
    engine, problems = read_settings(_in_snake_case(reader.rest()), base=base)
    told = (*reader.problems, *map(_with_path, problems))
    return replace(settings, engine=engine), told


class _Reader:
    """Takes what is the server's own out of a mapping; `problems` are what did not fit."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw = _flat(raw)
        self.problems: list[Message] = []

    def take(self, path: str) -> Any:
        return self._raw.pop(path, None)

    def flag(self, path: str, default: bool) -> bool:
        value = self._raw.pop(path, None)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        self.problems.append(_misfit(f"{SECTION}.{path}", say("true or false")))
        return default

    def share(self, path: str) -> float | None:
        value = self._raw.pop(path, None)
        if value is None:
            return None
        if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 1:
            return float(value)
        self.problems.append(_misfit(f"{SECTION}.{path}", say("a number from 0 to 1")))
        return None

    def one_of(self, path: str, names: tuple[str, ...], default: str) -> str:
        value = self._raw.pop(path, None)
        if value is None or value in names:
            return value or default
        self.problems.append(_misfit(f"{SECTION}.{path}", say("one of {names}", names=", ".join(names))))
        return default

    def rest(self) -> Mapping[str, Any]:
        """What is left; what belongs to the client alone and what is null is left out."""
        return {
            name: value
            for name, value in self._raw.items()
            if value is not None and name not in _OF_CLIENTS and not name.startswith(_OF_CLIENTS_BEGIN)
        }


_GROUPS = ("hover",)
_OF_CLIENTS = ("clientCommands", "pythonPath", "serverCommand")
_TOKEN = "SMYSL_OLLAMA_TOKEN"
_OF_CLIENTS_BEGIN = ("trace", "search.")


def _flat(raw: Mapping[str, Any]) -> dict[str, Any]:
    """`{"hover": {"enabled": …}}` and `{"hover.enabled": …}` are the same."""
    flat: dict[str, Any] = {}
    for name, value in raw.items():
        if name in (*_GROUPS, "search", "trace") and isinstance(value, Mapping):
            flat.update({f"{name}.{part}": one for part, one in value.items()})
        else:
            flat[name] = value
    return flat


def _in_snake_case(raw: Mapping[str, Any]) -> dict[str, Any]:
    values = {snake(name): value for name, value in raw.items()}
    rows = values.get("models")
    if isinstance(rows, Mapping):
        values["models"] = {
            name: {snake(key): value for key, value in row.items()} if isinstance(row, Mapping) else row
            for name, row in rows.items()
        }
    return values


def _misfit(path: str, wanted: Message) -> Message:
    return say("Setting “{path}” must be {wanted}; the default is used.", path=path, wanted=wanted)


def _with_path(problem: Message) -> Message:
    """The same problem, its path as the client knows it."""
    return replace(problem, values={**problem.values, "path": f"{SECTION}.{camel(str(problem.values['path']))}"})
