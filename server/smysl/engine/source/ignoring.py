"""Which paths of a workspace are not looked at: ignore files at every level, what a person set, and what never is code.

From the weakest to the strongest: what is skipped by name (`SKIPPED_FOLDERS`, virtual environments); .git/info/exclude;
.gitignore, a deeper file before one above it; .smyslignore, likewise; `include`; `exclude`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from smysl.engine.source.patterns import Patterns, compile_patterns, may_match_below
from smysl.engine.source.repository import exclude_file, find_repository

GIT_IGNORE = ".gitignore"
OWN_IGNORE = ".smyslignore"
SUFFIXES = (".py", ".pyi")

VERSION_CONTROL_FOLDERS = frozenset({".git", ".hg", ".svn"})
SKIPPED_FOLDERS = VERSION_CONTROL_FOLDERS | frozenset(
    {
        ".eggs",
        ".ipynb_checkpoints",
        ".mypy_cache",
        ".nox",
        ".pytest_cache",
        ".ruff_cache",
        ".tox",
        "__pycache__",
        "dist-packages",
        "node_modules",
        "site-packages",
    }
)
_ENVIRONMENT_MARKS = frozenset({"pyvenv.cfg", "conda-meta"})


class Depth(Enum):
    """How a folder is walked."""

    NORMAL = "normal"
    INCLUDED = "included"  # a person opted in the whole folder
    SEARCHED = "searched"  # the folder is ignored, but something below it may be opted in


@dataclass(frozen=True, slots=True)
class _RuleFile:
    """Patterns, and how a path relative to the workspace becomes one relative to them."""

    patterns: Patterns
    cut: int
    prefix: str = ""

    def matches(self, path: str) -> bool | None:
        return self.patterns.matches(self.prefix + path[self.cut :])


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds in one folder of a workspace. `git` and `own` are the ignore files that govern it, strongest first."""

    exclude: Patterns | None
    include: Patterns | None
    include_lines: tuple[str, ...]
    git: tuple[_RuleFile, ...] = ()
    own: tuple[_RuleFile, ...] = ()

    def entering(self, folder: Path, path: str, names: Iterable[str]) -> Rules:
        """The rules inside `folder`, whose path in the workspace is `path` ("" for itself) and which holds `names`."""
        names = names if isinstance(names, (set, frozenset)) else set(names)
        if names.isdisjoint(_CHANGING_RULES):
            return self
        git, own = self.git, self.own
        cut = len(path) + 1 if path else 0
        if ".git" in names and path:
            # A repository inside the workspace: git does not apply the rules of one repository in another.
            repository = find_repository(folder)
            git = _read(exclude_file(repository), cut) if repository is not None else git
        if GIT_IGNORE in names:
            git = _read(folder / GIT_IGNORE, cut) + git
        if OWN_IGNORE in names:
            own = _read(folder / OWN_IGNORE, cut) + own
        return replace(self, git=git, own=own)

    def takes_file(self, path: str, depth: Depth) -> bool:
        """Whether the file at `path`, in a folder that is walked in `depth`, is looked at."""
        if self.exclude is not None and self.exclude.matches(path):
            return False
        if depth is Depth.INCLUDED:
            return not self._is_sent_back(path)
        if self.include is not None and self.include.matches(path):
            return True
        return depth is Depth.NORMAL and not self._is_ignored(path)

    def depth_of(self, path: str, name: str, depth: Depth) -> Depth | None:
        """How the folder `name` at `path`, in a folder that is walked in `depth`, is walked; None is not at all."""
        marked = path + "/"
        if self.exclude is not None and self.exclude.matches(marked):
            return None
        if self.include is not None and self.include.matches(marked):
            return Depth.INCLUDED
        if depth is Depth.INCLUDED and name not in VERSION_CONTROL_FOLDERS and not self._is_sent_back(marked):
            return Depth.INCLUDED
        if depth is Depth.NORMAL and name not in SKIPPED_FOLDERS and not self._is_ignored(marked):
            return Depth.NORMAL
        return self.depth_when_ignored(path, name)

    def depth_when_ignored(self, path: str, name: str) -> Depth | None:
        """How an ignored folder is walked: only where something below it may be opted in."""
        if not self.include_lines or name in VERSION_CONTROL_FOLDERS:
            return None
        return Depth.SEARCHED if may_match_below(self.include_lines, path) else None

    def _is_sent_back(self, path: str) -> bool:
        """Whether `include` itself takes `path` back by a negated pattern."""
        return self.include is not None and self.include.matches(path) is False

    def _is_ignored(self, path: str) -> bool:
        for rule_file in (*self.own, *self.git):
            verdict = rule_file.matches(path)
            if verdict is not None:
                return verdict
        return False


_CHANGING_RULES = frozenset({".git", GIT_IGNORE, OWN_IGNORE})


def rules_of(workspace: Path, *, exclude: Sequence[str] = (), include: Sequence[str] = ()) -> Rules:
    """The rules that hold for `workspace` before its own ignore files: settings, and the repository it stands in."""
    repository = find_repository(workspace)
    git: tuple[_RuleFile, ...] = ()
    own: tuple[_RuleFile, ...] = ()
    if repository is not None:
        inside = Path(os.path.realpath(workspace)).relative_to(repository.root).parts
        whole = "".join(part + "/" for part in inside)
        git = _read(exclude_file(repository), 0, whole)
        for depth in range(len(inside)):
            above = repository.root.joinpath(*inside[:depth])
            prefix = "".join(part + "/" for part in inside[depth:])
            git = _read(above / GIT_IGNORE, 0, prefix) + git
            own = _read(above / OWN_IGNORE, 0, prefix) + own
    return Rules(compile_patterns(exclude), compile_patterns(include), tuple(include), git, own)


def is_environment(names: Iterable[str]) -> bool:
    """Whether a folder that holds `names` is a virtual environment."""
    return not _ENVIRONMENT_MARKS.isdisjoint(names)


def _read(path: Path, cut: int, prefix: str = "") -> tuple[_RuleFile, ...]:
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError:
        return ()
    patterns = compile_patterns(text.split("\n"))
    return () if patterns is None else (_RuleFile(patterns, cut, prefix),)
