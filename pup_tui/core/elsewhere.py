"""The other computer that a step runs on: what the step says, and what stands around it."""

from __future__ import annotations

from typing import Any

from pup_tui.core.amounts import render_amount
from pup_tui.core.render import Remote
from pup_tui.core.scope import scope_of, secrets_of
from pup_tui.core.state import RunState
from pup_tui.runbook.exposure import check_exposure
from pup_tui.runbook.model import Defaults, HostedStep, Step
from pup_tui.runbook.roles import Role
from pup_tui.template.host import render_host, render_user
from pup_tui.template.text import compile_text

HOST = "host"


class Whereabouts:
    """What one place after the other says, the nearest last: of each key the nearest word wins.

    A step whose `host` is null is at home again. TemplateError where a text cannot be rendered, or would put
    a secret where others can read it.
    """

    def __init__(self) -> None:
        self._go_home()

    def _go_home(self) -> None:
        self._host: str | None = None
        self._user: str | None = None
        self._port: int | None = None
        self._become = False

    @property
    def remote(self) -> Remote | None:
        if self._host is None:
            return None
        return Remote(self._host, self._user, self._port, self._become)

    def take(self, given: Defaults | Step, state: RunState, place: str) -> None:
        """Take what a place says, whose texts see the names of the step `place`."""
        if isinstance(given, Step) and HOST in given.cleared:
            self._go_home()
        if isinstance(given, HostedStep | Defaults) and given.host is not None:
            self._host = _text(Role.HOST, given.host, state, place)
        if not isinstance(given, HostedStep):
            return
        if given.user is not None:
            self._user = _text(Role.USER, given.user, state, place)
        if given.port is not None:
            self._port = _text(Role.PORT, given.port, state, place)
        if given.become is not None:
            self._become = given.become


def _text(role: Role, source: str | int, state: RunState, place: str) -> Any:
    names = scope_of(state, place)
    check_exposure(role, str(source), secrets_of(state, place))
    if role is Role.PORT:
        return render_amount(role, source, names)
    text = compile_text(str(source))
    return render_host(text, names) if role is Role.HOST else render_user(text, names)
