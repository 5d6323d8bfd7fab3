"""Where Ollama is, what may be sent there, and what never is."""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Iterator

import pytest
from tests.engine.embed.fake_ollama import FakeOllama

from smysl.engine.embed.ollama_endpoint import Endpoint, endpoint, is_loopback, listens, parse_host
from smysl.engine.embed.ollama_link import OllamaLink, parse_version
from smysl.engine.embed.ollama_models import open_ollama
from smysl.engine.errors import ModelUnavailable, UsageError
from smysl.engine.settings import Settings


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:11434"),
        ("localhost:8080", "http://localhost:8080"),
        (":8080", "http://127.0.0.1:8080"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("0.0.0.0:11500", "http://127.0.0.1:11500"),
        ("http://0.0.0.0:11500", "http://127.0.0.1:11500"),
        ("http://box", "http://box:80"),
        ("https://box", "https://box:443"),
        ("HTTPS://Box:8443/ollama/", "https://box:8443/ollama"),
        ("https://me:secret@box", "https://box:443"),
        ("box.local", "http://box.local:11434"),
        ("::1", "http://[::1]:11434"),
        ("[::1]:5", "http://[::1]:5"),
        ("http://[::]:5", "http://[::1]:5"),
        ("  127.0.0.1:11434 ", "http://127.0.0.1:11434"),
    ],
)
def test_an_address_is_read_as_ollama_itself_reads_it(written: str, url: str) -> None:
    assert parse_host(written).url == url


@pytest.mark.parametrize("written", ["ftp://box", "http://box:port", "http://box:99999", "two words", "http://[::1"])
def test_what_is_no_address_is_told(written: str) -> None:
    with pytest.raises(UsageError, match=r"is not an address.*http://127\.0\.0\.1:11434"):
        parse_host(written)


def test_the_setting_goes_before_the_variable_and_that_before_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", "localhost:1")
    assert endpoint(Settings(ollama_host="localhost:2")).port == 2
    assert endpoint(Settings()).port == 1
    monkeypatch.delenv("OLLAMA_HOST")
    assert endpoint(Settings()).url == "http://127.0.0.1:11434"


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.1.2.3", True),
        ("::1", True),
        ("localhost", True),
        ("LOCALHOST.", True),
        ("192.168.0.5", False),
        ("box", False),
        ("localhost.example.com", False),
    ],
)
def test_only_this_machine_is_loopback(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


def test_code_and_token_do_not_go_to_another_machine_in_the_open() -> None:
    with pytest.raises(UsageError, match=r"plain http.*https"):
        endpoint(Settings(ollama_host="http://192.168.0.5:11434", ollama_token="secret"))
    with pytest.raises(UsageError):
        open_ollama("bge-m3", Settings(ollama_host="192.168.0.5"))
    allowed = endpoint(Settings(ollama_host="192.168.0.5", ollama_token="secret", ollama_allow_insecure=True))
    assert allowed.token == "secret"
    assert endpoint(Settings(ollama_host="https://box", ollama_token="secret")).token == "secret"


def test_the_token_is_never_shown() -> None:
    assert "secret" not in repr(endpoint(Settings(ollama_token="secret")))


def test_our_token_is_sent_and_the_variable_of_the_client_is_not(
    fake: FakeOllama, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLLAMA_API_KEY", "a key for somebody else")
    with open_ollama("all-minilm", Settings(ollama_host=fake.host)) as embedder:
        embedder.embed_query("text")
    assert all("authorization" not in headers for _, _, headers in fake.requests)
    fake.requests.clear()
    with open_ollama("all-minilm", Settings(ollama_host=fake.host, ollama_token="ours")) as embedder:
        embedder.embed_query("text")
    assert {headers.get("authorization") for _, _, headers in fake.requests} == {"Bearer ours"}


def test_a_proxy_of_the_environment_does_not_come_between_us_and_this_machine(
    fake: FakeOllama, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with open_ollama("all-minilm", Settings(ollama_host=fake.host)) as embedder:
        assert embedder.embed_query("text").shape == (384,)


class _Redirect(http.server.BaseHTTPRequestHandler):
    target = ""

    def do_GET(self) -> None:
        self.send_response(307)
        self.send_header("Location", self.target + self.path)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET  # noqa: N815  # the name that the base class looks for

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def redirecting(fake: FakeOllama) -> Iterator[str]:
    """A server that sends everything on to the fake."""
    _Redirect.target = fake.host
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Redirect) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_code_is_not_carried_on_by_a_redirect(fake: FakeOllama, redirecting: str) -> None:
    with pytest.raises(Exception, match="error"):
        open_ollama("all-minilm", Settings(ollama_host=redirecting))
    assert fake.requests == []


def test_nothing_listening_is_known_at_once(fake: FakeOllama) -> None:
    assert listens(parse_host(fake.host))
    begun = time.monotonic()
    assert not listens(Endpoint("http", "127.0.0.1", 1))
    assert time.monotonic() - begun < 0.3


def test_a_link_that_nobody_answers_says_where_and_what_to_do() -> None:
    with pytest.raises(ModelUnavailable, match=r"http://127\.0\.0\.1:1.*ollama serve"):
        open_ollama("all-minilm", Settings(ollama_host="127.0.0.1:1"))


def test_a_link_that_was_never_used_closes() -> None:
    with OllamaLink(parse_host("127.0.0.1:1")):
        pass


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        ("0.34.4", (0, 34, 4)),
        ("v0.30.0-rc2", (0, 30, 0)),
        ("0.0.0", None),
        ("dev", None),
        ("", None),
        (None, None),
        ("1", (1,)),
    ],
)
def test_a_version_that_cannot_be_trusted_is_unknown(written: object, numbers: tuple[int, ...] | None) -> None:
    assert parse_version(written) == numbers
