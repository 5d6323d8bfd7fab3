"""A model of Ollama's library, fetched by the server: how far it is, and what went wrong in words of use."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from smysl.engine.cancel import CancelToken
from smysl.engine.embed.catalogue import same_model
from smysl.engine.embed.model_facts import FACTS
from smysl.engine.embed.ollama_endpoint import endpoint
from smysl.engine.embed.ollama_faults import Fault, Kind, error_of
from smysl.engine.embed.ollama_link import InstalledModel, OllamaLink, PullLine
from smysl.engine.errors import EmbedderError, ModelMissing, ModelUnavailable
from smysl.engine.settings import Settings
from smysl.engine.types import say

if TYPE_CHECKING:
    import httpx


class PullStage(str, Enum):
    """What the server is doing."""

    MANIFEST = "manifest"
    DOWNLOADING = "downloading"
    VERIFYING = "verifying"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class PullProgress:
    """How far a pull is: bytes of the layers heard of so far, which are nearly all from the first seconds on."""

    stage: PullStage
    done_bytes: int = 0
    total_bytes: int = 0


def pull_model(
    settings: Settings,
    name: str,
    progress: Callable[[PullProgress], None],
    *,
    cancel: CancelToken | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> InstalledModel:
    """Have the Ollama of `settings` fetch `name`; what is there afterwards.

    `progress` is called from another thread. Taken back, it leaves what was fetched with the server, and the next pull
    goes on from there. Raises `ModelMissing` with names that exist for one that does not, `ModelUnavailable` when the
    server or its library cannot be reached, `ModelFault`, `UsageError`, `Cancelled`.
    """
    with OllamaLink(endpoint(settings), transport=transport) as link:
        heard = _Heard(progress)
        try:
            link.pull(name, heard, cancel=cancel)
            models = link.models(cancel=cancel)
        except Fault as fault:
            raise _error(fault, name, link.endpoint.url) from fault
    for model in models:
        if same_model(model.tag, name):
            heard.end()
            return model
    raise ModelMissing(
        say("Ollama at {host} says that it fetched {model}, but does not list it.", host=link.endpoint.url, model=name),
        say("See the log of Ollama."),
    )


def known_tags() -> tuple[str, ...]:
    """Every tag of Ollama's library that the catalogue knows."""
    return tuple(download.tag for facts in FACTS.values() for download in facts.downloads)


def near_tags(name: str) -> tuple[str, ...]:
    """The known tags that resemble `name`, all of them where none does."""
    return tuple(difflib.get_close_matches(name.lower(), known_tags(), n=5, cutoff=0.5)) or known_tags()


class _Heard:
    """Sums up the lines of a pull, which tell of one layer each."""

    def __init__(self, progress: Callable[[PullProgress], None]) -> None:
        self._progress = progress
        self._layers: dict[str, tuple[int, int]] = {}

    def __call__(self, line: PullLine) -> None:
        if line.digest:
            self._layers[line.digest] = (line.completed, line.total)
            self._tell(PullStage.DOWNLOADING)
        elif line.status.startswith(("verifying", "writing", "removing")):
            self._tell(PullStage.VERIFYING)
        elif line.status != "success":
            self._tell(PullStage.MANIFEST)

    def end(self) -> None:
        self._tell(PullStage.DONE)

    def _tell(self, stage: PullStage) -> None:
        done = sum(done for done, _ in self._layers.values())
        total = sum(total for _, total in self._layers.values())
        self._progress(PullProgress(stage, done, total))


def _error(fault: Fault, name: str, host: str) -> EmbedderError:
    words = fault.words.lower()
    if "does not exist" in words or fault.kind is Kind.MISSING or "invalid model name" in words:
        return ModelMissing(
            say("Ollama's library has no model {model}.", model=name),
            say("There are: {names}. See https://ollama.com/search?c=embedding", names=", ".join(near_tags(name))),
        )
    if "pull model manifest" in words or "dial tcp" in words or "no such host" in words:
        return ModelUnavailable(
            say("Ollama at {host} cannot reach its library: {words}", host=host, words=fault.words),
            say("Check its connection to the internet, or import a file by hand: see README, “A model from a file”."),
        )
    return error_of(fault, model=name, host=host)
