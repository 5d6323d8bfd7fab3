"""The façade's other door: which models are known, and which of them are there."""

from __future__ import annotations

from dataclasses import dataclass

from smysl.engine.embed.known_models import KNOWN_MODELS
from smysl.engine.embed.ollama_models import list_models
from smysl.engine.errors import ModelUnavailable
from smysl.engine.settings import Settings
from smysl.engine.types import Message


@dataclass(frozen=True, slots=True)
class Model:
    """A model of the catalogue, or of the server; `tags` are those under which the server has it.

    `dimensions` is None where it is not known. `is_known` says that the catalogue has it.
    """

    name: str
    dimensions: int | None
    russian: bool
    is_known: bool
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Models:
    """All models, the catalogue's best first; `notices` say why the server could not be asked."""

    rows: tuple[Model, ...]
    notices: tuple[Message, ...] = ()


def models(settings: Settings) -> Models:
    """The catalogue beside what the Ollama of `settings` has; the server's unknown models come last.

    Raises `UsageError` for a host that cannot be used, `ModelFault` for answers that make no sense.
    """
    notices: tuple[Message, ...] = ()
    try:
        listed = list_models(settings)
    except ModelUnavailable as error:
        listed, notices = (), error.sentences
    known = [
        Model(
            name=row.name,
            dimensions=row.dimensions or None,
            russian=row.russian,
            is_known=True,
            tags=tuple(model.installed.tag for model in listed if model.row.name == row.name),
        )
        for row in sorted(KNOWN_MODELS, key=lambda row: row.rank)
    ]
    names = {model.name for model in known}
    others = [
        Model(model.installed.tag, model.row.dimensions or None, model.row.russian, False, (model.installed.tag,))
        for model in listed
        if model.row.name not in names
    ]
    return Models((*known, *others), notices)
