"""The catalogue of models as data, and how a name finds its row."""

from __future__ import annotations

import pytest

from smysl.engine.embed.catalogue import language_notice, resolve, same_model, similar_from, unknown_notice
from smysl.engine.embed.known_models import BUILT_IN_SIMILAR_FROM, KNOWN_MODELS, SIMILAR_FROM, CatalogueRow
from smysl.engine.settings import ModelRow


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("qwen3-embedding", "qwen3-embedding:8b"),
        ("qwen3-embedding:latest", "qwen3-embedding:8b"),
        ("qwen3-embedding:8b-fp16", "qwen3-embedding:8b"),
        ("qwen3-embedding:4b", "qwen3-embedding:4b"),
        ("qwen3-embedding:4b-q8_0", "qwen3-embedding:4b"),
        ("Qwen3-Embedding:0.6B", "qwen3-embedding:0.6b"),
        ("dengcao/Qwen3-Embedding-4B", "qwen3-embedding:4b"),
        ("dengcao/Qwen3-Embedding-0.6B:Q8_0", "qwen3-embedding:0.6b"),
        ("hf.co/Qwen/Qwen3-Embedding-8B-GGUF:Q4_K_M", "qwen3-embedding:8b"),
        ("bge-m3:567m", "bge-m3"),
        ("bge-m3:latest", "bge-m3"),
        ("nomic-embed-text", "nomic-embed-text"),
        ("nomic-embed-text:v1.5", "nomic-embed-text"),
        ("nomic-embed-text-v2-moe:latest", "nomic-embed-text-v2-moe"),
        ("embeddinggemma:300m-qat-q4_0", "embeddinggemma"),
        ("mxbai-embed-large:335m", "mxbai-embed-large"),
        ("snowflake-arctic-embed2:568m", "snowflake-arctic-embed2"),
        ("all-minilm:33m", "all-minilm"),
        ("granite-embedding", "granite-embedding:30m"),
        ("granite-embedding:278m-fp16", "granite-embedding:278m"),
    ],
)
def test_a_name_finds_its_row(tag: str, name: str) -> None:
    row = resolve(tag)
    assert row.is_known
    assert row.name == name


@pytest.mark.parametrize(
    "tag", ["llama3:8b", "bge-m3-mine", "nomic-embed", "", "qwen3:8b", "snowflake-arctic-embed:110m"]
)
def test_an_unknown_name_gives_a_row_without_prompts(tag: str) -> None:
    row = resolve(tag)
    assert not row.is_known
    assert (row.query("вопрос"), row.document("код"), row.dimensions) == ("вопрос", "код", 0)
    assert "without prompts" in str(unknown_notice(row, tag))


def test_every_row_has_its_facts_and_their_sources() -> None:
    for row in KNOWN_MODELS:
        assert row.is_known, row.name
        assert row.dimensions > 0, row.name
        assert row.input_tokens > 0, row.name
        assert all(0 < length < row.dimensions for length in row.truncations), row.name
        assert row.sources, row.name
        assert all(source.startswith("https://") for source in row.sources), row.name


def test_ranks_and_tags_are_each_used_once() -> None:
    assert sorted(row.rank for row in KNOWN_MODELS) == list(range(1, len(KNOWN_MODELS) + 1))
    tags = [tag for row in KNOWN_MODELS for tag in row.tags]
    assert len(tags) == len(set(tags))
    assert all(tag == tag.lower() for tag in tags)


def test_models_that_know_russian_go_first() -> None:
    ranked = sorted(KNOWN_MODELS, key=lambda row: row.rank)
    assert [row.russian for row in ranked] == sorted((row.russian for row in ranked), reverse=True)


def test_settings_override_single_facts_and_add_models() -> None:
    rows = (
        ModelRow("bge-m3", query_prompt="вопрос: "),
        ModelRow("my-model", document_prompt="<{text}>", dimensions=100, input_tokens=300),
    )
    known = resolve("bge-m3:latest", rows)
    assert (known.query("где?"), known.dimensions) == ("вопрос: где?", 1024)
    mine = resolve("someone/my-model:7b", rows)
    assert mine.is_known
    assert language_notice(mine) is None
    assert (mine.document("x"), mine.pinned_dimensions, mine.pinned_tokens) == ("<x>", 100, 300)


def test_a_row_for_the_very_tag_goes_before_one_for_the_family() -> None:
    rows = (ModelRow("m:4b", query_prompt="exact "), ModelRow("m", query_prompt="family "))
    assert resolve("m:4b", rows).query("") == "exact "
    assert resolve("m:8b", rows).query("") == "family "


def test_the_prompt_version_changes_with_whatever_the_model_sees() -> None:
    versions = {
        CatalogueRow(tags=("m",)).prompt_version,
        CatalogueRow(tags=("m",), query_prompt="a").prompt_version,
        CatalogueRow(tags=("m",), document_prompt="a").prompt_version,
        CatalogueRow(tags=("m",), lowercase=True).prompt_version,
    }
    assert len(versions) == 4
    assert CatalogueRow(tags=("m",), rank=1).prompt_version == CatalogueRow(tags=("n",), rank=2).prompt_version


def test_prompts_are_those_of_the_model_cards() -> None:
    assert resolve("qwen3-embedding:4b").query("q").startswith("Instruct: Given a question in Russian or English")
    assert resolve("qwen3-embedding:4b").query("q").endswith("\nQuery:q")
    assert resolve("embeddinggemma").query("q") == "task: code retrieval | query: q"
    assert resolve("embeddinggemma").document("d") == "title: none | text: d"
    assert resolve("nomic-embed-text-v2-moe").query("Q") == "search_query: Q"
    assert resolve("snowflake-arctic-embed2").query("q") == "query: q"
    assert resolve("mxbai-embed-large").query("q") == "Represent this sentence for searching relevant passages: q"
    assert resolve("bge-m3").query("q") == resolve("bge-m3").document("q") == "q"


def test_only_a_model_without_russian_has_a_notice_about_it() -> None:
    assert language_notice(resolve("bge-m3")) is None
    assert language_notice(resolve("llama3")) is None
    assert "Russian" in str(language_notice(resolve("nomic-embed-text")))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("bge-m3", "bge-m3:latest", True),
        ("BGE-M3", "bge-m3", True),
        ("qwen3-embedding:4b", "qwen3-embedding", False),
        ("a/bge-m3", "bge-m3", False),
    ],
)
def test_names_that_mean_one_model_on_a_server(one: str, other: str, same: bool) -> None:
    assert same_model(one, other) is same


def test_every_model_says_from_which_similarity_on_code_is_similar() -> None:
    assert similar_from("builtin") == BUILT_IN_SIMILAR_FROM
    assert similar_from("all-minilm:latest") == resolve("all-minilm").similar_from
    assert similar_from("a-model-nobody-knows") == SIMILAR_FROM
    assert all(0.5 < row.similar_from < 1 for row in KNOWN_MODELS)
