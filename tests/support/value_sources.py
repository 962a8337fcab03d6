"""Places that values come from, as a test says."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from pup_tui.runbook.parts import Choice
from pup_tui.runbook.variables.sources import Sources
from pup_tui.template.value_command import ValueCommand


class Commands:
    """Answers commands by their text (script or words, values put in); what it does not know fails.

    An error in place of an answer is raised. A command that is `held` does not end before it is let go.
    """

    def __init__(self, answers: Mapping[str, str | ValueError] | None = None) -> None:
        self.answers = dict(answers or {})
        self.held: dict[str, asyncio.Event] = {}
        self.ran: list[str] = []
        self.seconds: list[float] = []

    def hold(self, command: str) -> None:
        self.held[command] = asyncio.Event()

    async def __call__(self, command: ValueCommand, seconds: float) -> str:
        told = command.script or " ".join(["pup", *command.words])
        for name, value in command.values.items():
            told = told.replace(f'"${{{name}}}"', value).replace(f"${{{name}}}", value)
        self.ran.append(told)
        self.seconds.append(seconds)
        if told in self.held:
            await self.held[told].wait()
        answer = self.answers.get(told, ValueError("the command failed: exited with 1"))
        if isinstance(answer, ValueError):
            raise answer
        return answer


class AnyCommand(Commands):
    """Answers every command alike."""

    def __init__(self, answer: str) -> None:
        super().__init__()
        self._answer = answer

    async def __call__(self, command: ValueCommand, seconds: float) -> str:
        return self._answer


class Kept(dict[str, tuple[Choice, ...]]):
    """Choices that are kept in memory."""

    def put(self, key: str, choices: tuple[Choice, ...]) -> None:
        self[key] = choices


def sources_of(
    environ: Mapping[str, str] | None = None,
    files: Mapping[str, str | Exception] | None = None,
    passwords: Mapping[tuple[str, str], str] | None = None,
    commands: Commands | None = None,
    kept: Kept | None = None,
) -> Sources:
    """Only what is given is there; without `commands` nothing can be run."""

    async def read_file(path: Path) -> str:
        held = (files or {}).get(str(path), FileNotFoundError(path))
        if isinstance(held, Exception):
            raise held
        return held

    async def keyring(service: str, user: str) -> str | None:
        return (passwords or {}).get((service, user))

    return Sources(
        environ=environ or {},
        home=Path("/home/ada"),
        read_file=read_file,
        keyring=keyring,
        run=commands,
        kept=kept,
    )
