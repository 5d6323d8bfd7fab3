"""Where Ollama is, and whether code may be sent there."""

from __future__ import annotations

import ipaddress
import os
import socket
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from smysl.engine.errors import UsageError
from smysl.engine.settings import DEFAULT_OLLAMA_HOST, Settings
from smysl.engine.types import say

DEFAULT_PORT = 11434


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address of Ollama that was found safe to send code to. `token` is sent as a bearer token if not empty."""

    scheme: str
    host: str
    port: int
    path: str = ""
    token: str = field(default="", repr=False)

    @property
    def url(self) -> str:
        """As a person would write it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}{self.path}"

    @property
    def is_loopback(self) -> bool:
        """Whether it is this very machine."""
        return is_loopback(self.host)


def endpoint(settings: Settings) -> Endpoint:
    """The endpoint of `settings.ollama_host`, else of the variable OLLAMA_HOST, else the default one.

    Raises `UsageError` for an address that cannot be read, and for plain http to another machine, unless
    `settings.ollama_allow_insecure` says that code and token may travel in the open.
    """
    where = settings.ollama_host or os.environ.get("OLLAMA_HOST", "").strip() or DEFAULT_OLLAMA_HOST
    found = parse_host(where, token=settings.ollama_token)
    if found.scheme == "http" and not found.is_loopback and not settings.ollama_allow_insecure:
        raise UsageError(
            say("{host} is another machine and plain http would show your code to the network.", host=found.url),
            say("Use https, or allow it with the setting “ollama_allow_insecure”."),
        )
    return found


def parse_host(where: str, *, token: str = "") -> Endpoint:
    """Read `host`, `host:port`, `:port`, or a URL, as Ollama's own client does.

    http means port 80 and https port 443 where none is written, a bare host port 11434. `0.0.0.0` and `::`, which
    servers listen on, mean this machine. A user and password in the address are dropped. Raises `UsageError`.
    """
    scheme, separator, rest = where.strip().rpartition("://")
    scheme = scheme.lower() if separator else "http"
    default_port = {"http": 80, "https": 443}.get(scheme, DEFAULT_PORT) if separator else DEFAULT_PORT
    try:
        parts = urlsplit(f"{scheme}://{_bracketed(rest)}")
        host, port = parts.hostname or "127.0.0.1", parts.port
    except ValueError:
        host, port, parts = "", None, None
    if scheme not in ("http", "https") or parts is None or any(letter.isspace() for letter in host):
        raise UsageError(
            say("“{host}” is not an address of Ollama.", host=where),
            say("Write it like {example}.", example=DEFAULT_OLLAMA_HOST),
        )
    if host in ("0.0.0.0", "::"):
        host = "127.0.0.1" if host == "0.0.0.0" else "::1"
    return Endpoint(scheme, host, port or default_port, parts.path.rstrip("/"), token)


def is_loopback(host: str) -> bool:
    """Whether `host` is surely this machine; a name other than localhost is not, whatever it resolves to today."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def listens(where: Endpoint) -> bool:
    """Whether something accepts connections there: an answer within a quarter of a second, a second if remote.

    Costs no import of an HTTP client, so a search by words stays fast where there is no Ollama.
    """
    try:
        with socket.create_connection((where.host, where.port), timeout=0.25 if where.is_loopback else 1.0):
            return True
    except OSError:
        return False


def _bracketed(rest: str) -> str:
    """An IPv6 address without brackets gets them."""
    try:
        return f"[{ipaddress.IPv6Address(rest)}]"
    except ValueError:
        return rest
