"""A real Ollama with models of its own, on a free port of loopback, apart from any that the machine may have.

`tests/ollama/run.sh` builds what it needs; without that `RealOllama` says so and fails: it never skips.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import ollama
from typing_extensions import Self

NEW, OLD = "0.34.4", "0.24.0"
"""The newest of the era of llama-server (0.30 and later), and the last before it, which reads Russian otherwise."""

VERSIONS = (NEW, OLD)
MODELS = ("all-minilm", "tiny-8k")
_START_SECONDS = 30.0


def cache_folder() -> Path:
    """Where built servers and models are kept between runs."""
    named = os.environ.get("SMYSL_TESTS_CACHE")
    return (Path(named) if named else Path.home() / ".cache" / "smysl-tests") / "ollama"


def gguf(model: str) -> Path:
    """The file of one of `MODELS`."""
    return cache_folder() / "models" / f"{model}.gguf"


class RealOllama:
    """A context manager; `home` is a temporary folder for its keys and models. The port stays over restarts."""

    def __init__(self, home: Path, version: str = NEW) -> None:
        self._home = home
        self.version = version
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port: int = probe.getsockname()[1]
        wanted = [self.binary, *(gguf(model) for model in MODELS)]
        missing = [str(path) for path in wanted if not path.exists()]
        if missing:
            raise FileNotFoundError(f"not built: {', '.join(missing)}; run: make test-ollama")

    @property
    def numbers(self) -> tuple[int, ...]:
        """The version as numbers."""
        return tuple(map(int, self.version.split(".")))

    @property
    def is_new(self) -> bool:
        """Whether it is of the era of llama-server."""
        return self.numbers >= (0, 30)

    @property
    def environment(self) -> dict[str, str]:
        """What the server, and the command `ollama` that speaks to it, are started with."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self._home),
            "OLLAMA_HOST": f"127.0.0.1:{self._port}",
            "OLLAMA_MODELS": str(self._home / "models"),
            "OLLAMA_NO_CLOUD": "1",
        }

    @property
    def binary(self) -> Path:
        """The command `ollama` of this version."""
        return cache_folder() / self.version / "bin" / "ollama"

    def become(self, version: str) -> None:
        """Stop, and start as another version on the same port with the same models, as an upgrade does."""
        self.stop()
        self.version = version
        self.start()

    @property
    def host(self) -> str:
        """The address, as in OLLAMA_HOST."""
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        self.start()
        with ollama.Client(host=self.host, trust_env=False) as client:
            for model in MODELS:
                client.create(model, files={"model.gguf": client.create_blob(gguf(model))})
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start it, unless it runs, and wait until it answers."""
        if self._process is not None:
            return
        with (self._home / "serve.log").open("ab") as log:
            self._process = subprocess.Popen(
                [self.binary, "serve"], env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"Ollama did not start:\n{self.log()[-2000:]}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Ask it to end and wait for it; its runner ends with it."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End server and runner at once, with kill -9."""
        self._end(signal.SIGKILL)

    def kill_runner(self) -> None:
        """End the runners with kill -9, as the kernel does when memory is short; the server goes on."""
        server = self._process.pid if self._process else 0
        for children in Path(f"/proc/{server}/task").glob("*/children"):  # any thread of it may have started one
            for runner in children.read_text("ascii").split():
                os.kill(int(runner), signal.SIGKILL)

    def log(self) -> str:
        """What the server wrote so far."""
        return (self._home / "serve.log").read_text("utf-8", "replace")

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.host}/api/version", timeout=1):
                return True
        except (OSError, urllib.error.URLError):
            return False

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if how is signal.SIGKILL:
            os.killpg(process.pid, how)  # a group of its own: the server and its runners
        else:
            process.send_signal(how)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
