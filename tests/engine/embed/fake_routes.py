"""The routes of the fake Ollama, with the error texts of the real one (server/routes.go, 0.11 to 0.34)."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

from tests.engine.embed.fake_models import FakeModel, normalised

from smysl.engine.embed.catalogue import resolve
from smysl.engine.embed.spaces import PROBE

if TYPE_CHECKING:
    from tests.engine.embed.fake_ollama import FakeOllama

_NAME = re.compile(r"[\w.\-/]+(:[\w.\-]+)?", re.ASCII)


@dataclass
class EmbedCall:
    """One POST to /api/embed. `dropped` when the client went away before the answer; `status` is what was answered."""

    model: str
    texts: list[str]
    options: dict[str, Any]
    dimensions: int | None
    truncate: bool | None
    keep_alive: Any
    headers: dict[str, str]
    began: float
    ended: float = 0.0
    status: int = 0
    dropped: bool = False


def is_probe(texts: Sequence[str]) -> bool:
    """Whether a call asks for the vector of the probe alone, with whatever prompt, in whatever case."""
    return len(texts) == 1 and PROBE.lower() in texts[0].lower()


class Routes(BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body go apart; waiting for an acknowledgement would cost 40 ms a call
    server: Any

    @property
    def fake(self) -> FakeOllama:
        """The server's knobs and log."""
        fake: FakeOllama = self.server.fake
        return fake

    def do_GET(self) -> None:
        """What needs no body."""
        if not self._enter():
            return
        fake = self.fake
        if self.path == "/":
            self._send(200, b"Ollama is running", "text/plain; charset=utf-8")
        elif self.path == "/api/version":
            self._json(200, {"version": fake.version})
        elif self.path == "/api/tags":
            self._json(200, {"models": [self._listed(model) for model in fake.installed]})
        elif self.path == "/api/ps":
            loaded = [
                {**self._listed(model), "size_vram": 0, "context_length": model.context} for model in fake.loaded()
            ]
            self._json(200, {"models": loaded})
        elif self.path.startswith("/api/blobs/") and self.command == "HEAD":
            self._send(200 if self.path.rpartition("/")[2] in fake.blobs else 404, b"", "text/plain")
        else:
            self._send(404, b"404 page not found", "text/plain")

    do_HEAD = do_GET  # noqa: N815  # the name that the base class looks for

    def do_POST(self) -> None:
        """Everything else."""
        if not self._enter():
            return
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.startswith("/api/blobs/"):
            self._blob(raw)
            return
        routes = {
            "/api/embed": self._embed,
            "/api/show": self._show,
            "/api/pull": self._pull,
            "/api/create": self._create,
            "/api/generate": self._generate,
        }
        route = routes.get(self.path)
        if route is None:
            self._send(404, b"404 page not found", "text/plain")
        elif not raw:
            self._error(400, "missing request body")
        else:
            try:
                body = json.loads(raw)
            except ValueError as error:
                self._error(400, str(error))
                return
            if not isinstance(body, dict):
                self._error(400, "json: cannot unmarshal into Go value of type api.EmbedRequest")
                return
            route(body)

    def do_DELETE(self) -> None:
        """Forget a model."""
        if not self._enter():
            return
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        model = self.fake.find(body.get("model", ""))
        if model is None:
            self._error(404, f"model '{body.get('model', '')}' not found")
            return
        self.fake.installed.remove(model)
        self._send(200, b"", "application/json")

    def log_message(self, *_: Any) -> None:
        """The log is `FakeOllama.requests`."""

    def _enter(self) -> bool:
        fake = self.fake
        with fake.lock:
            fake.requests.append((self.command, self.path, {name.lower(): text for name, text in self.headers.items()}))
        while fake.deaf and not self.server.stopped:
            time.sleep(0.005)
        if fake.forbids:
            self._send(403, b"", "text/plain")
            return False
        return not self.server.stopped

    def _embed(self, body: dict[str, Any]) -> None:
        fake = self.fake
        given = body.get("input")
        # A lone empty text counts as none: asking so is Ollama's documented way to load a model.
        texts = [text for text in [given] if text] if isinstance(given, str) else given
        call = EmbedCall(
            model=str(body.get("model", "")),
            texts=[text for text in texts if isinstance(text, str)] if isinstance(texts, list) else [],
            options=body.get("options") or {},
            dimensions=body.get("dimensions"),
            truncate=body.get("truncate"),
            keep_alive=body.get("keep_alive"),
            headers={name.lower(): text for name, text in self.headers.items()},
            began=time.monotonic(),
        )
        with fake.lock:
            (fake.probes if is_probe(call.texts) else fake.calls).append(call)
        try:
            self._answer(call, texts)
        except OSError:
            call.dropped = True
            raise
        finally:
            call.ended = time.monotonic()

    def _answer(self, call: EmbedCall, texts: Any) -> None:
        fake = self.fake
        refused = self._refused(call, texts)
        if refused:
            call.status = refused[0]
            self._error(*refused)
            return
        model = fake.find(call.model)
        assert model is not None
        if fake.drops > 0:
            fake.drops -= 1
            call.dropped = self.close_connection = True
            return
        wanted = call.texts
        failed = self._too_long(model, call, wanted)
        rule = fake.rule_for(wanted)
        if rule is None and failed is None and not model.embeds:
            words = "This server does not support embeddings. Start it with `--embeddings`"
            failed = (501, words if fake.is_new else "this model does not support embeddings")
        if fake.is_full(model):
            rule, failed = None, (503, "server busy, please try again.  maximum pending requests exceeded")
        elif not fake.work(model, call.options, len(wanted), self.connection):
            call.dropped = self.close_connection = True
            return
        if rule is not None:
            failed = (rule.status, rule.words)
            if "EOF" in rule.words:
                fake.unload(model)
        if failed is not None:
            call.status = failed[0]
            self._error(*failed)
            return
        self._vectors(call, model, wanted)

    def _refused(self, call: EmbedCall, texts: Any) -> tuple[int, str] | None:
        """What the handler checks before it looks at the model, in its order."""
        if call.model and not _NAME.fullmatch(call.model):
            return 400, "invalid model name"
        if texts is not None and not (isinstance(texts, list) and len(call.texts) == len(texts)):
            return 400, "invalid input type"
        if not call.model:
            return 404, "model '' not found"
        if self.fake.find(call.model) is None:
            return 404, f'model "{call.model}" not found, try pulling it first'
        for name, value in call.options.items():
            if name in ("num_ctx", "num_batch") and not isinstance(value, int):
                return 500, f'option "{name}" must be of type integer'
        return None

    def _too_long(self, model: FakeModel, call: EmbedCall, texts: list[str]) -> tuple[int, str] | None:
        fake = self.fake
        room = min(int(call.options.get("num_ctx", 4096)), model.context)
        if fake.is_new:
            # The whole text must fit into one physical batch.
            room = min(room, int(call.options.get("num_batch", min(2048, room))))
        if call.truncate is not False or all(model.tokens(text) <= room for text in texts):
            return None
        if fake.numbers >= (0, 13, 3):
            return 400, "the input length exceeds the context length"
        return 400, "input length exceeds maximum context length"

    def _vectors(self, call: EmbedCall, model: FakeModel, texts: list[str]) -> None:
        fake = self.fake
        vectors: Any = []
        for text in texts:
            vector = list(fake.vector_for(text)) if fake.vector_for else model.vector(text)
            if call.dimensions and 0 < call.dimensions < len(vector) and fake.knows_dimensions:
                vector = vector[: call.dimensions]
            vectors.append([0.0] * len(vector) if fake.nan_texts(text) else normalised(vector))
        if fake.twist:
            vectors = fake.twist(vectors)
        answer = {
            "model": call.model,
            "embeddings": vectors,
            "total_duration": 1_000_000,
            "prompt_eval_count": sum(model.tokens(text) for text in texts),
        }
        body = json.dumps(answer).encode() if fake.junk is None else fake.junk
        call.status = 200
        if fake.halves > 0:
            fake.halves -= 1
            call.dropped = self.close_connection = True
            self._head(200, len(body), "application/json; charset=utf-8")
            self.wfile.write(body[: len(body) // 2])
            return
        if fake.drip:
            self._head(200, len(body), "application/json; charset=utf-8")
            for byte in body:
                if self.server.stopped:
                    return
                self.wfile.write(bytes([byte]))
                time.sleep(fake.drip)
            return
        self._send(200, body, "application/json; charset=utf-8")

    def _listed(self, model: FakeModel) -> dict[str, Any]:
        listed: dict[str, Any] = {
            "name": model.tag,
            "model": model.tag,
            "modified_at": "2026-11-01T12:00:00.123456789+03:00",
            "size": model.size,
            "digest": model.digest,
            "details": {
                "parent_model": "",
                "format": "gguf",
                "family": "bert",
                "families": None,
                "parameter_size": "22.57M",
                "quantization_level": "F32",
            },
        }
        if self.fake.is_new:
            listed["details"] |= {"context_length": model.context, "embedding_length": model.dimensions}
            listed["capabilities"] = ["embedding" if model.embeds else "completion"]
        return listed

    def _show(self, body: dict[str, Any]) -> None:
        name = body.get("model", "")
        model = self.fake.find(name)
        if model is None:
            if self.fake.is_new and ":" not in name:
                name = f"{name}:latest"
            self._error(404, f"model '{name}' not found")
            return
        shown: dict[str, Any] = {
            "modelfile": "",
            "template": "{{ .Prompt }}",
            "details": self._listed(model)["details"],
            "model_info": {
                "general.architecture": "bert",
                "bert.context_length": model.context,
                "bert.embedding_length": model.dimensions,
                "bert.pooling_type": 1,
            },
            "modified_at": "2026-11-01T12:00:00.123456789+03:00",
        }
        if self.fake.tells_capabilities:
            shown["capabilities"] = ["embedding" if model.embeds else "completion"]
        self._json(200, shown)

    def _pull(self, body: dict[str, Any]) -> None:
        fake, name = self.fake, body.get("model", "")
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self._tell_line({"status": "pulling manifest"})
        if fake.library_is_away:
            self._tell_line({"error": 'pull model manifest: Get "https://registry": dial tcp: no such host'})
        elif fake.find(name) is None and not resolve(name).is_known:
            self._tell_line({"error": "pull model manifest: file does not exist"})
        else:
            self._pull_layers(name)
        self.wfile.write(b"0\r\n\r\n")

    def _pull_layers(self, name: str) -> None:
        """Two layers, the large one in steps that take `pull_step_seconds`; goes on from where a pull broke off."""
        fake = self.fake
        model = fake.find(name) or FakeModel(name)
        for digest, total in (("sha256:aaaaaaaaaaaa", model.size), ("sha256:bbbbbbbbbbbb", 1_000)):
            while True:
                done = fake.pulled.get((name, digest), 0)
                completed = {"completed": done} if done else {}
                self._tell_line({"status": f"pulling {digest[7:]}", "digest": digest, "total": total, **completed})
                if done == total:
                    break
                time.sleep(fake.pull_step_seconds)
                fake.pulled[name, digest] = min(total, done + -(-total // 4))
        if fake.find(name) is None:
            fake.installed.append(model)
        for status in ("verifying sha256 digest", "writing manifest", "success"):
            self._tell_line({"status": status})

    def _tell_line(self, line: dict[str, Any]) -> None:
        raw = json.dumps(line).encode() + b"\n"
        self.wfile.write(f"{len(raw):x}\r\n".encode() + raw + b"\r\n")
        self.wfile.flush()

    def _create(self, body: dict[str, Any]) -> None:
        if not body.get("files") and not body.get("from"):
            self._error(400, "neither 'from' or 'files' was specified")
            return
        self.fake.installed.append(FakeModel(body["model"]))
        text = "".join(
            json.dumps({"status": status}) + "\n" for status in ("parsing GGUF", "writing manifest", "success")
        )
        self._send(200, text.encode(), "application/x-ndjson")

    def _generate(self, body: dict[str, Any]) -> None:
        model = self.fake.find(body.get("model", ""))
        if model is None:
            self._error(404, f"model '{body.get('model', '')}' not found")
            return
        if self.fake.lingers:
            threading.Timer(self.fake.lingers, self.fake.unload, (model,)).start()
        else:
            self.fake.unload(model)
        self._json(200, {"model": body["model"], "response": "", "done": True, "done_reason": "unload"})

    def _blob(self, raw: bytes) -> None:
        wanted, got = self.path.rpartition("/")[2], f"sha256:{hashlib.sha256(raw).hexdigest()}"
        if wanted != got:
            self._error(400, f'digest mismatch, expected "{wanted}", got "{got}"')
            return
        self.fake.blobs.add(got)
        self._send(201, b"", "application/json")

    def _error(self, status: int, words: str) -> None:
        self._json(status, {"error": words})

    def _json(self, status: int, body: object) -> None:
        self._send(status, json.dumps(body).encode(), "application/json; charset=utf-8")

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self._head(status, len(body), kind)
        if self.command != "HEAD":
            self.wfile.write(body)

    def _head(self, status: int, length: int, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length))
        self.end_headers()
