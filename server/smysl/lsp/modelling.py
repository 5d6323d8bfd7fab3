"""`smysl/models` and `smysl/pullModel`: what can embed, and having Ollama fetch it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial

from lsprotocol import types as lsp

from smysl.engine.cancel import CancelToken
from smysl.engine.models import About, Model, ModelKind, Models, PullProgress, PullStage, Variant, models, pull
from smysl.engine.types import Message, say
from smysl.lsp import wire
from smysl.lsp.server import SmyslServer

_EVERY_SECONDS = 0.2


async def models_of(ls: SmyslServer) -> wire.ModelsResult:
    """The models of the catalogue, of Ollama and of the package."""
    settings = ls.settings().engine
    found = await ls.answer(lambda token: models(settings, cancel=token))
    current = ls.status().model
    rows = [_row(ls, found, model, variant, current) for model in found.rows for variant in _shown(model)]
    return wire.ModelsResult(tuple(rows), tuple(map(ls.translate, found.notices)))


async def pull_of(ls: SmyslServer, params: wire.PullModelParams) -> wire.PullModelResult:
    """Have Ollama fetch a model; what it has when the request is cancelled, it keeps."""
    settings = ls.settings().engine
    reporter = None if params.work_done_token is None else _Reporter(ls, params.work_done_token, params.name)

    def work(token: CancelToken) -> Variant:
        return pull(settings, params.name, None if reporter is None else reporter.report, token)

    try:
        variant = await ls.answer(work, pool=ls.long_work)
    finally:
        if reporter is not None:
            reporter.end()
    ls.arrange()
    return wire.PullModelResult(variant.tag)


def _shown(model: Model) -> Iterator[Variant | None]:
    """What is a row of its own: each file that is there, else the one that a pull would fetch."""
    installed = [variant for variant in model.variants if variant.is_installed]
    yield from installed or model.variants[:1] or (None,)


def _row(ls: SmyslServer, found: Models, model: Model, variant: Variant | None, current: str | None) -> wire.Model:
    name = model.name if variant is None else variant.tag
    recommended = found.recommendation is not None and found.recommendation.name in {name, model.name}
    return wire.Model(
        name=name,
        installed=model.is_ready and (variant is None or variant.is_installed),
        current=current is not None and current in {name, model.name},
        recommended=recommended,
        russian=bool(model.russian),
        dimensions=model.dimensions,
        size_bytes=None if variant is None else variant.size_bytes or None,
        need_bytes=None if variant is None or variant.needs is None else variant.needs.total,
        fits=None if variant is None else variant.fits,
        description=" ".join(map(ls.translate, _description(found, model, is_recommended=recommended))),
    )


def _description(found: Models, model: Model, *, is_recommended: bool) -> Iterator[Message]:
    if model.kind is ModelKind.BUILT_IN:
        yield say("Built in: Russian and English, answers at once, needs no Ollama.")
    elif model.kind is ModelKind.LEXICAL:
        yield say("Words alone: identifiers and stems, without a model.")
    elif model.russian is None:
        yield say("Nothing is known of it; measure it on your code.")
    else:
        yield say("Russian and English.") if model.russian else say("English; Russian questions are hardly understood.")
    code = next((score for score in model.scores if score.about is About.CODE), None)
    if code is not None:
        yield say("Code search {score} of 100 ({benchmark}).", score=f"{code.value:g}", benchmark=code.benchmark)
    if is_recommended and found.recommendation is not None:
        yield found.recommendation.reason


class _Reporter:
    """Tells the client how far a pull is; called from another thread."""

    def __init__(self, ls: SmyslServer, token: int | str, name: str) -> None:
        self._ls = ls
        self._token = token
        self._shown_at = 0.0
        self._send(lsp.WorkDoneProgressBegin(title=ls.translate(say("Fetching {name}", name=name)), percentage=0))

    def report(self, progress: PullProgress) -> None:
        """Show how far it is, five times a second at the most."""
        now = time.monotonic()
        if now - self._shown_at < _EVERY_SECONDS:
            return
        self._shown_at = now
        percentage = min(100, 100 * progress.done_bytes // max(1, progress.total_bytes))
        report = lsp.WorkDoneProgressReport(message=self._ls.translate(_stage(progress)), percentage=percentage)
        self._ls.soon(partial(self._send, report))

    def end(self) -> None:
        """The pull has ended, in whatever way."""
        self._send(lsp.WorkDoneProgressEnd())

    def _send(self, value: lsp.WorkDoneProgressBegin | lsp.WorkDoneProgressReport | lsp.WorkDoneProgressEnd) -> None:
        self._ls.progress(lsp.ProgressParams(self._token, value))


def _stage(progress: PullProgress) -> Message:
    if progress.stage is PullStage.DOWNLOADING:
        done, total = progress.done_bytes / 2**20, progress.total_bytes / 2**20
        return say("{done} of {total} MiB", done=f"{done:.0f}", total=f"{total:.0f}")
    return say("Verifying") if progress.stage is PullStage.VERIFYING else say("Asking the library")
