"""Walks a workspace: the Python files in it that nothing tells to ignore."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from smysl.engine.cancel import CancelToken
from smysl.engine.errors import WorkspaceError
from smysl.engine.source.ignoring import SUFFIXES, Depth, Rules, is_environment, rules_of
from smysl.engine.types import FileProblem, Message, say


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as the walk saw it: path relative to the workspace, bytes, time of the last change in nanoseconds."""

    path: str
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Walk:
    """What a walk found: the files by path, and what could not be looked at."""

    files: tuple[SourceFile, ...]
    problems: tuple[FileProblem, ...] = ()


def walk(
    workspace: Path,
    *,
    exclude: Sequence[str] = (),
    include: Sequence[str] = (),
    max_file_bytes: int = 0,
    only: Collection[str] | None = None,
    cancel: CancelToken | None = None,
) -> Walk:
    """All `.py` and `.pyi` files of `workspace` that are not ignored, sorted by path.

    `exclude` and `include` are gitignore patterns from the settings (see `ignoring` for what beats what). Files larger
    than `max_file_bytes` (0: any size is right) become a problem, and so does what cannot be read. `only` narrows the
    walk to these paths and what is below them: it looks into no folder that holds none of them, and finds there what a
    whole walk does. The workspace itself is never ignored.
    A link is followed when it leads to something in the workspace that the walk does not come to otherwise.
    Raises `WorkspaceError` if the folder cannot be read, `Cancelled`.
    """
    root = Path(os.path.realpath(workspace))
    try:
        os.scandir(root).close()
    except NotADirectoryError:
        raise WorkspaceError(
            say("“{path}” is a file, not a folder.", path=str(workspace)), say("Give the folder that holds it.")
        ) from None
    except OSError as error:
        raise WorkspaceError(
            say("The folder “{path}” cannot be read: {reason}.", path=str(workspace), reason=error.strerror or error),
            say("Check the path and the permissions."),
        ) from error
    rules = rules_of(root, exclude=exclude, include=include)
    walker = _Walker(root, max_file_bytes, None if only is None else _Narrowing(only), cancel)
    walker.walk("", rules, Depth.NORMAL)
    if only is not None and walker.has_links:
        # Whether a link is followed depends on what can be reached without it, which only a whole walk knows.
        walker = _Walker(root, max_file_bytes, None, cancel)
        walker.walk("", rules, Depth.NORMAL)
    walker.follow_links()
    files = sorted(walker.files, key=lambda file: file.path)
    return Walk(tuple(file for file in files if only is None or is_within(file.path, only)), tuple(walker.problems))


def is_within(path: str, places: Collection[str]) -> bool:
    """Whether `path` is one of `places` or below one of them; all relative to the workspace."""
    if path in places:
        return True
    parts = path.split("/")
    return any("/".join(parts[:count]) in places for count in range(1, len(parts)))


class _Narrowing:
    """The part of a workspace that a walk looks at."""

    def __init__(self, places: Collection[str]) -> None:
        self._places = frozenset(places)
        self._above = {
            place.rsplit("/", count)[0] for place in self._places for count in range(1, place.count("/") + 1)
        }

    def holds(self, path: str) -> bool:
        """Whether the file or folder at `path` is looked for."""
        return is_within(path, self._places)

    def leads_to(self, path: str) -> bool:
        """Whether something at or below `path` is looked for."""
        return path in self._above or self.holds(path)


@dataclass(frozen=True, slots=True)
class _Link:
    path: str
    rules: Rules
    depth: Depth


class _Walker:
    """One walk under way. `visited` are the real paths, relative to the root, of folders and files found so far."""

    def __init__(self, root: Path, max_file_bytes: int, only: _Narrowing | None, cancel: CancelToken | None):
        self.files: list[SourceFile] = []
        self.problems: list[FileProblem] = []
        self._root = root
        self._max_file_bytes = max_file_bytes
        self._only = only
        self._cancel = cancel
        self._links: list[_Link] = []
        self._visited: set[str] = set()

    @property
    def has_links(self) -> bool:
        """Whether links were met that may have to be followed."""
        return bool(self._links)

    def walk(self, path: str, rules: Rules, depth: Depth, *, real_path: str | None = None) -> None:
        """Walk the folder at `path`; `real_path` is where it really is, if `path` goes through a link."""
        waiting = [(path, path if real_path is None else real_path, rules, depth)]
        while waiting:
            if self._cancel is not None:
                self._cancel.check()
            here, real, outer, depth_here = waiting.pop()
            if real in self._visited:
                continue
            self._visited.add(real)
            folder = os.path.join(self._root, real) if real else str(self._root)  # noqa: PTH118
            try:
                with os.scandir(folder) as scan:
                    entries = list(scan)
            except OSError as error:
                if not isinstance(error, FileNotFoundError):
                    reason = error.strerror or str(error)
                    self._report(here, say("The folder cannot be read: {reason}.", reason=reason))
                continue
            names = {entry.name for entry in entries}
            if here and depth_here is Depth.NORMAL and is_environment(names):
                narrowed = outer.depth_when_ignored(here, here.rpartition("/")[2])
                if narrowed is None:
                    continue
                depth_here = narrowed
            inner = outer.entering(Path(folder), here, names)
            prefix, real_prefix = (here + "/" if here else ""), (real + "/" if real else "")
            for entry in entries:
                self._meet(entry, prefix + entry.name, real_prefix + entry.name, inner, depth_here, waiting)

    def follow_links(self) -> None:
        """Walk what links lead to, now that everything that can be reached without them is known."""
        while self._links:
            links, self._links = sorted(self._links, key=lambda link: link.path), []
            for link in links:
                self._follow(link)

    def _meet(
        self,
        entry: os.DirEntry[str],
        path: str,
        real: str,
        rules: Rules,
        depth: Depth,
        waiting: list[tuple[str, str, Rules, Depth]],
    ) -> None:
        is_source = entry.name.endswith(SUFFIXES)
        try:
            if self._only is not None and not self._only.leads_to(path):
                return
            if entry.is_symlink():
                self._links.append(_Link(path, rules, depth))
            elif entry.is_dir(follow_symlinks=False):
                chosen = rules.depth_of(path, entry.name, depth)
                if chosen is not None:
                    waiting.append((path, real, rules, chosen))
            elif is_source and (self._only is None or self._only.holds(path)) and rules.takes_file(path, depth):
                self._visited.add(real)
                self._take(path, entry.stat(follow_symlinks=False))
        except OSError as error:
            if not isinstance(error, FileNotFoundError):
                reason = error.strerror or str(error)
                self._report(path, say("The file cannot be read: {reason}.", reason=reason))

    def _take(self, path: str, status: os.stat_result) -> None:
        if not stat.S_ISREG(status.st_mode):
            return
        if not path.isprintable():
            try:
                path.encode()
            except UnicodeEncodeError:
                self._report(path, say("Skipped: the name of the file is not UTF-8."))
                return
        if self._max_file_bytes and status.st_size > self._max_file_bytes:
            self._report(
                path,
                say(
                    "Skipped: the file has {size} bytes, more than max_file_bytes ({limit}).",
                    size=status.st_size,
                    limit=self._max_file_bytes,
                ),
            )
            return
        self.files.append(SourceFile(path, status.st_size, status.st_mtime_ns))

    def _follow(self, link: _Link) -> None:
        path, name = link.path, link.path.rpartition("/")[2]
        target = os.path.realpath(self._root / path)
        try:
            real = Path(target).relative_to(self._root).as_posix()
            status = os.stat(target)  # noqa: PTH116
        except (OSError, ValueError):
            return  # broken, or out of the workspace
        if real in self._visited or real == ".":
            return
        if stat.S_ISDIR(status.st_mode):
            chosen = link.rules.depth_of(path, name, link.depth)
            if chosen is not None:
                self.walk(path, link.rules, chosen, real_path=real)
        elif name.endswith(SUFFIXES) and link.rules.takes_file(path, link.depth):
            self._visited.add(real)
            self._take(path, status)

    def _report(self, path: str, message: Message) -> None:
        readable = os.fsencode(path or ".").decode("utf-8", "backslashreplace")
        self.problems.append(FileProblem(readable, message))
