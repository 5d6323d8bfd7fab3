"""What is said when the command line makes no sense.

typer brings its parser along under a private name and has changed it between versions, so its errors are told apart
by the names of their classes. Their own words are English and differ between versions; they are said in ours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from smysl.cli.options import MOST_HITS, Lang
from smysl.engine.types import Kind, Message, say

WANTED: Mapping[str, Message] = {
    "top_k": say("a whole number from 1 to {most}", most=MOST_HITS),
    "dimensions": say("a whole number, zero or more"),
    "kinds": say("one of {names}", names=", ".join(kind.value for kind in Kind)),
    "lang": say("one of {names}", names=", ".join(lang.value for lang in Lang)),
}
"""What the options take that do not take every text, by the names of their parameters."""


def is_misuse(error: Exception) -> bool:
    """Whether `error` comes from the parser of the command line."""
    return hasattr(error, "format_message")


def explain_misuse(error: Any) -> tuple[Message, ...]:
    """What is wrong with the command line, and where to look."""
    kind = type(error).__name__
    if kind == "NoArgsIsHelpError":
        return (Message("{page}", {"page": error.format_message()}),)
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "smysl"
    return _wrong(error, kind), say("“{command} --help” tells how it is used.", command=command)


def _wrong(error: Any, kind: str) -> Message:
    if hasattr(error, "option_name"):
        return _wrong_option(error, kind)
    if getattr(error, "param", None) is not None:
        return _wrong_value(error, kind)
    if extra := re.match(r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)", error.message, re.DOTALL):
        return say("There is more than the command takes: {extra}.", extra=extra.group(1))
    if error.message == "Missing command.":
        return say("A command is missing.")
    return Message("{text}", {"text": error.format_message()})


def _wrong_value(error: Any, kind: str) -> Message:
    name = _name(error.param)
    if kind == "MissingParameter":
        return say("{name} is missing.", name=name)
    if error.param.name in WANTED:
        return say("{name} must be {wanted}.", name=name, wanted=WANTED[error.param.name])
    return say("{name} cannot have this value: {reason}.", name=name, reason=_reason(error.message))


def _wrong_option(error: Any, kind: str) -> Message:
    if kind == "BadOptionUsage":
        if "does not take a value" in error.message:
            return say("{name} takes no value.", name=error.option_name)
        return say("{name} needs a value.", name=error.option_name)
    if near := ", ".join(sorted(error.possibilities or ())):
        return say("There is no option {name}; did you mean {near}?", name=error.option_name, near=near)
    return say("There is no option {name}.", name=error.option_name)


def _name(parameter: Any) -> str:
    options = [name for name in parameter.opts if name.startswith("-")]
    return options[0] if options else str(parameter.metavar or parameter.name)


def _reason(message: str) -> str:
    return message.removeprefix("Value error, ").rstrip(".")
