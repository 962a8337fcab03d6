"""What `--help` says of the subcommands of `pup`."""

from __future__ import annotations

import pytest

from pup_tui.datadog.commands import CommandError, mutates
from pup_tui.datadog.help import asks_help, help_text
from pup_tui.datadog.installed import installed_commands, known_names
from pup_tui.datadog.known_words import program_of
from pup_tui.datadog.table import load_table
from pup_tui.known_word import KnownWord


@pytest.mark.parametrize("name", sorted(known_names()))
def test_every_flag_of_every_subcommand_is_told(name: str) -> None:
    told = help_text([*name.split(), "--help"])
    flags = [flag for row in load_table().named(name) for flag in row.flags]
    more = installed_commands().get(name)
    flags += more.flags if more else []
    for flag in [*flags, *load_table().globals]:
        assert f"  {flag.name}" in told
        assert all(choice in told for choice in flag.spelled_choices)
        assert not flag.required or "required" in told
    assert ("changes something" in told or "may change" in told) == (
        mutates(name.split()) is True or name == "api"
    )
    assert max(map(len, told.splitlines())) <= 100


def test_groups_and_the_whole_name_all_that_is_below_them() -> None:
    whole = help_text(["--help"])
    assert all(f"  {name.split()[0]} " in whole for name in known_names())
    group = help_text(["monitors", "--help"])
    for name in known_names():
        assert (f"  {name}" in group) == name.startswith("monitors ")
    assert "monitors delete MONITOR_ID *" in group
    assert "monitors diff MONITOR_ID FILE +" in group


def test_times_and_defaults_are_told() -> None:
    told = help_text(["logs", "search"])
    assert "TIME is 1h, 30m, 7d (ago), now" in told
    assert "default 1h" in told


@pytest.mark.parametrize("words", ["monitrs", "monitors lst", "no-such thing"])
def test_what_there_is_not_is_an_error_as_everywhere(words: str) -> None:
    with pytest.raises(CommandError):
        help_text(words.split())


@pytest.mark.parametrize(
    ("words", "asks"),
    [
        ("--help", True),
        ("monitors -h", True),
        ("monitors delete 5 --help", True),
        ("pup monitors --help", True),
        ("monitors delete 5 -- --help", False),
        ("monitors list --name --help", False),
        ("monitors delete --help 5", True),
        ("monitors --help delete 5", True),
        ("--help monitors", True),
        ("monitors delete --name --help 5", False),
        ("monitors delete -- 5 --help", False),
        ("--org --help monitors delete 5", False),
        ("--org monitors delete --help", False),
        ("hello --help", False),
        ("monitors delete 5", False),
        ("", False),
    ],
)
def test_only_a_word_that_is_no_value_asks_and_changes_nothing(words: str, asks: bool) -> None:
    assert asks_help(words.split()) is asks
    if asks:
        assert mutates(words.split()) is False
        known = [KnownWord(word) for word in words.split()]
        assert program_of(known, lambda _: False) == ""
