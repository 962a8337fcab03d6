"""Groups of subcommands, such as those of `pup-tui auth`."""

from __future__ import annotations

import click

_WHOLE = 1000
"""More characters than a sentence has."""


class Subcommands(click.Group):
    """Tells the first sentence of each subcommand as a whole, in as many lines as that needs."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, each.get_short_help_str(_WHOLE)) for name, each in self.commands.items()]
            )
