"""An Ollama on loopback that needs no model: the same routes, words and manners, deterministic vectors, and a log.

    with FakeOllama(["bge-m3"], delay_per_text=0.01) as fake:
        settings = Settings(ollama_host=fake.host)
        ...
        assert fake.embedded_texts == [...]

What a real server does is written down where the fake does the same; the suite runs against both.
"""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from typing import Any

from tests.engine.embed.fake_models import FakeModel
from tests.engine.embed.fake_routes import EmbedCall, Routes, is_probe
from typing_extensions import Self

LONGEST_NAP = 0.005


@dataclass
class Rule:
    """Answers `times` calls, of those whose texts fit, with an error."""

    fits: Callable[[str], bool]
    status: int
    words: str
    times: float = float("inf")


@dataclass
class FakeOllama:
    """A context manager. Every field may be changed while it runs.

    models: names or `FakeModel`s that are pulled.
    version: decides the era, and with it texts and manners.
    delay_per_text: seconds of work a text; one text at a time, as Ollama embeds.
    load_seconds: how long a model takes to load, first and after a change of options; dropped clients abort the load.
    lingers: seconds that a model still answers after the server has said that it unloads it, as 0.24 does.
    vector_for: gives the vector of a text (made a unit); None is a vector seeded by model and text.
    knows_dimensions: false before 0.11.11. tells_capabilities: false before 0.6.4.
    queue_limit: so many calls may wait for a model that is not loaded; one more is answered 503.
    forbids: answers 403 with an empty body, as for a Host header that is not allowed.
    drops: so many next embed calls get no answer but a closed connection.
    halves: so many next embed calls get half a body and a closed connection.
    drip: seconds between the bytes of an answer to an embed call.
    deaf: takes connections and never answers.
    junk: answers embed calls with these bytes and status 200.
    twist: changes the vectors of an embed answer, to lie.
    library_is_away: pulls end as on a machine without internet.
    pull_step_seconds: how long each of the four steps of a layer takes in a pull.

    `calls` are the embed calls that carry texts of a person, `probes` those that carry the probe of a space.
    """

    models: Sequence[str | FakeModel] = ("bge-m3",)
    version: str = "0.34.4"
    delay_per_text: float = 0.0
    load_seconds: float = 0.0
    lingers: float = 0.0
    vector_for: Callable[[str], Sequence[float]] | None = None
    knows_dimensions: bool = True
    tells_capabilities: bool = True
    queue_limit: int = 512
    forbids: bool = False
    drops: int = 0
    halves: int = 0
    drip: float = 0.0
    deaf: bool = False
    junk: bytes | None = None
    twist: Callable[[list[Any]], Any] | None = None
    library_is_away: bool = False
    pull_step_seconds: float = 0.0

    calls: list[EmbedCall] = field(default_factory=list, init=False)
    probes: list[EmbedCall] = field(default_factory=list, init=False)
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list, init=False)
    loads: int = field(default=0, init=False)
    aborted_loads: int = field(default=0, init=False)
    rules: list[Rule] = field(default_factory=list, init=False)
    pulled: dict[tuple[str, str], int] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.installed = [FakeModel(model) if isinstance(model, str) else model for model in self.models]
        self.lock = threading.Lock()
        self._turn = threading.Lock()
        self._loaded: dict[str, str] = {}
        self._waiting = 0
        self.blobs: set[str] = set()
        self.nan_texts: Callable[[str], bool] = lambda _: False
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self._port = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def host(self) -> str:
        """The address, as in OLLAMA_HOST."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def embedded_texts(self) -> list[str]:
        """Every text that got a vector, in the order of the answers."""
        return [text for call in self.calls if call.status == 200 and not call.dropped for text in call.texts]

    @property
    def is_new(self) -> bool:
        """Whether it is of the era of llama-server, 0.30 and later."""
        return self.numbers >= (0, 30)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The version; a 0.0.0 of a private build is taken to be new."""
        numbers = tuple(int(part) for part in self.version.split("-")[0].split("."))
        return numbers if any(numbers) else (99,)

    def fail(
        self, status: int, words: str, *, fits: Callable[[str], bool] | None = None, times: float = float("inf")
    ) -> None:
        """Answer embed calls that carry a fitting text (any, by default) with an error, `times` times."""
        self.rules.append(Rule(fits or (lambda _: True), status, words, times))

    def crash(self, fits: Callable[[str], bool] | None = None, *, times: float = float("inf")) -> None:
        """As `fail`, with the words of a runner that died of the request; it is loaded anew by the next."""
        path = "/v1/embeddings" if self.is_new else "/embedding"
        status = 400 if self.numbers >= (0, 13, 3) else 500
        self.fail(status, f'do embedding request: Post "http://127.0.0.1:34567{path}": EOF', fits=fits, times=times)

    def nan(self, fits: Callable[[str], bool]) -> None:
        """The model computes NaN for fitting texts: an error before 0.30, a vector of zeros and status 200 since."""
        if self.is_new:
            self.nan_texts = fits
        else:
            self.fail(500, "failed to encode response: json: unsupported value: NaN", fits=fits)

    def start(self) -> None:
        """Listen; on the same port as before, if there was a before."""
        self._server = _Server(self, self._port)
        self._port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End at once, as if killed: connections break, loaded models are gone."""
        server, self._server = self._server, None
        if server is None:
            return
        server.stopped = True
        server.shutdown()
        server.server_close()
        server.break_connections()
        if self._thread is not None:
            self._thread.join()
        self._loaded.clear()

    kill = stop

    def find(self, name: str) -> FakeModel | None:
        """The model of that name; a missing tag is `latest`, and case does not count."""
        wanted = (name if ":" in name else f"{name}:latest").lower()
        return next((model for model in self.installed if model.tag.lower() == wanted), None)

    def rule_for(self, texts: Sequence[str]) -> Rule | None:
        """The first rule that one of `texts` fits; it is used up by one. Rules are not about the probe."""
        if is_probe(texts):
            return None
        for rule in self.rules:
            if rule.times > 0 and any(rule.fits(text) for text in texts):
                rule.times -= 1
                return rule
        return None

    def unload(self, model: FakeModel) -> None:
        """The model leaves memory."""
        self._loaded.pop(model.tag, None)

    def unload_all(self) -> None:
        """Every model leaves memory."""
        self._loaded.clear()

    def is_full(self, model: FakeModel) -> bool:
        """Whether the queue of calls that need a load has no place left; calls to a loaded model pass it by."""
        return model.tag not in self._loaded and self._waiting >= self.queue_limit

    def work(self, model: FakeModel, options: dict[str, Any], texts: int, client: socket.socket) -> bool:
        """Take the turn, load if needed, and spend the time of `texts` texts. False if the client went away.

        The runner options of a loaded model are compared with those asked for; any difference is a reload.
        """
        with self.lock:
            self._waiting += 1
        try:
            while not self._turn.acquire(timeout=LONGEST_NAP):
                if self._gone(client):
                    return False
        finally:
            with self.lock:
                self._waiting -= 1
        try:
            wanted = repr(sorted(options.items()))
            if self._loaded.get(model.tag) != wanted:
                if not self._nap(self.load_seconds, client):
                    self.aborted_loads += 1
                    return False
                self._loaded[model.tag] = wanted
                self.loads += 1
            return self._nap(self.delay_per_text * texts, client)
        finally:
            self._turn.release()

    def loaded(self) -> list[FakeModel]:
        """What is in memory."""
        return [model for model in self.installed if model.tag in self._loaded]

    def _nap(self, seconds: float, client: socket.socket) -> bool:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(left, LONGEST_NAP))
            if self._gone(client):
                return False
        return True

    def _gone(self, client: socket.socket) -> bool:
        if self._server is None or self._server.stopped:
            return True
        try:
            readable, _, _ = select.select([client], [], [], 0)
            return bool(readable) and not client.recv(1, socket.MSG_PEEK)
        except (OSError, ValueError):
            return True


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, fake: FakeOllama, port: int) -> None:
        self.fake = fake
        self.stopped = False
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(("127.0.0.1", port), Routes)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no news."""

    def break_connections(self) -> None:
        """Every open connection ends now."""
        with self._open_lock:
            still_open = list(self._open)
        for connection in still_open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
