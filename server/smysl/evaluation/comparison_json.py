"""A comparison as JSON, for programs: names that they can rely on, every answer to every question."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, astuple
from typing import Any

from smysl.engine.types import Message
from smysl.evaluation.comparison import Comparison, Quality, System
from smysl.evaluation.report import METRICS

FORMAT = 1
"""Goes up when a name changes its meaning or goes."""


def comparison_object(comparison: Comparison, translate: Callable[[Message], str]) -> dict[str, Any]:
    """`{format, made_at, …, systems, pairs, queries, unmeasured, notices}`; bytes, milliseconds and seconds by name."""
    return {
        "format": FORMAT,
        "made_at": comparison.made_at,
        "version": comparison.version,
        "command": comparison.command,
        "machine": asdict(comparison.machine),
        "sources": asdict(comparison.sources),
        "systems": [_system(system, comparison) for system in comparison.systems],
        "pairs": [
            {
                "topic": pair.topic.value,
                "lang": pair.language,
                "mode": pair.mode.value,
                "old": pair.old,
                "new": pair.new,
                "metric": "MRR@10",
                "n": pair.result.queries,
                "difference": pair.result.difference,
                "interval": [pair.result.low, pair.result.high],
                "p": pair.result.p_value,
                "p_adjusted": pair.p_adjusted,
            }
            for pair in comparison.pairs
        ],
        "queries": [
            {
                "query_id": query.id,
                "lang": query.language,
                "query": query.text,
                "gold": list(query.gold),
                "ranked": {
                    system.name: {mode.value: list(ranked[query.id]) for mode, ranked in system.answers.items()}
                    for system in comparison.systems
                },
            }
            for query in comparison.queries
        ],
        "unmeasured": [
            {"model": one.model, "reasons": [translate(reason) for reason in one.reasons]}
            for one in comparison.unmeasured
        ],
        "notices": [translate(notice) for notice in comparison.notices],
    }


def _system(system: System, comparison: Comparison) -> dict[str, Any]:
    cost = system.cost
    return {
        "name": system.name,
        "model": system.model,
        "cut": bool(system.variation.dimensions),
        "prompts": not system.variation.without_prompts,
        "dimensions": system.dimensions,
        "trained_on_russian": system.reads_russian,
        "ollama": system.server or None,
        "failed_functions": system.failed,
        "functions_per_second": cost.functions_per_second,
        "latency_p50_ms": cost.latency_p50,
        "latency_p95_ms": cost.latency_p95,
        "load_seconds": cost.load_seconds,
        "memory_bytes": cost.memory,
        "vram_bytes": cost.vram,
        "bytes_per_function": cost.bytes_per_function,
        "quality": [_quality(one) for one in comparison.qualities if one.system == system.name],
    }


def _quality(quality: Quality) -> Mapping[str, Any]:
    return {
        "mode": quality.mode.value,
        "lang": quality.language,
        "n": quality.queries,
        **dict(zip(METRICS, astuple(quality.scores), strict=True)),
        "interval": list(quality.interval),
    }
