"""From the name of a model to what is known of it: the row of the catalogue, with what a person's settings say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from smysl.engine.embed.known_models import BUILT_IN_NAME, BUILT_IN_SIMILAR_FROM, KNOWN_MODELS, CatalogueRow
from smysl.engine.settings import ModelRow
from smysl.engine.types import Message, say


def resolve(tag: str, rows: Iterable[ModelRow] = ()) -> CatalogueRow:
    """The row of the model that Ollama calls `tag`.

    Sees through case, namespaces (`dengcao/Qwen3-Embedding-4B`), `:latest`, and what follows the size
    (`qwen3-embedding:4b-q8_0`). `rows` of settings override single facts; one that names this very tag goes before one
    that names the family. An unknown model gives a row with `is_known` false and no prompts.
    """
    base, variant = _parts(tag)
    row = max(KNOWN_MODELS, key=lambda known: _closeness(known, base, variant))
    if not _closeness(row, base, variant):
        row = CatalogueRow(tags=(tag.strip().lower(),), is_known=False, russian=True)  # in doubt it may
    overrides = [(_match(_parts(wanted.name), base, variant), wanted) for wanted in rows]
    for closeness, wanted in sorted(overrides, key=lambda pair: pair[0]):
        if closeness:
            row = _overridden(row, wanted)
    return row


def same_model(one: str, other: str) -> bool:
    """Whether two names mean one model of a server: `bge-m3` and `bge-m3:latest` do."""
    return _full(one) == _full(other)


def similar_from(model: str, rows: Iterable[ModelRow] = ()) -> float:
    """The similarity (0 to 1, as in the hits of similar code) from which on code counts as similar in this model.

    `model` is the name of a space's model: that of the built-in one, an Ollama tag, or a name of a Model2Vec folder.
    """
    if model == BUILT_IN_NAME:
        return BUILT_IN_SIMILAR_FROM
    return resolve(model, rows).similar_from


def language_notice(row: CatalogueRow) -> Message | None:
    """A sentence for a person whose model was not trained on Russian, or None."""
    if row.russian:
        return None
    return say(
        "The model {model} was not trained on Russian: Russian queries are answered mostly by their words.",
        model=row.name,
    )


def unknown_notice(row: CatalogueRow, tag: str) -> Message | None:
    """A sentence for a person whose model is not in the catalogue, or None."""
    if row.is_known:
        return None
    return say(
        "The model {model} is not in the catalogue and is used without prompts. "
        "If it wants prompts, name them in the setting “models”.",
        model=tag,
    )


def _overridden(row: CatalogueRow, wanted: ModelRow) -> CatalogueRow:
    return replace(
        row,
        is_known=True,  # a person has said what they know
        query_prompt=row.query_prompt if wanted.query_prompt is None else wanted.query_prompt,
        document_prompt=row.document_prompt if wanted.document_prompt is None else wanted.document_prompt,
        pinned_dimensions=row.pinned_dimensions if wanted.dimensions is None else wanted.dimensions,
        pinned_tokens=row.pinned_tokens if wanted.input_tokens is None else wanted.input_tokens,
    )


def _parts(tag: str) -> tuple[str, str]:
    base, _, variant = tag.strip().lower().rpartition("/")[2].partition(":")
    return base.removesuffix("-gguf"), "" if variant == "latest" else variant


def _full(tag: str) -> str:
    name = tag.strip().lower()
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"


def _closeness(row: CatalogueRow, base: str, variant: str) -> int:
    return max(_match(_parts(tag), base, variant) for tag in row.tags)


def _match(pattern: tuple[str, str], base: str, variant: str) -> int:
    """0 is another model, 1 the family, 2 the size, 3 the very tag."""
    wanted_base, wanted_variant = pattern
    if wanted_base != base:
        return 0
    if wanted_variant == variant:
        return 3
    if not wanted_variant:
        return 1
    return 2 if variant.startswith(f"{wanted_variant}-") else 0
