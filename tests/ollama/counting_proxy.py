"""A proxy before a real Ollama that notes which texts were sent to be embedded, and which of them got an answer; the
probe of a space is no text of a person and is not noted.

It passes on what comes as it comes: an answer that breaks off breaks off here, and a client that goes away takes its
request at the server with it.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import select
import socket
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.engine.embed.fake_routes import is_probe
from typing_extensions import Self


@dataclass(frozen=True, slots=True)
class Sent:
    """An embed call. `status` is None when it had no answer: the server died, or the client dropped it.

    `error` is what the server said instead of vectors.
    """

    texts: tuple[str, ...]
    status: int | None
    error: str = ""

    @property
    def was_lost(self) -> bool:
        """Whether the server or its runner died of or during this call."""
        return self.status is None or "embedding request" in self.error or "no longer running" in self.error


class CountingProxy:
    """A context manager; `host` is its address, `calls` are the embed calls that have ended, in that order."""

    def __init__(self, upstream: str) -> None:
        self.calls: list[Sent] = []
        self._upstream = urlsplit(upstream)
        self._changed = threading.Condition()
        self._begun: set[float] = set()
        self._server = _Server(self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, name="counting-proxy", daemon=True
        )

    @property
    def host(self) -> str:
        """The address, as in OLLAMA_HOST."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def answered(self) -> list[str]:
        """Every text that a client got a vector for, as often as it got one."""
        return [text for call in self.calls if call.status == 200 for text in call.texts]

    def wait_for_call_in_flight(self, *, age: float, seconds: float) -> bool:
        """Wait until a call has been at the server for `age` seconds; False when none was in `seconds`."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while (now := time.monotonic()) < deadline:
                if any(now - begun >= age for begun in self._begun):
                    return True
                self._changed.wait(age / 4)
        return False

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def forward(self, request: BaseHTTPRequestHandler, method: str) -> None:
        """Pass one request on, and its answer back."""
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        texts = tuple(json.loads(body)["input"]) if request.path == "/api/embed" else None
        if texts is None or is_probe(texts):
            self._exchange(request, method, body)
            return
        status, content = None, b""
        begun = time.monotonic()
        with self._changed:
            self._begun.add(begun)
        try:
            status, content = self._exchange(request, method, body)
        finally:
            with self._changed:
                self._begun.discard(begun)
            self.calls.append(Sent(texts, status, "" if status == 200 else content.decode("utf-8", "replace")))

    def _exchange(self, request: BaseHTTPRequestHandler, method: str, body: bytes) -> tuple[int | None, bytes]:
        """Status and content that the client got; None when it got no whole answer."""
        request.close_connection = True
        server = http.client.HTTPConnection(str(self._upstream.hostname), self._upstream.port or 80)
        with contextlib.closing(server), contextlib.suppress(OSError, http.client.HTTPException):
            kind = {"Content-Type": request.headers.get("Content-Type", "application/json")}
            server.request(method, request.path, body or None, kind)
            if not _stays_until_answered(request.connection, server.sock):
                return None, b""
            answer = server.getresponse()
            content = answer.read()
            request.send_response(answer.status)
            request.send_header("Content-Type", answer.headers.get("Content-Type", "application/json"))
            request.send_header("Content-Length", str(len(content)))
            request.send_header("Connection", "close")
            request.end_headers()
            request.wfile.write(content)
            return answer.status, content
        return None, b""


def _stays_until_answered(client: socket.socket, server: socket.socket) -> bool:
    """Wait for the server's answer; False when the client goes away before it."""
    while True:
        readable, _, _ = select.select([client, server], [], [])
        if server in readable:
            return True
        if not client.recv(1, socket.MSG_PEEK):
            return False


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, proxy: CountingProxy) -> None:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                proxy.forward(self, "GET")

            def do_POST(self) -> None:
                proxy.forward(self, "POST")

            def log_message(self, *_: Any) -> None:
                """The calls are the log."""

        super().__init__(("127.0.0.1", 0), Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no news."""
