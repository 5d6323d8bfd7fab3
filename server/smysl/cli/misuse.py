"""What is said when the command line makes no sense.

typer brings its parser along under a private name and has changed it between versions, so its errors are told apart
by the names of their classes.
"""

from __future__ import annotations

from typing import Any

from smysl.engine.types import Message, say


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
    if kind == "NoSuchOption":
        near = ", ".join(sorted(error.possibilities or ()))
        if near:
            return say("There is no option {name}; did you mean {near}?", name=error.option_name, near=near)
        return say("There is no option {name}.", name=error.option_name)
    parameter = getattr(error, "param", None)
    if parameter is not None and kind == "MissingParameter":
        return say("{name} is missing.", name=_name(parameter))
    if parameter is not None and kind == "BadParameter":
        return say("{name} cannot have this value: {reason}.", name=_name(parameter), reason=_reason(error.message))
    if error.message == "Missing command.":
        return say("A command is missing.")
    return Message("{text}", {"text": error.format_message()})


def _name(parameter: Any) -> str:
    options = [name for name in parameter.opts if name.startswith("-")]
    return options[0] if options else str(parameter.metavar or parameter.name)


def _reason(message: str) -> str:
    return message.removeprefix("Value error, ").rstrip(".")
