"""What was typed, as histories of shells tell it."""

from __future__ import annotations

import pytest

from pup_tui.convert.sessions.fish import as_bash
from pup_tui.convert.sessions.histories import history
from pup_tui.convert.sessions.kinds import session_text

COMMANDS = [
    "kubectl -n shop get pods",
    "for i in 1 2; do\n  echo $i\ndone",
    "kubectl get \\\n  nodes",
    "echo 'two\nlines'",
    "exit",
]


def texts(text: str, name: str = "x") -> list[str]:
    found = history(text, name)
    assert found is not None
    return [each.text for each in found.commands]


def test_bash_with_times() -> None:
    text = "".join(f"#{1796040000 + at}\n{each}\n" for at, each in enumerate(COMMANDS))
    assert texts(text) == COMMANDS
    found = history(text, "x")
    assert found is not None
    assert found.source == "the history of bash"
    assert [each.at for each in found.commands][:2] == [1796040000, 1796040001]


@pytest.mark.parametrize(
    "name", [".bash_history", "bash_history.txt", "last.history", "a/.history"]
)
def test_bash_without_times_is_known_by_its_name(name: str) -> None:
    assert texts("\n".join(COMMANDS) + "\n", name) == COMMANDS


def test_commands_alone_are_known_by_their_programs() -> None:
    assert texts("kubectl get pods\ncd /srv\nsudo systemctl restart x\n./deploy.sh prod\n") == [
        "kubectl get pods",
        "cd /srv",
        "sudo systemctl restart x",
        "./deploy.sh prod",
    ]
    assert history("name: x\nsteps:\n- {name: a}\n", "x.yaml") is None
    assert history("Dear all,\nkubectl is down.\nBye\n", "x.txt") is None
    assert history("\n \n", "x") is None


@pytest.mark.parametrize(
    "time",
    [
        "",
        "2026-11-30 12:00:01 ",
        "[2026-11-30T12:00:01+0000] ",
        "30/11/26 12:00:01 ",
        "11/30/2026 12:00 PM ",
        "Mon Nov 30 12:00:01 2026 ",
        "Nov 30 12:00:01 | ",
        "12:00:01 ",
    ],
)
def test_what_history_prints(time: str) -> None:
    text = "".join(f"{at:5}  {time}{each}\n" for at, each in enumerate(COMMANDS, 98))
    assert texts(text) == COMMANDS


def test_numbers_that_do_not_count_up_are_no_history() -> None:
    assert history("10 green bottles\n20 blue ones\n7 others\n", "x") is None


OF_ZSH = (
    b": 1796045938:0;echo \xc3\xa4 \xe2\x82\xacuro \xc5\x83\xbb\n: 1796045939:0;for i in 1 2; do\\\n"
    b" echo $i\\\ndone\n: 1796045940:0;echo end \\ \n: 1796045941:0;kubectl get \\\\\n  nodes\n"
)
"""As zsh has written it: a byte of its own stands behind 0x83, changed."""


def test_zsh() -> None:
    text = session_text(OF_ZSH)
    assert text is not None
    found = history(text, "x")
    assert found is not None
    assert [each.text for each in found.commands] == [
        "echo ä €uro ś",
        "for i in 1 2; do\n echo $i\ndone",
        "echo end \\",
        "kubectl get \\\n  nodes",
    ]
    assert [each.at for each in found.commands][:2] == [1796045938, 1796045939]


def test_fish() -> None:
    rows = [
        "- cmd: "
        + each.replace("\\", "\\\\").replace("\n", "\\n")
        + f"\n  when: {1796040000 + at}\n"
        for at, each in enumerate(COMMANDS)
    ]
    found = history("".join([*rows, "  paths:\n    - a: b\n"]), "fish_history")
    assert found is not None
    assert [each.text for each in found.commands] == COMMANDS
    assert found.commands[4].at == 1796040004


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("set -gx REGION eu", "export REGION=eu"),
        ("set -x REGION 'e u'", "export REGION='e u'"),
        ("set --export REGION eu", "export REGION=eu"),
        ("set NAME web", "NAME=web"),
        ("kubectl get pods | grep web", "kubectl get pods | grep web"),
        ("echo 'a (b) c'", "echo 'a (b) c'"),
        ("echo $(date)", "echo $(date)"),
        ("set A b c", None),
        ("set -e A", None),
        ("set A (date)", None),
        ("echo (date)", None),
        ("a; and b", None),
        ("for i in a b; echo $i; end", None),
        ("echo $argv", None),
        ("echo $list[1]", None),
    ],
)
def test_what_is_written_for_fish(written: str, read: str | None) -> None:
    assert as_bash(written) == read
