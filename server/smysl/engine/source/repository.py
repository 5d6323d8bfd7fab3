"""The git repository around a workspace, read from its files: no git is needed."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

_BARE = re.compile(r"^\s*bare\s*=\s*true\b", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Repository:
    """`root` holds the working tree, `git_dir` what is its own, `common_dir` what all its worktrees share."""

    root: Path
    git_dir: Path
    common_dir: Path


def find_repository(folder: Path) -> Repository | None:
    """The repository whose working tree holds `folder`, which may be its root; None if there is none."""
    folder = Path(os.path.realpath(folder))
    for root in (folder, *folder.parents):
        git_dir = _git_dir(root)
        if git_dir is not None:
            return Repository(root, git_dir, _common_dir(git_dir))
    return None


def worktrees(workspace: Path) -> tuple[Path, ...]:
    """The same folder as `workspace` in the other worktrees of its repository, as far as it is there; main one first.

    Empty when `workspace` is in no repository, or in one with a single worktree.
    """
    repository = find_repository(workspace)
    if repository is None:
        return ()
    inside = Path(os.path.realpath(workspace)).relative_to(repository.root)
    others = []
    for root in _roots(repository.common_dir):
        if root != repository.root and root / inside not in others and (root / inside).is_dir():
            others.append(root / inside)
    return tuple(others)


def exclude_file(repository: Repository) -> Path:
    """The repository's own list of ignored paths, which all its worktrees share."""
    return repository.common_dir / "info" / "exclude"


def _roots(common_dir: Path) -> list[Path]:
    roots = []
    if common_dir.name == ".git" and not _BARE.search(_text(common_dir / "config")):
        roots.append(common_dir.parent)
    try:
        linked = sorted((common_dir / "worktrees").iterdir())
    except OSError:
        linked = []
    for entry in linked:
        dot_git = _text(entry / "gitdir").strip()
        if dot_git:
            root = Path(os.path.realpath(entry / dot_git)).parent
            # A folder that was removed without `git worktree prune` is still listed; so may one be that took its place.
            if _git_dir(root) == entry:
                roots.append(root)
    return roots


def _git_dir(root: Path) -> Path | None:
    dot_git = root / ".git"
    if dot_git.is_dir():
        return Path(os.path.realpath(dot_git)) if (dot_git / "HEAD").exists() else None
    target = _text(dot_git)
    if not target.startswith("gitdir:"):
        return None
    git_dir = Path(os.path.realpath(root / target.removeprefix("gitdir:").strip()))
    return git_dir if git_dir.is_dir() else None


def _common_dir(git_dir: Path) -> Path:
    common = _text(git_dir / "commondir").strip()
    return Path(os.path.realpath(git_dir / common)) if common else git_dir


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""
