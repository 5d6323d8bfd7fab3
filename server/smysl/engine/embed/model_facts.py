"""What a person needs to choose a model: licence, size, memory, published scores. Looked up in November 2026.

Sizes are those of the files in Ollama's library. The memory of a token is two (keys and values) times the layers, the
key-value heads, their width and two bytes, from the configuration of each model on the Hugging Face hub; models that
read a text in one piece keep none. Scores are NDCG@10, times 100.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

RESULTS = "https://github.com/embeddings-benchmark/results"
_MB, _GB = 10**6, 10**9


class About(str, Enum):
    """What a published score is about."""

    CODE = "code"
    RUSSIAN = "russian"


@dataclass(frozen=True, slots=True)
class Score:
    """A published figure: NDCG@10, times 100. `tasks` is over how many tasks it is the mean."""

    about: About
    benchmark: str
    value: float
    tasks: int = 1
    source: str = RESULTS


@dataclass(frozen=True, slots=True)
class Download:
    """A file of Ollama's library: its tag, quantisation and size in bytes."""

    tag: str
    quantization: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What is published of a model.

    parameters: in millions. width: of the vectors inside it. cache_bytes: what it keeps of each token of a text.
    vocabulary: the tokens of a model that could also write; 0 for one that only embeds.
    downloads: the first is what the bare name gives.
    """

    licence: str
    parameters: int
    width: int
    cache_bytes: int
    downloads: tuple[Download, ...]
    scores: tuple[Score, ...] = ()
    vocabulary: int = 0


QWEN3_VOCABULARY = 151_669


def _code(value: float, tasks: int) -> Score:
    return Score(About.CODE, "MTEB(Code, v1)", value, tasks)


def _python(value: float) -> Score:
    return Score(About.CODE, "CodeSearchNet Python", value)


def _cosqa(value: float) -> Score:
    return Score(About.CODE, "CosQA", value)


def _miracl(value: float) -> Score:
    return Score(About.RUSSIAN, "MIRACL ru", value)


def _rubq(value: float) -> Score:
    return Score(About.RUSSIAN, "RuBQ", value)


def _ria(value: float) -> Score:
    return Score(About.RUSSIAN, "Ria news", value)


FACTS: Mapping[str, Facts] = {
    "qwen3-embedding:8b": Facts(
        licence="Apache-2.0",
        parameters=7_570,
        width=4096,
        cache_bytes=2 * 36 * 8 * 128 * 2,
        vocabulary=QWEN3_VOCABULARY,
        downloads=(
            Download("qwen3-embedding:8b", "Q4_K_M", 4_700 * _MB),
            Download("qwen3-embedding:8b-q8_0", "Q8_0", 8 * _GB),
            Download("qwen3-embedding:8b-fp16", "F16", 15 * _GB),
        ),
        scores=(_code(80.69, 12), _python(96.6), _cosqa(38.0), _miracl(73.8), _rubq(76.3), _ria(84.9)),
    ),
    "qwen3-embedding:4b": Facts(
        licence="Apache-2.0",
        parameters=4_020,
        width=2560,
        cache_bytes=2 * 36 * 8 * 128 * 2,
        vocabulary=QWEN3_VOCABULARY,
        downloads=(
            Download("qwen3-embedding:4b", "Q4_K_M", 2_500 * _MB),
            Download("qwen3-embedding:4b-q8_0", "Q8_0", 4_300 * _MB),
            Download("qwen3-embedding:4b-fp16", "F16", 8 * _GB),
        ),
        scores=(_code(80.07, 12), _python(96.0), _cosqa(38.0), _miracl(71.7), _rubq(73.6), _ria(84.4)),
    ),
    "embeddinggemma": Facts(
        licence="Gemma",
        parameters=308,
        width=768,
        cache_bytes=2 * 24 * 1 * 256 * 2,
        downloads=(Download("embeddinggemma", "BF16", 622 * _MB),),
        scores=(_code(68.76, 12), _python(96.2), _cosqa(43.6), _miracl(66.5), _rubq(69.7), _ria(80.3)),
    ),
    "qwen3-embedding:0.6b": Facts(
        licence="Apache-2.0",
        parameters=596,
        width=1024,
        cache_bytes=2 * 28 * 8 * 128 * 2,
        vocabulary=QWEN3_VOCABULARY,
        downloads=(
            Download("qwen3-embedding:0.6b", "Q8_0", 639 * _MB),
            Download("qwen3-embedding:0.6b-fp16", "F16", 1_200 * _MB),
        ),
        scores=(_code(75.42, 12), _python(94.3), _cosqa(36.5), _miracl(61.0), _rubq(66.9), _ria(73.4)),
    ),
    "snowflake-arctic-embed2": Facts(
        licence="Apache-2.0",
        parameters=568,
        width=1024,
        cache_bytes=0,
        downloads=(Download("snowflake-arctic-embed2", "F16", 1_200 * _MB),),
        scores=(_code(53.24, 11), _python(84.4), _cosqa(35.6), _miracl(67.5), _rubq(71.5), _ria(82.4)),
    ),
    "bge-m3": Facts(
        licence="MIT",
        parameters=567,
        width=1024,
        cache_bytes=0,
        downloads=(Download("bge-m3", "F16", 1_200 * _MB),),
        scores=(_code(47.7, 2), _miracl(70.3), _rubq(71.2), _ria(84.0)),
    ),
    "nomic-embed-text-v2-moe": Facts(
        licence="Apache-2.0",
        parameters=475,
        width=768,
        cache_bytes=0,
        downloads=(Download("nomic-embed-text-v2-moe", "F16", 958 * _MB),),
        scores=(_code(40.5, 2), _miracl(66.0)),
    ),
    "nomic-embed-text": Facts(
        licence="Apache-2.0",
        parameters=137,
        width=768,
        cache_bytes=0,
        downloads=(Download("nomic-embed-text", "F16", 274 * _MB),),
        scores=(_code(40.39, 11), _python(85.5), _cosqa(26.1), _miracl(2.6), _rubq(5.5), _ria(18.8)),
    ),
    "granite-embedding:278m": Facts(
        licence="Apache-2.0",
        parameters=278,
        width=768,
        cache_bytes=0,
        downloads=(Download("granite-embedding:278m", "F16", 563 * _MB),),
    ),
    "mxbai-embed-large": Facts(
        licence="Apache-2.0",
        parameters=335,
        width=1024,
        cache_bytes=0,
        downloads=(Download("mxbai-embed-large", "F16", 670 * _MB),),
    ),
    "granite-embedding:30m": Facts(
        licence="Apache-2.0",
        parameters=30,
        width=384,
        cache_bytes=0,
        downloads=(Download("granite-embedding:30m", "F16", 63 * _MB),),
    ),
    "all-minilm": Facts(
        licence="Apache-2.0",
        parameters=23,
        width=384,
        cache_bytes=0,
        downloads=(Download("all-minilm", "F16", 46 * _MB),),
    ),
}
"""By the name of the catalogue."""
