"""The report: one file that needs nothing else, in two languages, in which code is never taken for markup."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from smysl.engine.errors import SmyslError
from smysl.engine.measuring import AS_IS, Variation
from smysl.engine.types import Mode, say
from smysl.evaluation.comparison import Comparison, Cost, Machine, Sources, System, Unmeasured
from smysl.evaluation.comparison_json import comparison_object
from smysl.evaluation.datasets import Query
from smysl.evaluation.figures import number, probability, rough, signed, size
from smysl.evaluation.page import write_html
from smysl.evaluation.page.document import page
from smysl.evaluation.page.markup import Markup, element, escaped
from smysl.evaluation.summary import summarise
from smysl.l10n import Language

EVIL = '<script>alert("x")</script>\u202e&amp;'
EMPTY_ELEMENTS = {"meta", "br", "col"}


def _query(place: int, language: str) -> Query:
    return Query("", f"a.py::f{place}{language}", language, f"{EVIL} {place}", (f"a.py::f{place}{language}",), "")


def _system(model: str, ranks: list[int], cost: Cost, variation: Variation = AS_IS) -> System:
    """Finds the answer of each question at the given place; 0 is nowhere."""
    answers = {}
    for place, query in enumerate(QUERIES):
        rank = ranks[place % len(ranks)]
        answers[query.id] = (*(f"b.py::{EVIL}{n}" for n in range(1, rank)), *query.gold) if rank else (f"b.py::{EVIL}",)
    modes = (Mode.LEXICAL,) if model == "lexical" else (Mode.FUSED, Mode.DENSE)
    return System(
        model,
        variation,
        None if model == "lexical" else variation.dimensions or 768,
        model != "english",
        "" if model == "lexical" else "0.34.4",
        cost,
        dict.fromkeys(modes, answers),
    )


QUERIES = tuple(_query(place, language) for language in ("ru", "en") for place in range(30))


@pytest.fixture
def comparison() -> Comparison:
    systems = (
        _system("lexical", [0, 3, 5], Cost(1200.0, 9.0, 21.0)),
        _system(EVIL, [1, 1, 2], Cost(20.5, 31.0, 52.0, 1.25, 600_000_000, 0, 3072.0)),
        _system(EVIL, [1, 2, 4], Cost(bytes_per_function=1024.0), Variation(dimensions=256)),
        _system(EVIL, [0, 2, 9], Cost(bytes_per_function=3072.0), Variation(without_prompts=True)),
        _system("english", [1, 2, 3], Cost(3000.0, 12.0, 25.0, 0.2, 12_000_000, 0, 1024.0)),
    )
    qualities, pairs = summarise(QUERIES, systems)
    return Comparison(
        made_at="2026-11-25T12:00:00+00:00",
        version="0.1.0",
        command=f"smysl compare '{EVIL}'",
        machine=Machine("Linux", 2, "3.11.7"),
        sources=Sources(f"/home/{EVIL}", "", 12, 3456, 7, 8, 9, 10),
        queries=QUERIES,
        systems=systems,
        qualities=qualities,
        pairs=pairs,
        unmeasured=(Unmeasured(EVIL, (say("No Ollama answers at {host}.", host=EVIL),)),),
    )


class _Outline(HTMLParser):
    """Checks that elements nest, and notes what might load, run or link."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in EMPTY_ELEMENTS:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text.append(data)


def _outline(text: str) -> _Outline:
    found = _Outline()
    found.feed(text)
    found.close()
    assert found.open == []
    return found


@pytest.mark.parametrize("language", ["en", "ru"])
def test_nothing_is_loaded_run_or_linked_and_what_code_says_is_shown_not_obeyed(
    comparison: Comparison, language: Language
) -> None:
    text = page(comparison, language)
    found = _outline(text)
    assert not found.names & {"script", "link", "img", "iframe", "object", "embed", "a", "base", "form", "image", "use"}
    assert not {
        name for name in found.attributes if name.startswith("on") or name in ("href", "src", "srcset", "action")
    }
    assert "<script>" not in text
    assert "\u202e" not in text
    assert "http://" not in text
    assert "https://" not in text
    assert "url(" not in text
    assert "@import" not in text
    assert "Content-Security-Policy" in text
    assert '<script>alert("x")</script>\ufffd&amp; 3' in found.text


def test_the_page_is_in_the_language_that_is_asked_for(comparison: Comparison) -> None:
    english, russian = page(comparison, "en"), page(comparison, "ru")
    assert '<html lang="en">' in english
    assert '<html lang="ru">' in russian
    shown = " ".join(_outline(english).text).replace(EVIL.replace("\u202e", "\ufffd"), "")
    assert not re.search("[а-яё]", shown)
    for sentence in ("Russian questions", "Quality against speed", "Quality against memory", "without its prompts"):
        assert sentence in english
    for sentence in ("Русские запросы", "Качество и скорость", "Качество и память", "без промптов", "3\u202f456"):
        assert sentence in russian


def test_the_page_follows_the_light_or_dark_of_the_system(comparison: Comparison) -> None:
    text = page(comparison, "en")
    assert "color-scheme: light dark" in text
    assert "@media (prefers-color-scheme: dark)" in text


def test_every_two_systems_have_a_list_of_the_questions_they_answer_differently(comparison: Comparison) -> None:
    text = page(comparison, "en")
    assert text.count("<details") == 3  # of three systems used as usual
    assert "40 : 0, 20 alike" in text or "0 : 40, 20 alike" in text


def test_a_comparison_of_the_words_alone_has_a_page_too(comparison: Comparison) -> None:
    systems = comparison.systems[:1]
    qualities, pairs = summarise(QUERIES, systems)
    alone = replace(comparison, systems=systems, qualities=qualities, pairs=pairs)
    _outline(page(alone, "en"))


def test_the_report_is_written_whole_or_not_at_all(comparison: Comparison, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    write_html(comparison, path, "en")
    assert path.read_text("utf-8") == page(comparison, "en")
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]
    with pytest.raises(SmyslError, match="cannot be written"):
        write_html(comparison, tmp_path / "none" / "report.html", "en")


def test_elements_escape_text_and_attributes_and_nothing_twice() -> None:
    assert element("td", "a<b", element("b", "&"), None, class_='"x') == '<td class="&quot;x">a&lt;b<b>&amp;</b></td>'
    assert element("line", x1=1, aria_hidden="true") == '<line x1="1" aria-hidden="true"/>'
    assert element("p", Markup("<br>")) == "<p><br></p>"
    assert escaped("a\x00\u202eb\n") == "a\ufffd\ufffdb\n"
    assert escaped("half \ud800 a sign") == "half \ufffd a sign"  # no file can hold it


def test_the_json_has_every_answer_to_every_question(comparison: Comparison) -> None:
    found = comparison_object(comparison, str)
    assert found["format"] == 1
    assert [system["name"] for system in found["systems"]] == [system.name for system in comparison.systems]
    assert len(found["queries"]) == 60
    assert set(found["queries"][0]["ranked"]) == {system.name for system in comparison.systems}
    assert found["systems"][1]["quality"][0]["MRR@10"] == pytest.approx(5 / 6)
    assert {pair["topic"] for pair in found["pairs"]} == {"best", "words", "variation"}


def test_numbers_are_written_as_people_of_the_language_write_them() -> None:
    assert number(12345.678, 2, "en") == "12,345.68"
    assert number(12345.678, 2, "ru") == "12\u202f345,68"
    assert number(None, 2, "en") == "–"
    assert (signed(0.0123, 3, "en"), signed(-0.5, 1, "ru"), signed(-0.0001, 3, "en")) == ("+0.012", "−0,5", "0.000")
    assert (rough(0.123, "en"), rough(4.56, "en"), rough(789.6, "en")) == ("0.12", "4.6", "790")
    assert (size(512, "en"), size(1500, "en"), size(2_000_000, "ru"), size(639e6, "en"), size(4.7e9, "ru")) == (
        "512\u00a0B",
        "1.5\u00a0kB",
        "2\u00a0МБ",
        "639\u00a0MB",
        "4,7\u00a0ГБ",
    )
    assert (probability(0.00001, "en"), probability(0.0123, "ru"), probability(0.5, "en")) == (
        "<\u202f0.001",
        "0,012",
        "0.50",
    )
