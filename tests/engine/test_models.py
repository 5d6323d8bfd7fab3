"""What the façade says of models: the catalogue beside the server, what fits a machine, and fetching one."""

from __future__ import annotations

import threading
from dataclasses import replace
from types import SimpleNamespace

import pytest
from tests.engine.embed.fake_models import FakeModel
from tests.engine.embed.fake_ollama import FakeOllama

from smysl.engine.cancel import CancelToken
from smysl.engine.embed.known_models import KNOWN_MODELS
from smysl.engine.embed.model_facts import FACTS
from smysl.engine.errors import Cancelled, ModelMissing, ModelUnavailable, UsageError
from smysl.engine.machine import Card, Machine, Memory, nvidia_smi, nvml, this_machine
from smysl.engine.models import About, ModelKind, PullProgress, PullStage, models, pull
from smysl.engine.settings import ModelRow, Settings

GB = 10**9
CARD_OF_16_GB = Machine(Memory.GPU, 16 * 2**30, "NVML", (Card("a card", 16 * 2**30),))


def test_the_catalogue_comes_with_what_the_server_has_and_with_what_needs_no_server() -> None:
    own = FakeModel("mine:latest", dimensions=96, context=700)
    with FakeOllama(["bge-m3", FakeModel("qwen3-embedding:4b-q8_0", size=4_300_000_000), own]) as fake:
        found = models(Settings(ollama_host=fake.host), look=lambda: CARD_OF_16_GB)
    rows = {row.name: row for row in found.rows}
    assert list(rows)[:2] == ["qwen3-embedding:8b", "qwen3-embedding:4b"]
    assert list(rows)[-3:] == ["mine:latest", "builtin", "lexical"]
    assert rows["bge-m3"].tags == ("bge-m3:latest",)
    assert rows["bge-m3"].is_ready
    four = rows["qwen3-embedding:4b"]
    assert four.tags == ("qwen3-embedding:4b-q8_0",)
    assert [(variant.tag, variant.is_installed) for variant in four.variants] == [
        ("qwen3-embedding:4b", False),
        ("qwen3-embedding:4b-q8_0", True),
        ("qwen3-embedding:4b-fp16", False),
    ]
    assert (four.dimensions, four.truncations, four.any_truncation, four.licence) == (
        2560,
        (32, 2559),
        True,
        "Apache-2.0",
    )
    assert {score.about for score in four.scores} == {About.CODE, About.RUSSIAN}
    assert (rows["mine:latest"].dimensions, rows["mine:latest"].input_tokens, rows["mine:latest"].is_known) == (
        96,
        700,
        False,
    )
    assert rows["builtin"].kind is ModelKind.BUILT_IN
    assert rows["builtin"].is_ready
    assert not rows["all-minilm"].is_ready


def test_without_a_server_the_catalogue_is_told_with_the_reason() -> None:
    found = models(Settings(ollama_host="http://127.0.0.1:9"), look=lambda: CARD_OF_16_GB)
    assert "127.0.0.1:9" in str(found.notices[0])
    assert not any(row.tags for row in found.rows)
    assert found.recommendation is not None


def test_every_known_model_has_facts_and_every_score_its_source() -> None:
    assert {row.name for row in KNOWN_MODELS} == set(FACTS)
    for facts in FACTS.values():
        assert facts.licence
        assert facts.downloads
        assert all(score.source.startswith("https://") for score in facts.scores)


def test_on_16_gb_the_8b_at_q4_needs_about_6_5_gb_and_the_sum_is_that_of_its_parts() -> None:
    with FakeOllama([]) as fake:
        found = models(Settings(ollama_host=fake.host), look=lambda: CARD_OF_16_GB)
    variants = {variant.tag: variant for row in found.rows for variant in row.variants}
    needed = variants["qwen3-embedding:8b"].needs
    assert needed is not None
    assert needed.total == needed.weights + needed.context + needed.overhead
    assert needed.context == needed.context_tokens * 36 * 2 * 8 * 128 * 2
    assert 6.2 * GB < needed.total < 6.9 * GB
    assert variants["qwen3-embedding:8b"].fits
    assert variants["qwen3-embedding:8b-q8_0"].fits
    assert variants["qwen3-embedding:8b-fp16"].fits is False


@pytest.mark.parametrize(
    ("machine", "name"),
    [
        (CARD_OF_16_GB, "qwen3-embedding:8b"),
        (Machine(Memory.GPU, 24 * GB, "NVML"), "qwen3-embedding:8b"),
        (Machine(Memory.GPU, 6 * GB, "NVML"), "qwen3-embedding:4b"),
        (Machine(Memory.GPU, 4 * GB, "NVML"), "embeddinggemma"),
        (Machine(Memory.GPU, 1 * GB, "NVML"), "builtin"),
        (Machine(Memory.RAM, 64 * GB, "RAM"), "embeddinggemma"),
        (Machine(Memory.RAM, 2 * GB, "RAM"), "builtin"),
    ],
)
def test_one_model_is_recommended_for_each_machine_with_the_reason(machine: Machine, name: str) -> None:
    with FakeOllama([]) as fake:
        found = models(Settings(ollama_host=fake.host), look=lambda: machine)
    assert found.recommendation is not None
    assert found.recommendation.name == name
    assert "GB" in str(found.recommendation.reason)


def test_another_machine_may_be_asked_for() -> None:
    with FakeOllama([]) as fake:
        found = models(
            Settings(ollama_host=fake.host), graphics_bytes=6 * GB, look=lambda: Machine(Memory.RAM, 2 * GB, "RAM")
        )
    assert found.machine == Machine(Memory.GPU, 6 * GB, "asked")
    assert found.recommendation is not None
    assert found.recommendation.name == "qwen3-embedding:4b"


def test_of_an_ollama_elsewhere_nothing_is_said_that_is_not_known() -> None:
    settings = Settings(ollama_host="http://192.0.2.1:9", ollama_allow_insecure=True)
    found = models(replace(settings, ollama_host="https://192.0.2.1:9"), look=lambda: CARD_OF_16_GB)
    assert found.machine is None
    assert found.recommendation is None
    assert all(variant.fits is None for row in found.rows for variant in row.variants)


def test_a_model_that_settings_describe_is_known() -> None:
    with FakeOllama(["mine"]) as fake:
        row = ModelRow("mine", query_prompt="q: ", input_tokens=1024)
        found = models(Settings(ollama_host=fake.host, models=(row,)), look=lambda: CARD_OF_16_GB)
    mine = next(row for row in found.rows if row.name == "mine:latest")
    assert (mine.is_known, mine.query_prompt, mine.input_tokens) == (True, "q: ", 1024)


def test_a_model_is_pulled_with_progress_and_is_there_afterwards() -> None:
    heard: list[PullProgress] = []
    with FakeOllama([]) as fake:
        settings = Settings(ollama_host=fake.host)
        variant = pull(settings, "embeddinggemma", heard.append)
        assert variant.is_installed
        assert variant.tag == "embeddinggemma:latest"
        assert any(row.tags for row in models(settings, look=lambda: CARD_OF_16_GB).rows)
    stages = list(dict.fromkeys(one.stage for one in heard))
    assert stages == [PullStage.MANIFEST, PullStage.DOWNLOADING, PullStage.VERIFYING, PullStage.DONE]
    done = [one.done_bytes for one in heard]
    assert done == sorted(done)
    assert heard[-1].done_bytes == heard[-1].total_bytes > 0


def test_a_pull_that_is_taken_back_ends_at_once_and_the_next_one_goes_on_from_there() -> None:
    token = CancelToken()

    def heard(progress: PullProgress) -> None:
        if progress.done_bytes:
            threading.Thread(target=token.cancel).start()

    with FakeOllama([], pull_step_seconds=0.2) as fake:
        settings = Settings(ollama_host=fake.host)
        with pytest.raises(Cancelled):
            pull(settings, "embeddinggemma", heard, token)
        assert fake.find("embeddinggemma") is None
        fake.pull_step_seconds = 0.0
        seen: list[PullProgress] = []
        pull(settings, "embeddinggemma", seen.append)
        assert next(one.done_bytes for one in seen if one.total_bytes) > 0


def test_an_unknown_name_is_answered_with_those_that_exist() -> None:
    with FakeOllama([]) as fake, pytest.raises(ModelMissing, match=r"qwen3-embedding:4b") as raised:
        pull(Settings(ollama_host=fake.host), "qwen3-embeding:4b")
    assert "qwen3-embeding:4b" in str(raised.value.message)


def test_a_server_without_internet_is_told_from_a_model_that_is_not_there() -> None:
    with FakeOllama([], library_is_away=True) as fake, pytest.raises(ModelUnavailable, match="library"):
        pull(Settings(ollama_host=fake.host), "embeddinggemma")


def test_without_a_server_nothing_is_pulled() -> None:
    with pytest.raises(ModelUnavailable, match="ollama serve"):
        pull(Settings(ollama_host="http://127.0.0.1:9"), "embeddinggemma")


@pytest.mark.parametrize("name", ["", "builtin", "lexical", "auto", "static:x", "hub:a/b"])
def test_what_needs_no_pulling_is_not_pulled(name: str) -> None:
    with pytest.raises(UsageError):
        pull(Settings(), name)


def test_cards_are_read_from_nvidia_smi() -> None:
    printed = "NVIDIA GeForce RTX 4080, 16376, 15000, 550.54\nNVIDIA, Grace, [N/A], [N/A], 550.54\n"
    found = nvidia_smi(lambda _: printed)
    assert found == Machine(
        Memory.GPU,
        16376 * 2**20,
        "nvidia-smi",
        (Card("NVIDIA GeForce RTX 4080", 16376 * 2**20, 15000 * 2**20, "550.54"),),
    )


class FakeNvml:
    """The part of NVIDIA's binding that is used: one card, its name in bytes as older versions give it."""

    class NVMLError(Exception):
        """As raised without a driver."""

    def __init__(self, *, has_driver: bool = True) -> None:
        self.has_driver = has_driver
        self.is_open = False

    def nvmlInit(self) -> None:  # noqa: N802 - NVIDIA's name, as below
        if not self.has_driver:
            raise self.NVMLError
        self.is_open = True

    def nvmlShutdown(self) -> None:  # noqa: N802
        self.is_open = False

    def nvmlSystemGetDriverVersion(self) -> str:  # noqa: N802
        return "550.54"

    def nvmlDeviceGetCount(self) -> int:  # noqa: N802
        return 1

    def nvmlDeviceGetHandleByIndex(self, index: int) -> int:  # noqa: N802
        return index

    def nvmlDeviceGetMemoryInfo(self, handle: int) -> SimpleNamespace:  # noqa: N802
        return SimpleNamespace(total=16 * 2**30, free=15 * 2**30)

    def nvmlDeviceGetName(self, handle: int) -> bytes:  # noqa: N802
        return b"RTX 4080"


def test_cards_are_read_through_nvml_where_its_binding_is_there() -> None:
    library = FakeNvml()
    assert nvml(lambda _: library) == Machine(
        Memory.GPU, 16 * 2**30, "NVML", (Card("RTX 4080", 16 * 2**30, 15 * 2**30, "550.54"),)
    )
    assert not library.is_open
    assert nvml(lambda _: FakeNvml(has_driver=False)) is None
    assert nvml(_missing) is None


def _missing(name: str) -> object:
    raise ModuleNotFoundError(name)


def test_without_a_card_the_memory_of_the_machine_counts() -> None:
    found = this_machine([lambda: None])
    assert (found.memory, found.source) == (Memory.RAM, "RAM")
    assert found.total_bytes > 2**28
