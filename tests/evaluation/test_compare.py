"""A comparison of models from end to end: a real engine, the built-in model, and models in a fake Ollama."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.engine.embed.fake_models import FakeModel
from tests.engine.embed.fake_ollama import FakeOllama
from tests.evaluation.meaning import PLAIN_MODEL, PROMPTED, by_words, by_words_if_prompted

from smysl.engine.errors import EmbedderError, SmyslError, UsageError
from smysl.engine.settings import ModelRow, Settings
from smysl.engine.types import Mode
from smysl.evaluation.compare import Choices, compare
from smysl.evaluation.comparison import LEXICAL, Comparison, Topic
from smysl.evaluation.measure import Step
from smysl.evaluation.verdict import verdicts

PLAIN = Choices(variations=False)


def _names(comparison: Comparison) -> list[str]:
    return [system.name for system in comparison.systems]


def test_each_model_is_asked_the_same_questions_in_every_mode(repository: Path, settings: Settings) -> None:
    found = compare(repository, settings, ["builtin", PLAIN_MODEL], choices=PLAIN)
    assert _names(found) == [LEXICAL, "builtin", PLAIN_MODEL]
    assert {(one.system, one.mode, one.language, one.queries) for one in found.qualities} == {
        (name, mode, language, 12)
        for language in ("en", "ru")
        for name, mode in (
            ("lexical", Mode.LEXICAL),
            ("builtin", Mode.FUSED),
            ("builtin", Mode.DENSE),
            (PLAIN_MODEL, Mode.FUSED),
            (PLAIN_MODEL, Mode.DENSE),
        )
    }
    assert found.languages == ("ru", "en")
    assert (found.sources.files, found.sources.functions) == (4, 25)
    dense = found.quality(found.systems[2], "en", Mode.DENSE)
    assert dense is not None
    assert dense.scores.mrr > 0.5  # the fake gives texts with the same words like vectors
    assert found.unmeasured == ()


def test_what_is_asked_does_not_stand_in_what_is_searched(
    repository: Path, settings: Settings, fake: FakeOllama
) -> None:
    compare(repository, settings, [PLAIN_MODEL], choices=PLAIN)
    documents = [text for text in fake.embedded_texts if "def " in text]
    queries = [text for text in fake.embedded_texts if "def " not in text]
    assert any("Loads one invoice for whoever asked at the desk" in query for query in queries)
    assert any("Загружает счёт по просьбе клиента у стойки" in query for query in queries)
    assert documents
    assert not any("whoever" in text or "Загружает" in text for text in documents)
    assert not any("for a parcel" in query for query in queries)


def test_costs_are_measured(repository: Path, settings: Settings, fake: FakeOllama) -> None:
    fake.load_seconds = 0.5
    found = compare(repository, settings, ["builtin", PLAIN_MODEL], choices=PLAIN)
    words, built_in, model = (system.cost for system in found.systems)
    assert words.functions_per_second
    assert words.functions_per_second > 1
    assert (words.memory, words.load_seconds) == (None, None)
    assert built_in.memory
    assert built_in.memory > 1_000_000
    assert model.load_seconds
    assert model.load_seconds > 0.2  # less what a warm answer takes, which on a busy machine varies
    assert (model.memory, model.vram) == (123_456_789, 0)
    assert model.bytes_per_function == pytest.approx(768 * 4, rel=0.2)
    for cost in (words, built_in, model):
        assert cost.latency_p50
        assert cost.latency_p95
        assert 0 < cost.latency_p50 <= cost.latency_p95


def test_shorter_vectors_are_cut_here_and_cost_no_call(repository: Path, settings: Settings, fake: FakeOllama) -> None:
    found = compare(repository, settings, [PROMPTED])
    assert _names(found) == [
        LEXICAL,
        PROMPTED,
        f"{PROMPTED} @512",
        f"{PROMPTED} @256",
        f"{PROMPTED} without prompts",
    ]
    assert [system.dimensions for system in found.systems] == [None, 768, 512, 256, 768]
    sent = [text for text in fake.embedded_texts if text.startswith("search_document: ")]
    assert len(sent) == len(set(sent))
    assert all(call.dimensions is None for call in fake.calls)
    whole, half = (found.quality(found.systems[place], "en", Mode.DENSE) for place in (1, 3))
    assert whole is not None
    assert half is not None
    assert half.scores.mrr == pytest.approx(whole.scores.mrr, abs=0.15)


def test_without_a_query_prompt_the_code_is_not_embedded_again(repository: Path, tmp_path: Path) -> None:
    with FakeOllama(
        [FakeModel("qwen3-embedding:0.6b")], vector_for=lambda text: by_words(text, dimensions=1024)
    ) as fake:
        settings = Settings(ollama_host=fake.host, cache_dir=tmp_path / "cache")
        found = compare(repository, settings, ["qwen3-embedding:0.6b"])
    assert _names(found)[-1] == "qwen3-embedding:0.6b without prompts"
    assert [system.dimensions for system in found.systems[2:4]] == [512, 256]
    documents = [text for text in fake.embedded_texts if "def " in text]
    assert len(documents) == len(set(documents))
    prompted = [text for text in fake.embedded_texts if text.startswith("Instruct: ")]
    assert len([text for text in prompted if not text.endswith("Query:def")]) == 24


def test_with_its_prompts_left_out_a_model_that_wants_them_loses_measurably(
    repository: Path, settings: Settings, fake: FakeOllama
) -> None:
    """The construction is documented in `meaning`; a real model is measured by `tests.benchmarks.prompts`."""
    fake.vector_for = by_words_if_prompted
    found = compare(repository, settings, [PROMPTED])
    pair = found.pair(Topic.VARIATION, "en", f"{PROMPTED} without prompts", Mode.DENSE)
    assert pair is not None
    assert pair.result.difference < -0.1
    assert pair.is_significant


def test_a_model_that_fails_midway_is_told_apart_and_the_others_are_measured(
    repository: Path, settings: Settings, fake: FakeOllama
) -> None:
    fake.fail(
        500, "llama runner process has terminated: out of memory", fits=lambda text: "parcel" in text and "def " in text
    )
    found = compare(repository, settings, [PLAIN_MODEL, "builtin"], choices=PLAIN)
    assert _names(found) == [LEXICAL, "builtin"]
    [failure] = found.unmeasured
    assert failure.model == PLAIN_MODEL
    assert "out of memory" in " ".join(map(str, failure.reasons))
    fake.rules.clear()
    whole = compare(repository, settings, [PLAIN_MODEL, "builtin"], choices=PLAIN)
    assert _names(whole) == [LEXICAL, PLAIN_MODEL, "builtin"]


def test_a_question_that_a_sound_model_cannot_embed_is_answered_by_the_words(
    repository: Path, settings: Settings, fake: FakeOllama
) -> None:
    fake.crash(lambda text: text.startswith("Prints one parcel"))
    found = compare(repository, settings, ["builtin", PLAIN_MODEL], choices=PLAIN)
    assert found.unmeasured == ()
    [asked] = [query for query in found.queries if query.text.startswith("Prints one parcel")]
    answers = found.systems[2].answers
    assert answers[Mode.DENSE][asked.id] == ()
    assert asked.gold[0] in answers[Mode.FUSED][asked.id]


def test_an_unknown_model_is_told_with_what_there_is(repository: Path, settings: Settings) -> None:
    found = compare(repository, settings, ["granite-embedding:279m", PLAIN_MODEL], choices=PLAIN)
    assert _names(found) == [LEXICAL, PLAIN_MODEL]
    assert PLAIN_MODEL in str(found.unmeasured[0].reasons[0])
    with pytest.raises(EmbedderError, match="does not have the model granite-embedding:279m"):
        compare(repository, settings, ["granite-embedding:279m"], choices=PLAIN)
    with pytest.raises(UsageError, match="no model"):
        compare(repository, settings, ["auto"])


def test_without_names_the_built_in_model_and_those_of_ollama_are_measured(
    repository: Path, settings: Settings, fake: FakeOllama
) -> None:
    fake.installed.append(FakeModel("llama3.2", embeds=False))
    assert _names(compare(repository, settings, choices=PLAIN)) == [LEXICAL, "builtin", PROMPTED, PLAIN_MODEL]
    fake.stop()
    found = compare(repository, settings, choices=PLAIN)
    assert _names(found) == [LEXICAL, "builtin"]
    assert any("No Ollama answers" in str(notice) for notice in found.notices)


def test_two_names_of_one_model_are_measured_once(repository: Path, settings: Settings) -> None:
    assert _names(compare(repository, settings, [PLAIN_MODEL, PLAIN_MODEL.upper(), "lexical"], choices=PLAIN)) == [
        LEXICAL,
        PLAIN_MODEL,
    ]


def test_prompts_of_the_settings_are_the_usual_ones(repository: Path, settings: Settings, fake: FakeOllama) -> None:
    fake.installed.append(FakeModel("mine", dimensions=768))
    rows = (ModelRow("mine", query_prompt="search_query: ", document_prompt="search_document: "),)
    found = compare(
        repository, Settings(ollama_host=settings.ollama_host, cache_dir=settings.cache_dir, models=rows), ["mine"]
    )
    assert _names(found) == [LEXICAL, "mine", "mine without prompts"]


def test_a_repository_that_says_nothing_of_itself_is_an_error_that_names_the_way_out(
    tmp_path: Path, settings: Settings
) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "a.py").write_text("def f():\n    return 1\n")
    with pytest.raises(UsageError, match="--queries") as caught:
        compare(tmp_path / "code", settings, ["builtin"])
    assert "no docstrings" in str(caught.value)


def _questions(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def test_a_docstring_with_half_a_sign_in_it_is_asked(repository: Path, settings: Settings, fake: FakeOllama) -> None:
    source = 'def wander(sign):\n    """Walks around with \\ud800 half a sign \\0 in its pocket."""\n    return sign\n'
    (repository / "odd.py").write_text(source, "utf-8")
    found = compare(repository, settings, ["builtin", PLAIN_MODEL], choices=PLAIN)
    assert found.unmeasured == ()
    assert sum("in its pocket" in text for text in fake.embedded_texts) == 1


def test_questions_of_ones_own_are_asked_of_the_code_as_it_is(
    repository: Path, settings: Settings, fake: FakeOllama, tmp_path: Path
) -> None:
    rows = [
        {"query": "fetch the bill at the desk", "gold": ["english.py::l_invoice"]},
        {
            "query": "кто проверяет билет",
            "gold": ["russian.py::ticket_ch"],
            "query_id": "my",
            "corpus": "x",
            "lang": "ru",
        },
    ]
    path = _questions(tmp_path / "queries.jsonl", *rows)
    found = compare(repository, settings, [PLAIN_MODEL], queries=path, choices=PLAIN)
    assert [(query.id, query.language) for query in found.queries] == [("1", "en"), ("my", "ru")]
    assert any("whoever asked" in text for text in fake.embedded_texts)
    assert found.sources.file == str(path)
    assert len(found.notices) == 2  # so few questions tell nothing


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"query": "загрузить счёт", "gold": ["english.py::gone"]}, "does not hold"),
        ({"query": "загрузить счёт"}, "cannot be read"),
        ({"query": "", "gold": ["english.py::l_invoice"]}, "cannot be read"),
        ({"query": "123", "gold": ["english.py::l_invoice"]}, "neither Russian nor English"),
    ],
)
def test_a_bad_file_of_questions_is_told(
    repository: Path, settings: Settings, tmp_path: Path, row: dict[str, object], words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        compare(repository, settings, ["builtin"], queries=_questions(tmp_path / "q.jsonl", row))
    with pytest.raises(UsageError, match="cannot be read"):
        compare(repository, settings, ["builtin"], queries=tmp_path / "none.jsonl")


def test_progress_names_the_system_and_its_place(repository: Path, settings: Settings) -> None:
    steps: list[Step] = []
    compare(repository, settings, ["builtin"], choices=PLAIN, progress=steps.append)
    assert {(step.system, step.place, step.places) for step in steps} == {
        ("", 0, 0),
        (LEXICAL, 1, 2),
        ("builtin", 2, 2),
    }
    assert all(0 <= step.done <= step.total for step in steps if step.total)


def test_the_verdict_is_the_best_and_those_that_are_as_good(repository: Path, settings: Settings) -> None:
    found = compare(repository, settings, ["builtin", PLAIN_MODEL], choices=PLAIN)
    for verdict in verdicts(found):
        scores = {system.name: found.quality(system, verdict.language) for system in found.systems}
        best = scores[verdict.best.name]
        assert best is not None
        assert all(one is not None and one.scores.mrr <= best.scores.mrr for one in scores.values())
        assert verdict.cheapest in (verdict.best, *verdict.equals)


def test_where_nothing_can_be_kept_a_person_is_told(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SmyslError):
        compare(repository, Settings(cache_dir=tmp_path / "file"), ["builtin"], choices=PLAIN)
