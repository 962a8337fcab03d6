"""What is known of the subcommands of `pup` when a runbook is loaded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pup_tui.known_word import KnownWord


class KnownPup:
    """The built-in client's subcommands, those that only an installed `pup` has, and its extensions.

    `has_program` tells whether this machine has `pup`, or an extension `pup-NAME`; `datadog` is the URL that
    is configured in place of a site.
    """

    def __init__(
        self, has_program: Callable[[str], bool] = lambda _: False, datadog: str = ""
    ) -> None:
        self._has_program = has_program
        self._datadog = datadog

    def changes(self, words: Sequence[str]) -> bool | None:
        """Whether the subcommand that words begin with changes anything; None where nobody knows."""
        from pup_tui.datadog import commands

        return commands.mutates(words)

    def mistake(self, words: Sequence[KnownWord]) -> tuple[str, str] | None:
        """What is wrong with words and what to do; None where nothing is known to be wrong."""
        from pup_tui.datadog.commands import CommandError
        from pup_tui.datadog.endpoint import check_endpoint
        from pup_tui.datadog.known_words import endpoint_of, program_of

        try:
            program_of(words, self._has_program)
            if (endpoint := endpoint_of(words)) is not None:
                check_endpoint(endpoint, self._datadog)
        except CommandError as error:
            return error.message, error.hint
        return None


def program_for(words: Sequence[KnownWord]) -> str:
    """What alone takes the words of a checked subcommand; blank where the built-in client takes them."""
    from pup_tui.datadog.known_words import program_of

    return program_of(words, lambda _: True)
