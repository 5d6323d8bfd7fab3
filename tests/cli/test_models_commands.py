"""`models` and `models pull`: what a person and a program read."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from tests.cli.fakes import Shell, model

from smysl.cli.world import real_world
from smysl.engine.errors import Cancelled, ModelMissing
from smysl.engine.models import About, Machine, Memory, Models, Needs, Recommendation, Score
from smysl.engine.settings import Settings
from smysl.engine.types import say


@pytest.fixture
def stocked(shell: Shell) -> Shell:
    """A shell whose models have files that need memory, on a machine with a card."""
    large = model("bge-m3", 1024, russian=True, tag="bge-m3:latest")
    needs = Needs(1_200_000_000, 0, 800_000_000, 2048)
    large = replace(
        large,
        input_tokens=8192,
        licence="MIT",
        query_prompt="q: ",
        variants=(replace(large.variants[0], needs=needs, fits=True),),
        scores=(Score(About.CODE, "MTEB(Code, v1)", 53.24, 11), Score(About.RUSSIAN, "MIRACL ru", 70.3)),
        sources=("https://huggingface.co/BAAI/bge-m3",),
    )
    shell.models = Models(
        (large, model("all-minilm", 384, russian=False)),
        machine=Machine(Memory.GPU, 16 * 2**30, "NVML"),
        recommendation=Recommendation("bge-m3", say("Cancelled.")),
    )
    return shell


def test_models_are_listed_with_what_the_server_has_what_fits_and_the_one_to_take(stocked: Shell) -> None:
    lines = stocked.run("models").out.splitlines()
    assert lines == [
        "This machine: 16.0 GiB of graphics memory (NVML; from NVML).",
        "",
        "Model       File  Size    Needs   Fits  Dimensions  Input  Code  Russian  In Ollama",
        "bge-m3      F16   1.2 GB  2.0 GB  yes   1024        8192   53.2  70.3     bge-m3:latest",
        "all-minilm  F16   1.2 GB  ?       ?     384         ?      —     —        —",
        "",
        "Take bge-m3. Cancelled.",
        "file 1.2 GB + context of 2048 tokens 0 MB + runtime and scratch 800 MB = 2.0 GB",
    ]


def test_details_tell_prompts_licence_scores_and_sources(stocked: Shell) -> None:
    out = stocked.run("models", "--details").out
    for fact in ("'q: '", "Licence: MIT", "mean of 11 tasks", "https://huggingface.co/BAAI/bge-m3", "llama.cpp"):
        assert fact in out


def test_another_card_may_be_asked_for(stocked: Shell) -> None:
    stocked.run("models", "--vram", "8")
    stocked.run("models")
    assert stocked.asked_sizes == [8 * 2**30, None]
    for wrong in ("-1", "0", "much"):
        assert stocked.run("models", "--vram", wrong).code == 2


def test_the_list_as_json_has_sizes_in_bytes_and_the_parts_of_the_sum(stocked: Shell) -> None:
    found = json.loads(stocked.run("models", "--json").out)
    assert found["recommendation"] == {"name": "bge-m3", "reason": "Cancelled."}
    assert found["machine"] == {"memory": "gpu", "bytes": 16 * 2**30, "source": "NVML", "cards": []}
    first, second = found["models"]
    assert (first["name"], first["ready"], first["dimensions"], first["russian"]) == ("bge-m3", True, 1024, True)
    assert first["files"][0] == {
        "tag": "bge-m3:latest",
        "quantization": "F16",
        "bytes": 1_200_000_000,
        "installed": True,
        "fits": True,
        "needs": {
            "weights": 1_200_000_000,
            "context": 0,
            "overhead": 800_000_000,
            "total": 2_000_000_000,
            "context_tokens": 2048,
        },
    }
    assert first["scores"][0]["source"].startswith("https://")
    assert (second["ready"], second["files"][0]["needs"]) == (False, None)


def test_a_server_that_does_not_answer_leaves_the_catalogue_to_be_listed(shell: Shell) -> None:
    shell.models = real_world(lambda serving: 0).list_models(Settings(ollama_host="http://127.0.0.1:9"), 16 * 2**30)
    ended = shell.run("models", "--json")
    found = json.loads(ended.out)
    assert not any(file["installed"] for one in found["models"] for file in one["files"])
    assert [one["name"] for one in found["models"]][-2:] == ["builtin", "lexical"]
    assert found["recommendation"]["name"] == "qwen3-embedding:8b"
    assert "http://127.0.0.1:9" in ended.err
    assert "qwen3-embedding:8b-q8_0" not in shell.run("models", "--lang", "ru").err


def test_the_list_is_told_in_russian(stocked: Shell) -> None:
    out = stocked.run("models", "--details", "--lang", "ru").out
    assert "Модель" in out
    assert "да" in out
    assert "Licence" not in out


def test_a_model_is_pulled_and_the_stages_are_told(shell: Shell) -> None:
    ended = shell.run("models", "pull", "embeddinggemma")
    assert (ended.code, shell.pulled) == (0, ["embeddinggemma"])
    assert "embeddinggemma:latest is there (1.2 GB)" in ended.out
    assert ended.err == "Fetching\n"
    assert json.loads(shell.run("models", "pull", "bge-m3", "--json", "-q").out)["tag"] == "bge-m3:latest"


def test_a_pull_that_ctrl_c_ends_says_that_nothing_is_lost(shell: Shell) -> None:
    shell.pull_error = Cancelled()
    ended = shell.run("models", "pull", "embeddinggemma")
    assert ended.code == 130
    assert "the next pull goes on from there" in ended.err


def test_an_unknown_name_ends_with_what_exists(shell: Shell) -> None:
    shell.pull_error = ModelMissing(
        say("Cancelled."), say("There are: {names}. See https://ollama.com/search?c=embedding", names="bge-m3")
    )
    ended = shell.run("models", "pull", "bge")
    assert ended.code == 3
    assert "There are: bge-m3" in ended.err
    assert shell.run("models", "pull").code == 2
    assert shell.run("models", "pul", "bge-m3").code == 2
