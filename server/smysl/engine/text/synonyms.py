"""What programmers call the same thing: the groups of `synonyms.txt`, by stem."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from smysl.engine.text.terms import stem


@cache
def synonyms() -> Mapping[str, frozenset[str]]:
    """The other stems of every group a stem stands in; a stem without a group is not a key."""
    found: dict[str, set[str]] = defaultdict(set)
    text = files(__package__).joinpath("synonyms.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        group = {stem(word) for word in line.partition("#")[0].split()}
        for one in group:
            found[one] |= group - {one}
    return {one: frozenset(others) for one, others in found.items()}
