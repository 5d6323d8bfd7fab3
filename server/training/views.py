"""What a step of the training sees: questions and code as weighted bags, changed a little by chance each time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from training.alignment import Translations
from training.encoding import Encoded

WRAPPERS = (
    "how do I", "how do we", "how to", "where is", "where do we", "where does it", "what does", "which function",
    "the function that", "the code that", "find where", "find", "show me", "is there", "when", "why", "method to",
    "a way to", "place where", "что", "где", "где у нас", "как", "как мне", "как нам", "какая функция", "какой метод",
    "каким образом", "что делает", "найти", "найти где", "покажи", "место где", "функция которая", "метод который",
    "код который", "есть ли", "откуда", "зачем", "когда", "чем", "если", "чтобы", "нужно", "надо", "хочу",
    "в каком месте",
)  # fmt: skip
"""What people wrap a question in. Docstrings never do, so the model learns from here that these words say nothing."""


_FEWEST_WORDS = 3
_FUNCTIONS_ASKED_ABOUT = 8
"""Of one source in a batch of questions."""


class Task(str, Enum):
    """What is to be found by what."""

    DOCSTRING = "docstring"
    QUESTION = "question"
    COMMENT = "comment"
    NAME = "name"
    RUSSIAN = "russian"
    SENTENCE = "sentence"


@dataclass(frozen=True, slots=True)
class Chances:
    """How often things happen, and what a word counts where it stands.

    asked, russian: the weights of the written questions and of what is said in Russian among the tasks.
    retold: a written question in the other language, word by word; there is a better one in that language already.
    together: so many rows of a batch are of one source, as in a search.
    hard: how many rows of a batch bring code of their source that is easily taken for the right one.
    """

    tasks: tuple[tuple[Task, float], ...] = (
        (Task.DOCSTRING, 6.0),
        (Task.SENTENCE, 2.0),
        (Task.COMMENT, 1.0),
        (Task.NAME, 0.7),
    )
    asked: float = 3.0
    russian: float = 1.4
    translated: float = 0.42
    translated_back: float = 0.25
    retold: float = 0.1
    wrapped: float = 0.3
    forgotten: float = 0.1
    unnamed: float = 0.0
    together: int = 64
    hard: float = 0.0
    title: float = 0.9
    docstring_stays: float = 0.3
    later: float = 0.5
    comments: float = 0.6
    body_tokens: tuple[int, ...] = (60, 160, 320)
    title_weight: float = 1.0
    prose_weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a batch: the words of all bags, the square roots of their weighted counts, where each bag starts."""

    words: NDArray[np.int64]
    amounts: NDArray[np.float32]
    starts: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Batch:
    """Questions and code, row by row the right pairs; more code than questions, and the rest is wrong for all.

    same: shape (questions, answers): code that is not wrong, since it is the same or the question is.
    """

    task: Task
    questions: Side
    answers: Side
    same: NDArray[np.bool_]


class Translator:
    """Says a text in the other language word by word, taking each translation as often as it is likely."""

    def __init__(self, there: Translations, back: Translations, empty: NDArray[np.bool_]) -> None:
        """`there` from Russian, `back` from English; `empty`: words that a translation leaves out."""
        self._russian, self._english = _cumulated(there), _cumulated(back)
        self._empty = empty

    def into_russian(self, text: NDArray[np.int32], chance: np.random.Generator) -> NDArray[np.int32]:
        """English text in Russian; most of the words without a translation are left as they are."""
        return _said(text[~self._empty[text]], *self._english, chance)

    def into_english(self, text: NDArray[np.int32], chance: np.random.Generator) -> NDArray[np.int32]:
        """Russian text in English."""
        return _said(text[~self._empty[text]], *self._russian, chance)


class Viewer:
    """Makes batches without end."""

    def __init__(
        self,
        data: Encoded,
        translator: Translator,
        tokenizer: Tokenizer,
        chances: Chances,
        *,
        held_out: NDArray[np.bool_],
        size: int,
        seed: int,
        likely: NDArray[np.int32] | None = None,
    ) -> None:
        """`held_out` rows are never shown.

        `likely`: shape (rows, some): for each row others whose code is easily taken for its own, -1 where none is.
        """
        self._data, self._translator, self._chances = data, translator, chances
        self._likely = likely
        self._size = size
        self._vocabulary = tokenizer.get_vocab_size()
        self._chance = np.random.default_rng(seed)
        documented = data.has_query & ~held_out & ~data.is_question
        self._rows: dict[Task, NDArray[np.int64]] = {
            Task.DOCSTRING: np.flatnonzero(documented & ~data.is_comment & ~data.is_russian),
            Task.COMMENT: np.flatnonzero(documented & data.is_comment & ~data.is_russian),
            Task.QUESTION: np.flatnonzero(data.is_question & ~held_out),
            Task.NAME: np.flatnonzero(~held_out & ~data.is_comment & ~data.is_question),
            Task.RUSSIAN: np.flatnonzero(documented & data.is_russian),
            Task.SENTENCE: np.arange(len(data.russian)),
        }
        self._by_source: dict[Task, tuple[list[NDArray[np.int64]], NDArray[np.float64]]] = {
            task: _grouped(rows, data.sources) for task, rows in self._rows.items() if task is not Task.SENTENCE
        }
        self._wrappers = [
            np.array(one.ids, np.int32) for one in tokenizer.encode_batch(list(WRAPPERS), add_special_tokens=False)
        ]

    def __iter__(self) -> Iterator[Batch]:
        amounts = {
            **dict(self._chances.tasks),
            Task.QUESTION: self._chances.asked,
            Task.RUSSIAN: self._chances.russian,
        }
        tasks = [task for task in amounts if len(self._rows[task])]
        weights = np.array([amounts[task] for task in tasks])
        while True:
            yield self.batch(tasks[int(self._chance.choice(len(tasks), p=weights / weights.sum()))])

    def batch(self, task: Task) -> Batch:
        """A batch of one task."""
        if task is Task.SENTENCE:
            rows = self._chance.choice(self._rows[task], min(self._size, len(self._rows[task])), replace=False)
            questions = [self._forgetting(self._data.russian[row]) for row in rows]
            answers = [[(self._data.english[row], 1.0)] for row in rows]
            codes = np.arange(len(rows))
            if self._chance.random() < 0.5:
                questions = [self._wrapped(one) for one in questions]
        else:
            rows = self._some(task)
            questions = [self._question(task, row) for row in rows]
            shown = np.concatenate([rows, self._easily_taken(task, rows)])
            answers = [self._answer(task, row) for row in shown]
            codes = self._data.codes[shown]
        keys = [one.tobytes() for one in questions]
        _, places = np.unique(np.array([hash(key) for key in keys]), return_inverse=True)
        same = codes[: len(rows), None] == codes[None, :]
        same[:, : len(rows)] |= places[:, None] == places[None, :]
        np.fill_diagonal(same, False)
        return Batch(
            task,
            side([[(one, 1.0)] for one in questions], self._vocabulary),
            side(answers, self._vocabulary),
            same,
        )

    def _some(self, task: Task) -> NDArray[np.int64]:
        groups, weights = self._by_source[task]
        together = _FUNCTIONS_ASKED_ABOUT if task is Task.QUESTION else self._chances.together
        size = self._size // 2 if task is Task.QUESTION else self._size
        chosen = self._chance.choice(len(groups), size // together, p=weights)
        rows = [self._chance.permutation(groups[one]) for one in chosen]
        if task is Task.QUESTION:
            # Of several questions for one function a batch has one: the others would have the same answer.
            rows = [one[np.unique(self._data.codes[one], return_index=True)[1]] for one in rows]
        return np.concatenate([one[:together] for one in rows])

    def _easily_taken(self, task: Task, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Rows whose code is easily taken for that of one of `rows`."""
        if self._likely is None:
            return np.zeros(0, np.int64)
        share = 1.0 if task is Task.QUESTION else self._chances.hard
        asked = rows[self._chance.random(len(rows)) < share]
        found = self._likely[asked, self._chance.integers(self._likely.shape[1], size=len(asked))]
        return found[found >= 0].astype(np.int64)

    def _question(self, task: Task, row: int) -> NDArray[np.int32]:
        data, chances, chance = self._data, self._chances, self._chance
        text = data.parts["name" if task is Task.NAME else "query"][row]
        if task not in {Task.NAME, Task.QUESTION} and chance.random() < chances.unnamed:
            # Who does not know the name asks in other words.
            others = text[~np.isin(text, data.parts["title"][row])]
            text = others if len(others) >= _FEWEST_WORDS else text
        dice = chance.random()
        is_asked = task is Task.QUESTION
        if self._data.is_russian[row] and task is not Task.NAME:
            if dice < (chances.retold if is_asked else chances.translated_back):
                text = self._translator.into_english(text, chance)
        elif dice < (chances.retold if is_asked else chances.translated):
            text = self._translator.into_russian(text, chance)
        return self._wrapped(self._forgetting(text))

    def _answer(self, task: Task, row: int) -> list[tuple[NDArray[np.int32], float]]:
        parts, chances, chance = self._data.parts, self._chances, self._chance
        length = chances.body_tokens[int(chance.integers(len(chances.body_tokens)))]
        found = [(parts["body"][row][:length], 1.0)]
        if task is not Task.NAME and chance.random() < chances.title:
            found.append((parts["title"][row], chances.title_weight))
        if chance.random() < chances.comments:
            found.append((parts["comments"][row], chances.prose_weight))
        if chance.random() < chances.later:
            found.append((parts["later"][row], chances.prose_weight))
        if task is Task.QUESTION and not self._data.is_question[row] and chance.random() < chances.later:
            found.append((parts["query"][row], chances.prose_weight))
        if task in {Task.DOCSTRING, Task.RUSSIAN} and chance.random() < chances.docstring_stays:
            found.append((self._halved(task, parts["query"][row]), chances.prose_weight))
        return found

    def _halved(self, task: Task, text: NDArray[np.int32]) -> NDArray[np.int32]:
        """The docstring in the code, in the other language or with half of its words: never what was asked."""
        if self._chance.random() < 0.5:
            if task is Task.RUSSIAN:
                return self._translator.into_english(text, self._chance)
            return self._translator.into_russian(text, self._chance)
        return text[self._chance.random(len(text)) < 0.5]

    def _forgetting(self, text: NDArray[np.int32]) -> NDArray[np.int32]:
        kept = text[self._chance.random(len(text)) >= self._chances.forgotten]
        return kept if len(kept) else text

    def _wrapped(self, text: NDArray[np.int32]) -> NDArray[np.int32]:
        if self._chance.random() >= self._chances.wrapped:
            return text
        return np.concatenate([self._wrappers[int(self._chance.integers(len(self._wrappers)))], text])


def side(texts: Sequence[Sequence[tuple[NDArray[np.int32], float]]], vocabulary: int) -> Side:
    """The bags of texts whose parts have weights: each word once, with the square root of its weighted count."""
    words = [part for text in texts for part, _ in text]
    lengths = np.array([len(part) for part in words])
    owners = np.repeat(np.repeat(np.arange(len(texts)), [len(text) for text in texts]), lengths)
    weights = np.repeat(np.array([weight for text in texts for _, weight in text]), lengths)
    keys, places = np.unique(owners * vocabulary + np.concatenate(words), return_inverse=True)
    return Side(
        words=keys % vocabulary,
        amounts=np.sqrt(np.bincount(places, weights)).astype(np.float32),
        starts=np.searchsorted(keys, np.arange(len(texts)) * vocabulary),
    )


def _cumulated(table: Translations) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.bool_]]:
    total = np.maximum(table.chances.sum(1, keepdims=True), 1e-6)
    return table.targets, np.cumsum(table.chances / total, 1), table.chances[:, 0] >= 0.1


def _said(
    text: NDArray[np.int32],
    targets: NDArray[np.int32],
    cumulated: NDArray[np.float32],
    has: NDArray[np.bool_],
    chance: np.random.Generator,
) -> NDArray[np.int32]:
    rank = (cumulated[text] < chance.random(len(text))[:, None]).sum(1)
    other = targets[text, np.minimum(rank, targets.shape[1] - 1)]
    is_translated = has[text] & (other > 0)
    kept = is_translated | (chance.random(len(text)) < 0.75)
    said: NDArray[np.int32] = np.where(is_translated, other, text)[kept].astype(np.int32)
    return said


def _grouped(
    rows: NDArray[np.int64], sources: NDArray[np.int32]
) -> tuple[list[NDArray[np.int64]], NDArray[np.float64]]:
    """The rows of each source, and how often it is to be drawn: the larger the rarer each of its rows."""
    if not len(rows):
        return [], np.zeros(0)
    order = rows[np.argsort(sources[rows], kind="stable")]
    groups = np.split(order, np.flatnonzero(np.diff(sources[order])) + 1)
    weights = np.array([len(group) for group in groups]) ** 0.8
    return groups, weights / weights.sum()
