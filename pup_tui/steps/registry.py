"""Which executor carries out which request."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast, get_args

from pup_tui.core.requests import (
    HttpRequest,
    NotifyRequest,
    PupRequest,
    Request,
    ShellRequest,
    WorkflowRequest,
)
from pup_tui.datadog.configuration import ConfigurationError
from pup_tui.steps.http import HttpExecutor
from pup_tui.steps.notify import NotifyExecutor
from pup_tui.steps.pup import PupChoice, PupExecutor
from pup_tui.steps.shell import ShellExecutor
from pup_tui.steps.workflow import WorkflowExecutor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pup_tui.datadog.configuration import Configuration
    from pup_tui.steps.executor import Executor


def executors(
    configuration: Configuration, *, pup: str = "auto"
) -> Mapping[type[Request], Executor]:
    """One executor for each kind of request.

    `pup` says who runs subcommands: `auto`, `installed` or `builtin`; ConfigurationError for any
    other word.
    """
    if pup not in get_args(PupChoice):
        choices = ", ".join(get_args(PupChoice))
        raise ConfigurationError(f"the choice of `pup` is {pup!r}: use one of {choices}")
    return {
        ShellRequest: ShellExecutor(),
        PupRequest: PupExecutor(configuration, cast("PupChoice", pup)),
        HttpRequest: HttpExecutor(configuration),
        WorkflowRequest: WorkflowExecutor(configuration),
        NotifyRequest: NotifyExecutor(),
    }
