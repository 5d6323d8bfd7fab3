"""What counts as test code."""

from __future__ import annotations

_TEST_FOLDERS = frozenset({"test", "tests", "testing"})


def is_test_path(path: str) -> bool:
    """Whether the file at `path` (relative, forward slashes) is test code by its name or by a folder above it."""
    *folders, name = path.lower().split("/")
    stem = name.rpartition(".")[0] or name
    return (
        stem == "conftest"
        or stem.startswith("test_")
        or stem.endswith(("_test", "_tests"))
        or stem in _TEST_FOLDERS
        or not _TEST_FOLDERS.isdisjoint(folders)
    )


def is_test_function(name: str, source: str) -> bool:
    """Whether a function outside test files is a test all the same.

    Its name alone does not decide: `test_connection` is a fine name in production, so it has to assert something.
    """
    return name.startswith("test_") and "assert" in source


def is_test_class(name: str, bases: str) -> bool:
    """Whether a class outside test files holds tests: it derives from a test case and is not itself one to derive from.

    `bases` is the source of the base class list, `(unittest.TestCase)`.
    """
    return "TestCase" in bases and not name.endswith("TestCase")
