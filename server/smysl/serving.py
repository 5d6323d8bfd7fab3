"""What the command line tells the language server when it starts it."""

from __future__ import annotations

from dataclasses import dataclass

from smysl.engine.settings import Settings
from smysl.engine.types import Message
from smysl.l10n import Language


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen; port 0 is any free one."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Serving:
    """How to serve.

    settings: what holds where the client says nothing. problems: what was wrong with them.
    language: of what a person reads, where the client does not name one.
    address: where to listen; None is standard input and output. verbose: how often -v was given.
    """

    settings: Settings
    problems: tuple[Message, ...]
    language: Language
    address: Address | None = None
    verbose: int = 0
