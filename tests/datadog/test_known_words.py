"""What is said of the words of a `pup` step before anything runs."""

from __future__ import annotations

from itertools import pairwise

import pytest

from pup_tui.datadog.arguments import CommandError
from pup_tui.datadog.commands import mutates
from pup_tui.datadog.installed import installed_commands
from pup_tui.datadog.known_words import program_of
from pup_tui.datadog.table import load_table
from pup_tui.known_word import KnownWord

PROGRAMS = {"pup-hello", "pup-monitors"}


def words(line: str) -> list[KnownWord]:
    """The words of a line, of which what follows a `@` is not known."""
    return [KnownWord(word.partition("@")[0], "@" not in word) for word in line.split()]


def judged(line: str, programs: set[str] = PROGRAMS) -> str:
    return program_of(words(line), programs.__contains__)


@pytest.mark.parametrize(
    "line",
    [
        *("monitors list", "pup monitors list", "monitors list --tags x", "monitors list --tags=x"),
        *("monitors list --tags @", "monitors list --limit=@", "monitors list --@", "monitors @"),
        *("@ list", "@", "monitors get @", "monitors get @ --output json", "-o json slos list"),
        *("api /api/v1/validate -X POST", "monitors list --help", "feature-flags @ list"),
    ],
)
def test_what_the_built_in_client_takes_needs_no_program(line: str) -> None:
    assert judged(line) == ""


@pytest.mark.parametrize(
    ("line", "program"),
    [
        ("monitors diff 1 f", "pup"),
        ("monitors diff @ f", "pup"),
        ("metrics submit --value 1.5 --name x", "pup"),
        ("synthetics tests run a b c --timeout 5", "pup"),
        ("dashboards url x --live true", "pup"),
        ("feature-flags exposure start x --whatever", "pup"),
        ("slos list --output table", "pup"),
        ("slos list --jq .a", "pup"),
        ("--org b monitors list", "pup"),
        ("users list --page-size 5", "pup"),
        ("runbooks run triage --arg A=b", "pup"),
        ("runbooks describe triage", "pup"),
        ("runbooks import https://a.example/b.yaml", "pup"),
        ("hello world --flag", "pup-hello"),
        ("hello @", "pup-hello"),
    ],
)
def test_what_only_an_installed_program_takes_names_it(line: str, program: str) -> None:
    assert judged(line) == program


@pytest.mark.parametrize(
    ("line", "told", "hint"),
    [
        ("monitors lst", "unknown command `monitors lst`", "did you mean `monitors list`?"),
        ("monitors lst @", "unknown command `monitors lst`", "did you mean `monitors list`?"),
        ("monitors dif 1 f", "unknown command `monitors dif`", "did you mean `monitors diff`?"),
        ("monitors", "`monitors` is not whole", "use `monitors list`"),
        ("monitors list --tag x", "monitors list: unknown flag --tag", "did you mean --tags?"),
        ("monitors list --tag=@", "monitors list: unknown flag --tag", "did you mean --tags?"),
        ("metrics submit --valu 1", "metrics submit: unknown flag --valu", "did you mean --value?"),
        ("monitors list --limit abc", "monitors list: --limit: 'abc' is no whole number", ""),
        ("monitors list --limit abc --tags @", "--limit: 'abc' is no whole number", ""),
        ("monitors list --limit", "monitors list: --limit needs a value", ""),
        ("metrics submit --interval x", "metrics submit: --interval: 'x' is no whole number", ""),
        ("monitors get", "monitors get: monitor_id is missing", ""),
        ("monitors get abc", "'abc' is no whole number", ""),
        ("monitors diff 1", "monitors diff takes other arguments", "monitors diff MONITOR_ID FILE"),
        (
            "slos list --output xml",
            "slos list: --output: 'xml' is unknown",
            "csv, json, table, tsv",
        ),
        ("slos list --bogus", "slos list: unknown flag --bogus", "it takes "),
        ("MONITORS list", "unknown command `MONITORS list`", "did you mean `monitors list`?"),
        ("Monitors Lst", "unknown command `Monitors Lst`", "did you mean `monitors list`?"),
        ("pup pup monitors list", "`pup` is given twice", "use `monitors list`"),
        ("monitors list | jq", "'|' is one word too many", "use `monitors list`"),
        ("helo world", "does not know `helo world`", "its extension `pup-helo`"),
        ("tui run", "does not know `tui run`", ""),
        ("", "no subcommand of pup is given", ""),
    ],
)
def test_what_nothing_takes_is_said_with_what_was_meant(line: str, told: str, hint: str) -> None:
    with pytest.raises(CommandError) as caught:
        judged(line)
    assert told in caught.value.message
    assert hint in caught.value.hint
    assert caught.value.hint.count("`monitors list`") <= 1


@pytest.mark.parametrize(
    "line", ["rum apps list", "usage summary", "incidents attachments upload x"]
)
def test_of_its_further_subcommands_an_installed_pup_is_asked_itself(line: str) -> None:
    assert judged(line, {"pup"}) == "pup"
    with pytest.raises(CommandError, match="install `pup`"):
        judged(line)


@pytest.mark.parametrize("line", ["tui run", "rum apps list", "monitors frobnicate", "Frob x"])
def test_no_extension_is_advised_where_none_would_be_taken(line: str) -> None:
    with pytest.raises(CommandError) as caught:
        judged(line, {"pup-tui"})
    assert caught.value.hint == "check the spelling, or install `pup`"


def test_an_extension_never_stands_in_for_a_group_of_subcommands() -> None:
    with pytest.raises(CommandError, match="did you mean"):
        judged("monitors lst")
    with pytest.raises(CommandError):
        judged("rum apps list", {"pup-rum"})


def test_all_146_subcommands_are_known() -> None:
    names = {*load_table().names, *installed_commands()}
    assert len(names) >= 146
    for name, row in installed_commands().items():
        needed = [flag for flag in row.flags if flag.required]
        uuid = "0b0a1d5e-8f3b-4f0e-9d3a-0a1b2c3d4e5f"
        spelled = [*name.split(), *(uuid if ":uuid" in each else "1" for each in row.arguments)]
        if row.name in load_table().names:
            continue
        flags = []
        for flag in needed:
            value = next(iter(flag.choices), uuid if flag.type == "uuid" else "x")
            flags += [flag.name, value]
        assert judged(" ".join([*spelled, *flags])) == "pup", name


@pytest.mark.parametrize(
    ("words", "changes"),
    [
        ("incidents postmortem-templates get 5", False),
        ("incidents services update 5 --file x", True),
        ("on-call teams memberships remove 5 6", True),
        ("deployment-gates rules list 5", False),
        ("software-catalog kinds upsert --file x", True),
    ],
)
def test_subcommands_of_which_little_is_known_are_known(words: str, changes: bool) -> None:
    assert judged(words) == "pup"
    assert mutates(words.split()) is changes


def test_no_subcommand_is_the_beginning_of_another() -> None:
    names = sorted(name + " " for name in {*load_table().names, *installed_commands()})
    assert [a for a, b in pairwise(names) if b.startswith(a)] == []


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("cases update-priority 5 --priority P9", "'P9' is unknown, use NOT_DEFINED, P1"),
        ("cases update-priority 5 --priority=high", "use NOT_DEFINED, P1, P2, P3, P4, P5"),
        ("metrics submit --name x --value abc", "'abc' is no number"),
        ("notebooks get abc", "'abc' is no whole number"),
        ("feature-flags flags archive abc", "'abc' is no UUID"),
        ("api v1/x -X DELTE", "'DELTE' is unknown, did you mean DELETE?"),
        ("api v1/x -XFETCH", "use GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
        ("api v1/x -H A=b", "'A=b' is not written KEY:VALUE"),
        ("api v1/x -H :b", "has no key: write KEY:VALUE"),
        ("api v1/x -f a", "'a' is not written KEY=VALUE"),
        ("api v1/x --field==b", "'=b' has no key: write KEY=VALUE"),
        ("runbooks run triage --arg A", "'A' is not written KEY=VALUE"),
        ("logs search --query x --sort=ascc", "counts as -timestamp, did you mean asc?"),
        ("auth login --site evil.example", "is 'evil.example', which is no Datadog site"),
        ("auth status --site=evil.example", "which is no Datadog site"),
        ("--outptu json monitors list", "before the subcommand: did you mean --output?"),
        ("--frobnicate x monitors list", "before the subcommand: write the subcommand first"),
    ],
)
def test_values_that_no_pup_takes_are_told(line: str, told: str) -> None:
    with pytest.raises(CommandError) as caught:
        judged(line, {"pup"})
    assert told in str(caught.value)


@pytest.mark.parametrize(
    "line",
    [
        "cases update-priority 5 --priority p2",
        "cases update-priority 5 --priority @",
        "metrics submit --name x --value=-1.5e3",
        "notebooks get @",
        "notebooks get 12",
        "api v1/x -X delete",
        "api v1/x -X @",
        "api v1/x -H A:b -H C: -f a= -F @ -f @",
        "auth login --site app.datadoghq.eu",
        "logs search --query x --sort=-timestamp",
        "logs search --query x --sort desc",
        "logs search --query x --sort whatever",
    ],
)
def test_values_that_a_pup_takes_are_not(line: str) -> None:
    judged(line, {"pup"})


@pytest.mark.parametrize("line", ["version", "agent schema", "mcp serve", "completions zsh"])
def test_what_pup_serves_itself_is_no_extension(line: str) -> None:
    assert judged(line, {"pup", f"pup-{line.split(maxsplit=1)[0]}"}) == "pup"
    with pytest.raises(CommandError):
        judged(line, {f"pup-{line.split(maxsplit=1)[0]}"})
