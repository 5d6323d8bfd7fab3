"""Measures one system after the other, and writes each answer down at once, so that nothing is ever measured twice."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np

from smysl.engine.cancel import CancelToken
from smysl.engine.errors import Cancelled, ModelFault, ModelUnavailable, SmyslError
from smysl.engine.measuring import AS_IS, Bench, Load, Measured, Profile, Variation
from smysl.engine.types import Filters, Message, Mode, Phase, Progress, say
from smysl.evaluation.comparison import LEXICAL, Cost, System
from smysl.evaluation.datasets import Query
from smysl.evaluation.journal import Journal
from smysl.evaluation.metrics import DEPTH
from smysl.evaluation.run import UNIT_KINDS, unit_ids
from smysl.evaluation.task import Task

LENGTHS = (1024, 512, 256)
"""To how many dimensions a model is cut, where it was trained for that; else to all its own shorter lengths."""

_FAULTS_IN_A_ROW = 5
"""So many questions without a vector one after the other are the model's fault, not theirs."""

_FILTERS = Filters(kinds=UNIT_KINDS)


class CodeChanged(SmyslError):
    """The code is not any more what the questions were made of, and what other systems were measured on."""


@dataclass(frozen=True, slots=True)
class Step:
    """How far a comparison is: system `place` of `places`, what is being done, and `done` of `total` of that."""

    system: str
    place: int
    places: int
    activity: Message
    done: int
    total: int
    seconds_left: float | None = None


StepCallback: TypeAlias = Callable[[Step], None]

Told: TypeAlias = Callable[[Message, int, int, float | None], None]
"""Hears what is being done, how much of how much is done, and how many seconds are left where that is known."""


def variations_of(profile: Profile | None) -> tuple[Variation, ...]:
    """The ways of using a model that are worth measuring beside the usual one: shorter vectors, and no prompts."""
    if profile is None:
        return ()
    valid = profile.truncations
    lengths = [length for length in LENGTHS if length in valid and length < profile.space.dimensions]
    if not lengths and not isinstance(valid, range):
        lengths = [length for length in valid if length < profile.space.dimensions]
    cut = tuple(Variation(dimensions=length) for length in lengths)
    prompted = profile.has_query_prompt or profile.has_document_prompt
    return (*cut, Variation(without_prompts=True)) if prompted else cut


class Measuring:
    """Measures the systems of one comparison. `folder` is where its journals are."""

    def __init__(self, task: Task, folder: Path, *, cancel: CancelToken) -> None:
        self._task = task
        self._folder = folder
        self._cancel = cancel
        self.functions = 0

    def measure(self, bench: Bench, variation: Variation, told: Told) -> System:
        """One system, from what was written down and from what is missing. `told` hears of the progress.

        Raises `EmbedderError` when the model fails, with what it answered kept; `CodeChanged`, `IndexFileError`,
        `JournalError`, `Cancelled`.
        """
        modes = (Mode.LEXICAL,) if bench.profile is None else (Mode.FUSED, Mode.DENSE)
        with ExitStack() as stack:
            measured = stack.enter_context(bench.open(variation, cancel=self._cancel))
            key = measured.space.key if measured.space else LEXICAL
            server = bench.profile.server if bench.profile else ""
            journal = stack.enter_context(Journal(self._folder / f"{self._task.fingerprint}-{key}.jsonl"))
            answers = _Answers(journal, modes)
            costs = _Costs(stack.enter_context(Journal(self._folder / f"cost-{key}-{server or 'here'}.jsonl")))
            queries = self._task.questions.queries
            waiting = [query for query in queries if not all((mode, query.id) in answers.ranked for mode in modes)]
            if waiting or costs.is_empty:
                if variation == AS_IS and costs.load is None:
                    costs.add_load(bench.load(cancel=self._cancel))
                bench.warm_up(cancel=self._cancel)
                self._index(measured, costs, told)
                self._ask(bench, measured, waiting, answers, told)
            vectors, chunks = measured.count_vectors(), measured.count_chunks()
            self.functions = chunks
            return System(
                model=measured.space.model if measured.space else LEXICAL,
                variation=variation,
                dimensions=measured.space.dimensions if measured.space else None,
                reads_russian=bench.profile.reads_russian if bench.profile else True,
                server=server,
                cost=_cost(measured, variation, costs, answers, vectors=vectors, chunks=chunks),
                answers={mode: answers.of(mode, queries) for mode in modes},
                failed=costs.failed,
            )

    def _index(self, measured: Measured, costs: _Costs, told: Told) -> None:
        embedded = 0
        began = time.monotonic()

        def heard(progress: Progress) -> None:
            nonlocal embedded
            if progress.phase is Phase.EMBEDDING:
                embedded = progress.done
            told(_ACTIVITIES[progress.phase], progress.done, progress.total, progress.seconds_left)

        try:
            report = measured.engine.refresh(progress=heard, cancel=self._cancel, wait=_WAIT_SECONDS)
        except Cancelled:
            costs.add_indexing(embedded, time.monotonic() - began, failed=0)
            raise
        if (report.files_changed or report.files_removed) and self._task.look_again() != self._task.fingerprint:
            raise CodeChanged(
                say("The code was changed while models were compared on it, which would make them unequal."),
                say("Give the same command again; vectors of code that did not change are kept."),
            )
        if measured.space is not None:
            costs.add_indexing(report.embedded, report.seconds, failed=report.failed)
        elif report.files_changed == report.files:  # a few changed files would tell of the walk, not of the speed
            costs.add_indexing(report.chunks_added, report.seconds, failed=0)
        if measured.space is not None and report.pending:
            first, *rest = report.notices or (say("The model stopped answering."),)
            raise ModelUnavailable(first, rest[0] if rest else None)

    def _ask(self, bench: Bench, measured: Measured, waiting: Sequence[Query], answers: _Answers, told: Told) -> None:
        if not waiting:
            return
        # The first search of an engine reads the vectors into memory, which is not what a search takes.
        measured.engine.search("warm up", top_k=1, mode=Mode.LEXICAL, cancel=self._cancel)
        without_vector: list[Query] = []
        began = time.monotonic()
        for place, query in enumerate(waiting):
            self._cancel.check()
            left = (time.monotonic() - began) / place * (len(waiting) - place) if place else None
            told(say("Asking questions"), place, len(waiting), left)
            try:
                embedded_in = measured.embed(query.text, cancel=self._cancel)
            except ModelFault:
                without_vector.append(query)
                if len(without_vector) >= _FAULTS_IN_A_ROW:
                    raise
                continue
            self._answer(measured, without_vector, answers)
            without_vector.clear()
            for mode in answers.modes:
                self._search(measured, query, mode, answers, embedded_in)
        if without_vector:
            bench.warm_up(cancel=self._cancel)
            self._answer(measured, without_vector, answers)
        told(say("Asking questions"), len(waiting), len(waiting), 0.0)

    def _answer(self, measured: Measured, without_vector: Sequence[Query], answers: _Answers) -> None:
        """The words answer questions that got no vector, as in a search. The model, it turned out, was not to blame:
        what it is to blame for is asked again by the next run, and must not be written down as an answer.
        """
        for query in without_vector:
            for mode in answers.modes:
                if mode is Mode.DENSE:
                    answers.add(mode, query.id, (), 0.0)
                else:
                    self._search(measured, query, mode, answers, 0.0)

    def _search(self, measured: Measured, query: Query, mode: Mode, answers: _Answers, embedded_in: float) -> None:
        if (mode, query.id) in answers.ranked:
            return
        result = measured.engine.search(query.text, top_k=DEPTH, filters=_FILTERS, mode=mode, cancel=self._cancel)
        answers.add(mode, query.id, unit_ids(result, self._task.finder()), embedded_in + result.timings.total)


_WAIT_SECONDS = 5.0
"""How long another comparison of the same code is waited for."""

_ACTIVITIES: Mapping[Phase, Message] = {
    Phase.SCANNING: say("Looking through files"),
    Phase.READING: say("Reading code"),
    Phase.EMBEDDING: say("Asking the model"),
}


class _Answers:
    """The answers of one system to the questions of one task."""

    def __init__(self, journal: Journal, modes: tuple[Mode, ...]) -> None:
        self._journal = journal
        self.modes = modes
        self.ranked: dict[tuple[Mode, str], tuple[str, ...]] = {}
        self._milliseconds: dict[tuple[Mode, str], float] = {}
        for row in journal.rows():
            with suppress(TypeError, ValueError):  # a row of another make
                mode, query, ranked, milliseconds = row
                self._take(Mode(mode), str(query), tuple(map(str, ranked)), float(milliseconds))

    def add(self, mode: Mode, query: str, ranked: tuple[str, ...], milliseconds: float) -> None:
        milliseconds = round(milliseconds, 3)  # so that it is the same when it is read again
        self._journal.add(mode.value, query, ranked, milliseconds)
        self._take(mode, query, ranked, milliseconds)

    def of(self, mode: Mode, queries: tuple[Query, ...]) -> dict[str, tuple[str, ...]]:
        return {query.id: self.ranked[mode, query.id] for query in queries}

    def waits(self) -> list[float]:
        """Milliseconds of the searches as a person makes them."""
        return [waited for (mode, _), waited in self._milliseconds.items() if mode is not Mode.DENSE]

    def _take(self, mode: Mode, query: str, ranked: tuple[str, ...], milliseconds: float) -> None:
        self.ranked[mode, query] = ranked
        self._milliseconds[mode, query] = milliseconds


class _Costs:
    """What one system cost on this machine, added up over all runs."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.load: Load | None = None
        self.texts = self.failed = 0
        self.seconds = 0.0
        self.is_empty = True
        for row in journal.rows():
            with suppress(TypeError, ValueError):
                self._take(*row)

    def add_load(self, load: Load) -> None:
        self._add("load", load.seconds, load.memory, load.vram)

    def add_indexing(self, texts: int, seconds: float, *, failed: int) -> None:
        """What an index run took; one that had nothing to do says nothing of speed."""
        self._add("index", texts, seconds if texts else 0.0, failed)

    def _add(self, *row: object) -> None:
        self._journal.add(*row)
        self._take(*row)

    def _take(self, what: object, *numbers: object) -> None:
        first, second, third = (float(number) for number in numbers)  # type: ignore[arg-type]  # what is none raises
        self.is_empty = False
        if what == "load":
            self.load = Load(first, int(second), int(third))
        elif what == "index":
            self.texts += int(first)
            self.seconds += second
            self.failed = int(third)


def _cost(
    measured: Measured, variation: Variation, costs: _Costs, answers: _Answers, *, vectors: int, chunks: int
) -> Cost:
    dimensions = measured.space.dimensions if measured.space else 0
    size = vectors * dimensions * 4 / chunks if chunks and measured.space else None
    if variation != AS_IS:
        return Cost(bytes_per_function=size)  # its vectors were cut here, its queries embedded before
    waits = answers.waits()
    middle, slow = np.percentile(waits, (50, 95)).tolist() if waits else (None, None)
    texts_a_function = vectors / chunks if vectors and chunks else 1.0
    load = costs.load if measured.space else None
    return Cost(
        functions_per_second=costs.texts / texts_a_function / costs.seconds if costs.seconds else None,
        latency_p50=middle,
        latency_p95=slow,
        load_seconds=load.seconds if load else None,
        memory=load.memory if load else None,
        vram=load.vram if load else None,
        bytes_per_function=size,
    )
