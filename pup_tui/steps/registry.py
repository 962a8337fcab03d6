"""Which executor carries out which request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pup_tui.core.requests import (
    HttpRequest,
    NotifyRequest,
    PupRequest,
    ShellRequest,
    SqlRequest,
    StepRequest,
    WorkflowRequest,
)
from pup_tui.steps.http import HttpExecutor
from pup_tui.steps.notify import NotifyExecutor
from pup_tui.steps.pup import PupExecutor
from pup_tui.steps.shell import ShellExecutor
from pup_tui.steps.sql.executor import SqlExecutor
from pup_tui.steps.workflow import WorkflowExecutor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pup_tui.datadog.configuration import DatadogConfiguration, PupChoice
    from pup_tui.steps.executor import Executor


def executors(
    configuration: DatadogConfiguration, *, pup: PupChoice = "auto"
) -> Mapping[type[StepRequest], Executor]:
    """One executor for each kind of request; `pup` says who runs subcommands."""
    return {
        ShellRequest: ShellExecutor(),
        PupRequest: PupExecutor(configuration, pup),
        SqlRequest: SqlExecutor(),
        HttpRequest: HttpExecutor(configuration),
        WorkflowRequest: WorkflowExecutor(configuration),
        NotifyRequest: NotifyExecutor(),
    }
