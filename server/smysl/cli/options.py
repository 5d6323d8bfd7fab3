"""The options every command takes, declared once and added to each command's own."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import fields
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer

from smysl.cli.session import Common, Session

MOST_HITS = 1000
"""The most that --top-k takes."""


class Lang(str, Enum):
    """Languages as the command line names them."""

    EN = "en"
    RU = "ru"


def _common(
    *,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL",
            help="auto, builtin, lexical, an Ollama model's name, or for Model2Vec static:FOLDER or hub:OWNER/NAME.",
        ),
    ] = None,
    dimensions: Annotated[
        int | None, typer.Option(metavar="N", help="Shorten vectors to N dimensions, where the model allows it.")
    ] = None,
    ollama_host: Annotated[
        str | None, typer.Option(metavar="URL", help="Where Ollama listens; else OLLAMA_HOST.")
    ] = None,
    cache_dir: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where indexes are kept; else the user's cache folder.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A settings file instead of the user's own.")
    ] = None,
    lang: Annotated[
        Lang | None, typer.Option(metavar="en|ru", help="Language of messages; else that of the locale.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no notices.")] = False,
    verbose: Annotated[
        int,
        typer.Option("--verbose", "-v", count=True, show_default=False, help="Log to standard error; -vv logs more."),
    ] = 0,
) -> None:
    """Only the signature is used."""


def with_common_options(command: Callable[..., None]) -> Callable[..., None]:
    """Turn `command(session, *, own options)` into what typer takes: its own options, then the common ones."""
    own = _parameters(command)
    del own["session"]
    common = _parameters(_common)
    context = inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)

    def run(context: typer.Context, **values: Any) -> None:
        if context.invoked_subcommand is not None:
            return  # a group whose own command is not meant
        given = {field.name: values.pop(field.name) for field in fields(Common)}
        command(Session(context.obj, Common(**given)), **values)

    parameters = {"context": context, **own, **common}
    run.__name__ = command.__name__
    run.__doc__ = command.__doc__
    run.__module__ = command.__module__
    run.__annotations__ = {name: parameter.annotation for name, parameter in parameters.items()}
    run.__signature__ = inspect.Signature(list(parameters.values()))  # type: ignore[attr-defined]  # typer reads it
    return run


def _parameters(function: Callable[..., None]) -> dict[str, inspect.Parameter]:
    # Not typing.get_type_hints: on Python 3.10 it wraps what has the default None once more.
    return dict(inspect.signature(function, eval_str=True).parameters)
