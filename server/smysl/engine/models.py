"""The façade's other door: which models there are, which of them fit this machine, and fetching one.

`models` asks the server of the settings and this machine, `pull` has the server fetch a model. Both are for every edge;
what they take and give are plain values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from smysl.engine.cancel import CancelToken
from smysl.engine.embed.builtin import TRUNCATIONS, BuiltinEmbedder
from smysl.engine.embed.catalogue import resolve
from smysl.engine.embed.choose import BUILT_IN, LEXICAL
from smysl.engine.embed.fitting import Needs, fits, needs
from smysl.engine.embed.known_models import KNOWN_MODELS, MOST_TOKENS, CatalogueRow
from smysl.engine.embed.model_facts import FACTS, QWEN3_VOCABULARY, About, Download, Facts, Score
from smysl.engine.embed.ollama_endpoint import endpoint
from smysl.engine.embed.ollama_models import DescribedModel, describe_models
from smysl.engine.embed.pulling import PullProgress, PullStage, pull_model
from smysl.engine.embed.recommending import Recommendation, needs_of, recommend
from smysl.engine.errors import EmbedderError, ModelUnavailable, UsageError
from smysl.engine.machine import Card, Machine, Memory, this_machine, with_graphics_memory
from smysl.engine.settings import Settings
from smysl.engine.types import Message, say

__all__ = [
    "About",
    "Card",
    "Machine",
    "Memory",
    "Model",
    "ModelKind",
    "Models",
    "Needs",
    "PullProgress",
    "PullStage",
    "Recommendation",
    "Score",
    "Variant",
    "models",
    "pull",
]


class ModelKind(str, Enum):
    """Where a model comes from."""

    OLLAMA = "ollama"
    BUILT_IN = "builtin"
    LEXICAL = "lexical"


@dataclass(frozen=True, slots=True)
class Variant:
    """One file of a model: the tag that `settings.model` and `pull` take, its quantisation ("" if unknown), its size.

    `needs` is None where too little is known of the model; `fits` is None then, and where the machine is not known.
    """

    tag: str
    quantization: str
    size_bytes: int
    is_installed: bool
    needs: Needs | None = None
    fits: bool | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """A model of the catalogue or of the server, the built-in one, or `lexical`, which is the words alone.

    name: as `settings.model` takes it.
    dimensions, input_tokens: None where not known; `lexical` has none.
    truncations: valid shorter lengths; where `any_truncation`, every length from the first to the last of the two.
    variants: the library's and the server's files, the one that the bare name gives first.
    is_known: whether the catalogue or a person's settings tell of it.
    russian: whether it was trained on Russian; None where not known.
    """

    name: str
    kind: ModelKind
    dimensions: int | None
    russian: bool | None
    is_known: bool
    truncations: tuple[int, ...] = ()
    any_truncation: bool = False
    input_tokens: int | None = None
    query_prompt: str = ""
    document_prompt: str = ""
    licence: str = ""
    variants: tuple[Variant, ...] = ()
    scores: tuple[Score, ...] = ()
    sources: tuple[str, ...] = ()

    @property
    def tags(self) -> tuple[str, ...]:
        """The names under which the server has it."""
        return tuple(variant.tag for variant in self.variants if variant.is_installed)

    @property
    def is_ready(self) -> bool:
        """Whether it answers without being fetched first."""
        return self.kind is not ModelKind.OLLAMA or bool(self.tags)


@dataclass(frozen=True, slots=True)
class Models:
    """All models: the catalogue's best first, then those that only the server knows, then what is in the package.

    `machine` is where they would run, None when that is another machine than this. `recommendation` is for it.
    `notices` say why the server could not be asked.
    """

    rows: tuple[Model, ...]
    notices: tuple[Message, ...] = ()
    machine: Machine | None = None
    recommendation: Recommendation | None = None


def models(
    settings: Settings,
    *,
    graphics_bytes: int | None = None,
    cancel: CancelToken | None = None,
    look: Callable[[], Machine] = this_machine,
) -> Models:
    """The catalogue beside what the Ollama of `settings` has.

    `graphics_bytes` asks for a machine with that much graphics memory in place of the one that `look` finds. What
    another machine than this has is not known, so nothing is said of what fits an Ollama elsewhere.
    Raises `UsageError` for a host that cannot be used, `ModelFault` for answers that make no sense, `Cancelled`.
    """
    notices: tuple[Message, ...] = ()
    try:
        listed = describe_models(settings, cancel=cancel)
    except ModelUnavailable as error:
        listed, notices = (), error.sentences
    machine = _machine(settings, graphics_bytes, look)
    if machine is None:
        notices += (say("Ollama runs on another machine, and what fits there is not known here."),)
    known = [_known(row, listed, machine, settings) for row in sorted(KNOWN_MODELS, key=lambda row: row.rank)]
    names = {model.name for model in known}
    others = [_unknown(model, machine) for model in listed if model.row.name not in names]
    rows = (*known, *others, _built_in(), _lexical())
    return Models(rows, notices, machine, recommend(machine) if machine else None)


def pull(
    settings: Settings,
    name: str,
    progress: Callable[[PullProgress], None] | None = None,
    cancel: CancelToken | None = None,
) -> Variant:
    """Have the Ollama of `settings` fetch the model `name`; the file that is there afterwards.

    `progress` is called from another thread, several times a second. Cancelling ends the pull at once and keeps what
    was fetched: the next one goes on from there.
    Raises `ModelMissing` with the names that exist for one that does not, `ModelUnavailable` when the server or its
    library cannot be reached, `ModelFault`, `Cancelled`, and `UsageError` for a model that needs no pulling.
    """
    name = name.strip()
    if not name or name in {BUILT_IN, LEXICAL, "auto"} or name.startswith(("static:", "hub:")):
        raise UsageError(
            say("“{model}” is no model of Ollama's library.", model=name),
            say("Give the name of one, for example {example}.", example="embeddinggemma"),
        )
    installed = pull_model(settings, name, progress or _unheard, cancel=cancel)
    facts = FACTS.get(resolve(installed.tag, settings.models).name)
    needed = needs_of(resolve(installed.tag, settings.models), facts, installed.size) if facts else None
    return Variant(installed.tag, installed.quantization, installed.size, True, needed)


def _unheard(_: PullProgress) -> None:
    return None


def _machine(settings: Settings, graphics_bytes: int | None, look: Callable[[], Machine]) -> Machine | None:
    if graphics_bytes is not None:
        return with_graphics_memory(graphics_bytes)
    return look() if endpoint(settings).is_loopback else None


def _known(row: CatalogueRow, listed: tuple[DescribedModel, ...], machine: Machine | None, settings: Settings) -> Model:
    facts = FACTS[row.name]
    wanted = resolve(row.name, settings.models)
    there = [model.installed for model in listed if model.row.name == row.name]
    installed = {model.tag: Download(model.tag, model.quantization, model.size) for model in there}
    library = [one for one in facts.downloads if f"{one.tag}:latest" not in installed and one.tag not in installed]
    ordered = sorted((*installed.values(), *library), key=lambda one: one.size_bytes)
    return Model(
        name=row.name,
        kind=ModelKind.OLLAMA,
        dimensions=row.dimensions or None,
        russian=row.russian,
        is_known=True,
        truncations=_lengths(row),
        any_truncation=isinstance(row.truncations, range),
        input_tokens=wanted.pinned_tokens or row.input_tokens or None,
        query_prompt=wanted.query_prompt,
        document_prompt=wanted.document_prompt,
        licence=facts.licence,
        variants=tuple(_variant(one, one.tag in installed, wanted, facts, machine) for one in ordered),
        scores=facts.scores,
        sources=row.sources,
    )


def _unknown(model: DescribedModel, machine: Machine | None) -> Model:
    row, installed, facts = model.row, model.installed, model.facts
    width = facts and facts.embedding_length
    tokens = row.pinned_tokens or (facts and facts.context_length) or None
    needed = None
    if facts is not None and width and tokens and facts.cache_bytes is not None:
        asked = tokens if row.pinned_tokens else min(tokens, MOST_TOKENS)
        vocabulary = QWEN3_VOCABULARY if facts.cache_bytes else 0  # it is not told; the others' is of that order
        needed = needs(installed.size, width=width, cache_bytes=facts.cache_bytes, vocabulary=vocabulary, tokens=asked)
    fitting = fits(needed, machine) if needed and machine else None
    return Model(
        name=installed.tag,
        kind=ModelKind.OLLAMA,
        dimensions=row.pinned_dimensions or row.dimensions or width or None,
        russian=None,
        is_known=row.is_known,
        input_tokens=tokens,
        query_prompt=row.query_prompt,
        document_prompt=row.document_prompt,
        variants=(Variant(installed.tag, installed.quantization, installed.size, True, needed, fitting),),
    )


def _built_in() -> Model:
    try:
        with BuiltinEmbedder() as embedder:
            dimensions: int | None = embedder.space.dimensions
    except EmbedderError:
        dimensions = None  # an installation that lost it; using it says so
    return Model(
        name=BUILT_IN,
        kind=ModelKind.BUILT_IN,
        dimensions=dimensions,
        russian=True,
        is_known=True,
        truncations=TRUNCATIONS,
        licence="MIT",
    )


def _lexical() -> Model:
    return Model(name=LEXICAL, kind=ModelKind.LEXICAL, dimensions=None, russian=True, is_known=True, licence="MIT")


def _variant(
    download: Download, is_installed: bool, row: CatalogueRow, facts: Facts, machine: Machine | None
) -> Variant:
    needed = needs_of(row, facts, download.size_bytes)
    return Variant(
        download.tag,
        download.quantization,
        download.size_bytes,
        is_installed,
        needed,
        None if machine is None else fits(needed, machine),
    )


def _lengths(row: CatalogueRow) -> tuple[int, ...]:
    if isinstance(row.truncations, range):
        return (row.truncations.start, row.truncations.stop - 1)
    return row.truncations
