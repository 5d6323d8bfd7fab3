"""`doctor`: what a person and a program read, and how it ends."""

from __future__ import annotations

import json

from tests.cli.fakes import FakeEngine, Shell

from smysl.engine.finding import Finding, Topic, Verdict
from smysl.engine.types import say

WELL = Finding(Topic.PYTHON, Verdict.OK, say("Cancelled."))
ILL = Finding(
    Topic.OLLAMA, Verdict.FAILED, say("Cancelled."), say("Start it with: ollama serve"), "https://example.org"
)
POOR = Finding(Topic.OLLAMA, Verdict.WARNING, say("Cancelled."), say("Start it with: ollama serve"))


def test_each_line_says_how_it_is_and_what_to_do(shell: Shell) -> None:
    shell.findings = (WELL, ILL)
    ended = shell.run("doctor")
    assert ended.code == 1
    assert ended.out.splitlines() == [
        "ok      Cancelled.",
        "FAILED  Cancelled.",
        "        → Start it with: ollama serve",
        "        https://example.org",
        "",
        "1 things do not work; the arrows say what to do.",
    ]


def test_the_exit_code_tells_whether_everything_works(shell: Shell) -> None:
    shell.findings = (WELL,)
    assert shell.run("doctor").code == 0
    shell.findings = (WELL, POOR)
    ended = shell.run("doctor", "--lang", "ru")
    assert ended.code == 0
    assert "Всё работает; стрелки" in ended.out


def test_the_same_as_json(shell: Shell) -> None:
    shell.findings = (WELL, ILL)
    ended = shell.run("doctor", "--json")
    assert ended.code == 1
    found = json.loads(ended.out)
    assert found["ok"] is False
    assert found["findings"][1] == {
        "topic": "ollama",
        "verdict": "failed",
        "message": "Cancelled.",
        "advice": "Start it with: ollama serve",
        "source": "https://example.org",
    }


def test_repair_builds_a_damaged_index_anew_and_leaves_a_sound_one_alone(shell: Shell, engine: FakeEngine) -> None:
    shell.run("doctor", "--repair")
    assert engine.refreshes == 0
    shell.damage = say("Cancelled.")
    ended = shell.run("doctor", "--repair")
    assert engine.refreshes == 1
    assert ended.err == "Cancelled.\n"
    shell.run("doctor")
    assert engine.refreshes == 1
