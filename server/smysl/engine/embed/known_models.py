"""The embedding models that are known by name: one row a model, each fact with its source.

A model that is not here works too, without prompts. A person can add or override a row in settings.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

MOST_TOKENS = 2048
"""No more context than this is asked for unless a person says so: Ollama 0.30 and later compute an embedding in one
batch of at most 2,048 tokens, and abort or cut silently beyond it (https://github.com/ollama/ollama/issues/14259,
https://github.com/ollama/ollama/issues/16582)."""

BUILT_IN_NAME = "builtin"

BUILT_IN_SIMILAR_FROM = 0.8
"""Of the functions of five packages that have no twin, a hover stays silent above 83 to 93 % then, and above what it
speaks of, 70 to 91 % have one by their tokens too: `python -m tests.benchmarks.likeness`."""

SIMILAR_FROM = 0.8
"""For a model that could not be measured here: what the built-in one needs. A similarity is read against the mean
cosine of the model's own vectors, so that the habit of calling everything alike is taken out of it."""


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """What is known of a model.

    tags: Ollama names it goes by, lower case, without namespace; one without `:` stands for any variant.
    dimensions: of the whole vector; 0 is unknown.
    truncations: the shorter lengths that its Matryoshka training makes valid.
    input_tokens: how long an input it was made for; 0 is unknown.
    query_prompt, document_prompt: put before the text, or around it where they hold `{text}`.
    chars_per_token, wide_chars_per_token: cautious estimates for ASCII code and for other letters.
    lowercase: whether text is lower-cased before it is sent.
    rank: 1 is the first choice of `auto`.
    russian: whether it was trained on Russian; true for a model of which nothing is known.
    similar_from: from which similarity on code counts as similar.
    pinned_tokens: the context that a person asks for in settings, which may exceed `MOST_TOKENS`; 0 is none.
    pinned_dimensions: the length that a person vouches for in settings; 0 is none.
    sources: where all that is said.
    """

    tags: tuple[str, ...]
    dimensions: int = 0
    truncations: range | tuple[int, ...] = ()
    input_tokens: int = 0
    query_prompt: str = ""
    document_prompt: str = ""
    chars_per_token: float = 2.5
    wide_chars_per_token: float = 1.0
    lowercase: bool = False
    rank: int = 99
    russian: bool = False
    is_known: bool = True
    similar_from: float = SIMILAR_FROM
    pinned_tokens: int = 0
    pinned_dimensions: int = 0
    sources: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The first of its tags."""
        return self.tags[0]

    @property
    def prompt_version(self) -> str:
        """Changes when what is done to a text before the model sees it changes."""
        recipe = "\0".join((self.query_prompt, self.document_prompt, "lower" if self.lowercase else ""))
        return hashlib.sha256(recipe.encode()).hexdigest()[:12]

    def query(self, text: str) -> str:
        """What is sent for a query."""
        return self._with_prompt(self.query_prompt, text)

    def document(self, text: str) -> str:
        """What is sent for a piece of code."""
        return self._with_prompt(self.document_prompt, text)

    def _with_prompt(self, prompt: str, text: str) -> str:
        if self.lowercase:
            text = text.lower()
        return prompt.replace("{text}", text) if "{text}" in prompt else prompt + text


_LIBRARY = "https://ollama.com/library/"
_HUB = "https://huggingface.co/"

_QWEN_QUERY = (
    "Instruct: Given a question in Russian or English about a Python code base, "
    "retrieve the function that implements it\nQuery:"
)
"""The task line is ours, in English and without a space after `Query:`, as the model's card advises."""

_QWEN_SOURCES = (
    "https://github.com/QwenLM/Qwen3-Embedding#readme",
    f"{_LIBRARY}qwen3-embedding",
)

KNOWN_MODELS: tuple[CatalogueRow, ...] = (
    CatalogueRow(
        tags=("qwen3-embedding:8b", "qwen3-embedding-8b", "qwen3-embedding:latest", "qwen3-embedding"),
        dimensions=4096,
        truncations=range(32, 4096),
        input_tokens=32_768,
        query_prompt=_QWEN_QUERY,
        wide_chars_per_token=1.5,
        rank=1,
        russian=True,
        sources=(*_QWEN_SOURCES, f"{_HUB}Qwen/Qwen3-Embedding-8B"),
    ),
    CatalogueRow(
        tags=("qwen3-embedding:4b", "qwen3-embedding-4b"),
        dimensions=2560,
        truncations=range(32, 2560),
        input_tokens=32_768,
        query_prompt=_QWEN_QUERY,
        wide_chars_per_token=1.5,
        rank=2,
        russian=True,
        sources=(*_QWEN_SOURCES, f"{_HUB}Qwen/Qwen3-Embedding-4B"),
    ),
    # Of the two small ones EmbeddingGemma is the better at English to Python and at Russian retrieval (CodeSearchNet
    # Python 96.2 against 94.3, RuBQ 69.7 against 66.9 in https://github.com/embeddings-benchmark/results).
    CatalogueRow(
        tags=("embeddinggemma", "embeddinggemma-300m"),
        dimensions=768,
        truncations=(512, 256, 128),
        input_tokens=2048,
        query_prompt="task: code retrieval | query: ",
        document_prompt="title: none | text: ",
        wide_chars_per_token=1.5,
        rank=3,
        russian=True,
        sources=("https://ai.google.dev/gemma/docs/embeddinggemma/model_card", f"{_LIBRARY}embeddinggemma"),
    ),
    CatalogueRow(
        tags=("qwen3-embedding:0.6b", "qwen3-embedding-0.6b"),
        dimensions=1024,
        truncations=range(32, 1024),
        input_tokens=32_768,
        query_prompt=_QWEN_QUERY,
        wide_chars_per_token=1.5,
        rank=4,
        russian=True,
        sources=(*_QWEN_SOURCES, f"{_HUB}Qwen/Qwen3-Embedding-0.6B"),
    ),
    CatalogueRow(
        tags=("snowflake-arctic-embed2", "snowflake-arctic-embed-l-v2.0"),
        dimensions=1024,
        truncations=(256,),
        input_tokens=8192,
        query_prompt="query: ",
        wide_chars_per_token=1.5,
        rank=5,
        russian=True,
        sources=(f"{_HUB}Snowflake/snowflake-arctic-embed-l-v2.0", f"{_LIBRARY}snowflake-arctic-embed2"),
    ),
    CatalogueRow(
        tags=("bge-m3",),
        dimensions=1024,
        input_tokens=8192,
        wide_chars_per_token=1.5,
        rank=6,
        russian=True,
        sources=(f"{_HUB}BAAI/bge-m3", f"{_LIBRARY}bge-m3"),
    ),
    CatalogueRow(
        tags=("nomic-embed-text-v2-moe",),
        dimensions=768,
        truncations=(256,),
        input_tokens=512,
        query_prompt="search_query: ",
        document_prompt="search_document: ",
        wide_chars_per_token=1.5,
        rank=7,
        russian=True,
        sources=(f"{_HUB}nomic-ai/nomic-embed-text-v2-moe", f"{_LIBRARY}nomic-embed-text-v2-moe"),
    ),
    # Its vocabulary has no capitals, and Ollama 0.13.1 to 0.24 turn words with capitals into the unknown token
    # (https://github.com/ollama/ollama/issues/13942), so lower case loses nothing and saves much.
    CatalogueRow(
        tags=("nomic-embed-text", "nomic-embed-text-v1.5"),
        dimensions=768,
        truncations=(512, 256, 128, 64),
        input_tokens=2048,
        query_prompt="search_query: ",
        document_prompt="search_document: ",
        lowercase=True,
        rank=8,
        sources=(f"{_HUB}nomic-ai/nomic-embed-text-v1.5", f"{_LIBRARY}nomic-embed-text"),
    ),
    CatalogueRow(
        tags=("granite-embedding:278m", "granite-embedding-278m-multilingual"),
        dimensions=768,
        input_tokens=512,
        rank=9,
        sources=(f"{_HUB}ibm-granite/granite-embedding-278m-multilingual", f"{_LIBRARY}granite-embedding"),
    ),
    CatalogueRow(
        tags=("mxbai-embed-large", "mxbai-embed-large-v1"),
        dimensions=1024,
        truncations=(768, 512, 256, 128),
        input_tokens=512,
        query_prompt="Represent this sentence for searching relevant passages: ",
        rank=10,
        sources=(f"{_HUB}mixedbread-ai/mxbai-embed-large-v1", f"{_LIBRARY}mxbai-embed-large"),
    ),
    CatalogueRow(
        tags=("granite-embedding:30m", "granite-embedding-30m-english", "granite-embedding"),
        dimensions=384,
        input_tokens=512,
        rank=11,
        sources=(f"{_HUB}ibm-granite/granite-embedding-30m-english", f"{_LIBRARY}granite-embedding"),
    ),
    # Trained on inputs of up to 256 word pieces; Ollama's own file of the model asks for as much. `similar_from` is
    # measured: of the functions without a twin, a hover stays silent above 81 % then.
    CatalogueRow(
        tags=("all-minilm", "all-minilm-l6-v2", "all-minilm-l12-v2"),
        dimensions=384,
        input_tokens=256,
        similar_from=0.8,
        rank=12,
        sources=(f"{_HUB}sentence-transformers/all-MiniLM-L6-v2", f"{_LIBRARY}all-minilm"),
    ),
)
