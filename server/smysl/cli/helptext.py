"""Help in the language of the person: commands are declared in English and their tree is translated afterwards."""

from __future__ import annotations

import difflib
import re
from typing import Any

from typer.core import TyperCommand, TyperGroup

from smysl.engine.errors import UsageError
from smysl.engine.types import Message, say
from smysl.l10n import Language, template_in

EPILOGUE = say(
    "\b\n"
    "Settings: settings.toml in the user's settings folder, then SMYSL_* variables, then options.\n"
    "Exit codes: 0 done, also when nothing was found; 1 doctor found what does not work;\n"
    "2 the command line makes no sense; 3 it could not be done; 130 ended by Ctrl+C.\n"
    "Standard output carries the answer alone; progress and notices go to standard error."
).template

_HEADINGS: tuple[Message, ...] = (
    say("Usage:"),
    say("Options:"),
    say("Arguments:"),
    say("Commands:"),
    say("Show this message and exit."),
    say("[OPTIONS]"),
    say("COMMAND [ARGS]..."),
    say("[default: "),
    say("[required]"),
)
"""What the library itself writes into a help page."""


class LocalisedCommand(TyperCommand):
    """A command whose help page is in `language`."""

    language: Language = "en"

    def get_help(self, ctx: Any) -> str:
        return _localise_page(super().get_help(ctx), self.language)


class LocalisedGroup(TyperGroup):
    """The command of commands, likewise."""

    language: Language = "en"

    def get_help(self, ctx: Any) -> str:
        return _localise_page(super().get_help(ctx), self.language)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Raises `UsageError` for a command that does not exist, in words of our own."""
        name = args[0]
        if name in self.commands or name.startswith("-"):
            return super().resolve_command(ctx, args)
        near = ", ".join(difflib.get_close_matches(name, self.commands))
        advice = (
            say("Did you mean {near}?", near=near)
            if near
            else say("The commands are {names}.", names=", ".join(self.commands))
        )
        raise UsageError(say("There is no command “{name}”.", name=name), advice)


def localise(command: Any, language: Language) -> None:
    """Translate the help of `command`, its options and its sub-commands, in place."""
    command.language = language
    for name in ("help", "short_help", "epilog"):
        if english := getattr(command, name, None):
            setattr(command, name, template_in(english, language))
    for parameter in command.params:
        if english := getattr(parameter, "help", None):
            parameter.help = template_in(english, language)
    for child in getattr(command, "commands", {}).values():
        localise(child, language)


def _localise_page(page: str, language: Language) -> str:
    for heading in _HEADINGS:
        page = re.sub(rf"(?<!\w){re.escape(heading.template)}", template_in(heading.template, language), page)
    return page
