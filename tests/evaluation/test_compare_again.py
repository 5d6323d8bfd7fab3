"""What a comparison keeps: a run goes on where another stopped, and nothing is measured twice."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.engine.embed.fake_ollama import FakeOllama
from tests.evaluation.meaning import PLAIN_MODEL, PROMPTED, by_words

from smysl.engine.cancel import CancelToken
from smysl.engine.errors import Cancelled
from smysl.engine.settings import Settings
from smysl.engine.types import Mode
from smysl.evaluation.compare import Choices, compare
from smysl.evaluation.measure import CodeChanged, Step
from smysl.evaluation.places import forget_comparisons

PLAIN = Choices(variations=False)
FRESH = Choices(variations=False, fresh=True)


def test_a_second_run_asks_no_model_and_finds_the_same(repository: Path, settings: Settings, fake: FakeOllama) -> None:
    first = compare(repository, settings, ["builtin", PROMPTED], now=lambda: 0.0)
    calls, loads = len(fake.calls), fake.loads
    second = compare(repository, settings, ["builtin", PROMPTED], now=lambda: 0.0)
    assert second == first
    assert (len(fake.calls), fake.loads) == (calls, loads)


def test_a_second_run_loads_no_model_that_has_left_memory(
    repository: Path, settings: Settings, fake: FakeOllama
) -> None:
    first = compare(repository, settings, [PROMPTED], now=lambda: 0.0)
    fake.unload_all()
    probes, loads = len(fake.probes), fake.loads
    assert compare(repository, settings, [PROMPTED], now=lambda: 0.0) == first
    assert (len(fake.probes), fake.loads) == (probes, loads)


def test_vectors_and_answers_of_two_versions_of_ollama_that_compute_differently_never_meet(
    repository: Path, settings: Settings, fake: FakeOllama
) -> None:
    fake.version = "0.24.0"
    old = compare(repository, settings, [PROMPTED])
    before = len(fake.embedded_texts)
    fake.version = "0.34.4"
    fake.vector_for = lambda text: by_words(text)[::-1]
    new = compare(repository, settings, [PROMPTED])
    documents = [text for text in fake.embedded_texts[before:] if "def " in text]
    assert len(documents) >= 25
    assert [system.server for system in new.systems[1:]] == ["0.34.4"] * 4
    # Mirrored vectors are as near one another as they were.
    for quality in old.qualities:
        again = next(
            one
            for one in new.qualities
            if (one.system, one.mode, one.language) == (quality.system, quality.mode, quality.language)
        )
        if "@" not in quality.system:  # cut at the other end
            assert again.scores.mrr == pytest.approx(quality.scores.mrr, abs=0.02)


def test_fresh_measures_again_and_embeds_no_code_twice(repository: Path, settings: Settings, fake: FakeOllama) -> None:
    compare(repository, settings, [PLAIN_MODEL], choices=PLAIN)
    before = len(fake.embedded_texts)
    compare(repository, settings, [PLAIN_MODEL], choices=FRESH)
    again = fake.embedded_texts[before:]
    assert len([text for text in again if text != "def"]) == 24
    assert not any("def " in text for text in again)


def test_a_run_that_was_taken_back_goes_on_where_it_stopped(
    repository: Path, settings: Settings, fake: FakeOllama
) -> None:
    cancel = CancelToken()

    def stop(step: Step) -> None:
        if step.system == PLAIN_MODEL and step.done == 11 and step.total == 24:
            cancel.cancel()

    with pytest.raises(Cancelled):
        compare(repository, settings, [PLAIN_MODEL], choices=PLAIN, progress=stop, cancel=cancel)
    before = len(fake.embedded_texts)
    found = compare(repository, settings, [PLAIN_MODEL], choices=PLAIN)
    again = [text for text in fake.embedded_texts[before:] if text != "def"]
    assert len(again) in (12, 13)  # the rest of the questions, and no code
    assert len(found.systems[1].answers[Mode.DENSE]) == 24


def test_code_that_was_embedded_before_a_run_was_taken_back_is_not_embedded_again(
    repository: Path, settings: Settings, fake: FakeOllama
) -> None:
    fake.delay_per_text = 0.01
    cancel = CancelToken()

    def stop(step: Step) -> None:
        if step.system == PLAIN_MODEL and step.total == 25 and step.done >= 8:
            cancel.cancel()

    with pytest.raises(Cancelled):
        compare(repository, settings, [PLAIN_MODEL], choices=PLAIN, progress=stop, cancel=cancel)
    assert any("def " in text for text in fake.embedded_texts)
    compare(repository, settings, [PLAIN_MODEL], choices=PLAIN)
    documents = [text for text in fake.embedded_texts if "def " in text]
    assert len(documents) == len(set(documents))


def test_a_model_that_fails_at_the_questions_keeps_what_it_answered(
    repository: Path, settings: Settings, fake: FakeOllama
) -> None:
    fake.fail(
        500,
        "llama runner process has terminated: gone",
        fits=lambda text: text.startswith(("Prints", "Checks")),
    )
    found = compare(repository, settings, [PLAIN_MODEL, "builtin"], choices=PLAIN)
    assert [failure.model for failure in found.unmeasured] == [PLAIN_MODEL]
    fake.rules.clear()
    before = len(fake.embedded_texts)
    compare(repository, settings, [PLAIN_MODEL], choices=PLAIN)
    assert 6 <= len(fake.embedded_texts[before:]) < 24


@pytest.mark.parametrize("bad_from", [10, 22])  # many questions are left then, or fewer than make one suspicious
def test_what_the_model_is_to_blame_for_is_no_answer_and_is_asked_again(
    repository: Path, settings: Settings, fake: FakeOllama, bad_from: int
) -> None:
    def turn_bad(step: Step) -> None:
        if step.system == PLAIN_MODEL and step.total == 24 and step.done == bad_from:
            fake.junk = b"<html>a proxy has its own opinion</html>"

    sound = compare(repository, settings, [PLAIN_MODEL], choices=PLAIN)
    found = compare(repository, settings, ["builtin", PLAIN_MODEL], choices=FRESH, progress=turn_bad)
    assert [failure.model for failure in found.unmeasured] == [PLAIN_MODEL]
    fake.junk = None
    again = compare(repository, settings, [PLAIN_MODEL], choices=PLAIN)
    assert again.systems[1].answers == sound.systems[1].answers


def test_a_changed_function_is_measured_anew(repository: Path, settings: Settings, fake: FakeOllama) -> None:
    compare(repository, settings, [PLAIN_MODEL], choices=PLAIN)
    before = len(fake.embedded_texts)
    path = repository / "english.py"
    path.write_text(path.read_text("utf-8").replace("asked=True", "asked=False", 1), "utf-8")
    compare(repository, settings, [PLAIN_MODEL], choices=PLAIN)
    assert len([text for text in fake.embedded_texts[before:] if "def " in text]) == 1


def test_code_that_is_edited_between_two_models_ends_the_comparison(repository: Path, settings: Settings) -> None:
    path = repository / "english.py"
    asked: list[Step] = []

    def edit(step: Step) -> None:
        if step.system == PLAIN_MODEL and not asked:
            asked.append(step)
            path.write_text(path.read_text("utf-8") + "\n\ndef late(desk):\n    return desk.parcel\n", "utf-8")

    with pytest.raises(CodeChanged):
        compare(repository, settings, ["builtin", PLAIN_MODEL], choices=PLAIN, progress=edit)
    found = compare(repository, settings, ["builtin", PLAIN_MODEL], choices=PLAIN)
    assert found.sources.functions == 26
    assert found.unmeasured == ()


def test_what_comparisons_keep_can_be_removed(repository: Path, settings: Settings) -> None:
    compare(repository, settings, ["builtin"], choices=PLAIN)
    assert settings.cache_dir is not None
    [index] = (settings.cache_dir / "compare").glob("*/*.index")
    assert forget_comparisons(settings.cache_dir / index.name, settings) > 1000
    assert list((settings.cache_dir / "compare").glob("*/*")) == []


def test_two_worktrees_do_not_disturb_each_other(repository: Path, settings: Settings, tmp_path: Path) -> None:
    shutil.copytree(repository, tmp_path / "other")
    first = compare(repository, settings, ["builtin"], choices=PLAIN)
    other = compare(tmp_path / "other", settings, ["builtin"], choices=PLAIN)
    assert first.qualities == other.qualities
