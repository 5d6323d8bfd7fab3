from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from smysl.engine.source import walk, worktrees
from smysl.engine.source.repository import find_repository

Make = Callable[[Mapping[str, str]], Path]
needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git makes the worktrees")


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(workspace: Make) -> Path:
    root = workspace({"pkg/a.py": "", "b.py": ""})
    git(root, "init", "-q", ".")
    git(root, "add", ".")
    git(root, "commit", "-qm", "first")
    return root


@needs_git
def test_worktrees_see_the_same_folder_in_each_other(repository: Path) -> None:
    second, third = repository.parent / "second", repository.parent / "third"
    git(repository, "worktree", "add", "-q", str(second))
    git(repository, "worktree", "add", "-q", str(third))
    shutil.rmtree(third / "pkg")
    assert worktrees(repository / "pkg") == (second / "pkg",)
    assert worktrees(second / "pkg") == (repository / "pkg",)
    assert worktrees(second) == (repository, third)


@needs_git
def test_a_worktree_that_was_deleted_is_not_named(repository: Path) -> None:
    second = repository.parent / "second"
    git(repository, "worktree", "add", "-q", str(second))
    shutil.rmtree(second)
    second.mkdir()
    assert worktrees(repository) == ()


@needs_git
def test_a_worktree_obeys_the_exclude_file_of_the_repository(repository: Path) -> None:
    second = repository.parent / "second"
    git(repository, "worktree", "add", "-q", str(second))
    (repository / ".git" / "info" / "exclude").write_text("b.py\n")
    assert [file.path for file in walk(second).files] == ["pkg/a.py"]


@needs_git
def test_worktrees_of_a_bare_repository_know_each_other_and_not_its_folder(repository: Path) -> None:
    bare = repository.parent / ".git"
    git(repository.parent, "clone", "-q", "--bare", str(repository), str(bare))
    first, second = repository.parent / "one", repository.parent / "two"
    git(bare, "worktree", "add", "-q", "-b", "one", str(first))
    git(bare, "worktree", "add", "-q", "-b", "two", str(second))
    assert worktrees(first) == (second,)


def test_a_folder_outside_any_repository_has_no_worktrees(tmp_path: Path) -> None:
    assert find_repository(tmp_path) is None
    assert worktrees(tmp_path) == ()


def test_a_git_file_that_leads_nowhere_is_no_repository(workspace: Make) -> None:
    root = workspace({".git": "gitdir: ../nowhere\n", "a.py": ""})
    assert find_repository(root) is None
    assert len(walk(root).files) == 1
