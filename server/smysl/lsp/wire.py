"""The values that go over the wire, as PROTOCOL.md has them; here in Python's spelling, there in camelCase.

Params are read strictly: nothing is made a number or a list that is not one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeAlias, TypeVar

import attrs
import cattrs
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInvalidParams
from pygls.protocol import default_converter

MOST_HITS = 200

_Params = TypeVar("_Params")

State: TypeAlias = Literal["starting", "indexing", "ready", "degraded", "error", "off"]
KindName: TypeAlias = Literal["function", "method", "class", "module"]
ReasonName: TypeAlias = Literal["meaning", "words", "name"]


def _some_hits(_: Any, __: Any, value: int) -> None:
    if not 1 <= value <= MOST_HITS:
        raise ValueError(f"topK: expected a number from 1 to {MOST_HITS}")


@attrs.frozen
class Filters:
    """What a search may return; see PROTOCOL.md."""

    paths: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    kinds: tuple[KindName, ...] = ()
    tests: Literal["include", "only", "exclude"] = "include"


@attrs.frozen
class SearchParams:
    """Params of `smysl/search`."""

    query: str
    top_k: int = attrs.field(default=10, validator=_some_hits)
    filters: Filters = Filters()
    model: str | None = None
    partial_result_token: int | str | None = None


@attrs.frozen
class SimilarParams:
    """Params of `smysl/similar`."""

    uri: str | None = None
    position: lsp.Position | None = None
    range: lsp.Range | None = None
    text: str | None = None
    top_k: int = attrs.field(default=10, validator=_some_hits)
    filters: Filters = Filters()

    def __attrs_post_init__(self) -> None:
        if self.text is None and (self.uri is None or (self.position is None and self.range is None)):
            raise ValueError("expected text, or uri with position or range")


@attrs.frozen
class PullModelParams:
    """Params of `smysl/pullModel`."""

    name: str
    work_done_token: int | str | None = None


@attrs.frozen
class ReindexParams:
    """The argument of `smysl.reindex`."""

    force: bool = False


@attrs.frozen
class SelectModelParams:
    """The argument of `smysl.selectModel`."""

    model: str


@attrs.frozen
class CompareParams:
    """The argument of `smysl.compare`; `sample` is how many questions a language, 0 is all."""

    models: tuple[str, ...] = ()
    folder: str | None = None
    sample: int = 500
    variations: bool = True


@attrs.frozen
class Stretch:
    """Offsets into a text, in units of the position encoding; the end is exclusive."""

    start: int
    end: int


@attrs.frozen
class Snippet:
    """A few lines of a hit, and what in them was looked for."""

    text: str
    highlights: tuple[Stretch, ...] = ()


@attrs.frozen
class Hit:
    """One answer of a search."""

    uri: str
    path: str
    range: lsp.Range
    selection_range: lsp.Range
    name: str
    container: str | None
    kind: KindName
    score: float
    snippet: Snippet
    reasons: tuple[ReasonName, ...]
    stale: bool
    unsaved: bool


@attrs.frozen
class SearchResult:
    """The result of `smysl/search`."""

    query: str
    hits: tuple[Hit, ...]
    model: str | None
    state: State
    notices: tuple[str, ...] = ()


@attrs.frozen
class SimilarResult:
    """The result of `smysl/similar`."""

    hits: tuple[Hit, ...]
    name: str | None
    range: lsp.Range | None
    source: Literal["buffer", "saved", "text"]
    model: str | None
    notices: tuple[str, ...] = ()


@attrs.frozen
class Progress:
    """How far an index run is."""

    phase: Literal["scanning", "reading", "embedding"]
    done: int
    total: int
    seconds_left: float | None


@attrs.frozen
class FolderStatus:
    """The state of one workspace folder."""

    uri: str
    state: State
    message: str
    files: int
    chunks: int
    pending: int
    index_file: str
    size_bytes: int


@attrs.frozen
class Status:
    """The result and the notification of `smysl/status`."""

    state: State
    message: str
    advice: str | None
    progress: Progress | None
    files: int
    chunks: int
    embedded: int
    pending: int
    failed: int
    model: str | None
    dimensions: int | None
    space: str | None
    wanted: str
    last_error: str | None
    notices: tuple[str, ...]
    hints: tuple[str, ...]
    folders: tuple[FolderStatus, ...]
    version: str


@attrs.frozen
class Model:
    """A model that can embed."""

    name: str
    installed: bool
    current: bool
    recommended: bool
    russian: bool
    dimensions: int | None
    size_bytes: int | None
    need_bytes: int | None
    fits: bool | None
    description: str


@attrs.frozen
class ModelsResult:
    """The result of `smysl/models`."""

    models: tuple[Model, ...]
    notices: tuple[str, ...] = ()


@attrs.frozen
class PullModelResult:
    """The result of `smysl/pullModel`."""

    name: str


@attrs.frozen
class CompareResult:
    """The result of `smysl.compare`: an HTML file."""

    report: str


@attrs.frozen
class CleanResult:
    """The result of `smysl.clean`."""

    freed_bytes: int


def read_params(raw: Any, kind: type[_Params]) -> _Params:
    """`raw`, as it came over the wire, as a value of `kind`. Raises `JsonRpcInvalidParams` with the field's path."""
    try:
        return _READING.structure(_without_nulls(raw), kind)
    except (TypeError, ValueError, cattrs.BaseValidationError) as error:
        raise JsonRpcInvalidParams(message=misfit(error)) from error


def misfit(error: BaseException) -> str:
    """What did not fit in what came over the wire, each with the path of the field."""
    return "; ".join(map(_in_camel_case, cattrs.transform_error(error, format_exception=_said)))


def to_json(value: Any) -> Any:
    """A value of this module as what JSON can hold."""
    return _WRITING.unstructure(value)


def camel(name: str) -> str:
    """`max_file_bytes` as `maxFileBytes`."""
    return re.sub(r"_([a-z])", lambda match: match.group(1).upper(), name)


def snake(name: str) -> str:
    """`maxFileBytes` as `max_file_bytes`."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda match: "_" + match.group(1).lower(), name)


def _without_nulls(raw: Any) -> Any:
    """A field that is null is one that was left out."""
    if isinstance(raw, dict):
        return {name: _without_nulls(value) for name, value in raw.items() if value is not None}
    return raw


def _said(error: BaseException, kind: type | None) -> str:
    return "a required field is missing" if isinstance(error, KeyError) else str(error)


def _in_camel_case(said: str) -> str:
    what, at, path = said.rpartition(" @ ")
    return what + at + camel(path)


def _is_ours(kind: Any) -> bool:
    return getattr(kind, "__module__", "") == __name__ and attrs.has(kind)


def _names(kind: Any) -> dict[str, Any]:
    return {field.name: override(rename=camel(field.name)) for field in attrs.fields(kind)}


def _strictly(*kinds: type) -> Callable[[Any, Any], Any]:
    def structure(value: Any, _: Any) -> Any:
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            raise TypeError("expected " + " or ".join(kind.__name__ for kind in kinds))
        return value

    return structure


def _read_sequence(converter: cattrs.Converter) -> Callable[[Any], Callable[[Any, Any], Any]]:
    def factory(kind: Any) -> Callable[[Any, Any], Any]:
        item = kind.__args__[0]

        def structure(value: Any, _: Any) -> Any:
            if not isinstance(value, Sequence) or isinstance(value, str):
                raise TypeError("expected a list")
            return tuple(converter.structure(one, item) for one in value)

        return structure

    return factory


def _read_object(converter: cattrs.Converter) -> Callable[[Any], Callable[[Any, Any], Any]]:
    def factory(kind: Any) -> Callable[[Any, Any], Any]:
        read = make_dict_structure_fn(kind, converter, **_names(kind))

        def structure(value: Any, of: Any) -> Any:
            if not isinstance(value, dict):
                raise TypeError("expected an object")
            return read(value, of)

        return structure

    return factory


def _reading() -> cattrs.Converter:
    converter: cattrs.Converter = default_converter()  # type: ignore[no-untyped-call]  # pygls has no types there
    for kind in (str, int, bool):
        converter.register_structure_hook(kind, _strictly(kind))
    converter.register_structure_hook(int | str | None, _strictly(int, str, type(None)))
    converter.register_structure_hook_factory(
        lambda kind: getattr(kind, "__origin__", None) is tuple, _read_sequence(converter)
    )
    converter.register_structure_hook_factory(_is_ours, _read_object(converter))
    return converter


def _writing() -> cattrs.Converter:
    converter: cattrs.Converter = default_converter()  # type: ignore[no-untyped-call]  # pygls has no types there
    converter.register_unstructure_hook_factory(
        _is_ours, lambda kind: make_dict_unstructure_fn(kind, converter, **_names(kind))
    )
    return converter


_READING = _reading()
_WRITING = _writing()
