"""The answers as JSON: one object a line, text as it is (UTF-8), names that other programs can rely on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from smysl.engine.types import FileProblem, Hit, IndexReport, Message, SearchResult, Status

Translate = Callable[[Message], str]


def line(value: Mapping[str, Any]) -> str:
    """`value` as one line of JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))


def search_object(result: SearchResult, *, notices: Sequence[str]) -> dict[str, Any]:
    """`{query, model, hits, timings, notices}`; timings in milliseconds."""
    timings = result.timings
    return {
        "query": result.query,
        "model": result.model,
        "hits": [_hit(hit) for hit in result.hits],
        "timings": {
            "embed": round(timings.embed, 3),
            "lexical": round(timings.lexical, 3),
            "dense": round(timings.dense, 3),
            "rank": round(timings.rank, 3),
            "total": round(timings.total, 3),
        },
        "notices": list(notices),
    }


def index_object(report: IndexReport, translate: Translate) -> dict[str, Any]:
    """The counts of an index run, with its problems and notices as sentences."""
    return {
        "files": report.files,
        "files_changed": report.files_changed,
        "files_removed": report.files_removed,
        "chunks": report.chunks,
        "chunks_added": report.chunks_added,
        "chunks_removed": report.chunks_removed,
        "embedded": report.embedded,
        "reused": report.reused,
        "failed": report.failed,
        "pending": report.pending,
        "seconds": round(report.seconds, 3),
        "problems": _problems(report.problems, translate),
        "notices": [translate(notice) for notice in report.notices],
    }


def status_object(status: Status, translate: Translate) -> dict[str, Any]:
    """The state of an index."""
    return {
        "workspace": status.workspace,
        "index_file": status.index_file,
        "files": status.files,
        "chunks": status.chunks,
        "embedded": status.embedded,
        "pending": status.pending,
        "failed": status.failed,
        "model": status.model,
        "dimensions": status.dimensions,
        "spaces": list(status.spaces),
        "size_bytes": status.size_bytes,
        "problems": _problems(status.problems, translate),
        "notices": [translate(notice) for notice in status.notices],
    }


def _hit(hit: Hit) -> dict[str, Any]:
    return {
        "path": hit.path,
        "start_line": hit.span.start_line,
        "end_line": hit.span.end_line,
        "name": hit.qualified_name,
        "kind": hit.kind.value,
        "score": round(hit.score, 6),
        "snippet": hit.snippet,
    }


def _problems(problems: Iterable[FileProblem], translate: Translate) -> list[dict[str, str]]:
    return [{"path": problem.path, "message": translate(problem.message)} for problem in problems]
