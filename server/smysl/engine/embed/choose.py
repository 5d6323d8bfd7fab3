"""Which model answers: what the settings say, or the best that is there. Never a silent downgrade."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from smysl.engine.cancel import CancelToken
from smysl.engine.embed.catalogue import same_model
from smysl.engine.embed.embedder import Embedder
from smysl.engine.embed.ollama_endpoint import Endpoint, endpoint, listens
from smysl.engine.errors import EmbedderError, UsageError
from smysl.engine.settings import Settings
from smysl.engine.types import Message, Space, say

AUTO = "auto"
BUILT_IN = "builtin"
LEXICAL = "lexical"
STATIC = "static:"
HUB = "hub:"

_AUTO_SECONDS = 2.0
"""`auto` does not wait longer for an Ollama that takes the connection and then says nothing."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The embedder, or None to search by words alone, and what a person should be told about the choice.

    `is_current` turns false once something else stands behind the embedder's name: choose again then.
    """

    embedder: Embedder | None
    notices: tuple[Message, ...] = ()
    is_current: Callable[[], bool] = lambda: True


def choose_embedder(
    settings: Settings,
    *,
    known: Sequence[Space] = (),
    cancel: CancelToken | None = None,
    built_in: Callable[[Settings], Embedder] | None = None,
) -> Choice:
    """The embedder that `settings.model` names; the caller closes it.

    `auto` is the best model of the catalogue that a reachable Ollama has, else the built-in one, with a notice.
    `builtin` is the built-in one and asks nobody. `lexical` is words alone. `static:FOLDER` is a Model2Vec model, and
    `hub:OWNER/NAME` one from the Hugging Face hub. Anything else is an Ollama tag. What is wrong with what was named
    raises: `ModelUnavailable`, `ModelMissing`, `ModelFault`, `UsageError`. `known` are the spaces that the index has,
    last used first. `built_in` opens another model in place of the built-in one.
    """
    wanted = settings.model.strip() or AUTO
    built_in = built_in or _built_in
    if wanted == LEXICAL:
        return Choice(None)
    if wanted == BUILT_IN:
        return Choice(built_in(settings))
    if wanted == AUTO:
        return _automatic(settings, known, cancel, built_in)
    if wanted.startswith(STATIC):
        return Choice(_static(wanted.removeprefix(STATIC)))
    if wanted.startswith(HUB):
        return Choice(_from_hub(wanted.removeprefix(HUB)))
    return _of_ollama(wanted, settings, known, cancel)


def open_for(space: Space, settings: Settings, *, cancel: CancelToken | None = None) -> Embedder | None:
    """An embedder whose query vectors may be compared with those of `space`; None where there is none.

    For the built-in model and for models that the Ollama of `settings` still has; of a model in a folder only the name
    of the folder is known. Close it. Raises as `choose_embedder`.
    """
    found: Embedder | None
    if space.model == BUILT_IN:
        found = _built_in(replace(settings, dimensions=space.dimensions))
    elif space.model.startswith((STATIC, HUB)) or not listens(endpoint(settings)):
        return None
    else:
        wanted = replace(settings, dimensions=space.dimensions)
        found = _of_ollama(space.model, wanted, (space,), cancel).embedder
    if found is not None and found.space.key != space.key and not found.space.is_kin_of(space):
        found.close()
        return None
    return found


def _of_ollama(tag: str, settings: Settings, known: Sequence[Space], cancel: CancelToken | None) -> Choice:
    from smysl.engine.embed.ollama_models import open_ollama

    embedder = open_ollama(tag, settings, known=known, cancel=cancel)
    return Choice(embedder, embedder.notices, lambda: embedder.is_current)


def _automatic(
    settings: Settings,
    known: Sequence[Space],
    cancel: CancelToken | None,
    built_in: Callable[[Settings], Embedder],
) -> Choice:
    try:
        where = endpoint(settings)
        chosen = _best_of_ollama(where, settings, known, cancel)
    except (EmbedderError, UsageError) as error:
        chosen = Choice(None, error.sentences)
    if chosen.embedder is not None:
        return chosen
    try:
        return Choice(built_in(settings), (*chosen.notices, say("The built-in model answers.")))
    except (EmbedderError, UsageError) as error:
        said = (*chosen.notices, *error.sentences, say("Searching by words only, without a model."))
        return Choice(None, said)


def _best_of_ollama(where: Endpoint, settings: Settings, spaces: Sequence[Space], cancel: CancelToken | None) -> Choice:
    if not listens(where):
        return Choice(None, (say("No Ollama answers at {host}.", host=where.url),))
    from smysl.engine.embed.ollama_models import list_models

    known = [model for model in list_models(settings, cancel=cancel, seconds=_AUTO_SECONDS) if model.row.is_known]
    if not known:
        return Choice(
            None,
            (
                say("Ollama at {host} has no embedding model that is known.", host=where.url),
                say("Pull one, for example with: ollama pull embeddinggemma"),
            ),
        )
    return _of_ollama(known[0].installed.tag, settings, spaces, cancel)


def _built_in(settings: Settings) -> Embedder:
    from smysl.engine.embed.builtin import BuiltinEmbedder

    return BuiltinEmbedder(settings.dimensions)


def _static(folder: str) -> Embedder:
    from smysl.engine.embed.static import StaticEmbedder

    if not folder:
        raise UsageError(say("The model “static:” needs a folder, as in static:FOLDER."))
    return StaticEmbedder(Path(folder).expanduser())


def _from_hub(name: str) -> Embedder:
    from smysl.engine.embed.static import StaticEmbedder, fetch_from_hub

    return StaticEmbedder(fetch_from_hub(name), name=HUB + name)


def stored_space(stored: Sequence[Space], settings: Settings) -> tuple[Space | None, tuple[Message, ...]]:
    """Of the spaces that an index has, last used first, the one that `settings` name; no model and no server is asked.

    The last used one stands in, with a notice, for a model that has no vectors there. None is words alone.
    """
    named = settings.model.strip() or AUTO
    if named == LEXICAL or not stored:
        return None, ()
    if named.startswith(STATIC):
        named = STATIC + Path(named.removeprefix(STATIC)).name
    for space in stored:
        of_model = named == AUTO or same_model(space.model, named)
        if of_model and settings.dimensions in {0, space.dimensions}:
            return space, ()
    last = stored[0]
    if named == AUTO:
        return last, ()
    return last, (say("The index has no vectors of {model}; those of {other} answer.", model=named, other=last.model),)
