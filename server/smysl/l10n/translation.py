"""Sentences in the language of the person: English templates are the keys, the bundle holds the Russian ones.

A sentence without a translation is shown in English rather than not at all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
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


def language_from_locale(environ: Mapping[str, str]) -> Language:
    """The language of SMYSL_LANG, else of the locale (LC_ALL, LC_MESSAGES, LANG); English unless it is Russian."""
    for name in ("SMYSL_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environ.get(name, ""):
            return "ru" if value.lower().startswith("ru") else "en"
    return "en"


def _value(value: object, language: Language) -> object:
    return translate(value, language) if isinstance(value, Message) else value


@cache
def _bundle(language: Language) -> Mapping[str, str]:
    source = resources.files(__package__).joinpath(f"bundle.l10n.{language}.json")
    bundle: dict[str, str] = json.loads(source.read_text(encoding="utf-8"))
    return bundle
