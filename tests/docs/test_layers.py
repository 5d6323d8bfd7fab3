"""The layers of the code, as pyproject.toml declares them and import-linter checks them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_imports_go_downwards_only() -> None:
    # In a process of its own: import-linter turns off every logger that is there.
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_only_source_and_store_open_files() -> None:
    touching = re.compile(
        r"(?<!def )(?<!\.)\bopen\(|\.read_text\(|\.read_bytes\(|\.write_text\(|\.stat\(\)|os\.scandir|\.iterdir\(\)"
    )
    allowed = {"source", "store"}
    reading_own_package_data = {"text/synonyms.py", "text/lexicon.py", "embed/builtin_artefact.py", "embed/static.py"}
    engine = ROOT / "server" / "smysl" / "engine"
    found = {
        path.relative_to(engine).as_posix()
        for path in engine.rglob("*.py")
        if path.relative_to(engine).parts[0] not in allowed and touching.search(path.read_text("utf-8"))
    }
    assert found <= reading_own_package_data


def test_each_invariant_names_a_test_that_exists() -> None:
    text = (ROOT / "server" / "ARCHITECTURE.md").read_text("utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text)
    assert len(named) > 10
    for path, name in named:
        source = (ROOT / path).read_text("utf-8")
        assert re.search(rf"(?:def |class |^){name}\b", source, re.MULTILINE), f"{path}::{name}"


def test_the_code_map_names_what_is_there() -> None:
    text = (ROOT / "server" / "ARCHITECTURE.md").read_text("utf-8")
    for path in re.findall(r"`((?:smysl|store|search|tests)/[\w./]+)`", text):
        bases = (ROOT / "server", ROOT / "server" / "smysl" / "engine", ROOT / "extension" / "src", ROOT)
        assert any((base / path).exists() for base in bases), path
