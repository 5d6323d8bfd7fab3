"""The questions of `make demo`, asked of the files that hold their answers and of some that nearly do."""

from __future__ import annotations

import re
import shutil
import sysconfig
from importlib.resources import files
from pathlib import Path

import pytest

from smysl.engine.engine import Engine
from smysl.engine.settings import Settings

ANSWERS = ("get_terminal_size", "Random.shuffle", "shorten")
LIBRARY = Path(sysconfig.get_paths()["stdlib"])
FILES = ("shutil.py", "pty.py", "curses/textpad.py", "random.py", "textwrap.py", "reprlib.py", "statistics.py")


@pytest.mark.skipif(
    not files("smysl").joinpath("data", "builtin", "model.safetensors").is_file(), reason="made by server/training"
)
def test_the_questions_of_the_demo_have_the_right_answers(tmp_path: Path) -> None:
    script = (Path(__file__).parents[2] / "scripts" / "demo.sh").read_text("utf-8")
    workspace = tmp_path / "library"
    workspace.mkdir()
    for name in FILES:
        if (LIBRARY / name).is_file():
            shutil.copy(LIBRARY / name, workspace)
    with Engine.open(workspace, Settings(model="builtin", cache_dir=tmp_path / "cache")) as engine:
        engine.refresh()
        found = [engine.search(query).hits[0].qualified_name for query in re.findall(r"^ask '(.+)'$", script, re.M)]
    assert tuple(found) == ANSWERS
