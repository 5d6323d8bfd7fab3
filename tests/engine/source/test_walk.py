from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smysl.engine.cancel import CancelToken
from smysl.engine.errors import Cancelled, WorkspaceError
from smysl.engine.source import is_within, walk

Make = Callable[[Mapping[str, str]], Path]


def paths(root: Path, *, exclude: Sequence[str] = (), include: Sequence[str] = ()) -> list[str]:
    return [file.path for file in walk(root, exclude=exclude, include=include).files]


def test_python_files_and_stubs_are_found_sorted_with_their_size_and_time(workspace: Make) -> None:
    root = workspace({"b.py": "x = 1\n", "a/c.pyi": "", "a/readme.md": "", "a.pyc": "", "модуль.py": "ы"})
    found = walk(root).files
    assert [file.path for file in found] == ["a/c.pyi", "b.py", "модуль.py"]
    assert found[1].size == 6
    assert found[1].mtime_ns == (root / "b.py").stat().st_mtime_ns


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param({".gitignore": "*.py\n!keep.py\n", "a.py": "", "keep.py": ""}, ["keep.py"], id="negation"),
        pytest.param({".gitignore": "/a.py\n", "a.py": "", "b/a.py": ""}, ["b/a.py"], id="a leading slash anchors"),
        pytest.param(
            {"b/.gitignore": "a.py\n", "a.py": "", "b/a.py": ""}, ["a.py"], id="a nested file rules its folder"
        ),
        pytest.param(
            {".gitignore": "*_pb2.py\n", "b/.gitignore": "!x_pb2.py\n", "x_pb2.py": "", "b/x_pb2.py": ""},
            ["b/x_pb2.py"],
            id="the deeper file wins",
        ),
        pytest.param(
            {".gitignore": "out/\n!out/a.py\n", "out/a.py": ""}, [], id="nothing comes back from an ignored folder"
        ),
        pytest.param(
            {".gitignore": "out/*\n!out/a.py\n", "out/a.py": "", "out/b.py": ""},
            ["out/a.py"],
            id="but from a folder whose content is ignored",
        ),
        pytest.param({".gitignore": "*.py\n!d/\n", "d/a.py": ""}, [], id="a folder that is taken back brings no files"),
        pytest.param({".gitignore": "a/**/z.py\n", "a/z.py": "", "a/b/c/z.py": "", "z.py": ""}, ["z.py"], id="stars"),
        pytest.param({".gitignore": "# no\n\n\\#a.py\nx\\ \n[\n", "#a.py": "", "b.py": ""}, ["b.py"], id="odd lines"),
        pytest.param({".gitignore": "*.py\r\n", "a.py": ""}, [], id="line ends of Windows"),
        pytest.param({".gitignore": "\ufeffa.py\n", "a.py": ""}, [], id="a byte order mark"),
        pytest.param({".smyslignore": "a.py\n", "a.py": "", "b.py": ""}, ["b.py"], id="our own ignore file"),
        pytest.param(
            {".gitignore": "gen/\n", ".smyslignore": "!gen/\n", "gen/a.py": ""},
            ["gen/a.py"],
            id="which comes after git's",
        ),
        pytest.param({".git/HEAD": "", ".git/info/exclude": "a.py\n", "a.py": "", "b.py": ""}, ["b.py"], id="exclude"),
        pytest.param(
            {
                ".gitignore": "a.py\n",
                "sub/.git/HEAD": "",
                "sub/.git/info/exclude": "b.py\n",
                "sub/a.py": "",
                "sub/b.py": "",
            },
            ["sub/a.py"],
            id="a repository inside has its own rules",
        ),
    ],
)
def test_ignore_files_mean_what_they_mean_to_git(
    workspace: Make, files: Mapping[str, str], expected: list[str]
) -> None:
    assert paths(workspace(files)) == expected


def test_a_folder_inside_a_repository_obeys_the_rules_above_it(workspace: Make) -> None:
    root = workspace(
        {
            ".git/HEAD": "",
            ".git/info/exclude": "pkg/one.py\n",
            ".gitignore": "*_gen.py\npkg/two.py\n/three.py\n",
            "pkg/one.py": "",
            "pkg/two.py": "",
            "pkg/three.py": "",
            "pkg/x_gen.py": "",
        }
    )
    assert paths(root / "pkg") == ["three.py"]


def test_a_workspace_inside_an_ignored_folder_is_looked_at_all_the_same(workspace: Make) -> None:
    root = workspace({".git/HEAD": "", ".gitignore": "build/\n", "build/lib/a.py": "", "site-packages/b.py": ""})
    assert paths(root / "build") == ["lib/a.py"]
    assert paths(root / "site-packages") == ["b.py"]


@pytest.mark.parametrize(
    "folder", ["node_modules", "__pycache__", "site-packages", ".tox", ".git", ".ipynb_checkpoints"]
)
def test_what_is_never_ones_own_code_is_skipped_by_name(workspace: Make, folder: str) -> None:
    assert paths(workspace({"a.py": "", f"x/{folder}/b.py": ""})) == ["a.py"]


@pytest.mark.parametrize("mark", ["pyvenv.cfg", "conda-meta/history"])
def test_a_virtual_environment_is_skipped_whatever_its_name(workspace: Make, mark: str) -> None:
    assert paths(workspace({"a.py": "", f"surroundings/{mark}": "", "surroundings/lib/b.py": ""})) == ["a.py"]


@pytest.mark.parametrize(
    ("include", "expected"),
    [
        (["gen/"], ["gen/a.py", "gen/deep/b.py"]),
        (["gen/deep/"], ["gen/deep/b.py"]),
        (["/gen/*.py"], ["gen/a.py"]),
        (["b.py"], ["gen/deep/b.py"]),
        (["gen/", "!gen/deep/"], ["gen/a.py"]),
        (["node_modules/tool/"], ["node_modules/tool/c.py"]),
        (["env/**/pkg/"], ["env/lib/site-packages/pkg/d.py"]),
        (["other/"], []),
    ],
)
def test_an_ignored_path_can_be_opted_in(workspace: Make, include: list[str], expected: list[str]) -> None:
    root = workspace(
        {
            ".gitignore": "gen/\n",
            "gen/a.py": "",
            "gen/deep/b.py": "",
            "node_modules/tool/c.py": "",
            "node_modules/other/c.js": "",
            "env/pyvenv.cfg": "",
            "env/lib/site-packages/pkg/d.py": "",
        }
    )
    assert paths(root, include=include) == expected


def test_exclude_beats_everything(workspace: Make) -> None:
    root = workspace({"a.py": "", "legacy/b.py": "", "legacy/new/c.py": ""})
    assert paths(root, exclude=["legacy/"]) == ["a.py"]
    assert paths(root, exclude=["legacy/*", "!legacy/new/"]) == ["a.py", "legacy/new/c.py"]
    assert paths(root, exclude=["new/"], include=["legacy/"]) == ["a.py", "legacy/b.py"]


def test_a_file_over_the_limit_is_a_problem_and_ends_nothing(workspace: Make) -> None:
    found = walk(workspace({"a.py": "x" * 11, "b.py": "x" * 10}), max_file_bytes=10)
    assert [file.path for file in found.files] == ["b.py"]
    assert [(problem.path, str(problem.message)) for problem in found.problems] == [
        ("a.py", "Skipped: the file has 11 bytes, more than max_file_bytes (10).")
    ]


def test_a_narrowed_walk_finds_what_a_whole_one_finds_of_these_paths(workspace: Make) -> None:
    root = workspace({".gitignore": "b.py\n", "a.py": "", "x/a.py": "", "x/b.py": "", "x/y/c.py": "", "z/d.py": ""})
    found = walk(root, only={"a.py", "x/b.py", "x/y/c.py", "gone/e.py"})
    assert [file.path for file in found.files] == ["a.py", "x/y/c.py"]


def test_links_are_followed_once_and_never_out_of_the_workspace(workspace: Make, tmp_path: Path) -> None:
    root = workspace({"real/a.py": "", ".gitignore": "hidden/\n", "hidden/b.py": "", "hidden/sub/c.py": ""})
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.py").write_text("")
    links = {
        "loop": root,
        "real/again": root / "real",
        "twin.py": root / "real" / "a.py",
        "out": tmp_path / "outside",
        "out.py": tmp_path / "outside" / "secret.py",
        "broken.py": root / "nowhere.py",
        "linked": root / "hidden",
        "linked2": root / "hidden",
        "hidden/sub/up": root / "hidden",
    }
    for link, target in links.items():
        (root / link).symlink_to(target)
    assert paths(root) == ["linked/b.py", "linked/sub/c.py", "real/a.py"]


@pytest.mark.parametrize(
    "only",
    [
        {"x"},
        {"x/y", "x/z.py"},
        {"links"},
        {"links/to_x"},
        {"links/to_hidden/h.py"},
        {"hidden"},
        {"gone"},
        {"linked.py"},
    ],
)
def test_a_walk_of_some_folders_finds_there_what_a_whole_walk_does(workspace: Make, only: set[str]) -> None:
    root = workspace(
        {
            ".gitignore": "hidden/\n*_gen.py\n",
            "a.py": "",
            "x/b.py": "",
            "x/b_gen.py": "",
            "x/y/c.py": "",
            "x/y/.gitignore": "!d_gen.py\n",
            "x/y/d_gen.py": "",
            "x/z.py": "",
            "hidden/h.py": "",
            "links/l.py": "",
        }
    )
    for link, target in {"links/to_x": "x", "links/to_hidden": "hidden", "linked.py": "a.py"}.items():
        (root / link).symlink_to(root / target)
    whole = walk(root).files
    assert walk(root, only=only).files == tuple(file for file in whole if is_within(file.path, only))
    assert "links/to_hidden/h.py" in {file.path for file in whole}


class CountingFolders(CancelToken):
    """Is asked once for each folder that a walk looks into."""

    def __init__(self) -> None:
        super().__init__()
        self.folders = 0

    def check(self) -> None:
        self.folders += 1


def test_a_folder_that_is_made_in_an_ignored_one_costs_a_look_into_the_workspace_alone(workspace: Make) -> None:
    root = workspace({".gitignore": "build/", "build/x/a.py": "", **{f"d{number}/a.py": "" for number in range(50)}})
    counting = CountingFolders()
    assert walk(root, only={"build/x"}, cancel=counting).files == ()
    assert counting.folders == 1
    assert paths(root)[0] == "d0/a.py"


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="permissions do not bind here")
def test_an_unreadable_folder_is_a_problem_and_ends_nothing(workspace: Make) -> None:
    root = workspace({"a.py": "", "locked/b.py": ""})
    (root / "locked").chmod(0)
    try:
        found = walk(root)
    finally:
        (root / "locked").chmod(0o700)
    assert [file.path for file in found.files] == ["a.py"]
    assert [problem.path for problem in found.problems] == ["locked"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_file_name_that_is_not_utf8_is_a_problem_and_ends_nothing(workspace: Make) -> None:
    root = workspace({"a.py": ""})
    (root / os.fsdecode(b"\xef\xf0.py")).write_text("")
    found = walk(root)
    assert [file.path for file in found.files] == ["a.py"]
    assert [problem.path for problem in found.problems] == ["\\xef\\xf0.py"]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such files")
def test_what_only_looks_like_a_file_is_passed_over(workspace: Make) -> None:
    root = workspace({"a.py": "", "folder.py/b.py": ""})
    os.mkfifo(root / "pipe.py")
    assert paths(root) == ["a.py", "folder.py/b.py"]


def test_a_workspace_that_is_no_folder_is_an_error_that_says_so(workspace: Make) -> None:
    root = workspace({"a.py": ""})
    with pytest.raises(WorkspaceError, match=r"a file, not a folder.* Give the folder"):
        walk(root / "a.py")
    with pytest.raises(WorkspaceError, match="cannot be read: No such file"):
        walk(root / "nowhere")
    assert walk(workspace({})).files


def test_an_empty_workspace_has_no_files_and_no_problems(tmp_path: Path) -> None:
    found = walk(tmp_path)
    assert not found.files
    assert not found.problems


def test_a_walk_can_be_taken_back(workspace: Make) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        walk(workspace({"a.py": ""}), cancel=cancel)


PATTERNS = st.lists(
    st.sampled_from(
        [
            *("a", "a/", "/a", "*.py", "!*.py", "!a/", "!a", "a/b", "a/*", "!a/c.py", "**/b", "b/**", "a/**/c.py"),
            *("!ab.py", "/*", "!/b", "[ac].py", "?.py", "**", "!b/", "*/", "!*/", "ab*", "a*b", "\\!a", "c.py"),
            *("!/a/b/", "a/**/", "!**/c.py", "[!a].py", "b/*/"),
        ]
    ),
    max_size=5,
)
FOLDERS = ("", "a/", "b/")
TREE = st.sets(st.sampled_from([x + y + name for x in FOLDERS for y in FOLDERS for name in ("c.py", "ab.py")]))


@pytest.fixture(scope="module")
def git_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("git") is None:
        pytest.skip("git tells what is right here")
    root = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "-q", "."], cwd=root, check=True)
    return root


@settings(max_examples=50, deadline=None)
@given(files=TREE, top=PATTERNS, inner=PATTERNS, excluded=PATTERNS)
def test_whatever_the_patterns_git_and_the_walk_agree(
    git_folder: Path, files: set[str], top: list[str], inner: list[str], excluded: list[str]
) -> None:
    for folder in (git_folder / "a", git_folder / "b"):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    for path in ("c.py", "ab.py"):
        (git_folder / path).unlink(missing_ok=True)
    for path in files:
        (git_folder / path).parent.mkdir(parents=True, exist_ok=True)
        (git_folder / path).write_text("")
    (git_folder / ".gitignore").write_text("\n".join(top))
    (git_folder / "a" / ".gitignore").write_text("\n".join(inner))
    (git_folder / ".git" / "info" / "exclude").write_text("\n".join(excluded))
    command = ["git", "-c", "core.excludesFile=", "ls-files", "--others", "--exclude-standard", "--", "*.py"]
    listed = subprocess.run(command, cwd=git_folder, check=True, capture_output=True, text=True).stdout.split()
    assert paths(git_folder) == sorted(listed)
