"""A text in the record of runs is found wherever it stands, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pup_tui import record_search
from pup_tui.output.passage import Passage
from pup_tui.output.spool import SpoolReader, SpoolWriter
from pup_tui.output.style import strip_style
from pup_tui.record_search import SearchedText

LETTERS = 'aAbBkKsSiIäÄſıİK \t"\\/.*[](){}^$é✓\x1b'
lines = st.lists(st.text(LETTERS, max_size=12), max_size=6)
needles = st.text(LETTERS.replace("\x1b", ""), min_size=1, max_size=4).filter(str.strip)


def spool(path: Path, texts: list[str]) -> Path:
    writer = SpoolWriter(path)
    for text in texts:
        writer.append(Passage("stdout", f"{text}\n"))
    writer.close()
    return path


def found_in(path: Path, needle: str) -> list[int]:
    searched = SearchedText(needle)
    reader = SpoolReader(path)
    try:
        assert searched.may_be_in(path) or not any(
            list(searched.wanted(passage)) for _, passage in reader.passages(0, reader.line_count)
        )
        return [
            begin + number + 1
            for begin, passage in reader.passages(0, reader.line_count)
            for number in searched.wanted(passage)
        ]
    finally:
        reader.close()


@given(lines, needles)
def test_lines_of_an_output_are_those_that_hold_the_text(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], needle: str
) -> None:
    path = spool(tmp_path_factory.mktemp("spool") / "0001-a.log", texts)
    searched = SearchedText(needle)
    assert found_in(path, needle) == [
        number for number, text in enumerate(texts, 1) if searched.shown(strip_style(text))
    ]


def test_a_text_that_is_cut_by_what_is_read_at_once_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = spool(tmp_path / "0001-a.log", ["x" * 50 + "Needle" + "y" * 50])
    for size in range(1, 60):
        monkeypatch.setattr(record_search, "_AT_ONCE", size)
        assert SearchedText("needle").may_be_in(path)
        assert SearchedText("Needle").may_be_in(path)
        assert not SearchedText("NEEDLE").may_be_in(path)


def test_capitals_matter_where_there_are_any() -> None:
    assert SearchedText("error").shown("Some ERROR")
    assert SearchedText("Error").shown("Some ERROR") == ""


def test_it_is_no_expression() -> None:
    assert SearchedText("a.c").shown("abc") == ""
    assert SearchedText("[a").shown("x[ay") == "x[ay"
    assert SearchedText("\\A").shown("x\\Ay") == "x\\Ay"


def test_colours_are_no_part_of_a_line(tmp_path: Path) -> None:
    path = spool(tmp_path / "0001-a.log", ["er\x1b[31mror\x1b[0m"])
    assert found_in(path, "error") == [1]


def test_a_long_line_is_cut_to_what_is_around_the_text() -> None:
    shown = SearchedText("needle").shown("x" * 1000 + "needle" + "y" * 1000)
    assert shown.startswith("…x")
    assert shown.endswith("y…")
    assert "needle" in shown
    assert len(shown) == record_search.MOST_SHOWN + 2
    assert SearchedText("a").shown("a\x1b[2Jb\u202ec") == "a\\x1b[2Jb\\u202ec"


def test_a_link_in_the_place_of_an_output_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("needle\n")
    (tmp_path / "0001-a.log").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError):
        SearchedText("needle").may_be_in(tmp_path / "0001-a.log")
