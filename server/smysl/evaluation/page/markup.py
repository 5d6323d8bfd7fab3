"""HTML and SVG built of elements, so that nothing that comes from code or a model's name is ever taken for markup."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control signs, those that turn the direction of the text around them, and halves of signs, which no file can hold."""

_EMPTY = frozenset({"br", "circle", "col", "line", "meta", "path", "rect"})


class Markup(str):
    """Text that is HTML already; every other text is escaped."""

    __slots__ = ()


Content = str | Markup | None | Iterable["Content"]


def element(name: str, /, *content: Content, **attributes: object) -> Markup:
    """An element. Of attributes, `class_` is written `class`, `_` is written `-`, and None leaves one out."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escaped(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _EMPTY:
        return Markup(f"<{name}{written}>" if name in {"br", "col", "meta"} else f"<{name}{written}/>")
    return Markup(f"<{name}{written}>{join(content)}</{name}>")


def join(content: Content) -> Markup:
    """The parts one after the other, what is not markup escaped."""
    if content is None:
        return Markup("")
    if isinstance(content, Markup):
        return content
    if isinstance(content, str):
        return Markup(escaped(content))
    return Markup("".join(join(part) for part in content))


def escaped(text: str) -> str:
    """`text` as a browser shows it and obeys nothing of it."""
    return escape(_INVISIBLE.sub("\ufffd", text), quote=True)
