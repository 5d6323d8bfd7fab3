"""One run of one command: settings and language are decided, and there are two ways to speak.

The answer goes to standard output; everything else goes to standard error, each notice once.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from smysl.cli.world import Engine, World
from smysl.engine.settings import Settings
from smysl.engine.types import Message, say
from smysl.l10n import Language, language_from_locale, translate
from smysl.settings_file import gather_settings


@dataclass(frozen=True, slots=True)
class Common:
    """The options that every command takes; None is "not given". `lang` was heeded before: it decides the help too."""

    model: str | None = None
    dimensions: int | None = None
    ollama_host: str | None = None
    cache_dir: Path | None = None
    config: Path | None = None
    lang: str | None = None
    quiet: bool = False
    verbose: int = 0


class Session:
    """Settings, language and streams of one command."""

    def __init__(self, world: World, common: Common) -> None:
        self.world = world
        self.quiet = common.quiet
        self.verbose = common.verbose
        self.language: Language = language_from_locale(world.environ)
        self._said: set[str] = set()
        self._tell: Callable[[str], object] = self._write_to_stderr
        _log_to(world.stderr, common.verbose)
        self.settings, self.problems = gather_settings(
            world.folder / common.config.expanduser() if common.config else world.config_file,
            world.environ,
            {
                "model": common.model,
                "dimensions": common.dimensions,
                "ollama_host": common.ollama_host,
                "cache_dir": world.folder / common.cache_dir.expanduser() if common.cache_dir else None,
            },
            required=common.config is not None,
        )
        self.notice_all(self.problems)

    def engine(self, workspace: Path, *, lexical_only: bool = False) -> Engine:
        """The engine on `workspace`; with `lexical_only` no model is looked for."""
        settings: Settings = replace(self.settings, model="lexical") if lexical_only else self.settings
        return self.world.open_engine(workspace, settings)

    def translate(self, message: Message) -> str:
        """`message` in the language of this run."""
        return translate(message, self.language)

    def answer(self, text: str) -> None:
        """Write a line of the answer at once."""
        self.world.stdout.write(text + "\n")
        self.world.stdout.flush()

    def notice(self, message: Message) -> None:
        """Tell the person something that is not the answer; once, and not at all when quiet."""
        text = self.translate(message)
        if not self.quiet and text not in self._said:
            self._said.add(text)
            self.tell(text)

    def notice_all(self, messages: Iterable[Message]) -> None:
        """Each of `messages` as a notice."""
        for message in messages:
            self.notice(message)

    def tell(self, text: str) -> None:
        """Write a line to standard error, whether quiet or not."""
        self._tell(text)

    @contextlib.contextmanager
    def telling_by(self, tell: Callable[[str], object]) -> Iterator[None]:
        """For the block, what is told goes through `tell`: a progress bar makes room for it."""
        self._tell = tell
        try:
            yield
        finally:
            self._tell = self._write_to_stderr

    def confirm(self, question: Message) -> bool:
        """Whether the person answers yes; asked on standard error. An end of input is a no."""
        self.world.stderr.write(self.translate(question) + " " + self.translate(say("[y/N]")) + " ")
        self.world.stderr.flush()
        return self.world.stdin.readline().strip().lower() in {"y", "yes", "д", "да"}

    def _write_to_stderr(self, text: str) -> None:
        with contextlib.suppress(OSError):  # an answer may still get out where a notice cannot
            self.world.stderr.write(text + "\n")
            self.world.stderr.flush()


def _log_to(stream: TextIO, verbose: int) -> None:
    """The log is for people who asked for it: without -v it is silent, since notices say what matters."""
    logger = logging.getLogger("smysl")
    if not verbose:
        logger.addHandler(logging.NullHandler())
        return
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO if verbose == 1 else logging.DEBUG)
