"""gitignore patterns, compiled: what a list of them says about one path, and whether they reach below a folder."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pathspec.patterns.gitignore.base import GitIgnorePatternError
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from smysl.engine.brackets import shield

_FOLDER_MARK = "(?P<ps_d>/)"  # how pathspec marks the slash after a folder that a pattern names


@dataclass(frozen=True, slots=True)
class Patterns:
    """A list of patterns as one regular expression: the last pattern that matches decides.

    Unlike `pathspec.GitIgnoreSpec` a path matches only by itself, not by a folder above it. A walk from the top needs
    that: it has already decided about the folders above, and `!folder/` must not bring back what is ignored inside.
    """

    regex: re.Pattern[str]
    verdicts: tuple[bool, ...]

    def matches(self, path: str) -> bool | None:
        """True if the last matching pattern is a plain one, False if it is negated, None if none matches.

        `path` is relative to where the patterns stand, with forward slashes, and ends in one if it is a folder.
        """
        match = self.regex.fullmatch(path)
        return None if match is None or match.lastindex is None else self.verdicts[match.lastindex - 1]


def compile_patterns(lines: Iterable[str]) -> Patterns | None:
    """The patterns of a gitignore file, or None if it has none. A pattern that makes no sense is left out."""
    regexes: list[str] = []
    verdicts: list[bool] = []
    for line in lines:
        shielded = shield(line.rstrip("\r\n"))
        if shielded is None:
            continue
        try:
            pattern = GitIgnoreSpecPattern(shielded.pattern)
        except GitIgnorePatternError:
            continue
        if pattern.regex is None or pattern.include is None:
            continue
        regexes.append(shielded.restore(_own_match(pattern.regex.pattern, line)))
        verdicts.append(pattern.include)
    if not regexes:
        return None
    # Alternatives are tried in order, so the last pattern, which decides, stands first.
    joined = "|".join(f"({regex})" for regex in reversed(regexes))
    return Patterns(re.compile(joined, re.DOTALL), tuple(reversed(verdicts)))


def _own_match(regex: str, line: str) -> str:
    """pathspec's expression for a path or anything below it, as one that matches the whole of the path."""
    plain = regex.replace(_FOLDER_MARK, "/")
    if plain == ".":
        return ".+"
    if plain == "/":
        return ".*/"
    if line.rstrip().endswith("/**/"):
        return plain + ".+/"  # git means the folders inside; pathspec takes the folder itself as well
    if plain.endswith("/") and not regex.endswith(_FOLDER_MARK):  # `folder/**`
        return plain + ".+"
    return plain


def may_match_below(patterns: Sequence[str], folder: str) -> bool:
    """Whether one of the gitignore `patterns` can name a path inside `folder` (relative, no slash at the end)."""
    return any(_reaches(pattern.strip(), folder.split("/")) for pattern in patterns)


def _reaches(pattern: str, folder: Sequence[str]) -> bool:
    if not pattern or pattern.startswith(("#", "!")):
        return False
    parts = pattern.strip("/").split("/")
    if len(parts) == 1 and not pattern.startswith("/"):
        return True  # a bare name is looked for at every depth
    for part, name in zip(parts, folder, strict=False):
        if part == "**":
            return True
        one = compile_patterns([part])
        if one is None or not one.matches(name):
            return False
    return len(parts) > len(folder)
