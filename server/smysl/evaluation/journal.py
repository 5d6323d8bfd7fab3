"""A file of rows that only grows: what was measured survives Ctrl+C, a crash and a full disk, up to the last row."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from smysl.engine.closing import Closing
from smysl.engine.errors import SmyslError
from smysl.engine.types import say


class JournalError(SmyslError):
    """What was measured cannot be written down."""


class Journal(Closing):
    """JSON lists, one a line; a context manager. Readable by its owner only, since questions come from their code."""

    def __init__(self, path: Path) -> None:
        """Raises `JournalError` when the file cannot be made or read."""
        self._path = path
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = os.fdopen(os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600), "r+", encoding="utf-8")
        except OSError as error:
            raise self._error(error) from error

    def rows(self) -> Iterator[list[Any]]:
        """The rows so far. One that a kill cut off, or that is no list, is passed over."""
        try:
            self._file.seek(0)
            lines = self._file.read().split("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise self._error(error) from error
        for line in lines:
            try:
                row = json.loads(line)
            except ValueError:
                continue
            if isinstance(row, list) and row:
                yield row

    def add(self, *row: object) -> None:
        """Append a row and hand it to the system. Raises `JournalError`."""
        try:
            # A line of its own even after one that was cut off.
            self._file.write("\n" + json.dumps(row, ensure_ascii=False))
            self._file.flush()
        except OSError as error:
            raise self._error(error) from error

    def close(self) -> None:
        """Let go of the file. A row that could not be written has been told of; closing tries it once more."""
        with suppress(OSError):
            self._file.close()

    def _error(self, error: Exception) -> JournalError:
        return JournalError(
            say("What was measured cannot be kept in {path}: {reason}", path=self._path, reason=error),
            say("Make room or check the permissions, or choose another folder with --cache-dir."),
        )
