"""Which steps printed the same."""

from __future__ import annotations

from pathlib import Path

from pup_tui.output import alike as module
from pup_tui.output.alike import OutputDigest, alike, last_printed, printed_in
from pup_tui.output.overwritten import AGAIN
from pup_tui.output.passage import Line
from pup_tui.output.spool import SpoolWriter
from tests.support.passages import write_lines


def spool(folder: Path, name: str, *lines: Line) -> Path:
    path = folder / "run" / f"{name}.log"
    writer = SpoolWriter(path)
    write_lines(writer, lines)
    writer.close()
    return path


def out(text: str) -> Line:
    return Line("stdout", text)


def err(text: str) -> Line:
    return Line("stderr", text)


def test_the_same_lines_are_alike_and_others_are_not(tmp_path: Path) -> None:
    one = printed_in([spool(tmp_path, "one", out("a"), out("b"))])
    assert one == printed_in([spool(tmp_path, "two", out("a"), out("b"))])
    assert one.digest != printed_in([spool(tmp_path, "three", out("a"), out("c"))]).digest
    assert one.digest != printed_in([spool(tmp_path, "four", out("a"), err("b"))]).digest
    assert (one.lines, one.last) == (2, "b")


def test_in_which_order_two_streams_were_written_does_not_matter(tmp_path: Path) -> None:
    one = printed_in([spool(tmp_path, "one", out("a"), err("b"), out("c"))])
    assert one.digest == printed_in([spool(tmp_path, "two", err("b"), out("a"), out("c"))]).digest


def test_where_one_spool_ends_and_the_next_begins_matters(tmp_path: Path) -> None:
    none = spool(tmp_path, "none")
    first, second = spool(tmp_path, "first", out("a")), spool(tmp_path, "second", out("b"))
    both = spool(tmp_path, "both", out("a"), out("b"))
    assert printed_in([first, second]).digest != printed_in([both, none]).digest


def test_what_lines_said_before_they_were_overwritten_does_not_matter(tmp_path: Path) -> None:
    slow = printed_in([spool(tmp_path, "slow", out(f"10 %{AGAIN}60 %{AGAIN}done"))])
    fast = printed_in([spool(tmp_path, "fast", out("done"))])
    assert slow == fast
    assert slow.last == "done"


def test_the_last_line_is_told_without_colours_and_is_not_blank(tmp_path: Path) -> None:
    path = spool(tmp_path, "one", out("\x1b[32mactive\x1b[0m"), out("  "), out(""))
    assert printed_in([path]).last == last_printed(path) == "active"


def test_what_is_not_there_printed_nothing(tmp_path: Path) -> None:
    gone = tmp_path / "gone.log"
    assert last_printed(gone) == ""
    assert printed_in([gone]) == printed_in([spool(tmp_path, "empty")])


def test_what_is_too_long_to_compare_is_like_nothing_else(tmp_path: Path) -> None:
    line = out("x" * 1_000)
    lines = [line] * (module.MOST_COMPARED // 1_000 + 1)
    paths = [spool(tmp_path, name, *lines) for name in ("one", "two")]
    digests = [printed_in([path]) for path in paths]
    assert [each.lines for each in digests] == [len(lines)] * 2
    groups = alike([("a", "succeeded", digests[0]), ("b", "succeeded", digests[1])])
    assert [group.items for group in groups] == [("a",), ("b",)]


def test_groups_are_by_state_and_output_the_largest_first() -> None:
    yes, no = OutputDigest(b"yes", 1, "yes"), OutputDigest(b"no", 1, "no")
    ended = [
        ("a", "failed", no),
        ("b", "succeeded", yes),
        ("c", "succeeded", no),
        ("d", "succeeded", yes),
        ("e", "failed", yes),
    ]
    found = [(group.state, group.items) for group in alike(ended)]
    assert found == [
        ("succeeded", ("b", "d")),
        ("failed", ("a",)),
        ("succeeded", ("c",)),
        ("failed", ("e",)),
    ]
