"""Sentences in the language of the person: English templates are the keys, the bundle holds the Russian ones.

A sentence without a translation is shown in English rather than not at all.
"""

from __future__ import annotations

import json
import locale
import sys
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from typing import Literal, TypeAlias, get_args

from smysl.engine.types import Message

Language: TypeAlias = Literal["en", "ru"]

LANGUAGES: tuple[Language, ...] = get_args(Language)


def translate(message: Message, language: Language) -> str:
    """The sentence in `language`, its fields filled in; messages among the fields are translated too."""
    values = {name: _value(value, language) for name, value in message.values.items()}
    return template_in(message.template, language).format(**values)


def text(template: str, language: Language, **values: object) -> str:
    """`template` in `language` with `values` filled in."""
    return translate(Message(template, values), language)


def template_in(template: str, language: Language) -> str:
    """The template in `language`, fields not filled in; the English one where there is no translation."""
    return template if language == "en" else _bundle(language).get(template, template)


def language_from_locale(environ: Mapping[str, str], *, system: Callable[[], str] | None = None) -> Language:
    """The language of SMYSL_LANG, else of the locale, as gettext reads it; English unless it is Russian.

    That is the first language of LANGUAGE that there is, unless the locale (LC_ALL, LC_MESSAGES, LANG) is C; then the
    locale itself; then, where no variable says anything, what `system` says: that of Windows by default.
    """
    if chosen := environ.get("SMYSL_LANG", ""):
        return _language_of(chosen) or "en"
    found = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    if found.partition(".")[0] in {"C", "POSIX"}:
        return "en"
    wanted = [*environ.get("LANGUAGE", "").split(":"), found or (system or _system_language)()]
    return next((language for one in wanted if (language := _language_of(one))), "en")


def _language_of(locale_name: str) -> Language | None:
    """The language of `ru_RU.UTF-8` or `Russian_Russia`, if there are sentences in it."""
    name = locale_name.lower()
    return "ru" if name.startswith("ru") else "en" if name.startswith("en") else None


def _system_language() -> str:
    """What Windows shows itself in; elsewhere the variables say all."""
    if sys.platform != "win32":
        return ""
    import ctypes  # noqa: PLC0415 - there is no such function elsewhere

    return locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage(), "")


def _value(value: object, language: Language) -> object:
    return translate(value, language) if isinstance(value, Message) else value


@cache
def _bundle(language: Language) -> Mapping[str, str]:
    source = resources.files(__package__).joinpath(f"bundle.l10n.{language}.json")
    bundle: dict[str, str] = json.loads(source.read_text(encoding="utf-8"))
    return bundle
