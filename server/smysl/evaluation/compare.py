"""Which model is best for this code on this machine: each is measured on the same questions, with all else equal."""

from __future__ import annotations

import os
import platform
import shlex
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path

from smysl import __version__
from smysl.engine.cancel import CancelToken
from smysl.engine.errors import EmbedderError, UsageError
from smysl.engine.measuring import AS_IS, Bench, Variation, measured_index
from smysl.engine.models import models as known_models
from smysl.engine.settings import Settings
from smysl.engine.types import Message, say
from smysl.evaluation.comparison import LANGUAGES, LEXICAL, Comparison, Machine, Sources, System, Unmeasured
from smysl.evaluation.measure import Measuring, Step, StepCallback, variations_of
from smysl.evaluation.places import comparisons_folder
from smysl.evaluation.summary import summarise
from smysl.evaluation.task import Task, task_from_code, task_from_file

SAMPLE = 500
"""Questions a language: the interval of MRR@10 is then about ±0.035."""

FEW = 30
"""With fewer questions in a language there is no telling models apart."""

_MOST_JOURNALS = 200


@dataclass(frozen=True, slots=True)
class Choices:
    """How much is measured.

    sample: questions a language at the most, drawn from the code; 0 is all. variations: whether models are measured
    with shorter vectors and without prompts too. fresh: whether every question is asked again.
    """

    sample: int = SAMPLE
    variations: bool = True
    fresh: bool = False


def compare(
    workspace: Path,
    settings: Settings,
    models: Sequence[str] = (),
    *,
    queries: Path | None = None,
    choices: Choices = Choices(),
    progress: StepCallback | None = None,
    cancel: CancelToken | None = None,
    now: Callable[[], float] = time.time,
) -> Comparison:
    """Measure `models` (names as in the setting `model`) and the words alone on the code in `workspace`.

    Without `models`: the built-in one and those that the Ollama of `settings` has. `queries` is a file of questions
    with their answers; without it the code asks itself. What was measured is kept, vectors too, so that a run that was
    taken back goes on where it stopped, and one with nothing new only reads. A model that fails is in `unmeasured`.
    Raises `UsageError` when there is nothing to ask, `EmbedderError` when no model can be measured, `Cancelled`,
    `CodeChanged` when somebody edits the code meanwhile, `WorkspaceError`, `IndexFileError`, `JournalError`.
    """
    workspace = workspace.resolve()
    cancel = cancel or CancelToken()
    heard = progress or (lambda step: None)
    # What a person chose for daily use, such as fewer dimensions, would make the models unequal.
    settings = replace(settings, dimensions=0, exclude=(*settings.exclude, "*.pyi"))
    heard(Step("", 0, 0, say("Looking for questions"), 0, 0))
    if queries is None:
        task = task_from_code(workspace, settings, sample=choices.sample, cancel=cancel)
    else:
        task = task_from_file(workspace, settings, queries, cancel=cancel)
    names, notices = _names(models, settings)
    settings = replace(settings, cache_dir=comparisons_folder(settings) / task.form)
    run = _Run(workspace, settings, task, choices, heard, cancel)
    systems, unmeasured = run.all(names)
    qualities, pairs = summarise(task.questions.queries, systems)
    if len(systems) < 2 and unmeasured:
        raise EmbedderError(*unmeasured[0].reasons[:2])
    run.tidy()
    return Comparison(
        made_at=datetime.fromtimestamp(now(), timezone.utc).isoformat(timespec="seconds"),
        version=__version__,
        command=_command(workspace, names, queries, choices),
        machine=Machine(platform.platform(terse=True), os.cpu_count() or 1, platform.python_version()),
        sources=Sources(
            workspace=str(workspace),
            file=str(queries or ""),
            files=task.files,
            functions=run.measuring.functions,
            repeated=task.questions.repeated,
            trivial=task.questions.trivial,
            languages=task.questions.languages,
            unasked=task.questions.unasked,
        ),
        queries=task.questions.queries,
        systems=systems,
        qualities=qualities,
        pairs=pairs,
        unmeasured=unmeasured,
        notices=(*notices, *_few(task)),
    )


class _Run:
    """The systems of a comparison one after the other."""

    def __init__(
        self,
        workspace: Path,
        settings: Settings,
        task: Task,
        choices: Choices,
        progress: StepCallback,
        cancel: CancelToken,
    ) -> None:
        self._workspace = workspace
        self._settings = settings
        self._task = task
        self._choices = choices
        self._progress = progress
        self._cancel = cancel
        self._measured: set[str] = set()
        folder = measured_index(workspace, settings).with_suffix(".measured")
        if choices.fresh:
            for journal in folder.glob(f"{task.fingerprint}-*.jsonl"):
                journal.unlink(missing_ok=True)
        self._journals = folder
        self.measuring = Measuring(task, folder, cancel=cancel)

    def all(self, names: Sequence[str]) -> tuple[tuple[System, ...], tuple[Unmeasured, ...]]:
        """What could be measured, and what could not."""
        systems: list[System] = []
        unmeasured: list[Unmeasured] = []
        for place, name in enumerate((LEXICAL, *names), start=1):
            failure = self._measure(name, place, len(names) + 1, systems)
            if failure is not None:
                unmeasured.append(failure)
        return tuple(systems), tuple(unmeasured)

    def _measure(self, name: str, place: int, places: int, systems: list[System]) -> Unmeasured | None:
        """Add what can be measured of a model to `systems`, one by one: what there is before a failure counts."""
        try:
            for system in self._systems(name, place, places):
                systems += (system,)
        except (EmbedderError, UsageError) as error:
            return Unmeasured(name, error.sentences)
        return None

    def tidy(self) -> None:
        """Remove the oldest journals: every change of the code begins new ones."""
        with suppress(OSError):
            found = sorted(self._journals.glob("*.jsonl"), key=lambda path: path.stat().st_mtime)
            for path in found[:-_MOST_JOURNALS]:
                path.unlink(missing_ok=True)

    def _systems(self, name: str, place: int, places: int) -> Iterator[System]:
        def told(activity: Message, done: int, total: int, left: float | None) -> None:
            self._progress(Step(name, place, places, activity, done, total, left))

        told(say("Opening the model"), 0, 0, None)
        settings = replace(self._settings, model=name)
        with Bench(self._workspace, settings, rewrite=self._task.rewrite, cancel=self._cancel) as bench:
            key = bench.profile.space.key if bench.profile else LEXICAL
            if key in self._measured:
                return  # another name of the same model
            self._measured.add(key)
            variations: tuple[Variation, ...] = (AS_IS,)
            if self._choices.variations:
                variations += variations_of(bench.profile)
            for variation in variations:
                yield self.measuring.measure(bench, variation, told)


def _names(models: Sequence[str], settings: Settings) -> tuple[tuple[str, ...], tuple[Message, ...]]:
    """The models to measure, each once, and what to tell about the choice. Raises `UsageError`."""
    named = [name.strip() for name in models if name.strip()]
    if "auto" in named:
        raise UsageError(say("“auto” is no model."), say("Name the models, or leave --models out."))
    if named:
        return tuple(dict.fromkeys(name for name in named if name != LEXICAL)), ()
    found = known_models(settings)
    tags = [tag.removesuffix(":latest") for model in found.rows if model.is_known for tag in model.tags]
    return ("builtin", *tags), found.notices


def _few(task: Task) -> tuple[Message, ...]:
    counts = dict.fromkeys(LANGUAGES, 0)
    for query in task.questions.queries:
        counts[query.language] += 1
    return tuple(
        say(
            "Only {count} questions in {language}: differences there are hardly more than chance.",
            count=count,
            language=LANGUAGES[language],
        )
        for language, count in counts.items()
        if 0 < count < FEW
    )


def _command(workspace: Path, names: Sequence[str], queries: Path | None, choices: Choices) -> str:
    """The command that measures the same again."""
    words = ["smysl", "compare", str(workspace), "--models", ",".join(names or (LEXICAL,))]
    words += ["--queries", str(queries)] if queries else ["--sample", str(choices.sample)]
    return shlex.join([*words, *(() if choices.variations else ("--no-variations",))])
