"""Which executor carries out which request; each is imported with the first request of its kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
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

if TYPE_CHECKING:
    from pup_tui.datadog.configuration import DatadogConfiguration, PupChoice
    from pup_tui.steps.executor import Executor


class Executors(Mapping[type[StepRequest], "Executor"]):
    """One executor for each kind of request, made when it is first asked for."""

    def __init__(self, makers: Mapping[type[StepRequest], Callable[[], Executor]]) -> None:
        self._makers = makers
        self._made: dict[type[StepRequest], Executor] = {}

    def __getitem__(self, request: type[StepRequest]) -> Executor:
        if request not in self._made:
            self._made[request] = self._makers[request]()
        return self._made[request]

    def __iter__(self) -> Iterator[type[StepRequest]]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


def executors(configuration: DatadogConfiguration, *, pup: PupChoice = "auto") -> Executors:
    """One executor for each kind of request; `pup` says who runs subcommands."""
    return Executors(
        {
            ShellRequest: _shell,
            PupRequest: partial(_pup, configuration, pup),
            SqlRequest: _sql,
            HttpRequest: partial(_http, configuration),
            WorkflowRequest: partial(_workflow, configuration),
            NotifyRequest: _notify,
        }
    )


def _shell() -> Executor:
    from pup_tui.steps.shell import ShellExecutor

    return ShellExecutor()


def _pup(configuration: DatadogConfiguration, choice: PupChoice) -> Executor:
    from pup_tui.steps.pup import PupExecutor

    return PupExecutor(configuration, choice)


def _sql() -> Executor:
    from pup_tui.steps.sql.executor import SqlExecutor

    return SqlExecutor()


def _http(configuration: DatadogConfiguration) -> Executor:
    from pup_tui.steps.http import HttpExecutor

    return HttpExecutor(configuration)


def _workflow(configuration: DatadogConfiguration) -> Executor:
    from pup_tui.steps.workflow import WorkflowExecutor

    return WorkflowExecutor(configuration)


def _notify() -> Executor:
    from pup_tui.steps.notify import NotifyExecutor

    return NotifyExecutor()
