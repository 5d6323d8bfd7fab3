"""What a hover shows. Nothing that comes out of a file becomes live markdown."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from urllib.parse import quote

from lsprotocol import types as lsp

from smysl.lsp.wire import Hit

_BACKTICKS = re.compile("`+")


def similar_markdown(title: str, hits: Sequence[Hit], *, open_command: str | None) -> str:
    """A heading and a link a hit; with `open_command` a link calls that command of the client."""
    lines = [f"**{title}**", ""]
    for hit in hits:
        name = f"{hit.container}.{hit.name}" if hit.container else hit.name
        place = f"{hit.path}:{hit.selection_range.start.line + 1}"
        link = f"[{code_span(name)}]({_target(hit, open_command)})"
        lines.append(f"- {link} · {code_span(place)} · {_percent(hit)}")
    return "\n".join(lines)


def similar_plaintext(title: str, hits: Sequence[Hit]) -> str:
    """The same for a client that shows no markdown."""
    lines = [title]
    for hit in hits:
        name = f"{hit.container}.{hit.name}" if hit.container else hit.name
        lines.append(f"{hit.path}:{hit.selection_range.start.line + 1}  {name}  {_percent(hit)}")
    return "\n".join(lines)


def code_span(text: str) -> str:
    """`text` in one line as code: its fence is longer than any row of backticks in it, so nothing in it is markup."""
    text = " ".join(text.split())
    fence = "`" * (1 + max(map(len, _BACKTICKS.findall(text)), default=0))
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}"


def _target(hit: Hit, open_command: str | None) -> str:
    start = hit.selection_range.start
    if open_command is None:
        return f"{_plain_uri(hit.uri)}#L{start.line + 1}"
    arguments = [hit.uri, {"line": start.line, "character": start.character}]
    return f"command:{open_command}?{quote(json.dumps(arguments), safe='')}"


def _plain_uri(uri: str) -> str:
    """`uri` without the signs that would end a link."""
    return uri.replace("(", "%28").replace(")", "%29").replace(" ", "%20")


def _percent(hit: Hit) -> str:
    return f"{round(100 * hit.score)} %"


def kind_of_markup(capabilities: lsp.ClientCapabilities) -> lsp.MarkupKind:
    """Markdown if the client says that it shows it, or says nothing."""
    hover = capabilities.text_document.hover if capabilities.text_document else None
    formats = hover.content_format if hover else None
    if formats and lsp.MarkupKind.Markdown not in formats:
        return lsp.MarkupKind.PlainText
    return lsp.MarkupKind.Markdown
