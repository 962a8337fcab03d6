"""What is known of the subcommands of `pup` when a runbook is loaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pup_tui.datadog.configuration import DatadogConfiguration
    from pup_tui.known_word import KnownWord
    from pup_tui.runbook.model import Step


class KnownPup:
    """The built-in client's subcommands, those that only an installed `pup` has, and its extensions.

    `has_program` tells whether this machine has `pup`, or an extension `pup-NAME`; `site` is the Datadog site
    that is configured, and `datadog` the URL in place of one.
    """

    def __init__(
        self,
        has_program: Callable[[str], bool] = lambda _: False,
        datadog: str = "",
        site: str = "",
    ) -> None:
        self._has_program = has_program
        self._datadog = datadog
        self._site = site

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

    def refuses(self, step: Step, env: Mapping[str, str | None]) -> str:
        """Why a step with this environment, as it is known, does not begin; blank where nothing says so."""
        from pup_tui.datadog.step_account import trouble_foreseen
        from pup_tui.runbook.model import PupStep

        if not isinstance(step, PupStep) or self._configured is None:
            return ""
        return trouble_foreseen(self._configured, env)

    @cached_property
    def _configured(self) -> DatadogConfiguration | None:
        """The Datadog that is configured; None for what cannot be used, which is told where it is used."""
        from pup_tui.datadog.configuration import (
            SITE_VARIABLE,
            URL_VARIABLE,
            ConfigurationError,
            DatadogConfiguration,
        )

        named = {SITE_VARIABLE: self._site, URL_VARIABLE: self._datadog}
        try:
            return DatadogConfiguration.from_environment(named)
        except ConfigurationError:
            return None


def program_for(words: Sequence[KnownWord]) -> str:
    """What alone takes the words of a checked subcommand; blank where the built-in client takes them."""
    from pup_tui.datadog.known_words import program_of

    return program_of(words, lambda _: True)
