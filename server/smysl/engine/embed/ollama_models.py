"""Which models an Ollama has, and how one of them is made ready."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from smysl.engine.cancel import CancelToken
from smysl.engine.embed.catalogue import language_notice, resolve, same_model, unknown_notice
from smysl.engine.embed.known_models import KNOWN_MODELS, MOST_TOKENS, CatalogueRow
from smysl.engine.embed.ollama import LOAD_SECONDS, ModelSetup, OllamaEmbedder
from smysl.engine.embed.ollama_endpoint import endpoint
from smysl.engine.embed.ollama_faults import Fault, Kind, error_of
from smysl.engine.embed.ollama_link import QUICK_SECONDS, InstalledModel, ModelFacts, OllamaLink
from smysl.engine.embed.spaces import PROBE, settled, space_key
from smysl.engine.embed.vectors import read_vectors
from smysl.engine.errors import ModelFault, ModelMissing, UsageError
from smysl.engine.settings import Settings
from smysl.engine.types import InputLimit, Space, Vector, say

if TYPE_CHECKING:
    import httpx

log = logging.getLogger(__name__)

_SPECIAL_TOKENS = 4
"""What the tokeniser puts around a text: two at the most in the models known, and two to spare."""

_UNKNOWN_TOKENS = 512
"""For a model of which neither the catalogue nor the server says how much it takes."""


@dataclass(frozen=True, slots=True)
class ListedModel:
    """A model on the server, with what the catalogue knows of it."""

    installed: InstalledModel
    row: CatalogueRow


@dataclass(frozen=True, slots=True)
class DescribedModel:
    """A model on the server, with what the catalogue and, for one that is not in it, the server know of it."""

    installed: InstalledModel
    row: CatalogueRow
    facts: ModelFacts | None


def list_models(
    settings: Settings, *, cancel: CancelToken | None = None, seconds: float = QUICK_SECONDS
) -> tuple[ListedModel, ...]:
    """What the Ollama of `settings` has, the catalogue's best first, the unknown ones last; waits `seconds` for it.

    Raises `ModelUnavailable`, `UsageError`, `Cancelled`.
    """
    with OllamaLink(endpoint(settings), quick_seconds=seconds) as link:
        return _listed(link, settings, cancel)


def describe_models(settings: Settings, *, cancel: CancelToken | None = None) -> tuple[DescribedModel, ...]:
    """As `list_models`; of the models that the catalogue lacks, those that can embed, with what the server says."""
    published = {row.name for row in KNOWN_MODELS}
    with OllamaLink(endpoint(settings)) as link:
        described: list[DescribedModel] = []
        for model in _listed(link, settings, cancel):
            facts = None
            if model.row.name not in published:
                try:
                    facts = _facts(link, model.installed.tag, cancel)
                except Fault as fault:
                    raise error_of(fault, model=model.installed.tag, host=link.endpoint.url) from fault
                if facts.capabilities is not None and "embedding" not in facts.capabilities and not model.row.is_known:
                    continue
            described.append(DescribedModel(model.installed, model.row, facts))
        return tuple(described)


def server_version(settings: Settings) -> tuple[int, ...] | None:
    """The version of the Ollama of `settings`; None if it does not tell. Raises `ModelUnavailable`, `UsageError`."""
    with OllamaLink(endpoint(settings)) as link:
        try:
            return link.version()
        except Fault as fault:
            raise error_of(fault, model="", host=link.endpoint.url) from fault


def open_ollama(
    tag: str,
    settings: Settings,
    *,
    known: Sequence[Space] = (),
    cancel: CancelToken | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> OllamaEmbedder:
    """The model `tag` of the Ollama of `settings`, ready to embed; close it.

    `known` are the spaces that an index has: one of them is the model's if the server computes the same vectors, which
    is measured once for every version of the server. The model is loaded for that, and when the length of its vectors
    must be measured: when it is not in the catalogue, or the server contradicts the catalogue.
    Raises `ModelMissing` with the models that are there, `ModelUnavailable`, `ModelFault`, and `UsageError` for an
    unsafe address or for `settings.dimensions` that the model was not trained for.
    """
    link = OllamaLink(endpoint(settings), transport=transport)
    try:
        setup = _setup(link, tag, settings, known, cancel)
    except Fault as fault:
        link.close()
        raise error_of(fault, model=tag, host=link.endpoint.url) from fault
    except BaseException:
        link.close()
        raise
    said = (unknown_notice(setup.row, tag), language_notice(setup.row))
    return OllamaEmbedder(link, setup, notices=tuple(notice for notice in said if notice))


def _setup(
    link: OllamaLink, tag: str, settings: Settings, known: Sequence[Space], cancel: CancelToken | None
) -> ModelSetup:
    row = resolve(tag, settings.models)
    installed = _installed(link, tag, settings, cancel)
    version = link.version(cancel=cancel)
    facts = _facts(link, tag, cancel)
    if facts.capabilities is not None and "embedding" not in facts.capabilities and not row.is_known:
        raise Fault(Kind.CANNOT_EMBED, "")
    tokens = _context(row, facts, version)
    options = {"num_ctx": tokens}
    if version is not None and version >= (0, 30):
        # From 0.30 on the default is too small for a long context, before it 0.11 crashes on this option.
        options["num_batch"] = tokens
    whole = row.dimensions
    if facts.embedding_length != whole:
        whole = _measured(link, tag, options, cancel)
    dimensions = _dimensions(tag, row, whole, settings.dimensions)
    written = ",".join(f"{name}={value}" for name, value in sorted(options.items()))
    name = installed.tag.removesuffix(":latest")
    space = Space(
        key=space_key(installed.digest, row.prompt_version, str(dimensions)),
        model=name,
        dimensions=dimensions,
        digest=installed.digest,
        prompt_version=row.prompt_version,
        options=written,
        computed_by=".".join(map(str, version or ())),
    )
    limit = InputLimit(tokens - _SPECIAL_TOKENS, row.chars_per_token, row.wide_chars_per_token)
    prompt = max(limit.cost(row.document("")), limit.cost(row.query("")))
    limit = InputLimit(max(int(limit.tokens - prompt), 16), row.chars_per_token, row.wide_chars_per_token)
    setup = ModelSetup(name, row, space, whole, options, limit, version)
    return replace(setup, space=settled(space, known, lambda: _probed(link, setup, cancel)))


def _probed(link: OllamaLink, setup: ModelSetup, cancel: CancelToken | None) -> Vector | None:
    """The vector of the probe; None when the model does not give one now, which its users will hear of."""
    dimensions = setup.space.dimensions
    asked = dimensions if dimensions != setup.whole else None
    text = setup.row.document(PROBE)
    try:
        answers = link.embed(
            setup.tag, [text], options=setup.options, dimensions=asked, seconds=LOAD_SECONDS, cancel=cancel
        )
    except Fault as fault:
        log.info("The probe has no vector: %s", fault)
        return None
    rows, faults = read_vectors(answers, dimensions, whole=setup.whole)
    return rows[0] if len(rows) == 1 and not faults else None


def _installed(link: OllamaLink, tag: str, settings: Settings, cancel: CancelToken | None) -> InstalledModel:
    listed = _listed(link, settings, cancel)
    for model in listed:
        if same_model(model.installed.tag, tag):
            return model.installed
    there = ", ".join(model.installed.tag for model in listed)
    raise ModelMissing(
        say(
            "Ollama at {host} does not have the model {model}; it has: {there}.",
            host=link.endpoint.url,
            model=tag,
            there=there,
        )
        if there
        else say("Ollama at {host} does not have the model {model}, nor any other.", host=link.endpoint.url, model=tag),
        say("Pull it with: ollama pull {model}", model=tag),
    )


def _listed(link: OllamaLink, settings: Settings, cancel: CancelToken | None) -> tuple[ListedModel, ...]:
    try:
        models = link.models(cancel=cancel)
    except Fault as fault:
        raise error_of(fault, model="", host=link.endpoint.url) from fault
    listed = [ListedModel(model, resolve(model.tag, settings.models)) for model in models]
    return tuple(sorted(listed, key=lambda model: (not model.row.is_known, model.row.rank, model.installed.tag)))


def _facts(link: OllamaLink, tag: str, cancel: CancelToken | None) -> ModelFacts:
    try:
        return link.facts(tag, cancel=cancel)
    except Fault as fault:
        if fault.kind in (Kind.JUNK, Kind.OTHER):
            return ModelFacts(None, None, None)  # they only refine what the catalogue and the answers say
        raise


def _context(row: CatalogueRow, facts: ModelFacts, version: tuple[int, ...] | None) -> int:
    """The context to ask for, never left to the server: its default is up to 262,144 tokens of memory."""
    wanted = row.pinned_tokens or row.input_tokens or facts.context_length or _UNKNOWN_TOKENS
    # A person may ask for more where the version is known, and with it how it takes a long context.
    most = wanted if row.pinned_tokens and version is not None else MOST_TOKENS
    return min(wanted, most, facts.context_length or wanted)


def _measured(link: OllamaLink, tag: str, options: dict[str, int], cancel: CancelToken | None) -> int:
    answers = link.embed(tag, ["def"], options=options, dimensions=None, seconds=LOAD_SECONDS, cancel=cancel)
    if len(answers) != 1 or not len(answers[0]):
        raise ModelFault(say("The model {model} gave no vector.", model=tag))
    return len(answers[0])


def _dimensions(tag: str, row: CatalogueRow, whole: int, asked: int) -> int:
    wanted = asked or row.pinned_dimensions or whole
    if wanted == whole or (wanted < whole and (wanted in row.truncations or wanted == row.pinned_dimensions)):
        return wanted
    valid = row.truncations
    if isinstance(valid, range):
        advice = say("Valid are {shortest} to {whole}.", shortest=valid.start, whole=whole)
    else:
        advice = say("Valid are: {valid}.", valid=", ".join(str(length) for length in (whole, *valid)))
    raise UsageError(
        say("The model {model} cannot be cut to {dimensions} dimensions.", model=tag, dimensions=wanted), advice
    )
