"""What the help of a group says of its subcommands."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from pup_tui.cli.main import COMMANDS, cli

GROUPS = [
    command
    for command in (cli.get_command(click.Context(cli), name) for name in COMMANDS)
    if isinstance(command, click.Group)
]


@pytest.mark.parametrize("group", GROUPS, ids=[str(group.name) for group in GROUPS])
def test_no_sentence_is_cut(group: click.Group) -> None:
    told = " ".join(CliRunner().invoke(group, ["--help"], terminal_width=80).output.split())
    assert group.commands
    for name, command in group.commands.items():
        sentence = " ".join((command.help or "").partition("\n\n")[0].split()).partition(". ")[0]
        assert f"{name} {sentence.removesuffix('.')}" in told
