"""The other computer that a step runs on: what the step says, and what stands around it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

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


ReadHostText = Callable[[Role, str | int], Any]
"""What a text of the file says where it stands."""


class WrittenRemote(Struct, frozen=True):
    """Another computer in the words of the file, which may be templates."""

    host: str
    user: str | None = None
    port: str | int | None = None
    become: bool = False


class Whereabouts:
    """What one place after the other says, the nearest last: of each key the nearest word wins.

    A step whose `host` is null is at home again.
    """

    def __init__(self) -> None:
        self._go_home()

    def _go_home(self) -> None:
        self._host: str | None = None
        self._user: str | None = None
        self._port: Any = None
        self._become = False

    @property
    def remote(self) -> Remote | None:
        if self._host is None:
            return None
        return Remote(self._host, self._user, self._port, self._become)

    @property
    def written(self) -> WrittenRemote | None:
        """The same where the texts were taken `as_written`."""
        if not self._host:
            return None
        return WrittenRemote(self._host, self._user, self._port, self._become)

    def take(self, given: Defaults | Step, read: ReadHostText) -> None:
        """Take what a place says, as `read` gives its texts."""
        if isinstance(given, Step) and HOST in given.cleared:
            self._go_home()
        if isinstance(given, HostedStep | Defaults) and given.host is not None:
            self._host = read(Role.HOST, given.host)
        if not isinstance(given, HostedStep):
            return
        if given.user is not None:
            self._user = read(Role.USER, given.user)
        if given.port is not None:
            self._port = read(Role.PORT, given.port)
        if given.become is not None:
            self._become = given.become


def as_written(role: Role, source: str | int) -> str | int:
    """A text in the words of the file."""
    return source


def rendered(state: RunState, place: str, role: Role, source: str | int) -> Any:
    """A text with the names that the step `place` sees.

    TemplateError where it cannot be rendered, or would put a secret where others can read it.
    """
    names = scope_of(state, place)
    check_exposure(role, str(source), secrets_of(state, place))
    if role is Role.PORT:
        return render_amount(role, source, names)
    text = compile_text(str(source))
    return render_host(text, names) if role is Role.HOST else render_user(text, names)
