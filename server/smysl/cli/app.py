"""The `smysl` command: reads the command line, runs one command, and turns every ending into an exit code.

Exit codes: 0 done (a search that finds nothing is done too), 1 `doctor` found something that does not work, 2 the
command line makes no sense, 3 it could not be done, 130 ended by Ctrl+C.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, TextIO

import typer
from typer.main import get_command

from smysl import __version__
from smysl.cli.codes import DONE, FAILED, INTERRUPTED, MISUSED
from smysl.cli.commands import comparing, doctor, evaluating, indexing, models, searching, serving
from smysl.cli.helptext import EPILOGUE, LocalisedCommand, LocalisedGroup, localise
from smysl.cli.misuse import explain_misuse, is_misuse
from smysl.cli.options import Lang, with_common_options
from smysl.cli.streams import let_go_of, prepare_streams, why_not_written
from smysl.cli.world import World, real_world
from smysl.engine.errors import Cancelled, SmyslError, UsageError
from smysl.engine.types import Message, say
from smysl.l10n import Language, language_from_locale, translate
from smysl.serving import Serving

_log = logging.getLogger(__name__)


def run_here(arguments: Sequence[str], *, serve: Callable[[Serving], int]) -> int:
    """Run one command in the world of this process and return its exit code; `serve` is the language server."""
    prepare_streams()
    try:
        world = real_world(serve)
    except SmyslError as error:
        return _ended_by(error, _language(arguments, os.environ), sys.stderr)
    return run(arguments, world)


def run(arguments: Sequence[str], world: World) -> int:
    """Run one command and return its exit code; nothing is raised."""
    language = _language(arguments, world.environ)
    world = replace(world, environ={**world.environ, "SMYSL_LANG": language})
    try:
        command = get_command(build_app())
        localise(command, language)
        code = command.main(list(arguments), prog_name="smysl", standalone_mode=False, obj=world)
    except (BrokenPipeError, SystemExit):  # the parser ends the process in just this case, whatever it is told
        let_go_of(world.stdout)
        return DONE
    except Exception as error:
        if _is_unwritten(error):
            let_go_of(world.stdout)
        return _ended_by(error, language, world.stderr)
    except KeyboardInterrupt:
        return INTERRUPTED
    return code if isinstance(code, int) else DONE


def build_app() -> typer.Typer:
    """The tree of commands."""
    app = typer.Typer(
        name="smysl",
        cls=LocalisedGroup,
        add_completion=False,
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    app.callback(help="Search Python code by meaning, in Russian and English.", epilog=EPILOGUE)(_top)
    for function in (
        indexing.index,
        searching.search,
        searching.similar,
        indexing.status,
        indexing.watch,
        comparing.compare,
        indexing.clean,
        evaluating.evaluate,
        serving.lsp,
        doctor.doctor,
    ):
        app.command(function.__name__, cls=LocalisedCommand)(with_common_options(function))
    app.add_typer(_models_app(), name="models")
    return app


def _models_app() -> typer.Typer:
    """`models` alone lists them; `models pull` fetches one."""
    app = typer.Typer(cls=LocalisedGroup, rich_markup_mode=None)
    app.callback(invoke_without_command=True)(with_common_options(models.models))
    app.command("pull", cls=LocalisedCommand)(with_common_options(models.pull))
    return app


def language_of_command_line(arguments: Sequence[str]) -> Language | None:
    """What `--lang` asks for; looked at before anything else, since help and errors are translated too."""
    for place, argument in enumerate(arguments):
        value = argument.partition("=")[2] if argument.startswith("--lang=") else ""
        if argument == "--lang" and place + 1 < len(arguments):
            value = arguments[place + 1]
        if value in ("en", "ru"):
            return "ru" if value == "ru" else "en"
    return None


def _language(arguments: Sequence[str], environ: Mapping[str, str]) -> Language:
    return language_of_command_line(arguments) or language_from_locale(environ)


def _is_unwritten(error: Exception) -> bool:
    """Whether `error` says that the answer did not get out: what goes wrong with a file names the file."""
    return isinstance(error, OSError) and error.filename is None


def _ended_by(error: Exception, language: Language, stderr: TextIO) -> int:
    def tell(message: Message) -> None:
        with contextlib.suppress(OSError):  # nobody is left to be told
            stderr.write(translate(message, language) + "\n")
            stderr.flush()

    if isinstance(error, Cancelled | typer.Abort):
        return INTERRUPTED
    if isinstance(error, SmyslError):
        tell(error.message)
        if error.advice:
            tell(error.advice)
        return MISUSED if isinstance(error, UsageError) else FAILED
    if is_misuse(error):
        for message in explain_misuse(error):
            tell(message)
        return MISUSED
    if isinstance(error, OSError) and _is_unwritten(error):
        tell(why_not_written(error))
        return FAILED
    _log.error("Unexpected error", exc_info=error)
    tell(say("Something unexpected went wrong: {kind}: {error}", kind=type(error).__name__, error=error))
    tell(say("Run the command again with -v to see where, and report it."))
    return FAILED


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"smysl {__version__}")
        raise typer.Exit


def _top(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
    lang: Annotated[
        Lang | None, typer.Option(metavar="en|ru", help="Language of messages; else that of the locale.")
    ] = None,
) -> None:
    """Options of `smysl` itself."""
