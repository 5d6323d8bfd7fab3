from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from smysl.engine.source.patterns import compile_patterns

NAMES = [*"abz059AFG-!^:][ _,&|~", "ab", "a]", "[a]", "[:alpha:]", "\\", "x/y", "b.py"]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("git") is None:
        pytest.skip("git tells what is right here")
    root = tmp_path_factory.mktemp("brackets")
    subprocess.run(["git", "init", "-q", "."], cwd=root, check=True)
    for name in NAMES:
        if name != "x/y":
            (root / name).write_text("")
    return root


def ignored_by_git(root: Path, pattern: str) -> set[str]:
    (root / ".gitignore").write_text(pattern + "\n")
    command = ["git", "-c", "core.excludesFile=", "ls-files", "-z", "--others", "--ignored", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout
    return {name for name in listed.split("\0") if name in NAMES}


def ignored_by_us(root: Path, pattern: str) -> set[str]:
    patterns = compile_patterns([pattern])
    return {name for name in NAMES if (root / name).exists() and patterns is not None and patterns.matches(name)}


@settings(max_examples=80, deadline=None)
@given(
    inside=st.lists(
        st.sampled_from(
            [*"a!^z9-]:&|~", "[:alpha:]", "[:punct:]", "[:xdigit:]", "[:bogus:]", "[:", "\\]", "\\-", "a-f", "[z-a]"]
        ),
        max_size=5,
    ).map("".join),
    after=st.sampled_from(["", "]", ".py", "*"]),
)
@example(inside="[:alpha:]", after=".py")
@example(inside="z-a", after="")
@example(inside="&&a", after="")
@example(inside="![:space:][:upper:]", after="")
@example(inside="]a", after="")
@example(inside="[:digit:", after="")
def test_git_reads_a_bracket_likewise(repository: Path, inside: str, after: str) -> None:
    pattern = f"[{inside}]{after}"
    assert ignored_by_us(repository, pattern) == ignored_by_git(repository, pattern)


@pytest.mark.parametrize(
    "name",
    ["alnum", "alpha", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "xdigit"],
)
def test_git_reads_a_class_likewise(repository: Path, name: str) -> None:
    pattern = f"[[:{name}:]]"
    assert ignored_by_us(repository, pattern) == ignored_by_git(repository, pattern)


def test_a_pattern_may_hold_characters_that_nobody_assigned() -> None:
    patterns = compile_patterns(["\U000f0000[ab]"])
    assert patterns is not None
    assert patterns.matches("\U000f0000b")
    assert not patterns.matches("bb")
