"""How the command ends when the world around it is broken: a code, a sentence, never a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

COMMAND = (sys.executable, "-m", "smysl")


@pytest.fixture
def code(tmp_path: Path) -> Path:
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "a.py").write_text("def retry():\n    pass\n")
    return folder


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SMYSL_", "LC_", "LANG"))}
    return {**kept, "SMYSL_CACHE_DIR": str(tmp_path / "cache"), "SMYSL_MODEL": "lexical", "LANG": "C.UTF-8"}


def in_shell(line: str, cwd: Path, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", line, "sh", *COMMAND],
        cwd=cwd,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize("command", ["search retry .", "search retry . --json", "--help", "--version"])
def test_an_answer_that_finds_no_room_ends_with_3(code: Path, environ: dict[str, str], command: str) -> None:
    ended = in_shell(f'"$@" {command} > /dev/full', code, environ)
    assert ended.returncode == 3
    assert ended.stderr == "The answer cannot be written: there is no room where standard output goes.\n"


def test_a_closed_standard_output_ends_with_3(code: Path, environ: dict[str, str]) -> None:
    ended = in_shell('"$@" search retry . >&-', code, environ)
    assert ended.returncode == 3
    assert ended.stderr == "The answer cannot be written: standard output is closed.\n"


def test_an_answer_gets_out_where_notices_cannot(code: Path, environ: dict[str, str]) -> None:
    ended = in_shell('"$@" search retry . <&- 2>&-', code, environ)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "retry" in ended.stdout


def test_a_current_folder_that_was_removed_ends_with_3(tmp_path: Path, environ: dict[str, str]) -> None:
    (tmp_path / "gone").mkdir()
    ended = in_shell('cd gone && rmdir ../gone && "$@" search retry', tmp_path, environ)
    assert ended.returncode == 3
    assert ended.stderr == (
        "The current folder is no longer there, or cannot be read.\nChange to another folder first.\n"
    )


def test_a_path_filter_that_makes_no_sense_ends_with_2(code: Path, environ: dict[str, str]) -> None:
    ended = in_shell("\"$@\" search retry . --path '!'", code, environ)
    assert ended.returncode == 2
    assert ended.stderr.startswith("“!” is not a pattern of paths.\n")


def test_one_ctrl_c_ends_a_command_that_waits_for_a_query(code: Path, environ: dict[str, str]) -> None:
    with subprocess.Popen(
        [*COMMAND, "search", "--stdin", "--json", "."],
        cwd=code,
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write("retry\n")
        process.stdin.flush()
        assert process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
        assert process.stderr.read() == ""


def test_ctrl_c_while_the_command_is_being_loaded_ends_it_with_130(code: Path, environ: dict[str, str]) -> None:
    # A module of typer's that the person interrupts just as it is imported.
    (code / "typer.py").write_text("import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(5)\n")
    began = time.monotonic()
    ended = in_shell('"$@" search retry .', code, {**environ, "PYTHONPATH": str(code)})
    assert (ended.returncode, ended.stderr) == (130, "")
    assert time.monotonic() - began < 5


def test_ctrl_c_stays_ignored_where_it_was_ignored(code: Path, environ: dict[str, str]) -> None:
    (code / "typer.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nraise SystemExit(7)\n")
    ended = in_shell('trap "" INT; "$@" search retry .', code, {**environ, "PYTHONPATH": str(code)})
    assert ended.returncode == 7
