"""Settings as a person wrote them: the settings file, then the environment, then the command line.

The workspace is never asked: its files come from strangers, and a setting can send code to a server.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from smysl.engine.errors import UsageError
from smysl.engine.settings import Settings, read_settings
from smysl.engine.types import Message, say

ENVIRONMENT: Mapping[str, str] = {
    "SMYSL_MODEL": "model",
    "SMYSL_DIMENSIONS": "dimensions",
    "SMYSL_OLLAMA_HOST": "ollama_host",
    "SMYSL_OLLAMA_TOKEN": "ollama_token",
    "SMYSL_OLLAMA_ALLOW_INSECURE": "ollama_allow_insecure",
    "SMYSL_MAX_FILE_BYTES": "max_file_bytes",
    "SMYSL_CACHE_DIR": "cache_dir",
}
"""Variables, and the settings they give."""

_WORDS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


def gather_settings(
    config_file: Path, environ: Mapping[str, str], flags: Mapping[str, Any], *, required: bool = False
) -> tuple[Settings, tuple[Message, ...]]:
    """The settings in force, and a message for each thing that did not fit.

    `flags` holds what the command line gave, None where it gave nothing. `required` says that the person named
    `config_file`, so that its absence is an error. Raises `UsageError`.
    """
    raw, problems = _read_file(config_file, required=required)
    raw.update(_from_environment(environ))
    raw.update({name: value for name, value in flags.items() if value is not None})
    settings, misfits = read_settings(raw)
    return settings, (*problems, *misfits)


def _read_file(path: Path, *, required: bool) -> tuple[dict[str, Any], tuple[Message, ...]]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig")), ()
    except FileNotFoundError:
        if required:
            raise UsageError(say("There is no settings file {path}.", path=path)) from None
        return {}, ()
    except OSError as error:
        return {}, (say("The settings file {path} cannot be read: {reason}.", path=path, reason=error.strerror),)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return {}, (say("The settings file {path} is not valid TOML: {reason}.", path=path, reason=error),)


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    return {name: _typed(name, environ[variable]) for variable, name in ENVIRONMENT.items() if environ.get(variable)}


def _typed(name: str, value: str) -> Any:
    """Numbers and switches as such; a text that is neither stays, and is then reported as a misfit."""
    if name in {"dimensions", "max_file_bytes"}:
        return int(value) if value.strip().isdecimal() else value
    if name == "ollama_allow_insecure":
        return _WORDS.get(value.strip().lower(), value)
    return value
