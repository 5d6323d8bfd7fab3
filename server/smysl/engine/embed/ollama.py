"""Embedding through Ollama: batches sized by measured speed, queries first, the same options on every call."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from smysl.engine.cancel import CancelToken
from smysl.engine.closing import Closing
from smysl.engine.embed.attempt import Attempt, Streak
from smysl.engine.embed.batching import Pace, clip, next_batch
from smysl.engine.embed.catalogue import same_model
from smysl.engine.embed.known_models import CatalogueRow
from smysl.engine.embed.lanes import PriorityLane
from smysl.engine.embed.ollama_faults import Fault, error_of
from smysl.engine.embed.ollama_link import KEEP_ALIVE_SECONDS, OllamaLink, Preempted, RunningModel
from smysl.engine.errors import Cancelled, ModelFault
from smysl.engine.types import Embedded, InputLimit, Message, Space, Vector, say

log = logging.getLogger(__name__)

LOAD_SECONDS = 300.0
"""How long a call may take while the model may be loading. Ollama aborts a load when its client goes away, so a short
time-out would abort it over and over; Ollama's own limit for a load that stalls is five minutes."""

CALL_SECONDS = 60.0
"""How long a call may take once the model answers, on top of thirty times what its length lets expect."""

MOST_DROPS = 3
"""How often one batch is dropped for a query; then it is let through, or steady queries would stop an index run."""

UNLOAD_SECONDS = 10.0
"""How long a model is waited for that was asked to leave the server's memory."""

_LOOK_SECONDS = 0.05

IDENTITY_SECONDS = 60.0
"""How old the knowledge may be that the tag still means the same model."""


@dataclass(frozen=True, slots=True)
class ModelSetup:
    """A model as it is called: always with the same options, since any difference makes Ollama load it again.

    whole: the length of the vectors that the model makes; `space.dimensions` may be less.
    version: that of the server when the model was made ready; None if it does not tell.
    """

    tag: str
    row: CatalogueRow
    space: Space
    whole: int
    options: Mapping[str, int]
    input_limit: InputLimit
    version: tuple[int, ...] | None = None


class OllamaEmbedder(Closing):
    """An `Embedder` over one model of one Ollama. Made by `open_ollama`; close it."""

    def __init__(
        self,
        link: OllamaLink,
        setup: ModelSetup,
        *,
        notices: tuple[Message, ...] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._link = link
        self._setup = setup
        self._clock = clock
        self._calls = _Calls(link, setup, clock, before=self._identify_model, after=self._identify_server)
        self._streak = Streak()
        self._identified = clock()
        self._connections = link.connections
        self.notices = notices
        """What a person should know about this model."""
        self.is_current = True
        """False once the server or the model behind the tag was found to be another: open it anew."""

    @property
    def space(self) -> Space:
        """The space of the vectors."""
        return self._setup.space

    @property
    def input_limit(self) -> InputLimit:
        """How much document text fits, prompt and special tokens allowed for."""
        return self._setup.input_limit

    @property
    def reads_russian(self) -> bool:
        """Whether the model was trained on Russian; True when nothing is known of it."""
        return self._setup.row.russian

    @property
    def batch_size(self) -> int:
        """How many documents a caller should hand over at once: about 0.2 s of work, one call."""
        return self._calls.pace.texts

    @property
    def row(self) -> CatalogueRow:
        """What is known of the model."""
        return self._setup.row

    @property
    def version(self) -> tuple[int, ...] | None:
        """The version of the server when the model was made ready; None if it does not tell."""
        return self._setup.version

    def embed_documents(self, texts: Sequence[str], *, cancel: CancelToken | None = None) -> Embedded:
        """Vectors of code, shape (len(texts), dimensions), rows in order; see `Embedder`."""
        token = cancel or CancelToken()
        limit = self._setup.input_limit
        fitting = [clip(text, limit) for text in texts]
        costs = [limit.cost(text) for text in fitting]
        attempt = self._attempt(_Bulk(self._calls), self._setup.row.document, token)
        with self._told():
            numbered = list(enumerate(fitting))
            start = 0
            while start < len(numbered):
                end = next_batch(fitting, costs, start, self._calls.pace)
                try:
                    attempt.embed(numbered[start:end])
                except (Fault, ModelFault, Cancelled) as fault:
                    if not attempt.answered:
                        raise
                    log.info("Embedding stops short after %d of %d texts: %s", attempt.answered, len(texts), fault)
                    return attempt.embedded(attempt.answered)  # what is answered is never computed again
                start = end
        return attempt.embedded(len(fitting))

    def embed_query(self, query: str, *, cancel: CancelToken | None = None) -> Vector:
        """The unit vector of a query, shape (dimensions,); goes before documents. See `Embedder`."""
        token = cancel or CancelToken()
        attempt = self._attempt(_Query(self._calls), self._setup.row.query, token)
        with self._told(), self._calls.lane.query():
            attempt.embed([(0, clip(query, self._setup.input_limit))])
        embedded = attempt.embedded(1)
        if embedded.failures:
            raise ModelFault(embedded.failures[0].reason, say("Ask in other words, or choose another model."))
        row: Vector = embedded.vectors[0]
        return row

    def unload(self, *, cancel: CancelToken | None = None) -> None:
        """Have the model leave the server's memory; the next call loads it. Raises as `embed_query`.

        The server says yes before it does so, and until then goes on answering with the model that is still there.
        """
        token = cancel or CancelToken()
        with self._told():
            self._link.unload(self._setup.tag, cancel=token)
            asked = self._clock()
            while self._running(token) is not None and self._clock() - asked < UNLOAD_SECONDS:
                token.wait(_LOOK_SECONDS)
        self._calls.expect_load()

    def memory(self, *, cancel: CancelToken | None = None) -> tuple[int, int]:
        """Bytes that the server says the model takes, in all and on a GPU; zeros when it is not loaded."""
        with self._told():
            running = self._running(cancel)
        return (running.size, running.size_vram) if running else (0, 0)

    def _running(self, cancel: CancelToken | None) -> RunningModel | None:
        listed = self._link.running(cancel=cancel)
        return next((model for model in listed if same_model(model.tag, self._setup.tag)), None)

    def close(self) -> None:
        """Drop what is in flight; let go of connections and thread. Idempotent."""
        self._link.close()

    def _attempt(self, caller: _Bulk | _Query, prompted: Callable[[str], str], cancel: CancelToken) -> Attempt:
        return Attempt(
            caller,
            dimensions=self._setup.space.dimensions,
            whole=self._setup.whole,
            prompted=prompted,
            streak=self._streak,
            cancel=cancel,
        )

    def _told(self) -> _Told:
        return _Told(self._setup.tag, self._link.endpoint.url)

    def _identify_model(self, cancel: CancelToken) -> None:
        """Vectors of a model that was pulled anew under the same tag must not join those of the old one."""
        if self.is_current and self._clock() - self._identified >= IDENTITY_SECONDS:
            listed = self._link.models(cancel=cancel)
            digests = {model.digest for model in listed if same_model(model.tag, self._setup.tag)}
            self.is_current = not digests or self._setup.space.digest in digests
            self._identified = self._clock()
        if not self.is_current:
            raise self._replaced()

    def _identify_server(self, cancel: CancelToken) -> None:
        """Nor must those of a newer server, which breaks the connections of the old one, join that one's."""
        connections = self._link.connections
        if connections != self._connections:
            self.is_current = self._link.version(cancel=cancel) == self._setup.version
            self._connections = connections
        if not self.is_current:
            raise self._replaced()

    def _replaced(self) -> ModelFault:
        return ModelFault(
            say("The model {model}, or Ollama itself, was replaced while it was in use.", model=self._setup.tag),
            say("The next search or index run takes what is there now, and keeps vectors that differ apart."),
        )


class _Told:
    """Turns a `Fault` that ends the work into what a person is told."""

    def __init__(self, model: str, host: str) -> None:
        self._model = model
        self._host = host

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Fault):
            raise error_of(error, model=self._model, host=self._host) from error


class _Calls:
    """Sends texts to the model and remembers how that went: speed, and whether the model is loaded."""

    def __init__(
        self,
        link: OllamaLink,
        setup: ModelSetup,
        clock: Callable[[], float],
        *,
        before: Callable[[CancelToken], None],
        after: Callable[[CancelToken], None],
    ) -> None:
        """`before` and `after` a call make sure that it goes to the model and came from the server that are meant."""
        self._before = before
        self._after = after
        self._link = link
        self._setup = setup
        self._clock = clock
        self._lock = threading.Lock()
        self._answered: float | None = None
        self.lane = PriorityLane()
        self.pace = Pace()

    @property
    def is_warm(self) -> bool:
        """False before the first answer, after trouble, and when the server may have unloaded the model by itself."""
        answered = self._answered
        return answered is not None and self._clock() - answered < KEEP_ALIVE_SECONDS - CALL_SECONDS

    def expect_load(self) -> None:
        """The next call may have to load the model: it gets the time, and is not dropped for a query."""
        self._answered = None
        self.lane.allow_dropping(False)

    def send(
        self, texts: Sequence[str], cancel: CancelToken, started: Callable[[Future[Any]], object] | None
    ) -> Sequence[Sequence[float]]:
        """One call. Raises `Fault`, `Cancelled`, `Preempted`, and `ModelFault` for what is not the same any more."""
        self._before(cancel)
        space, whole, limit = self._setup.space, self._setup.whole, self._setup.input_limit
        costs = [limit.cost(text) for text in texts]
        warm = self.is_warm
        self.lane.allow_dropping(warm)
        begun = self._clock()
        answers = self._link.embed(
            self._setup.tag,
            texts,
            options=self._setup.options,
            dimensions=space.dimensions if space.dimensions != whole else None,
            seconds=CALL_SECONDS + 30 * self.pace.seconds(costs) if warm else LOAD_SECONDS,
            cancel=cancel,
            started=started,
        )
        self._after(cancel)
        self._answered = self._clock()
        self.lane.allow_dropping(True)
        if warm and started is not None:  # a cold call measures the load, a query only itself
            with self._lock:
                self.pace = self.pace.after(costs, self._answered - begun)
        return answers


class _Bulk:
    """The way of documents: in turn, dropped for a query and then sent again."""

    def __init__(self, calls: _Calls) -> None:
        self._calls = calls

    @property
    def is_warm(self) -> bool:
        return self._calls.is_warm

    def expect_load(self) -> None:
        self._calls.expect_load()

    def call(self, texts: Sequence[str], cancel: CancelToken) -> Sequence[Sequence[float]]:
        lane = self._calls.lane
        # The server finishes the text at hand even for a client that went away, so dropping a lone text gains nothing.
        for _ in range(MOST_DROPS if len(texts) > 1 else 0):
            with lane.bulk(cancel), contextlib.suppress(Preempted):
                return self._calls.send(texts, cancel, lane.in_flight)
        with lane.bulk(cancel):
            return self._calls.send(texts, cancel, _not_dropped)


def _not_dropped(_: Future[Any]) -> None:
    """The lane is not told of the call, so no query can drop it."""


class _Query:
    """The way of queries: at once."""

    def __init__(self, calls: _Calls) -> None:
        self._calls = calls

    @property
    def is_warm(self) -> bool:
        return self._calls.is_warm

    def expect_load(self) -> None:
        self._calls.expect_load()

    def call(self, texts: Sequence[str], cancel: CancelToken) -> Sequence[Sequence[float]]:
        return self._calls.send(texts, cancel, None)
