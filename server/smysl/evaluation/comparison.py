"""What a comparison of models found: values only, as the terminal, JSON and the report show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from smysl.engine.measuring import AS_IS, Variation
from smysl.engine.types import Message, Mode, say
from smysl.evaluation import metrics
from smysl.evaluation.datasets import Query
from smysl.evaluation.metrics import Scores

LEXICAL = "lexical"
"""The name of the system that has no model."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a system costs. None is "not measured" or "does not apply".

    functions_per_second: at indexing; every function, method, class and module counts.
    latency_p50, latency_p95: milliseconds from the question to the hits, as a search does it.
    load_seconds: from nothing in memory to the first vector.
    memory, vram: bytes of the loaded model, in all and on a GPU; for a model in Ollama as that reports them.
    bytes_per_function: of vectors in the index.
    """

    functions_per_second: float | None = None
    latency_p50: float | None = None
    latency_p95: float | None = None
    load_seconds: float | None = None
    memory: int | None = None
    vram: int | None = None
    bytes_per_function: float | None = None


@dataclass(frozen=True, slots=True)
class System:
    """A model used in one way, or the words alone, and what it answered.

    answers: for each mode and query id the ids of the units found, best first, at most ten.
    failed: how many functions the model could give no vector.
    """

    model: str
    variation: Variation
    dimensions: int | None
    reads_russian: bool
    server: str
    cost: Cost
    answers: Mapping[Mode, Mapping[str, tuple[str, ...]]]
    failed: int = 0

    @property
    def name(self) -> str:
        """Tells systems apart: the model, and how it is used where that is not as usual."""
        if self.variation.without_prompts:
            return f"{self.model} without prompts"
        return f"{self.model} @{self.variation.dimensions}" if self.variation.dimensions else self.model

    @property
    def is_usual(self) -> bool:
        """Whether the model is used as the catalogue says."""
        return self.variation == AS_IS

    @property
    def mode(self) -> Mode:
        """How a search uses the system."""
        return Mode.LEXICAL if self.model == LEXICAL else Mode.FUSED


@dataclass(frozen=True, slots=True)
class Quality:
    """How good the answers of a system in one mode are to the questions of one language; `interval` is of MRR@10."""

    system: str
    mode: Mode
    language: str
    queries: int
    scores: Scores
    interval: tuple[float, float]


class Topic(str, Enum):
    """What a pair of systems is compared for."""

    BEST = "best"  # each system against the best one, as a search uses them
    WORDS = "words"  # a model together with the words against the words alone
    VARIATION = "variation"  # a model used otherwise against the same model as usual


@dataclass(frozen=True, slots=True)
class Pair:
    """`new` against `old` by MRR@10 over the questions of a language; `p_adjusted` is Holm's, over its topic."""

    topic: Topic
    language: str
    mode: Mode
    old: str
    new: str
    result: metrics.Comparison
    p_adjusted: float

    @property
    def is_significant(self) -> bool:
        """Whether chance alone would rarely do as much."""
        return self.p_adjusted < 0.05


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """A model that could not be measured, or not to the end, and why."""

    model: str
    reasons: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Machine:
    """Where it was measured."""

    platform: str
    processors: int
    python: str


@dataclass(frozen=True, slots=True)
class Sources:
    """What was searched and asked: `file` is that of the questions, "" when they come from the code.

    functions: in the index. repeated, trivial, languages, unasked: sentences of the code that were left out, and why.
    """

    workspace: str
    file: str
    files: int
    functions: int
    repeated: int = 0
    trivial: int = 0
    languages: int = 0
    unasked: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """All of it. `systems` begin with the words alone, then each model followed by its variations."""

    made_at: str
    version: str
    command: str
    machine: Machine
    sources: Sources
    queries: tuple[Query, ...]
    systems: tuple[System, ...]
    qualities: tuple[Quality, ...]
    pairs: tuple[Pair, ...]
    unmeasured: tuple[Unmeasured, ...] = ()
    notices: tuple[Message, ...] = ()

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the questions, Russian first."""
        return tuple(sorted({query.language for query in self.queries}, reverse=True))

    def quality(self, system: System, language: str, mode: Mode | None = None) -> Quality | None:
        """The quality of `system`, as a search uses it unless `mode` says otherwise."""
        wanted = (system.name, mode or system.mode, language)
        return next((one for one in self.qualities if (one.system, one.mode, one.language) == wanted), None)

    def pair(self, topic: Topic, language: str, new: str, mode: Mode) -> Pair | None:
        """The pair in which `new` is compared."""
        wanted = (topic, language, new, mode)
        return next((one for one in self.pairs if (one.topic, one.language, one.new, one.mode) == wanted), None)

    def best(self, language: str) -> System:
        """The system that a search in `language` is best with."""
        return max(
            (system for system in self.systems if system.is_usual),
            key=lambda system: found.scores.mrr if (found := self.quality(system, language)) else -1.0,
        )


LANGUAGES: Mapping[str, Message] = {"ru": say("Russian"), "en": say("English")}
"""Languages of questions by their codes."""

QUESTIONS: Mapping[str, Message] = {"ru": say("Russian questions"), "en": say("English questions")}
"""What the questions of a language are called."""

MODES: Mapping[Mode, Message] = {
    Mode.FUSED: say("model and words"),
    Mode.DENSE: say("model alone"),
    Mode.LEXICAL: say("words alone"),
}
