from __future__ import annotations

import sys
from pathlib import Path

import pytest

from smysl.evaluation.journal import Journal, JournalError


def test_rows_come_back_in_order_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.jsonl"
    with Journal(path) as journal:
        journal.add("fused", "вопрос\n", ["a::b"], 1.5)
        journal.add("x")
    with Journal(path) as journal:
        assert list(journal.rows()) == [["fused", "вопрос\n", ["a::b"], 1.5], ["x"]]
    if sys.platform != "win32":
        assert path.stat().st_mode & 0o77 == 0
        assert path.parent.stat().st_mode & 0o77 == 0


def test_a_row_that_was_cut_off_costs_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with Journal(path) as journal:
        journal.add("first")
        journal.add("second", "of which the end is lost")
    path.write_bytes(path.read_bytes()[:-5])
    with Journal(path) as journal:
        journal.add("third")
        assert list(journal.rows()) == [["first"], ["third"]]


def test_where_nothing_can_be_written_a_person_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match="cannot be kept"):
        Journal(tmp_path / "file" / "a.jsonl")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a file that is always full is Linux's")
def test_a_full_disk_is_told_as_such_and_not_again_when_the_file_is_closed() -> None:
    with pytest.raises(JournalError, match="No space left"), Journal(Path("/dev/full")) as journal:
        journal.add("fused", "question", ["a::b"], 1.5)
