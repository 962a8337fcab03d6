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


Find = Callable[[], "DatadogConfiguration"]


class Executors(Mapping[type[StepRequest], "Executor"]):
    """One executor for each kind of request, made when it is first asked for.

    `find` gives the account that requests to Datadog are made with; who needs it is made anew with another.
    """

    def __init__(
        self, makers: Mapping[type[StepRequest], Callable[..., Executor]], find: Find
    ) -> None:
        self._makers = makers
        self._find = find
        self._made: dict[type[StepRequest], tuple[DatadogConfiguration | None, Executor]] = {}

    def __getitem__(self, request: type[StepRequest]) -> Executor:
        maker = self._makers[request]
        account = self._find() if request in _NEED_ACCOUNT else None
        made = self._made.get(request)
        if made is None or made[0] is not account:
            made = (account, maker() if account is None else maker(account))
            self._made[request] = made
        return made[1]

    def __iter__(self) -> Iterator[type[StepRequest]]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


_NEED_ACCOUNT = frozenset({PupRequest, WorkflowRequest})
"""Requests that none can carry out without an account; of others only some go to Datadog."""


def executors(
    account: DatadogConfiguration, find: Find | None = None, *, pup: PupChoice = "auto"
) -> Executors:
    """One executor for each kind of request; `pup` says who runs subcommands.

    `find` gives the account with credentials that have to be looked for, and is asked when one needs them.
    """
    found = find or (lambda: account)
    return Executors(
        {
            ShellRequest: _shell,
            PupRequest: partial(_pup, choice=pup),
            SqlRequest: _sql,
            HttpRequest: partial(_http, account, found),
            WorkflowRequest: _workflow,
            NotifyRequest: _notify,
        },
        found,
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


def _http(account: DatadogConfiguration, find: Find) -> Executor:
    from pup_tui.steps.http import HttpExecutor

    return HttpExecutor(account, find)


def _workflow(configuration: DatadogConfiguration) -> Executor:
    from pup_tui.steps.workflow import WorkflowExecutor

    return WorkflowExecutor(configuration)


def _notify() -> Executor:
    from pup_tui.steps.notify import NotifyExecutor

    return NotifyExecutor()
