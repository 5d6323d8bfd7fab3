"""The answer of `models` as JSON: names that other programs can rely on, sizes in bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from smysl.engine.models import Machine, Model, Models, Variant
from smysl.engine.types import Message

Translate = Callable[[Message], str]


def models_object(found: Models, translate: Translate) -> dict[str, Any]:
    """`{machine, recommendation, models, notices}`; machine and recommendation are null for an Ollama elsewhere."""
    best = found.recommendation
    return {
        "machine": None if found.machine is None else _machine(found.machine),
        "recommendation": None if best is None else {"name": best.name, "reason": translate(best.reason)},
        "models": [model_object(model) for model in found.rows],
        "notices": [translate(notice) for notice in found.notices],
    }


def model_object(model: Model) -> dict[str, Any]:
    """One model with its files."""
    return {
        "name": model.name,
        "kind": model.kind.value,
        "dimensions": model.dimensions,
        "truncations": {"from": model.truncations[0], "to": model.truncations[1]}
        if model.any_truncation
        else list(model.truncations),
        "input_tokens": model.input_tokens,
        "russian": model.russian,
        "known": model.is_known,
        "ready": model.is_ready,
        "query_prompt": model.query_prompt,
        "document_prompt": model.document_prompt,
        "licence": model.licence or None,
        "files": [variant_object(variant) for variant in model.variants],
        "scores": [
            {
                "about": score.about.value,
                "benchmark": score.benchmark,
                "ndcg10": score.value,
                "tasks": score.tasks,
                "source": score.source,
            }
            for score in model.scores
        ],
        "sources": list(model.sources),
    }


def variant_object(variant: Variant) -> dict[str, Any]:
    """One file of a model, and the memory it needs by what it is for."""
    needs = variant.needs
    return {
        "tag": variant.tag,
        "quantization": variant.quantization or None,
        "bytes": variant.size_bytes,
        "installed": variant.is_installed,
        "fits": variant.fits,
        "needs": None
        if needs is None
        else {
            "weights": needs.weights,
            "context": needs.context,
            "overhead": needs.overhead,
            "total": needs.total,
            "context_tokens": needs.context_tokens,
        },
    }


def _machine(machine: Machine) -> dict[str, Any]:
    return {
        "memory": machine.memory.value,
        "bytes": machine.total_bytes,
        "source": machine.source,
        "cards": [
            {"name": card.name, "bytes": card.total_bytes, "free": card.free_bytes, "driver": card.driver or None}
            for card in machine.cards
        ],
    }
