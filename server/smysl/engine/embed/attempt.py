"""One request on its way to vectors: waits, retries, shortens, and bisects down to the one bad text.

One failing text fails a whole batch on the server and nothing says which, so a failing batch is halved until the text
that fails stands alone; the others keep their vectors.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from smysl.engine.cancel import CancelToken
from smysl.engine.embed.batching import halved
from smysl.engine.embed.ollama_faults import Fault, Kind, reason_of
from smysl.engine.embed.vectors import read_vectors
from smysl.engine.errors import ModelFault
from smysl.engine.types import Embedded, Failure, Matrix, Message, Vector, say

BUSY_WAITS = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2)
"""Seconds between tries while the server's queue is full."""

ACCIDENT_WAIT = 0.3
"""Seconds before a call is tried again that may have failed by accident: a crashed runner needs as long to return."""

SUSPICIOUS = 8
"""After so many texts in a row without a vector, a text that is surely good shows whose fault it is."""

SURELY_GOOD = "def add(first, second):\n    return first + second"

_ABOUT_A_TEXT = (Kind.LENGTH, Kind.CRASH, Kind.NUMBERS, Kind.OTHER)
_UNLOADING = (Kind.CRASH, Kind.LOAD, Kind.DROPPED, Kind.SLOW, Kind.UNREACHABLE)


class Caller(Protocol):
    """How texts reach the model."""

    @property
    def is_warm(self) -> bool:
        """Whether the model is loaded, as far as one knows."""

    def call(self, texts: Sequence[str], cancel: CancelToken) -> Sequence[Sequence[float]]:
        """A vector a text, as the server sent them. Raises `Fault` and `Cancelled`."""

    def expect_load(self) -> None:
        """The next call may find the model unloaded."""


class Streak:
    """How many texts in a row the model gave no vector for; shared by the requests of one embedder."""

    def __init__(self) -> None:
        self._length = 0
        self._has_succeeded = False

    def succeed(self) -> None:
        """A text got its vector."""
        self._length = 0
        self._has_succeeded = True

    def fail(self) -> bool:
        """A text got none. Whether that may be the model's fault: after many, or before any got one."""
        self._length += 1
        return self._length >= SUSPICIOUS or not self._has_succeeded


class Attempt:
    """Collects the vectors of `length` texts. `prompted` is what the model sees of a text."""

    def __init__(
        self,
        caller: Caller,
        *,
        dimensions: int,
        whole: int,
        prompted: Callable[[str], str],
        streak: Streak,
        cancel: CancelToken,
    ) -> None:
        self._caller = caller
        self._dimensions = dimensions
        self._whole = whole
        self._prompted = prompted
        self._streak = streak
        self._cancel = cancel
        self._rows: dict[int, Vector] = {}
        self._reasons: dict[int, Message] = {}

    @property
    def answered(self) -> int:
        """How many texts have a vector, counted from the first to the one that has none."""
        return next(index for index in range(len(self._rows) + 1) if index not in self._rows)

    def embedded(self, length: int) -> Embedded:
        """What was collected for the first `length` texts: rows in order, NaN for the failures."""
        matrix: Matrix = np.full((length, self._dimensions), np.nan, dtype=np.float32)
        for index, row in self._rows.items():
            if index < length:
                matrix[index] = row
        failed = sorted(index for index in self._reasons if index < length)
        return Embedded(matrix, tuple(Failure(index, self._reasons[index]) for index in failed))

    def embed(self, batch: Sequence[tuple[int, str]], *, retries: int = 1) -> None:
        """A vector or a failure for each (index, text). Raises `Fault` or `ModelFault` when no text is to blame."""
        try:
            answers = self._answers([text for _, text in batch], retries)
        except Fault as fault:
            if fault.kind not in _ABOUT_A_TEXT:
                raise
            if len(batch) == 1:
                self._embed_alone(*batch[0], fault, retries)
                return
            middle = len(batch) // 2
            self.embed(batch[:middle], retries=0)
            self.embed(batch[middle:], retries=0)
            return
        rows, faults = read_vectors(answers, self._dimensions, whole=self._whole)
        for place, (index, _) in enumerate(batch):
            if place in faults:
                self._fail(index, faults[place])
            else:
                self._rows[index] = rows[place]
                self._streak.succeed()

    def _embed_alone(self, index: int, text: str, fault: Fault, retries: int) -> None:
        shorter = halved(text) if fault.kind is Kind.LENGTH else None
        if shorter is not None:
            self.embed([(index, shorter)], retries=retries)
        elif fault.kind is Kind.CRASH and not retries:
            # It has only failed in company so far, or in the rubble of another text's crash.
            self._rest(ACCIDENT_WAIT)
            self.embed([(index, text)], retries=1)
        else:
            self._fail(index, reason_of(fault))

    def _fail(self, index: int, reason: Message) -> None:
        """Note that a text has no vector. Raises `ModelFault` when it is not the text that is bad."""
        self._reasons[index] = reason
        if self._streak.fail():
            if not self._is_model_sound():
                raise ModelFault(reason, say("This model gives no usable vectors on this machine; choose another one."))
            self._streak.succeed()

    def _is_model_sound(self) -> bool:
        try:
            answers = self._answers([SURELY_GOOD], 1)
        except Fault as fault:
            if fault.kind not in _ABOUT_A_TEXT:
                raise
            return False
        return not read_vectors(answers, self._dimensions, whole=self._whole)[1]

    def _answers(self, texts: Sequence[str], retries: int) -> Sequence[Sequence[float]]:
        prompted = [self._prompted(text) for text in texts]
        # A call that was given the time of a load and took it all is not repeated, so slowness never loops.
        slow = 1 if self._caller.is_warm else 0
        left = {Kind.CRASH: retries, Kind.OTHER: retries, Kind.LOAD: 1, Kind.DROPPED: 1, Kind.SLOW: slow}
        left[Kind.BUSY] = len(BUSY_WAITS)
        while True:
            try:
                answers = self._caller.call(prompted, self._cancel)
            except Fault as fault:
                if fault.kind in _UNLOADING:
                    self._caller.expect_load()
                if not left.get(fault.kind):
                    raise
                left[fault.kind] -= 1
                self._rest(BUSY_WAITS[-1 - left[Kind.BUSY]] if fault.kind is Kind.BUSY else ACCIDENT_WAIT)
                continue
            if len(answers) != len(texts):
                raise ModelFault(
                    say(
                        "Ollama answered {texts} texts with {answers} vectors.",
                        answers=len(answers),
                        texts=len(texts),
                    )
                )
            return answers

    def _rest(self, seconds: float) -> None:
        self._cancel.wait(seconds)
        self._cancel.check()
