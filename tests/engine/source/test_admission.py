"""A file is admitted if a walk comes to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from smysl.engine.source import is_admitted, walk

PATHS = (
    "a.py",
    "a.txt",
    "b.pyi",
    "build/made.py",
    "build/kept.py",
    "src/deep/er/x.py",
    "src/deep/secret.py",
    "src/deep/.gitignored.py",
    "node_modules/y.py",
    ".venv/lib/z.py",
    "env/pyvenv.cfg",
    "env/lib/inside.py",
    "vendor/lib/opted_in.py",
    "vendor/lib/other.py",
    "skipped/file.py",
)


@pytest.mark.parametrize("include", [(), ("vendor/lib/opted_in.py",), ("env/",), ("node_modules/**",)])
@pytest.mark.parametrize("exclude", [(), ("skipped/",), ("*.pyi", "!a.py")])
def test_a_file_is_admitted_if_and_only_if_a_walk_comes_to_it(
    tmp_path: Path, include: tuple[str, ...], exclude: tuple[str, ...]
) -> None:
    for path in PATHS:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("x = 1\n", "utf-8")
    (tmp_path / ".gitignore").write_text("build/*\n!build/kept.py\nvendor/\n", "utf-8")
    (tmp_path / "src" / "deep" / ".gitignore").write_text("secret.py\n", "utf-8")
    walked = {file.path for file in walk(tmp_path, include=include, exclude=exclude).files}
    assert {path for path in PATHS if is_admitted(tmp_path, path, include=include, exclude=exclude)} == walked
    assert "a.py" in walked


def test_a_file_that_is_not_there_yet_is_judged_by_its_name(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("build/\n", "utf-8")
    assert is_admitted(tmp_path, "new/folder/file.py")
    assert not is_admitted(tmp_path, "build/file.py")
    assert not is_admitted(tmp_path, "../elsewhere.py")


def test_a_path_through_a_link_is_not_admitted(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert is_admitted(tmp_path, "real/a.py")
    assert not is_admitted(tmp_path, "link/a.py")
