"""How a `Message` is kept in one text column: a Python literal, which `ast` reads back without running anything."""

from __future__ import annotations

import ast

from smysl.engine.types import Message


def encode(message: Message) -> str:
    """A literal of the template and its values; a value that is no plain text or number is kept as its text."""
    values = {
        name: value if isinstance(value, str | int | float | bool | None) else str(value)
        for name, value in message.values.items()
    }
    return repr((message.template, values))


def decode(text: str) -> Message:
    """The message that `encode` made `text` from."""
    template, values = ast.literal_eval(text)
    return Message(template, values)
