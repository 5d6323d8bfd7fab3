"""The façade's examination: what on this machine works for Smysl, what does not, and what to do about it."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from smysl import __version__
from smysl.engine.cancel import CancelToken
from smysl.engine.embed.choose import LEXICAL, choose_embedder
from smysl.engine.embed.known_faults import version_findings, written
from smysl.engine.embed.ollama_endpoint import Endpoint, endpoint, listens
from smysl.engine.embed.ollama_models import list_models, server_version
from smysl.engine.embed.selftest import self_test
from smysl.engine.errors import SmyslError
from smysl.engine.finding import Finding, Topic, Verdict
from smysl.engine.machine import Machine, Memory, this_machine
from smysl.engine.settings import Settings
from smysl.engine.store import Store, index_file, index_findings, is_broken, sqlite_findings
from smysl.engine.types import Message, say

__all__ = ["Finding", "Topic", "Verdict", "examine", "repair"]

_LEAST_PYTHON = (3, 10)


def examine(
    workspace: Path,
    settings: Settings,
    *,
    cancel: CancelToken | None = None,
    look: Callable[[], Machine] = this_machine,
) -> Iterator[Finding]:
    """The findings one by one, as soon as each is known; the last ones ask the model. Changes nothing.

    Raises `Cancelled`, and nothing else: what goes wrong is a finding.
    """
    token = cancel or CancelToken()
    yield _python()
    yield from sqlite_findings()
    yield from index_findings(index_file(workspace, cache_dir=settings.cache_dir))
    yield _machine(look())
    token.check()
    yield from _ollama(settings)
    token.check()
    yield from _model(settings, token)


def repair(workspace: Path, settings: Settings) -> Message | None:
    """Move an index aside that cannot be used, so that the next run builds it anew; what was done, None for nothing.

    Raises `IndexFileError` and its kin.
    """
    path = index_file(workspace, cache_dir=settings.cache_dir)
    if not path.exists() or not is_broken(index_findings(path)):
        return None
    with Store(path) as store:  # moves a damaged or foreign file aside by itself
        if store.notices:
            return store.notices[-1]
        return store.discard()


def _python() -> Finding:
    told = say(
        "Smysl {smysl}, {implementation} {version} ({bits} bits), {system}.",
        smysl=__version__,
        implementation=platform.python_implementation(),
        version=platform.python_version(),
        bits=64 if sys.maxsize > 2**32 else 32,
        system=platform.platform(terse=True),
    )
    if sys.version_info < _LEAST_PYTHON or sys.maxsize <= 2**32:
        return Finding(Topic.PYTHON, Verdict.FAILED, told, say("Smysl needs Python 3.10 or later of 64 bits."))
    return Finding(Topic.PYTHON, Verdict.OK, told)


def _machine(machine: Machine) -> Finding:
    if machine.memory is Memory.RAM:
        told = say(
            "No graphics card that Smysl knows how to ask; {size} GiB of memory.",
            size=f"{machine.total_bytes / 2**30:.1f}",
        )
        advice = say(
            "Small models run on the processor too; for NVIDIA's cards install the driver, which brings nvidia-smi."
        )
        return Finding(Topic.MACHINE, Verdict.NOTE, told, advice)
    cards = "; ".join(f"{card.name} {card.driver}".strip() for card in machine.cards)
    free = [card.free_bytes for card in machine.cards if card.free_bytes is not None]
    told = say(
        "Graphics memory: {size} GiB, free {free} GiB ({cards}; from {source}).",
        size=f"{machine.total_bytes / 2**30:.1f}",
        free=f"{sum(free) / 2**30:.1f}" if free else "?",
        cards=cards or machine.source,
        source=machine.source,
    )
    return Finding(Topic.MACHINE, Verdict.OK, told)


def _ollama(settings: Settings) -> Iterator[Finding]:
    needs_it = _needs_ollama(settings)
    try:
        where = endpoint(settings)
        if not listens(where):
            yield _unreachable(where, needs_it=needs_it)
            return
        version = server_version(settings)
        listed = list_models(settings)
    except SmyslError as error:
        yield Finding(Topic.OLLAMA, Verdict.FAILED if needs_it else Verdict.WARNING, error.message, error.advice)
        return
    told = say("Ollama {version} answers at {host}.", version=written(version) if version else "?", host=where.url)
    yield Finding(Topic.OLLAMA, Verdict.OK, told)
    yield from version_findings(version)
    known = [model.installed.tag for model in listed if model.row.is_known]
    if known:
        told = say("Embedding models that are known and there: {names}.", names=", ".join(known))
        yield Finding(Topic.OLLAMA, Verdict.OK, told)
    else:
        told = say("Ollama at {host} has no embedding model that is known.", host=where.url)
        yield Finding(Topic.OLLAMA, Verdict.NOTE, told, say("Choose one with: smysl models"))


def _unreachable(where: Endpoint, *, needs_it: bool) -> Finding:
    told = say("No Ollama answers at {host}.", host=where.url)
    if needs_it:
        return Finding(Topic.OLLAMA, Verdict.FAILED, told, say("Start it with: ollama serve"))
    advice = say(
        "None is needed: the built-in model answers. For a larger model install Ollama from https://ollama.com"
    )
    return Finding(Topic.OLLAMA, Verdict.NOTE, told, advice)


def _needs_ollama(settings: Settings) -> bool:
    """Whether the settings name a model of Ollama; `auto` does without."""
    wanted = settings.model.strip()
    return wanted not in {"", "auto", "builtin", LEXICAL} and not wanted.startswith(("static:", "hub:"))


def _model(settings: Settings, cancel: CancelToken) -> Iterator[Finding]:
    try:
        choice = choose_embedder(settings, cancel=cancel)
    except SmyslError as error:
        cancel.check()
        yield Finding(Topic.MODEL, Verdict.FAILED, error.message, error.advice)
        return
    if choice.embedder is None:
        told = say("Searches go by words alone, as the settings say.")
        if settings.model.strip() != LEXICAL:
            told = choice.notices[0] if choice.notices else told
            yield Finding(Topic.MODEL, Verdict.FAILED, told, say("Install Smysl again, or choose a model."))
            return
        yield Finding(Topic.MODEL, Verdict.OK, told)
        return
    with choice.embedder as embedder:
        told = say("The model in use is {model}.", model=embedder.space.model)
        yield Finding(Topic.MODEL, Verdict.OK, told)
        yield from self_test(embedder, cancel=cancel)
