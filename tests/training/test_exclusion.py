"""The packages that are kept for measuring are not in the training data: not by name, not by their functions."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from smysl.engine.chunk.chunker import chunk_source
from training.app import LEARNT
from training.collect import download
from training.fingerprints import RECORDED_BITS, Kept, kept_code, of_chunk, read_record, write_record
from training.pairs import harvest
from training.reading import files_of_archive, may_be_learnt_from
from training.sources import Source, is_permissive, read_excluded, read_sources

FUNCTION = '''
def retry_after(response, default=30):
    """Seconds to wait before the next request."""
    header = response.headers.get("Retry-After", "").strip()
    if not header:
        return default
    return float(header) if header.isdigit() else seconds_until(header)
'''
EDITED = """
def wait_before_retry(response, default=60):
    # how long to wait
    header = response.headers.get("Retry-After", "").strip()
    if not header:  # nothing said
        return default
    return float(header) if header.isdigit() else seconds_until(header)
"""
OTHER = '''
def average_price(orders, currency):
    """Mean price of the orders in a currency."""
    prices = [order.price for order in orders if order.currency == currency]
    return sum(prices) / len(prices) if prices else None
'''


def test_no_source_is_a_package_kept_for_measuring_and_all_are_permissive() -> None:
    sources = read_sources()

    assert len(sources) > 100
    assert all(is_permissive(source.licence) for source in sources)
    excluded = {one.package.replace("-", "").replace("_", "") for one in read_excluded()}
    assert not excluded & {_plain(source) for source in sources}


@pytest.mark.parametrize(
    "path",
    [
        "pip/_vendor/rich/console.py",
        "botocore/vendored/requests/api.py",
        "prefect/third_party/thing.py",
        "app/libs/vk_api/longpoll.py",
        "typer/core/click.py",
    ],
)
def test_vendored_copies_are_passed_over_whatever_their_folder_is_called(path: str) -> None:
    assert not may_be_learnt_from(path)


def test_a_copied_function_is_dropped_though_its_docstring_and_spaces_changed() -> None:
    kept = kept_code([("api.py", FUNCTION)])
    copied = FUNCTION.replace('"""Seconds to wait before the next request."""', "# copied").replace("    ", "\t")

    found = harvest("git+someone+something", [("copy.py", copied), ("own.py", OTHER)], kept)

    assert [row.name for row in found.rows] == ["average_price"]
    assert found.dropped == 1


def test_a_function_with_most_of_its_lines_copied_is_dropped() -> None:
    kept = kept_code([("api.py", FUNCTION)])

    assert not harvest("git+someone+something", [("copy.py", EDITED)], kept).rows


def test_the_record_of_what_was_learnt_keeps_every_fingerprint(tmp_path: Path) -> None:
    marks = {int(mark) for mark in np.random.default_rng(1).integers(0, 1 << 64, 2_000, dtype=np.uint64)}
    write_record(marks, tmp_path / "learnt.npz")

    assert set(read_record(tmp_path / "learnt.npz").tolist()) == {mark >> (64 - RECORDED_BITS) for mark in marks}


def test_the_record_holds_the_functions_of_the_standard_library() -> None:
    """So it is a record: the sources name the library, and its functions are found in it."""
    marks = _marks([("textwrap.py", Path(textwrap.__file__).read_text(encoding="utf-8"))])

    assert _shared(marks) > 0


@pytest.mark.kept_packages
@pytest.mark.parametrize("package", [one.package for one in read_excluded()])
def test_no_function_of_a_package_kept_for_measuring_was_learnt_from(package: str) -> None:
    files = list(_files(package, _archives()))
    assert files, f"{package} could not be had"

    # One by chance: of so many functions one may begin with the same bits as another.
    assert _shared(_marks(files)) <= 1


def _archives() -> Path:
    """Where the archives are kept between runs."""
    named = os.environ.get("SMYSL_TESTS_CACHE")
    return (Path(named) if named else Path.home() / ".cache" / "smysl-tests") / "kept-packages"


def _files(package: str, folder: Path) -> Iterator[tuple[str, str]]:
    folder.mkdir(parents=True, exist_ok=True)
    names = (package.lower().replace("-", "_"), package.lower())
    archives = [path for path in folder.iterdir() if path.name.lower().startswith(tuple(f"{one}-" for one in names))]
    if not archives:
        download(package, folder)
        archives = [
            path for path in folder.iterdir() if path.name.lower().startswith(tuple(f"{one}-" for one in names))
        ]
    for archive in archives:
        for path, raw in files_of_archive(archive):
            yield path, raw.decode("utf-8", "replace")


def _marks(files: list[tuple[str, str]]) -> set[int]:
    marks = (of_chunk(chunk) for path, text in files for chunk in chunk_source(text, path).chunks)
    return {mark for mark in marks if mark is not None}


def _shared(marks: set[int]) -> int:
    short = np.fromiter(marks, dtype=np.uint64, count=len(marks)) >> np.uint64(64 - RECORDED_BITS)
    return int(np.isin(short, read_record(LEARNT)).sum())


def _plain(source: Source) -> str:
    return source.name.rpartition("/")[2].lower().replace("-", "").replace("_", "")


def test_nothing_is_held_by_nothing() -> None:
    assert not Kept(np.zeros(0, np.uint64), np.zeros(0, np.uint64)).holds("def f():\n    return 1\n")
