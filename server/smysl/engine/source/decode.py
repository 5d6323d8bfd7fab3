"""Bytes -> text, by the rules of PEP 263 and never at a loss: Russian code is often in cp1251 or koi8-r, undeclared."""

from __future__ import annotations

import codecs
import errno
import os
import re
import stat
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from smysl.engine.source.cyrillic import guess_cyrillic
from smysl.engine.types import Message, SourceText, say

_DECLARATION = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK_OR_COMMENT = re.compile(rb"[ \t\f]*(?:#[^\r\n]*)?(?:\r\n|\r|\n)")
_MARKS = (  # the longer first: UTF-32's mark begins with that of UTF-16
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# In these, unlike in those of one byte a letter, text in another language can by chance be valid UTF-8.
_MULTI_BYTE = ("big5", "cp932", "cp949", "cp950", "euc", "gb", "hz", "iso2022", "johab", "shift_jis", "utf")
_NOT_FOR_SOURCE = frozenset({"idna", "punycode", "raw-unicode-escape", "unicode-escape", "undefined"})


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file from which no text could be had, and why. `is_missing`: it is not there (any more)."""

    reason: Message
    is_missing: bool = False


def read_source(path: Path, *, max_bytes: int = 0) -> SourceText | Unreadable:
    """The text of the file at `path`; `max_bytes` 0 is no limit. Never raises."""
    try:
        if not stat.S_ISREG(path.stat().st_mode) and not path.is_dir():  # opening a pipe would wait for its writer
            return Unreadable(say("Skipped: it is not a regular file."))
        with path.open("rb") as file:
            raw = file.read(max_bytes + 1) if max_bytes else file.read()
    except ValueError:  # a NUL in the path
        return Unreadable(say("The file cannot be read: {reason}.", reason=os.strerror(errno.ENOENT)), is_missing=True)
    except OSError as error:
        gone = isinstance(error, (FileNotFoundError, NotADirectoryError))
        return Unreadable(say("The file cannot be read: {reason}.", reason=error.strerror or str(error)), gone)
    if max_bytes and len(raw) > max_bytes:
        return Unreadable(say("Skipped: the file has more than {limit} bytes (max_file_bytes).", limit=max_bytes))
    return decode(raw)


def content_hash(raw: bytes) -> str:
    """The hash (32 hex digits) by which a file is known to be the same."""
    return blake2b(raw, digest_size=16).hexdigest()


def cleaned(text: str) -> str:
    """`text` as the index can hold it: U+FFFD for lone surrogates, which some codecs let through, and for NULs."""
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\0", "\ufffd")


def decode(raw: bytes) -> SourceText | Unreadable:
    """The text of source given as bytes: by its byte order mark, its declaration, as UTF-8, or as is most plausible."""
    digest = content_hash(raw)
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            text = raw[len(mark) :].decode(encoding, "replace")
            notes: tuple[Message, ...] = ()
            if "\ufffd" in text:
                notes = (say("Some bytes are not valid {encoding}.", encoding=encoding),)
            if encoding == "utf-8" or "\0" not in text:
                return _source(text, encoding, digest, notes)
    if b"\0" in raw:
        return Unreadable(say("Skipped: the file has NUL bytes, it is not text."))
    declared = _declared(raw)
    if raw.isascii() and (declared is None or not declared.startswith(("utf-7", "iso2022", "hz"))):
        return SourceText(raw.decode("ascii"), "utf-8", digest)
    text_as_utf8 = _decoded(raw, "utf-8")
    if declared is not None and (text_as_utf8 is None or declared.startswith(_MULTI_BYTE)):
        as_declared = _decoded(raw, declared)
        if as_declared is not None:
            return _source(as_declared, declared, digest, ())
    if text_as_utf8 is not None:
        notes = _mismatch(raw, declared, "utf-8") if declared is not None else ()
        return _source(text_as_utf8, "utf-8", digest, notes)
    encoding = guess_cyrillic(raw) or "latin-1"
    return _source(raw.decode(encoding, "replace"), encoding, digest, _mismatch(raw, declared, encoding))


def _source(text: str, encoding: str, digest: str, notes: tuple[Message, ...]) -> SourceText:
    return SourceText(cleaned(text), encoding, digest, notes)


def _mismatch(raw: bytes, declared: str | None, encoding: str) -> tuple[Message, ...]:
    if declared is None:
        written = _written(raw)
        if written is not None:
            return (
                say(
                    "Unknown encoding “{declared}” is declared; read as {encoding}.",
                    declared=written,
                    encoding=encoding,
                ),
            )
        return (say("The file is not UTF-8 and declares no encoding; read as {encoding}.", encoding=encoding),)
    return (say("The file is declared as {declared}, but is {encoding}.", declared=declared, encoding=encoding),)


def _written(raw: bytes) -> str | None:
    """The encoding that the first or second line declares, as it is written there (PEP 263)."""
    match = _DECLARATION.match(raw)
    if match is None:
        first = _BLANK_OR_COMMENT.match(raw)
        match = _DECLARATION.match(raw, first.end()) if first is not None else None
    return match[1].decode("ascii", "replace") if match is not None else None


def _declared(raw: bytes) -> str | None:
    written = _written(raw)
    if written is None:
        return None
    try:
        name = codecs.lookup(written).name.replace("_", "-")
    except (LookupError, ValueError):
        return None
    return None if name in _NOT_FOR_SOURCE else name


def _decoded(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except (LookupError, ValueError):  # LookupError: a codec that is not for text, such as rot13
        return None
