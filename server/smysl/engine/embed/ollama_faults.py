"""What went wrong in a call to Ollama, told by its words: the status alone says too little.

A crashed runner, an over-long text and a wrong request all are 400. The texts are those of Ollama's source
(server/routes.go, server/sched.go, llm/llama_server.go) from 0.11 to 0.34.
"""

from __future__ import annotations

from enum import Enum

import httpx
import ollama

from smysl.engine.errors import EmbedderError, ModelFault, ModelMissing, ModelUnavailable
from smysl.engine.types import Message, say


class Kind(Enum):
    """What a fault calls for."""

    LENGTH = "length"  # send it shorter
    CRASH = "crash"  # the runner died; it comes back by itself, the same text may kill it again
    NUMBERS = "numbers"  # NaN: one text of the batch, or a broken GPU
    BUSY = "busy"  # try again a little later
    LOAD = "load"  # the model does not get into memory
    MISSING = "missing"  # pull it first
    CANNOT_EMBED = "cannot embed"  # it is another sort of model
    FORBIDDEN = "forbidden"  # the server does not want us
    UNREACHABLE = "unreachable"  # nobody there
    DROPPED = "dropped"  # the connection broke in the middle
    SLOW = "slow"  # no answer in time
    JUNK = "junk"  # an answer that is none
    OTHER = "other"


class Fault(Exception):
    """A call that failed, with what the server said about it."""

    def __init__(self, kind: Kind, words: str) -> None:
        super().__init__(f"{kind.value}: {words}")
        self.kind = kind
        self.words = words


_LENGTH = ("context length", "too large to process", "input content cannot be empty")
_CRASH = ("do embedding request", "no longer running", "unexpected server status", "connection reset")
_LOAD = ("has terminated", "more system memory", "timed out waiting for", "binary not found", "unable to load model")
_NUMBERS = ("unsupported value: nan", "nan or inf", "unsupported value: +inf", "unsupported value: -inf")
_CANNOT_EMBED = ("not support embeddings",)
_BY_STATUS = {
    401: Kind.FORBIDDEN,
    403: Kind.FORBIDDEN,
    404: Kind.MISSING,
    429: Kind.BUSY,
    499: Kind.BUSY,
    501: Kind.CANNOT_EMBED,
    502: Kind.BUSY,
    503: Kind.BUSY,
    504: Kind.BUSY,
}


_BY_EXCEPTION: tuple[tuple[tuple[type[Exception], ...], Kind], ...] = (
    # ConnectionError is what the ollama client makes of httpx's own.
    ((httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol, ConnectionError), Kind.UNREACHABLE),
    ((TimeoutError, httpx.TimeoutException), Kind.SLOW),
    ((httpx.DecodingError,), Kind.JUNK),
    ((httpx.HTTPError,), Kind.DROPPED),
    # What the client raises for an answer that is no JSON, or not the JSON it expects.
    ((ValueError, TypeError, AttributeError), Kind.JUNK),
)


def classify(status: int, words: str) -> Kind:
    """The kind of an error answer, by its `words` first and its `status` second."""
    said = words.lower()
    by_words = (
        (_LENGTH, Kind.LENGTH),
        (_NUMBERS, Kind.NUMBERS),
        (_CANNOT_EMBED, Kind.CANNOT_EMBED),
        (_CRASH, Kind.CRASH),
        (_LOAD, Kind.LOAD),
    )
    for phrases, kind in by_words:
        if any(phrase in said for phrase in phrases):
            return kind
    return _BY_STATUS.get(status, Kind.OTHER)


def fault_of(error: Exception) -> Fault:
    """The fault that an exception of the ollama client or of httpx stands for."""
    if isinstance(error, ollama.ResponseError):
        words = str(error.error or "")
        return Fault(classify(error.status_code, words), words or str(error.status_code))
    if isinstance(error, httpx.HTTPStatusError):
        words = error.response.text
        return Fault(classify(error.response.status_code, words), words or str(error.response.status_code))
    for kinds, kind in _BY_EXCEPTION:
        if isinstance(error, kinds):
            return Fault(kind, str(error) or type(error).__name__)
    raise error


def error_of(fault: Fault, *, model: str, host: str) -> EmbedderError:
    """What a person is told when `fault` ends the work."""
    kind = fault.kind
    if kind is Kind.MISSING:
        return ModelMissing(
            say("Ollama at {host} does not have the model {model}.", host=host, model=model),
            say("Pull it with: ollama pull {model}", model=model),
        )
    if kind is Kind.CANNOT_EMBED:
        return ModelMissing(
            say("The model {model} cannot embed.", model=model),
            say("Choose an embedding model, for example embeddinggemma."),
        )
    if kind is Kind.LOAD:
        return ModelFault(
            say("Ollama could not load the model {model}: {words}", model=model, words=fault.words),
            say("Free some memory, or choose a smaller model."),
        )
    if kind in _UNAVAILABLE:
        message, advice = _UNAVAILABLE[kind]
        return ModelUnavailable(
            Message(message.template, {"host": host, "words": fault.words}),
            Message(advice.template, {"host": host}),
        )
    return ModelFault(reason_of(fault), say("See the log of Ollama, or choose another model."))


def reason_of(fault: Fault) -> Message:
    """Why a text has no vector."""
    if fault.kind is Kind.LENGTH:
        return say("The text is too long for the model however it is shortened.")
    if fault.kind is Kind.CRASH:
        return say("The model crashes on this text: {words}", words=fault.words)
    if fault.kind is Kind.NUMBERS:
        return say("The model gave a vector with numbers that are not finite.")
    if fault.kind is Kind.JUNK:
        return say("Ollama answered with something that is not an answer: {words}", words=fault.words)
    return say("Ollama answered with an error: {words}", words=fault.words)


_START = say("Start it with: ollama serve")
_UNAVAILABLE = {
    Kind.UNREACHABLE: (say("No Ollama answers at {host}."), _START),
    Kind.DROPPED: (
        say("Ollama at {host} broke the connection: {words}"),
        say("See whether it still runs; what is done so far is kept."),
    ),
    Kind.SLOW: (
        say("Ollama at {host} does not answer in time."),
        say("See whether it is overloaded, or choose a smaller model."),
    ),
    Kind.BUSY: (say("Ollama at {host} is busy: {words}"), say("Try again later.")),
    Kind.FORBIDDEN: (
        say("Ollama at {host} refuses us."),
        say("Check the token, the address {host} and OLLAMA_ORIGINS of the server."),
    ),
}
