from __future__ import annotations

import pytest

from smysl.engine.chunk import is_test_path


@pytest.mark.parametrize(
    "path",
    [
        "tests/a.py",
        "test/a.py",
        "pkg/testing/a.py",
        "pkg/Tests/a.py",
        "test_a.py",
        "pkg/a_test.py",
        "conftest.py",
        "tests.py",
    ],
)
def test_test_files_are_known_by_their_path(path: str) -> None:
    assert is_test_path(path)


@pytest.mark.parametrize(
    "path", ["a.py", "latest/a.py", "contest.py", "pkg/testament.py", "attests/a.py", "pytest/a.py"]
)
def test_other_files_are_not(path: str) -> None:
    assert not is_test_path(path)
