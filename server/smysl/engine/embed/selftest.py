"""Whether a model does on this machine what Smysl relies on: a handful of short texts, and some long ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

import numpy as np

from smysl.engine.cancel import CancelToken
from smysl.engine.embed.embedder import Embedder
from smysl.engine.errors import EmbedderError
from smysl.engine.finding import Finding, Topic, Verdict
from smysl.engine.types import SAME_VECTORS, Matrix, Message, say

ENGLISH = (
    ("read all lines of a text file", "def load(file):\n    return file.readlines()"),
    ("send an email message", "def notify(address, body):\n    smtp.sendmail(SENDER, address, body)"),
    ("compute the area of a circle", "def surface(radius):\n    return math.pi * radius ** 2"),
    ("delete expired sessions", "def purge(now):\n    sessions.filter(expires_before=now).delete()"),
)
RUSSIAN = (
    (
        "прочитать все строки файла",
        "def load(file):\n    '''Строки текстового файла.'''\n    return file.readlines()",
    ),
    (
        "отправить письмо",
        "def notify(address, body):\n    '''Посылает письмо по адресу.'''\n    smtp.sendmail(SENDER, address, body)",
    ),
    ("площадь круга", "def surface(radius):\n    '''Вычисляет площадь круга.'''\n    return math.pi * radius ** 2"),
    ("удалить истёкшие сеансы", "def purge(now):\n    '''Удаляет просроченные сеансы.'''\n    sessions.delete(now)"),
)
"""A question, and the code that answers it and none of the others."""

_CAPITALS = ("CHECK TOKEN EXPIRY", "DELETE UPLOADED PICTURE", "SUM ORDER PRICES")
_DISTINCT = 0.999
"""Texts of different words whose cosine is above this were not read."""

_UNIT = 1e-3
_SPARE_TOKENS = 8
_ABOVE_NOISE = 4.0


def self_test(embedder: Embedder, *, cancel: CancelToken | None = None) -> Iterator[Finding]:
    """The findings one by one, each as soon as it is known. Raises `Cancelled`."""
    checks: tuple[Callable[[Embedder, CancelToken | None], Finding], ...] = (
        _shape,
        _batch,
        _capitals,
        _sanity_english,
        *((_sanity_russian,) if embedder.reads_russian else ()),
        *((_input_limit,) if embedder.input_limit is not None else ()),
    )
    try:
        for check in checks:
            yield check(embedder, cancel)
    except EmbedderError as error:
        told = say("The model {model} failed: {reason}", model=embedder.space.model, reason=error.message)
        yield Finding(Topic.MODEL, Verdict.FAILED, told, error.advice)


def _shape(embedder: Embedder, cancel: CancelToken | None) -> Finding:
    rows = _vectors(embedder, [code for _, code in ENGLISH], cancel)
    space = embedder.space
    norms = np.linalg.norm(rows, axis=1)
    if rows.shape[1] != space.dimensions or not np.allclose(norms, 1, atol=_UNIT):
        return _failed(
            say(
                "The vectors of {model} have {dimensions} numbers and lengths from {least} to {most}.",
                model=space.model,
                dimensions=rows.shape[1],
                least=f"{norms.min():.3f}",
                most=f"{norms.max():.3f}",
            )
        )
    return _ok(say("{model} gives unit vectors of {dimensions} numbers.", model=space.model, dimensions=rows.shape[1]))


def _batch(embedder: Embedder, cancel: CancelToken | None) -> Finding:
    texts = [code for _, code in (*ENGLISH, *RUSSIAN)]
    together = _vectors(embedder, texts, cancel)
    alone = np.vstack([_vectors(embedder, [text], cancel) for text in texts])
    least = float(np.min(np.sum(together * alone, axis=1)))
    told = say("A text has the same vector alone and among others (cosine {cosine}).", cosine=f"{least:.4f}")
    if least >= SAME_VECTORS:
        return _ok(told)
    return _failed(say("A text has another vector alone than among others (cosine {cosine}).", cosine=f"{least:.4f}"))


def _capitals(embedder: Embedder, cancel: CancelToken | None) -> Finding:
    upper = _vectors(embedder, _CAPITALS, cancel)
    lower = _vectors(embedder, [text.lower() for text in _CAPITALS], cancel)
    nearest = max(float(upper[one] @ upper[other]) for one, other in combinations(range(len(_CAPITALS)), 2))
    if nearest > _DISTINCT:
        return Finding(
            Topic.MODEL,
            Verdict.FAILED,
            say(
                "Words in capitals are not read: different ones have the same vector (cosine {cosine}).",
                cosine=f"{nearest:.4f}",
            ),
            say("Update Ollama to 0.30 or later, or choose another model."),
        )
    cosine = float(np.mean(np.sum(upper * lower, axis=1)))
    return _ok(say("Words in capitals are read; the same in lower case has cosine {cosine}.", cosine=f"{cosine:.2f}"))


def _sanity_english(embedder: Embedder, cancel: CancelToken | None) -> Finding:
    right = _answered(embedder, ENGLISH, cancel)
    told = say("{right} of {all} English questions are nearest to their own code.", right=right, all=len(ENGLISH))
    return _sane(told, right, len(ENGLISH))


def _sanity_russian(embedder: Embedder, cancel: CancelToken | None) -> Finding:
    right = _answered(embedder, RUSSIAN, cancel)
    told = say("{right} of {all} Russian questions are nearest to their own code.", right=right, all=len(RUSSIAN))
    return _sane(told, right, len(RUSSIAN))


def _sane(told: Message, right: int, count: int) -> Finding:
    if right == count:
        return _ok(told)
    advice = say("Check the prompts of the model in the setting “models” against its card, or choose another model.")
    return Finding(Topic.MODEL, Verdict.WARNING if right > count // 2 else Verdict.FAILED, told, advice)


def _input_limit(embedder: Embedder, cancel: CancelToken | None) -> Finding:
    """Two texts that differ in their last word alone have different vectors only if all of both is read."""
    limit = embedder.input_limit
    assert limit is not None
    most = max(1, limit.tokens - _SPARE_TOKENS)
    if _is_read(embedder, most, cancel):
        return _ok(say("Texts of {tokens} words are read to their end, as far as Smysl sends them.", tokens=most))
    read, lost = 0, most
    while lost - read > max(1, most // 64):
        middle = (read + lost) // 2
        if _is_read(embedder, middle, cancel):
            read = middle
        else:
            lost = middle
    return Finding(
        Topic.MODEL,
        Verdict.FAILED,
        say("Only the first {read} of {tokens} words of a long text are read.", read=read, tokens=most),
        say("Set “input_tokens” of this model to {read} in the setting “models”.", read=read),
    )


def _is_read(embedder: Embedder, words: int, cancel: CancelToken | None) -> bool:
    beginning = "a " * (words - 1)
    one, again, other = _vectors(embedder, [beginning + "file", beginning + "file", beginning + "seven"], cancel)
    # A graphics card may give the same text vectors that differ in the last bits.
    return float(np.abs(one - other).max()) > _ABOVE_NOISE * float(np.abs(one - again).max())


def _answered(embedder: Embedder, pairs: Sequence[tuple[str, str]], cancel: CancelToken | None) -> int:
    codes = _vectors(embedder, [code for _, code in pairs], cancel)
    queries = np.vstack([embedder.embed_query(query, cancel=cancel) for query, _ in pairs])
    return int(np.sum(np.argmax(queries @ codes.T, axis=1) == np.arange(len(pairs))))


def _vectors(embedder: Embedder, texts: Sequence[str], cancel: CancelToken | None) -> Matrix:
    embedded = embedder.embed_documents(texts, cancel=cancel)
    rows: Matrix = np.nan_to_num(embedded.vectors)
    while len(rows) < len(texts):  # it stopped short: the model is busy, the rest is asked for again
        rows = np.vstack([rows, np.nan_to_num(embedder.embed_documents(texts[len(rows) :], cancel=cancel).vectors)])
    return rows


def _ok(told: Message) -> Finding:
    return Finding(Topic.MODEL, Verdict.OK, told)


def _failed(told: Message) -> Finding:
    advice = say("Restart Ollama, update it or its driver, or choose another model: its vectors cannot be trusted.")
    return Finding(Topic.MODEL, Verdict.FAILED, told, advice)
