"""Calls to one Ollama from any thread, each of which can be dropped at any moment.

The asynchronous client runs on an event loop of its own in a thread; a call is a future, and cancelling the future
closes its connection, which frees the server within tens of milliseconds.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import anyio
import httpx
import ollama
from anyio.from_thread import BlockingPortal, start_blocking_portal

from smysl.engine.cancel import CancelToken
from smysl.engine.closing import Closing
from smysl.engine.embed.ollama_endpoint import Endpoint
from smysl.engine.embed.ollama_faults import Fault, Kind, fault_of

_T = TypeVar("_T")

Trace: TypeAlias = Callable[[str, Mapping[str, Any]], Awaitable[None]]

QUICK_SECONDS = 10.0
"""For questions that a healthy server answers at once."""

KEEP_ALIVE_SECONDS = 600
"""Asked for explicitly on every call, since each call sets it anew: a search session does not pay a second load."""


SILENT_SECONDS = 300.0
"""How long a pull may say nothing: checking what was fetched takes minutes for a large model on a slow disk."""


class Preempted(Exception):
    """The call was dropped for one that goes before it; it is to be sent again."""


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A model on the server. `size` is in bytes; a text is empty where the server does not tell."""

    tag: str
    digest: str
    size: int
    family: str
    parameter_size: str
    quantization: str


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What the server says of a model; None where it does not say.

    `cache_bytes` is what the model keeps of each token of a text: 0 for one that reads a text in one piece.
    """

    context_length: int | None
    embedding_length: int | None
    capabilities: tuple[str, ...] | None
    cache_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class PullLine:
    """A line of the answer to a pull: what the server is doing, and how many bytes of which layer are there."""

    status: str
    digest: str = ""
    completed: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class RunningModel:
    """A model in the server's memory: bytes in all, and how many of them are on a GPU."""

    tag: str
    size: int
    size_vram: int


class OllamaLink(Closing):
    """A context manager that holds the thread and the connections; both begin with the first call.

    Every method may be called from any thread, raises `Fault` when the call fails, and `Cancelled` when taken back.
    `quick_seconds` is the patience with everything but embedding; `transport` replaces the network in tests.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        quick_seconds: float = QUICK_SECONDS,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.endpoint = endpoint
        self._quick_seconds = quick_seconds
        self._transport = transport
        self._lock = threading.Lock()
        self._stack = ExitStack()
        self._portal: BlockingPortal | None = None
        self._client: ollama.AsyncClient | None = None
        self._closed = False
        self._in_flight: set[Future[Any]] = set()
        self.connections = 0
        """How many connections were opened for the calls so far. A server that ends breaks its connections, so one that
        took its place is always heard over a new one."""

    def version(self, *, cancel: CancelToken | None = None) -> tuple[int, ...] | None:
        """The server's version as numbers; None if it cannot be read, or is the 0.0.0 of a private build."""

        async def ask() -> object:
            # The ollama client has no method for this.
            async with httpx.AsyncClient(base_url=self.endpoint.url, **self._http_options()) as client:
                answer = await client.get("/api/version")
                answer.raise_for_status()
                return answer.json().get("version")

        try:
            return parse_version(self._call(ask, self._quick_seconds, cancel))
        except Fault as fault:
            if fault.kind in (Kind.MISSING, Kind.JUNK, Kind.OTHER):
                return None  # a proxy that serves the model and nothing else
            raise

    def models(self, *, cancel: CancelToken | None = None) -> tuple[InstalledModel, ...]:
        """What is installed, newest first."""

        async def ask() -> tuple[InstalledModel, ...]:
            answer = await self._connected().list()
            return tuple(
                InstalledModel(
                    tag=model.model,
                    digest=model.digest or "",
                    size=int(model.size or 0),
                    family=(model.details and model.details.family) or "",
                    parameter_size=(model.details and model.details.parameter_size) or "",
                    quantization=_told((model.details and model.details.quantization_level) or ""),
                )
                for model in answer.models
                if model.model
            )

        return self._call(ask, self._quick_seconds, cancel)

    def facts(self, model: str, *, cancel: CancelToken | None = None) -> ModelFacts:
        """What the server knows of `model`."""

        async def ask() -> ModelFacts:
            shown = await self._connected().show(model)
            info: Mapping[str, Any] = shown.modelinfo or {}
            architecture = info.get("general.architecture", "")
            return ModelFacts(
                context_length=_whole(info.get(f"{architecture}.context_length")),
                embedding_length=_whole(info.get(f"{architecture}.embedding_length")),
                capabilities=None if shown.capabilities is None else tuple(shown.capabilities),
                cache_bytes=_cache_bytes(info, architecture),
            )

        return self._call(ask, self._quick_seconds, cancel)

    def running(self, *, cancel: CancelToken | None = None) -> tuple[RunningModel, ...]:
        """What is in the server's memory."""

        async def ask() -> tuple[RunningModel, ...]:
            answer = await self._connected().ps()
            return tuple(
                RunningModel(model.model, int(model.size or 0), int(model.size_vram or 0))
                for model in answer.models
                if model.model
            )

        return self._call(ask, self._quick_seconds, cancel)

    def unload(self, model: str, *, cancel: CancelToken | None = None) -> None:
        """Let `model` leave the server's memory; the next call loads it again."""

        async def ask() -> None:
            await self._connected().generate(model, keep_alive=0)

        self._call(ask, self._quick_seconds, cancel)

    def embed(
        self,
        model: str,
        texts: Sequence[str],
        *,
        options: Mapping[str, int],
        dimensions: int | None,
        seconds: float,
        cancel: CancelToken | None = None,
        started: Callable[[Future[Any]], object] | None = None,
    ) -> Sequence[Sequence[float]]:
        """One `/api/embed` call: a vector a text, in order, as the server sent them.

        `truncate` is false, so that a text is never shortened behind our back: what the server would cut depends on
        its version. `started` is given the future, so that another thread may drop the call: then `Preempted`.
        """

        async def ask() -> Sequence[Sequence[float]]:
            answer = await self._connected().embed(
                model,
                texts,
                truncate=False,
                options=options,
                keep_alive=KEEP_ALIVE_SECONDS,
                dimensions=dimensions,
            )
            return answer.embeddings

        return self._call(ask, seconds, cancel, started)

    def pull(self, model: str, heard: Callable[[PullLine], None], *, cancel: CancelToken | None = None) -> None:
        """Have the server fetch `model`; `heard` gets each line of its answer, on another thread.

        It may take as long as it takes, but not be silent for `SILENT_SECONDS`.
        """

        async def ask() -> None:
            lines = aiter(await self._connected().pull(model, stream=True))
            while True:
                with anyio.fail_after(SILENT_SECONDS):
                    line = await anext(lines, None)
                if line is None:
                    return
                heard(PullLine(line.status or "", line.digest or "", line.completed or 0, line.total or 0))

        self._call(ask, math.inf, cancel)

    def close(self) -> None:
        """Drop what is in flight and let go of thread and connections. Idempotent."""
        with self._lock:
            self._closed = True
            pending = tuple(self._in_flight)
            portal, self._portal = self._portal, None
            client, self._client = self._client, None
        for future in pending:
            future.cancel()
        if portal is not None:
            if client is not None:
                portal.call(client.close)
            self._stack.close()

    def _call(
        self,
        ask: Callable[[], Awaitable[_T]],
        seconds: float,
        cancel: CancelToken | None,
        started: Callable[[Future[Any]], object] | None = None,
    ) -> _T:
        token = cancel or CancelToken()
        token.check()
        with self._sent(ask, seconds) as future:
            if started is not None:
                started(future)
            with token.calling(lambda: _drop(future)):
                try:
                    return future.result()
                except CancelledError:
                    token.check()
                    if self._closed:
                        raise Fault(Kind.UNREACHABLE, "closed") from None
                    raise Preempted from None
                except Exception as error:
                    raise fault_of(error) from error

    @contextmanager
    def _sent(self, ask: Callable[[], Awaitable[_T]], seconds: float) -> Iterator[Future[_T]]:
        async def limited() -> _T:
            # The whole answer must be here in time: a server that drips byte after byte does not hold us.
            with anyio.fail_after(seconds):
                return await ask()

        with self._lock:
            future = self._running_portal().start_task_soon(limited)
            self._in_flight.add(future)
        try:
            yield future
        finally:
            future.cancel()  # after KeyboardInterrupt nobody waits for the answer; otherwise it is done already
            with self._lock:
                self._in_flight.discard(future)

    def _running_portal(self) -> BlockingPortal:
        if self._closed:
            raise Fault(Kind.UNREACHABLE, "closed")
        if self._portal is None:
            self._portal = self._stack.enter_context(start_blocking_portal())
        return self._portal

    def _connected(self) -> ollama.AsyncClient:
        """The client; made on the event loop, which it is bound to."""
        if self._client is None:
            self._client = ollama.AsyncClient(host=self.endpoint.url, **self._http_options(trace=self._count))
        return self._client

    async def _count(self, event: str, _: Mapping[str, Any]) -> None:
        """Hears from httpcore what happens to a request: https://www.encode.io/httpcore/extensions/#trace"""
        if event == "connection.connect_tcp.complete":
            self.connections += 1

    def _http_options(self, *, trace: Trace | None = None) -> dict[str, Any]:
        token = self.endpoint.token

        def authorise(request: httpx.Request) -> httpx.Request:
            # Our token or none: the ollama client would send the variable OLLAMA_API_KEY to any host.
            request.headers.pop("Authorization", None)
            if token:
                request.headers["Authorization"] = f"Bearer {token}"
            if trace is not None:
                request.extensions["trace"] = trace
            return request

        return {
            "auth": authorise,
            "timeout": httpx.Timeout(None, connect=2.0 if self.endpoint.is_loopback else 10.0),
            "follow_redirects": False,  # a redirect could carry code to another machine
            "verify": self.endpoint.scheme == "https",  # certificates take 20 ms to read and plain http has none
            "trust_env": not self.endpoint.is_loopback,  # a proxy has no business between us and this machine
            "transport": self._transport,
        }


def parse_version(written: object) -> tuple[int, ...] | None:
    """`0.34.4-rc1` as (0, 34, 4); None for what is no version and for zeros."""
    numbers: list[int] = []
    for part in str(written).removeprefix("v").split("-")[0].split("."):
        if not part.isascii() or not part.isdigit():
            return None
        numbers.append(int(part))
    return tuple(numbers) if any(numbers) else None


def _drop(future: Future[Any]) -> None:
    future.cancel()


def _told(quantization: str) -> str:
    """Ollama before 0.30 calls 32-bit floats, among others, unknown."""
    return "" if quantization == "unknown" else quantization


def _cache_bytes(info: Mapping[str, Any], architecture: str) -> int | None:
    """Keys and values of 16 bits: two, times layers, key-value heads, their width, and two bytes."""
    if info.get(f"{architecture}.attention.causal") is False:
        return 0
    layers, heads, every_head, width, head_width = (
        _whole(info.get(f"{architecture}.{name}"))
        for name in (
            "block_count",
            "attention.head_count_kv",
            "attention.head_count",
            "embedding_length",
            "attention.key_length",
        )
    )
    if head_width is None and width is not None and every_head is not None:
        head_width = width // every_head
    heads = heads or every_head
    if layers is None or heads is None or head_width is None:
        return None
    return 2 * layers * heads * head_width * 2


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and value > 0 else None
