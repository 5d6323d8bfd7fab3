from __future__ import annotations

import os
import sys
from hashlib import blake2b
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smysl.engine.source import Unreadable, decode, read_source
from smysl.engine.types import SourceText

RUSSIAN = "def привет():\n    'Читает файл настроек и возвращает словарь.'\n    return 1  # Проверка\n"


def text_of(raw: bytes) -> SourceText:
    source = decode(raw)
    assert isinstance(source, SourceText)
    return source


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "cp866", "utf-8", "mac-cyrillic", "iso8859-5"])
def test_a_declared_encoding_is_used(encoding: str) -> None:
    raw = f"# -*- coding: {encoding} -*-\n{RUSSIAN}".encode(encoding)
    source = text_of(raw)
    assert source.text == f"# -*- coding: {encoding} -*-\n{RUSSIAN}"
    assert source.encoding == encoding
    assert source.notes == ()
    assert source.content_hash == blake2b(raw, digest_size=16).hexdigest()


@pytest.mark.parametrize(
    "line", ["#!/usr/bin/python\n# coding=cp1251\n", "\n#coding:cp1251\n", "\f# vim: set fileencoding=cp1251 :\n"]
)
def test_the_declaration_may_stand_in_the_second_line(line: str) -> None:
    assert text_of((line + RUSSIAN).encode("cp1251")).encoding == "cp1251"


def test_a_declaration_after_code_is_none() -> None:
    source = text_of(("x = 1\n# coding: koi8-r\n" + RUSSIAN).encode("cp1251"))
    assert source.encoding == "cp1251"


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "cp866"])
@pytest.mark.parametrize(
    "text",
    [
        RUSSIAN,
        "# Щётка\n",
        "x = 1  # ПРОВЕРКА СВЯЗИ\n",
        "# файл\n",
        "s = 'Ошибка: неверный формат данных'\n",
        "# Автор: Пушкин А. С.\n",
        "# Загрузка изображений\n",
    ],
)
def test_undeclared_russian_is_recognised_and_noted(encoding: str, text: str) -> None:
    source = text_of(text.encode(encoding))
    assert source.text == text
    assert [str(note) for note in source.notes] == [
        f"The file is not UTF-8 and declares no encoding; read as {encoding}."
    ]


def test_a_wrong_declaration_is_seen_through_and_noted() -> None:
    declared_utf8 = text_of(("# coding: utf-8\n" + RUSSIAN).encode("cp1251"))
    assert declared_utf8.text.endswith(RUSSIAN)
    assert [str(note) for note in declared_utf8.notes] == ["The file is declared as utf-8, but is cp1251."]
    declared_cp1251 = text_of(("# coding: cp1251\n" + RUSSIAN).encode())
    assert declared_cp1251.text.endswith(RUSSIAN)
    assert [str(note) for note in declared_cp1251.notes] == ["The file is declared as cp1251, but is utf-8."]


@pytest.mark.parametrize("name", ["nonsense", "rot13", "unicode-escape", "undefined", "base64", "é"])
def test_an_encoding_that_is_none_costs_nothing(name: str) -> None:
    assert text_of(f"# coding: {name}\n{RUSSIAN}".encode()).text.endswith(RUSSIAN)


def test_a_multi_byte_declaration_is_trusted_even_if_the_bytes_could_be_utf8() -> None:
    assert text_of("# coding: gbk\n# 联通\n".encode("gbk")).text == "# coding: gbk\n# 联通\n"


def test_western_text_without_declaration_is_not_taken_for_russian() -> None:
    source = text_of("# Größe für café, naïve Ouvre\n".encode("latin-1"))
    assert source.text == "# Größe für café, naïve Ouvre\n"
    assert source.encoding == "latin-1"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_decides_and_goes(encoding: str) -> None:
    source = text_of(RUSSIAN.encode(encoding))
    assert source.text == RUSSIAN
    assert source.notes == ()


def test_line_ends_stay_as_they_are() -> None:
    assert text_of(b"a = 1\r\nb = 2\rc\x0c\n").text == "a = 1\r\nb = 2\rc\x0c\n"


def test_nul_bytes_mean_that_it_is_no_text() -> None:
    found = decode(b"x = 1\n\0\0\0")
    assert isinstance(found, Unreadable)
    assert "NUL" in str(found.reason)


@given(st.binary(max_size=400))
def test_any_bytes_give_text_that_can_be_stored_or_a_reason(raw: bytes) -> None:
    found = decode(raw)
    if isinstance(found, SourceText):
        found.text.encode()
        assert "\0" not in found.text


@given(st.sampled_from(["utf-7", "utf-16", "utf-8", "gb18030", "iso2022_jp", "hz", "cp1251"]), st.binary(max_size=60))
def test_any_bytes_under_any_declaration_do_too(name: str, raw: bytes) -> None:
    found = decode(f"# coding: {name}\n".encode() + raw)
    if isinstance(found, SourceText):
        found.text.encode()


def test_a_file_is_read_from_disk(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(RUSSIAN.encode("koi8-r"))
    source = read_source(tmp_path / "a.py", max_bytes=1000)
    assert isinstance(source, SourceText)
    assert source.text == RUSSIAN


def test_a_file_that_grew_over_the_limit_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"x" * 11)
    assert isinstance(read_source(tmp_path / "a.py", max_bytes=10), Unreadable)
    assert isinstance(read_source(tmp_path / "a.py", max_bytes=11), SourceText)
    assert isinstance(read_source(tmp_path / "a.py"), SourceText)


def test_a_file_that_is_gone_says_so(tmp_path: Path) -> None:
    found = read_source(tmp_path / "a.py")
    assert isinstance(found, Unreadable)
    assert found.is_missing
    folder = read_source(tmp_path)
    assert isinstance(folder, Unreadable)
    assert not folder.is_missing


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="permissions do not bind here")
def test_a_file_without_permission_says_why(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x")
    (tmp_path / "a.py").chmod(0)
    found = read_source(tmp_path / "a.py")
    assert isinstance(found, Unreadable)
    assert "Permission denied" in str(found.reason)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes by name")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    assert isinstance(read_source(tmp_path / "pipe.py"), Unreadable)


def test_a_path_with_a_nul_is_a_file_that_is_not_there(tmp_path: Path) -> None:
    found = read_source(tmp_path / "a\0b.py")
    assert isinstance(found, Unreadable)
    assert found.is_missing
