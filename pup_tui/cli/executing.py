"""Who carries out the steps of a run."""

from __future__ import annotations

from collections.abc import Mapping

from pup_tui.cli.failure import Failure
from pup_tui.core.requests import Request
from pup_tui.datadog.configuration import Configuration, ConfigurationError
from pup_tui.steps.executor import Executor
from pup_tui.steps.registry import executors

PUP_SETTING = "PUP_TUI_PUP"
"""Which `pup` runs subcommands: `auto`, `installed` or `builtin`."""


def make_executors(
    configuration: Configuration, environ: Mapping[str, str]
) -> Mapping[type[Request], Executor]:
    """One executor for each kind of request. Raises Failure where nobody can run `pup`."""
    try:
        return executors(configuration, pup=environ.get(PUP_SETTING, "auto"))
    except ConfigurationError as error:
        raise Failure(str(error), PUP_SETTING, "auto, installed or builtin") from error
