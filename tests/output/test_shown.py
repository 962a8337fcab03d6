"""What is made of an output for people: JSON over several lines, tables, and which spool they are shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from pup_tui.output.shown import (
    MOST_IN_CELL,
    Shows,
    made_path,
    pretty_json,
    shown_table,
    spool_to_show,
)
from pup_tui.output.style import strip_style


def test_json_keeps_every_token_as_it_was_written() -> None:
    source = '{"b":1.10,"a":[12345678901234567890123,1e5,"x"],"on":true,"off":null,"e":{},"b":2}'
    made = pretty_json(source)
    assert made is not None
    assert strip_style(made) == (
        '{\n  "b": 1.10,\n  "a": [\n    12345678901234567890123,\n    1e5,\n    "x"\n  ],\n'
        '  "on": true,\n  "off": null,\n  "e": {},\n  "b": 2\n}\n'
    )
    assert '\x1b[36m"b"\x1b[0m: \x1b[33m1.10\x1b[0m' in made


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ('["\\u001b[31mred"]', '"\\u001b[31mred"'),
        ('["\u202eevil"]', '"\\u202eevil"'),
        ('["a\\"b: 1, {"]', '"a\\"b: 1, {"'),
        ('["[bold]no[/bold]"]', '"[bold]no[/bold]"'),
    ],
)
def test_nothing_foreign_in_json_is_a_style_or_hidden(source: str, shown: str) -> None:
    made = pretty_json(source)
    assert made == f"[\n  \x1b[32m{shown}\x1b[0m\n]\n"


def test_json_that_would_become_too_large_is_not_made() -> None:
    assert pretty_json("[" * 300 + ",".join(["1"] * 100_000) + "]" * 300) is None


def test_a_table_shows_every_character_of_its_cells() -> None:
    made = shown_table(["n", "title \x1b[1m"], [["a\nb", "\x1b[31mred"], ["ü", "[red]x[/]"]])
    assert made is not None
    assert made.splitlines() == [
        "n   | title \\x1b[1m",
        "----+--------------",
        "a⏎b | \\x1b[31mred",
        "ü   | [red]x[/]",
        "(2 rows)",
    ]


def test_nothing_foreign_below_a_table_is_a_style_or_hidden() -> None:
    told = "Datadog warns: \x1b[31mred\n\u202e"
    safe = "Datadog warns: \\x1b[31mred\\n\\u202e"
    assert shown_table([], [], told) == f"(0 rows; {safe})\n"
    made = shown_table(["n"], [["1"]], told)
    assert made is not None
    assert made.endswith(f"\n(1 row; {safe})\n")


def test_a_long_cell_is_cut_and_a_huge_table_is_not_made() -> None:
    made = shown_table(["n"], [["x" * 5_000]])
    assert made is not None
    assert made.splitlines()[2] == "x" * (MOST_IN_CELL - 1) + "…"
    assert shown_table(["n"], [["x" * MOST_IN_CELL]] * 50_000) is None


@pytest.mark.parametrize("shows", ["text", "json", "table", "none"])
@pytest.mark.parametrize(
    "status", ["failed", "warned", "ignored", "cancelled", "unknown", "retrying", "waiting"]
)
def test_trouble_is_always_shown_as_it_was_printed(
    shows: Shows, status: str, tmp_path: Path
) -> None:
    path = tmp_path / "0000-a.log"
    made_path(path).touch()
    assert spool_to_show(path, shows, status) == path


def test_what_succeeded_is_shown_as_its_step_says(tmp_path: Path) -> None:
    path = tmp_path / "0000-a.log"
    assert spool_to_show(path, "json", "succeeded") == path
    made_path(path).touch()
    assert spool_to_show(path, "json", "succeeded") == made_path(path)
    assert spool_to_show(path, "table", "running") == path
    assert spool_to_show(path, "text", "succeeded") == path
    assert spool_to_show(path, "none", "succeeded") is None
    assert spool_to_show(path, "none", "running") is None
