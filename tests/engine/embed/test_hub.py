"""A Model2Vec model of the hub, which here is a server on loopback."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.engine.embed.static_model import write_static_model

COMMIT = "0123456789abcdef0123456789abcdef01234567"
PROGRAM = """
from smysl.engine.embed.choose import choose_embedder
from smysl.engine.errors import ModelUnavailable
from smysl.engine.settings import Settings
try:
    with choose_embedder(Settings(model="hub:someone/tiny")).embedder as embedder:
        print(embedder.space.model, embedder.embed_query("read file").shape)
except ModelUnavailable as error:
    print("ModelUnavailable:", error.advice, error.message)
"""


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[str]:
    """The address of a hub with the model someone/tiny and nothing else."""
    folder = write_static_model(tmp_path / "tiny")
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def asked(endpoint: str, home: Path) -> str:
    environ = {**os.environ, "HF_ENDPOINT": endpoint, "HF_HOME": str(home), "HF_HUB_DISABLE_XET": "1"}
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, env=environ, check=True)
    return done.stdout.strip()


def test_a_model_of_the_hub_is_downloaded_once_and_then_needs_no_network(hub: str, tmp_path: Path) -> None:
    assert asked(hub, tmp_path / "home") == "hub:someone/tiny (16,)"
    assert asked("http://127.0.0.1:1", tmp_path / "home") == "hub:someone/tiny (16,)"


def test_a_model_that_cannot_be_had_is_told(tmp_path: Path) -> None:
    assert asked("http://127.0.0.1:1", tmp_path / "home").startswith("ModelUnavailable: Check its name")


def _handler(folder: Path) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(with_body=True)

        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the name is the library's
            """Silence."""

        def _answer(self, *, with_body: bool) -> None:
            path = folder / self.path.rpartition("/")[2]
            if self.path.startswith("/api/models/someone/tiny/tree/"):
                tree = [
                    {"type": "file", "path": one.name, "size": one.stat().st_size, "oid": one.name}
                    for one in sorted(folder.iterdir())
                ]
                body = json.dumps(tree).encode()
            elif self.path.startswith("/api/models/someone/tiny"):
                siblings = [{"rfilename": one.name} for one in sorted(folder.iterdir())]
                body = json.dumps({"id": "someone/tiny", "sha": COMMIT, "siblings": siblings}).encode()
            elif self.path.startswith("/someone/tiny/resolve/") and path.is_file():
                body = path.read_bytes()
            else:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", f'"{hashlib.sha256(body).hexdigest()}"')
            self.send_header("X-Repo-Commit", COMMIT)
            self.end_headers()
            if with_body:
                self.wfile.write(body)

    return Handler
