from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest
from tests.engine.store.records_for_tests import SPACE, chunk, directions, new, put

from smysl.engine.errors import IndexBusyError, IndexDamagedError, IndexFileError
from smysl.engine.store import Store, index_file, remove_index
from smysl.engine.store.connection import translated


def filled(path: Path) -> None:
    with Store(path) as store:
        put(store, "a.py", [new(chunk("one"), body="word " * 5_000), new(chunk("two"), body="other")])


def aside(path: Path) -> list[Path]:
    return [other for other in path.parent.iterdir() if ".aside-" in other.name]


def test_two_names_of_one_folder_have_one_index_file_and_two_folders_have_two(tmp_path: Path) -> None:
    (tmp_path / "work" / "проект один").mkdir(parents=True)
    (tmp_path / "other" / "проект один").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "work" / "проект один")
    cache = tmp_path / "cache"
    path = index_file(tmp_path / "work" / "проект один", cache_dir=cache)
    assert index_file(tmp_path / "link", cache_dir=cache) == path
    assert index_file(tmp_path / "other" / "проект один", cache_dir=cache) != path
    assert path.parent == cache
    assert path.name.startswith("проект-один-")


def test_the_variable_moves_the_index_files_and_the_setting_beats_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMYSL_CACHE_DIR", str(tmp_path / "variable"))
    assert index_file(tmp_path).parent == tmp_path / "variable"
    assert index_file(tmp_path, cache_dir=tmp_path / "setting").parent == tmp_path / "setting"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_nobody_else_may_read_the_index(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "one.index"
    with Store(path) as store:
        put(store, "a.py", [new(chunk("one"))])
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        for file in path.parent.iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_an_index_is_there_again_when_it_is_opened_again(tmp_path: Path) -> None:
    filled(tmp_path / "one.index")
    with Store(tmp_path / "one.index") as store:
        assert store.notices == ()
        assert store.reader.counts().chunks == 2


@pytest.mark.parametrize("damage", ["garbage", "cut", "cut in the first page", "no tables"])
def test_a_damaged_file_is_moved_aside_and_built_anew(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "one.index"
    filled(path)
    data = path.read_bytes()
    if damage == "garbage":
        path.write_bytes(b"no database at all " * 1_000)
    elif damage == "cut":
        path.write_bytes(data[: len(data) // 2])
    elif damage == "cut in the first page":
        path.write_bytes(data[:2_000])
    else:
        connection = apsw.Connection(str(path))
        connection.execute("DROP TABLE links")
        connection.close()
    with Store(path) as store:
        assert len(store.notices) == 1
        assert "damaged" in str(store.notices[0])
        assert store.reader.counts().files == 0
        put(store, "a.py", [new(chunk("one"))])
        assert store.reader.counts().files == 1
    assert len(aside(path)) >= 1


def test_an_empty_file_is_an_empty_index(tmp_path: Path) -> None:
    path = tmp_path / "one.index"
    path.touch()
    with Store(path) as store:
        assert store.notices == ()
        assert store.reader.counts().files == 0


def test_a_file_that_is_not_ours_to_read_is_moved_aside_whole(tmp_path: Path) -> None:
    path = tmp_path / "one.index"
    connection = apsw.Connection(str(path))
    connection.execute("CREATE TABLE mine (value)")
    connection.pragma("user_version", 99)
    connection.close()
    with Store(path) as store:
        assert "another program" in str(store.notices[0])
        assert store.reader.counts().files == 0
    (kept,) = (other for other in aside(path) if not other.name.endswith(("-wal", "-shm")))
    assert apsw.Connection(str(kept)).execute("SELECT count(*) FROM mine").get == 0


def taken_over(path: Path) -> None:
    """Let `path` be an index of a later version."""
    connection = apsw.Connection(str(path))
    connection.pragma("user_version", 99)
    connection.close()


def test_two_versions_of_the_program_leave_each_other_their_indexes(tmp_path: Path) -> None:
    path = tmp_path / "one.index"
    filled(path)
    taken_over(path)
    before = path.read_bytes()
    with Store(path) as store:
        assert "newer version" in str(store.notices[0])
        put(store, "mine.py", [new(chunk("mine"))])
    assert path.read_bytes() == before
    assert aside(path) == []
    with Store(path) as again:
        assert [file.path for file in again.reader.files()] == ["mine.py"]
        assert again.path.parent == path.parent
    remove_index(path)
    assert [left for left in tmp_path.iterdir() if left.suffix != ".lock"] == []


def test_an_index_that_a_newer_version_takes_over_is_written_no_more(tmp_path: Path) -> None:
    path = tmp_path / "one.index"
    filled(path)
    with Store(path) as store:
        taken_over(path)
        with pytest.raises(IndexFileError, match="newer version"), store.writer():
            pass


def test_vectors_are_borrowed_from_a_worktree_whose_index_stands_beside_a_newer_one(tmp_path: Path) -> None:
    sibling = tmp_path / "sibling.index"
    filled(sibling)
    taken_over(sibling)
    vector = directions(1)[0]
    with Store(sibling) as store:
        put(store, "a.py", [new(chunk("one"), "text")], vectors={"text": vector})
    with Store(tmp_path / "one.index") as store:
        put(store, "a.py", [new(chunk("one"), "text")], vectors={})
        with store.writer() as writer:
            assert writer.borrow([sibling], SPACE, space_id=1, wanted={"text"}) == {"text"}


READ_WHERE_NOTHING_CAN_BE_WRITTEN = """
import os, sys
from pathlib import Path
from tests.engine.store.records_for_tests import SPACE, chunk, directions, new, put
from smysl.engine.errors import IndexFileError
from smysl.engine.store import Scope, Store
path = Path(sys.argv[1])
path.chmod(0o444)
path.parent.chmod(0o555)
if os.geteuid() == 0:
    os.setuid(65534)  # root may write everywhere
try:
    with Store(path) as store:
        print(store.is_writable, store.notices[0])
        print(store.reader.counts().chunks, len(store.reader.lexical(["other"], limit=5, scope=Scope())))
        print(store.reader.nearest(SPACE.key, directions(1)[0], limit=1, scope=Scope())[0][0])
        with store.writer():
            pass
except IndexFileError as error:
    print(error)
"""


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that other users may enter, unlike those of pytest."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "cache").mkdir()
        yield folder / "cache"
        (folder / "cache").chmod(0o755)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_an_index_where_nothing_can_be_written_still_answers(public_folder: Path) -> None:
    path = public_folder / "on e?%23.index"
    with Store(path) as store:
        put(store, "a.py", [new(chunk("one"), "text", body="other")], vectors={"text": directions(1)[0]})
    writable, counts, nearest, refused = said_by(READ_WHERE_NOTHING_CAN_BE_WRITTEN, path).splitlines()
    assert writable.startswith("False The index ")
    assert "cannot be written" in writable
    assert (counts, nearest) == ("1 1", "1")
    assert "SMYSL_CACHE_DIR" in refused
    assert [file.name for file in path.parent.iterdir() if file.suffix != ".lock"] == [path.name]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
@pytest.mark.parametrize("state", ["newer", "damaged"])
def test_an_index_that_would_have_to_be_built_anew_where_nothing_can_be_written_is_an_error(
    public_folder: Path, state: str
) -> None:
    path = public_folder / "one.index"
    filled(path)
    if state == "newer":
        taken_over(path)
    else:
        path.write_bytes(b"no database at all " * 1_000)
    (said,) = said_by(READ_WHERE_NOTHING_CAN_BE_WRITTEN, path).splitlines()
    assert "SMYSL_CACHE_DIR" in said


def test_damage_that_another_process_repaired_is_not_repaired_again(tmp_path: Path) -> None:
    path = tmp_path / "one.index"
    filled(path)
    with Store(path) as store, Store(path) as other:
        with pytest.raises(IndexDamagedError), translated(path):
            raise apsw.CorruptError("met by both")
        other.recover()
        put(other, "a.py", [new(chunk("one"))])
        store.recover()
        assert store.reader.counts().files == 1


def test_damage_met_while_reading_is_an_error_that_recover_answers(tmp_path: Path) -> None:
    path = tmp_path / "one.index"
    filled(path)
    data = bytearray(path.read_bytes())
    for start in range(8_192 * 2, len(data), 8_192):
        data[start : start + 4_000] = b"\xff" * 4_000
    path.write_bytes(data)
    with Store(path) as store:
        if store.notices:
            return  # the damage was already seen while opening
        with pytest.raises(IndexDamagedError):
            store.reader.files()
        store.recover()
        assert store.reader.files() == ()
        assert "damaged" in str(store.notices[0])


def test_damage_met_by_a_reader_is_repaired_by_the_next_opening_or_writer(tmp_path: Path) -> None:
    path = tmp_path / "one.index"
    filled(path)
    with Store(path) as store, pytest.raises(IndexDamagedError), translated(path):
        raise apsw.CorruptError("somewhere that is seldom read")
    with pytest.raises(IndexDamagedError), store.writer():
        pass
    with Store(path) as again:
        assert "damaged" in str(again.notices[0])
        assert again.reader.counts().files == 0
    with Store(path) as once_more:
        assert once_more.notices == ()


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps open files in place")
def test_an_index_that_another_process_removed_is_made_anew_and_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "one.index"
    filled(path)
    with Store(path) as store:
        reader = store.reader
        assert reader.term_statistics(["other"]).document_frequency == {"other": 1}
        remove_index(path)
        with pytest.raises(IndexFileError):
            reader.counts()
        put(store, "b.py", [new(chunk("three"), body="third")])
        assert reader.counts().files == 1
        assert reader.term_statistics(["other", "third"]).document_frequency == {"other": 0, "third": 1}


def test_a_folder_that_cannot_be_made_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(IndexFileError) as caught:
        Store(tmp_path / "file" / "one.index")
    assert "SMYSL_CACHE_DIR" in str(caught.value.advice)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_says_what_to_do(tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)
    with pytest.raises(IndexFileError) as caught:
        Store(folder / "one.index")
    assert "SMYSL_CACHE_DIR" in str(caught.value.advice)


def test_one_writer_at_a_time_even_in_two_processes(tmp_path: Path) -> None:
    path = tmp_path / "one.index"
    child = (
        "import sys; from pathlib import Path; from smysl.engine.store import Store\n"
        "with Store(Path(sys.argv[1])).writer() as writer:\n"
        "    print('holding', flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", child, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "holding\n"
        with Store(path) as store:
            with pytest.raises(IndexBusyError), store.writer(wait=0.05):
                pass
            assert store.reader.counts().files == 0
            process.kill()
            process.wait()
            with store.writer(wait=5.0) as writer:
                assert writer.files() == {}


def said_by(child: str, *arguments: object) -> str:
    """What a Python process of its own prints."""
    root = Path(__file__).parents[3]
    answer = subprocess.run(
        [sys.executable, "-c", child, *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(root), str(root / "server")))},
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


@pytest.mark.skipif(os.name == "nt", reason="needs resource limits")
@pytest.mark.parametrize("room", [0, 8_192, 40_000, 100_000])
def test_a_disk_that_is_full_from_the_start_is_said_and_hinders_no_later_run(tmp_path: Path, room: int) -> None:
    path = tmp_path / "one.index"
    child = """
import resource, sys
from pathlib import Path
from smysl.engine.errors import DiskFullError
from smysl.engine.store import Store
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
try:
    Store(Path(sys.argv[1]))
except DiskFullError as error:
    print(error)
"""
    assert "Free some disk space" in said_by(child, path, room)
    with Store(path) as store:
        assert store.notices == ()
        put(store, "a.py", [new(chunk("one"))])
        assert store.reader.counts().files == 1


@pytest.mark.skipif(os.name == "nt", reason="needs resource limits")
def test_a_full_disk_is_said_and_keeps_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "one.index"
    child = """
import resource, sys
from pathlib import Path
from tests.engine.store.records_for_tests import chunk, new, put
from smysl.engine.errors import DiskFullError
from smysl.engine.store import Store
store = Store(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
written = 0
try:
    for number in range(1_000):
        put(store, f"{number}.py", [new(chunk("one"), body=f"word{number} " * 3_000) for _ in range(40)])
        written += 1
except DiskFullError as error:
    assert error.advice is not None
    print(written)
"""
    written = int(said_by(child, path))
    with Store(path) as store:
        assert store.notices == ()
        assert store.reader.counts().files == written
        put(store, "more.py", [new(chunk("one"))])
        assert store.reader.counts().files == written + 1
