"""One model for one machine: the best published mean of code and Russian among those that fit. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from smysl.engine.embed.fitting import Needs, fits, needs, room
from smysl.engine.embed.known_models import KNOWN_MODELS, MOST_TOKENS, CatalogueRow
from smysl.engine.embed.model_facts import FACTS, About, Facts
from smysl.engine.machine import Machine, Memory
from smysl.engine.types import Message, say

LEAST_TASKS = 10
"""A mean over fewer tasks than this is not compared with one over twelve."""

EVEN = 1.0
"""Two models whose means differ by less are called even, and the smaller one is taken."""

MOST_MILLIONS_WITHOUT_CARD = 700
"""Millions of parameters above which a processor needs more than about a second for a function."""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The one model to take, as `settings.model` and `pull` name it, and why."""

    name: str
    reason: Message


@dataclass(frozen=True, slots=True)
class _Candidate:
    row: CatalogueRow
    parameters: int
    needs: Needs
    code: float
    russian: float

    @property
    def mean(self) -> float:
        return (self.code + self.russian) / 2


def recommend(machine: Machine, rows: Iterable[CatalogueRow] = KNOWN_MODELS) -> Recommendation:
    """The model to take on `machine`; the built-in one where none of the catalogue fits."""
    every = [candidate for candidate in map(_candidate, rows) if candidate is not None]
    quick = [
        candidate
        for candidate in every
        if machine.memory is Memory.GPU or candidate.parameters <= MOST_MILLIONS_WITHOUT_CARD
    ]
    fitting = [candidate for candidate in quick if fits(candidate.needs, machine)]
    if not fitting:
        return Recommendation(
            "builtin",
            say("No model of the catalogue fits into {room} GB; the built-in one needs none.", room=_gb(room(machine))),
        )
    best = max(candidate.mean for candidate in fitting)
    chosen = min(
        (candidate for candidate in fitting if best - candidate.mean < EVEN),
        key=lambda candidate: (candidate.needs.total, -candidate.mean),
    )
    return Recommendation(chosen.row.name, _reason(chosen, machine))


def needs_of(row: CatalogueRow, facts: Facts, weights: int) -> Needs:
    """What a file of `weights` bytes of this model needs for the context that Smysl asks for."""
    tokens = row.pinned_tokens or min(row.input_tokens or MOST_TOKENS, MOST_TOKENS)
    return needs(weights, width=facts.width, cache_bytes=facts.cache_bytes, vocabulary=facts.vocabulary, tokens=tokens)


def _candidate(row: CatalogueRow) -> _Candidate | None:
    facts = FACTS.get(row.name)
    if facts is None or not row.russian:
        return None
    code = [score.value for score in facts.scores if score.about is About.CODE and score.tasks >= LEAST_TASKS]
    russian = [score.value for score in facts.scores if score.benchmark == "MIRACL ru"]
    if not code or not russian:
        return None
    return _Candidate(row, facts.parameters, needs_of(row, facts, facts.downloads[0].size_bytes), code[0], russian[0])


def _reason(chosen: _Candidate, machine: Machine) -> Message:
    values = {
        "code": chosen.code,
        "russian": chosen.russian,
        "needed": _gb(chosen.needs.total),
    }
    if machine.memory is Memory.GPU:
        return say(
            "Of the models that fit into the graphics memory it has the best published mean of code ({code}) and "
            "Russian ({russian}), or is even with the best and smaller; it needs {needed} GB.",
            **values,
        )
    return say(
        "There is no graphics card that Smysl knows how to ask. Of the models that a processor runs at a bearable "
        "speed and that fit into half of the memory it has the best published mean of code ({code}) and Russian "
        "({russian}), or is even with the best and smaller; it needs {needed} GB.",
        **values,
    )


def _gb(size: int) -> str:
    return f"{size / 1e9:.1f}"
