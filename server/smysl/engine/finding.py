"""What an examination finds: a sentence about one thing, how grave it is, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from smysl.engine.types import Message


class Verdict(str, Enum):
    """How grave a finding is. `NOTE` asks for nothing; `FAILED` means that something does not work."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    FAILED = "failed"


class Topic(str, Enum):
    """What a finding is about."""

    PYTHON = "python"
    SQLITE = "sqlite"
    INDEX = "index"
    MACHINE = "machine"
    OLLAMA = "ollama"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of an examination; `advice` says what to do, `source` where it is told at length."""

    topic: Topic
    verdict: Verdict
    message: Message
    advice: Message | None = None
    source: str = ""
