"""Where the values of variables come from, besides being given: handed over by whoever may reach it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Protocol

from msgspec import Meta, Struct, field
from msgspec.structs import replace

from pup_tui.runbook.files import under_home
from pup_tui.runbook.keys import NEVER_BLANK
from pup_tui.runbook.parts import Choice
from pup_tui.template.value_command import ValueCommand, render_value_command

COMMAND_TIMEOUT = 10.0
"""Seconds after which a command that gives values is ended, where nothing else is said."""

RunCommand = Callable[[ValueCommand, float], Awaitable[str]]


class From(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a profile takes the value of a variable from, written as the `from` of a variable."""

    told_as: ClassVar[str] = "a value that a profile takes from elsewhere"

    from_: Annotated[
        str | Annotated[tuple[str, ...], Meta(min_length=1)], Meta(extra={NEVER_BLANK: True})
    ] = field(name="from")

    @property
    def places(self) -> tuple[str, ...]:
        return (self.from_,) if isinstance(self.from_, str) else self.from_


ProfileValue = str | tuple[str, ...] | From
"""What a profile gives a variable: a value, the items of a list, or where it comes from."""


class Withheld(Struct, frozen=True):
    """Stands for a value that nobody may choose but the operator; `why` says it in a sentence."""

    why: str


class KeptChoices(Protocol):
    """The choices that commands gave before, by `ValueCommand.key`."""

    def get(self, key: str) -> tuple[Choice, ...] | None: ...

    def put(self, key: str, choices: tuple[Choice, ...]) -> None: ...


class Sources(Struct, frozen=True, kw_only=True):
    """What `from` and `choices_from` reach.

    `home` is the operator's. `read_file` gives a file's text and raises OSError or ValueError. `keyring`
    gives the password of a service and a user, None where there is none, and raises NoKeyring.
    `run` gives what a command (ended after so many seconds) prints on standard output, and raises
    ValueError with a sentence without secrets. Where `keyring` or `run` is None nothing is asked or run: what
    they would give is not known then. `profile` is the name of the operator's profile, empty without one, and
    `profile_values` what it gives to variables; `alert_values`, what an alert gives, come before those.
    `accounts` are what it gives to the settings of integrations, by their names. `directory` is where the
    file lies that the variables stand in, which commands are told; `cwd` is where they run and relative
    paths begin, None for where the operator is. Where no `secrets` are told, what a secret variable has is
    not known.
    """

    environ: Mapping[str, str]
    home: Path
    read_file: Callable[[Path], Awaitable[str]]
    keyring: Callable[[str, str], Awaitable[str | None]] | None = None
    run: RunCommand | None = None
    kept: KeptChoices | None = None
    profile: str = ""
    profile_values: Mapping[str, ProfileValue] = field(default_factory=dict)
    directory: str = ""
    cwd: Path | None = None
    alert_values: Mapping[str, str | Withheld] = field(default_factory=dict)
    accounts: Mapping[str, Mapping[str, ProfileValue]] = field(default_factory=dict)
    secrets: bool = True

    @property
    def names(self) -> dict[str, Any]:
        """What defaults, and texts like them, know beside the variables above them."""
        return {"run": {"profile": self.profile}}

    def path(self, text: str) -> Path:
        """The file that a value or a `from` names."""
        path = under_home(text, self.home)
        return path if self.cwd is None else self.cwd / path

    def command(
        self, source: str, scope: Mapping[str, Any], secrets: Collection[str] = ()
    ) -> ValueCommand:
        """A command that gives values, rendered for `run`. Raises `TemplateError`."""
        rendered = render_value_command(source, scope, secrets)
        return replace(rendered, directory=self.directory, cwd=self.cwd)

    def beside(self, directory: str) -> Sources:
        """The same for variables of a file in this directory."""
        return replace(self, directory=directory)

    def working_in(self, cwd: Path) -> Sources:
        """The same, with commands that run, and paths that begin, in this directory."""
        return replace(self, cwd=cwd)

    def about(self, alert_values: Mapping[str, str | Withheld]) -> Sources:
        """The same for a run that is about an alert."""
        return replace(self, alert_values=alert_values)

    def at_rest(self) -> Sources:
        """The same, running no command and opening no keyring: for a plan, or while somebody types."""
        return replace(self, keyring=None, run=None)

    def without_secrets(self) -> Sources:
        """The same at rest, and of no secret the value: for a plan that others than the operator see."""
        return replace(self.at_rest(), secrets=False)

    def remembering(self) -> Sources:
        """The same, asking for each thing once: for values that are looked at again and again."""
        run = None if self.run is None else _Remembered(self.run)
        keyring = None if self.keyring is None else _RememberedKeyring(self.keyring)
        return replace(self, run=run, keyring=keyring)


class _Remembered:
    """What each command gave, also that it failed."""

    def __init__(self, run: RunCommand) -> None:
        self._run = run
        self._given: dict[str, str | ValueError] = {}

    async def __call__(self, command: ValueCommand, seconds: float) -> str:
        if command.key not in self._given:
            try:
                self._given[command.key] = await self._run(command, seconds)
            except ValueError as error:
                self._given[command.key] = error
        given = self._given[command.key]
        if isinstance(given, ValueError):
            raise given
        return given


class _RememberedKeyring:
    """The passwords that were looked up."""

    def __init__(self, keyring: Callable[[str, str], Awaitable[str | None]]) -> None:
        self._keyring = keyring
        self._given: dict[tuple[str, str], str | None] = {}

    async def __call__(self, service: str, user: str) -> str | None:
        if (service, user) not in self._given:
            self._given[service, user] = await self._keyring(service, user)
        return self._given[service, user]
