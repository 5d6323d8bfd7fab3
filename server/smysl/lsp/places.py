"""Between the engine's places (lines from 1, code points, relative paths) and the client's (URIs, its own units)."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from lsprotocol import types as lsp
from pygls import uris
from pygls.workspace import PositionCodec

from smysl.engine.types import Span
from smysl.lsp.wire import Stretch

_LOCALHOST = re.compile("^file://localhost/", re.IGNORECASE)
"""RFC 8089 lets a file of this machine be named so."""


def path_of(uri: str) -> Path | None:
    """The path that a `file` URI names; None for other schemes and for what is no URI."""
    if not uri.lower().startswith("file:"):
        return None
    try:
        path = uris.to_fs_path(_LOCALHOST.sub("file:///", uri))
    except ValueError:
        return None
    return Path(os.path.normpath(path)) if path else None


def uri_of(path: Path) -> str:
    """The `file` URI of an absolute path."""
    return uris.from_fs_path(str(path)) or path.as_uri()


def lines_of(text: str) -> list[str]:
    """The lines of a text as an editor counts them: at line feeds and carriage returns, and at nothing else."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


class Units:
    """Turns code points into the units that were agreed with the client, and back."""

    def __init__(self, codec: PositionCodec) -> None:
        self._codec = codec

    def position(self, lines: Sequence[str], line: int, column: int) -> lsp.Position:
        """The place `column` code points into `line` (from 1); the end of the line where it is shorter."""
        text = lines[line - 1] if 0 < line <= len(lines) else ""
        return lsp.Position(line - 1, self._codec.client_num_units(text[:column]))

    def span(self, lines: Sequence[str], span: Span) -> lsp.Range:
        """Whole lines, from the start of the first to the end of the last."""
        last = lines[span.end_line - 1] if span.end_line <= len(lines) else ""
        return lsp.Range(lsp.Position(span.start_line - 1, 0), self.position(lines, span.end_line, len(last)))

    def name(self, lines: Sequence[str], line: int, column: int, name: str) -> lsp.Range:
        """Where `name` stands."""
        return lsp.Range(self.position(lines, line, column), self.position(lines, line, column + len(name)))

    def stretch(self, text: str, start: int, end: int) -> Stretch:
        """Code points of `text` as offsets of the client."""
        return Stretch(self._codec.client_num_units(text[:start]), self._codec.client_num_units(text[:end]))

    def excerpt(self, lines: Sequence[str], place: lsp.Range) -> str:
        """The text of a range of the client; what lies outside the lines is left out."""
        first, last = place.start.line, min(place.end.line, len(lines) - 1)
        if first > last:
            return ""
        part = list(lines[first : last + 1])
        if last == place.end.line:
            part[-1] = part[-1][: self.column(part[-1], place.end.character)]
        part[0] = part[0][self.column(part[0], place.start.character) :]
        return "\n".join(part)

    def column(self, text: str, character: int) -> int:
        """How many code points of the line `text` lie before the client's `character`."""
        units = 0
        for column, sign in enumerate(text):
            if units >= character:
                return column
            units += self._codec.client_num_units(sign)
        return len(text)
