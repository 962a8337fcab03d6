"""Options of other commands, for whoever gives one to a command that has it not."""

from __future__ import annotations

import click

MOST = 3
"""Commands that are named; what more of them have is hardly what was looked for."""


def whose_option(group: click.Group, option: str) -> list[str]:
    """The commands that have an option, none where many have."""
    ctx = click.Context(group)
    found = []
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        if command is not None and any(option in each.opts for each in command.params):
            found.append(name)
    return found if len(found) <= MOST else []
