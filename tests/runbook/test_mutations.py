"""Whatever is in a file, loading it ends with a runbook or with problems that have a place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pup_tui.runbook.load import Loaded, load_files
from tests.support.often import often
from tests.support.runbooks import VALID_FILES

TEXT = VALID_FILES["valid.yaml"]
FILES = {name: data for name, data in VALID_FILES.items() if name != "valid.yaml"}
LINES = max(data.count(b"\n") for data in FILES.values())
PIECES = [
    b"{{ ",
    b" }}",
    b"{% if x %}",
    b": ",
    b"- ",
    b"\n",
    b"\n  ",
    b"[",
    b"]",
    b"{",
    b"}",
    b"&a ",
]
PIECES += [
    b"*a",
    b"<<: ",
    b"!t ",
    b"|\n",
    b">\n",
    b"'",
    b'"',
    b"\t",
    b"\x00",
    b"\xff",
    b"\xe2\x80\xa8",
]
PIECES += [
    b"null",
    b"true",
    b".nan",
    b"9" * 30,
    b"steps",
    b"kind",
    b"poll",
    b"retry",
    b"template",
    b"undo",
    b"foreach",
    b"settles",
    b"keep_going",
    b"label",
    b"loop",
    b"stop",
    b"with",
    b"group",
    b"default(",
    b"\\",
]


def load(data: bytes, **changed: bytes) -> Loaded:
    files = {**FILES, **{name: changed[name] for name in changed}, "valid.yaml": data}
    return load_files("valid", files, Path("valid.yaml"))


def judged(loaded: Loaded, data: bytes) -> None:
    lines = data.count(b"\n") + 2
    assert (loaded.runbook is None) is bool(loaded.errors)
    for problem in loaded.problems:
        assert problem.message
        assert 1 <= problem.line <= max(lines, LINES + 2)
        assert problem.column >= 1
        assert str(problem).isprintable()


def test_the_file_is_valid() -> None:
    assert load(TEXT).problems == ()


edits = st.lists(
    st.tuples(
        st.integers(0, len(TEXT)),
        st.integers(0, 12),
        st.sampled_from([b"", *PIECES]) | st.binary(max_size=4),
    ),
    min_size=1,
    max_size=4,
)


@pytest.mark.proves("P1", "P2")
@settings(max_examples=often(200, 2000), deadline=None)
@given(edits)
def test_changed_bytes(changes: list[tuple[int, int, bytes]]) -> None:
    data = TEXT
    for at, removed, inserted in changes:
        data = data[:at] + inserted + data[at + removed :]
    judged(load(data), data)


@settings(max_examples=often(100, 1000), deadline=None)
@given(edits, st.sampled_from(sorted(FILES)))
def test_changed_bytes_of_a_file_that_is_used(
    changes: list[tuple[int, int, bytes]], name: str
) -> None:
    data = FILES[name]
    for at, removed, inserted in changes:
        at %= len(FILES[name])
        data = data[:at] + inserted + data[at + removed :]
    judged(load(TEXT, **{name: data}), TEXT)


@settings(max_examples=often(100, 1000), deadline=None)
@given(st.lists(st.integers(0, TEXT.count(b"\n")), min_size=1, max_size=6), st.randoms())
def test_lines_removed_and_moved(numbers: list[int], random: object) -> None:
    lines = TEXT.splitlines(keepends=True)
    for number in numbers:
        moved = lines.pop(number % len(lines))
        if number % 3:
            lines.insert((number * 7) % (len(lines) + 1), moved)
    data = b"".join(lines)
    judged(load(data), data)


@pytest.mark.proves("P1", "P2")
@settings(max_examples=often(100, 1000), deadline=None)
@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    judged(load(data), data)
