"""What somebody typed as a runbook: the commands as a script, which is converted as any other.

What a script cannot hold stands in it as a placeholder, and becomes a step that a person does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from pup_tui.convert.draft import NewRunbook, NewStep, by_hand
from pup_tui.convert.errors import ConversionError
from pup_tui.convert.naming import step_id, unique
from pup_tui.convert.sessions.fish import as_bash
from pup_tui.convert.sessions.in_places import put_values
from pup_tui.convert.sessions.interactive import interactive
from pup_tui.convert.sessions.keeping import KeptCommands, kept_commands
from pup_tui.convert.sessions.phrases import command_in_words
from pup_tui.convert.sessions.secrets import hidden
from pup_tui.convert.sessions.typed import ShellSession, TypedCommand
from pup_tui.convert.sessions.values import RepeatedValue, repeated_values, with_variables
from pup_tui.convert.settling import destroys
from pup_tui.convert.shell import judging
from pup_tui.convert.shell.conversion import from_script
from pup_tui.convert.shell.reading import parsed
from pup_tui.convert.shell.secrets import secrets_in

_LONG = 30
"""Seconds from which on it is told how long a command took."""

_PLACEHOLDER = "typed_by_hand_"
_GIVEN = re.compile(r"(?P<export>export )?(?P<name>\w+)=\"?\$\{(?P=name)\}\"?")
_PLACED = re.compile(rf"(?i)\b{_PLACEHOLDER}(\d+)\b")


def from_session(session: ShellSession, name: str) -> NewRunbook:
    """The runbook of a session; `name` is what it is called. Raises ConversionError."""
    if not session.commands:
        raise ConversionError(
            "no command can be found in the recording",
            name,
            "record a shell whose prompt ends in $, #, % or >, or give its history",
        )
    secrets = secrets_in("\n".join(each.text for each in session.commands))
    commands = [replace(each, text=hidden(each.text, secrets)) for each in session.commands]
    kept = kept_commands(session.with_commands(commands))
    return _Writing(session, kept, secrets, name).runbook()


class _Writing:
    def __init__(
        self, session: ShellSession, kept: KeptCommands, secrets: dict[str, str], name: str
    ) -> None:
        self.session = session
        self.kept = kept
        self.secrets = secrets
        self.name = name
        self.by_hand: list[tuple[str, list[str]]] = []
        """What a person does: the reason, and the commands."""
        self.exported: set[str] = set()
        """Secrets that the commands were given by the environment."""
        self.placed: list[tuple[TypedCommand, str]] = []
        """The commands, and what stands in the script for each."""

    def runbook(self) -> NewRunbook:
        lines, values = self._script()
        given = [
            *(f'{each.shell}="${{{each.shell}:-{each.value}}}"' for each in values),
            *(f'{each}="${{{each}:?}}"' for each in self.secrets.values()),
            *(f"export {each}" for each in sorted(self.exported)),
        ]
        runbook = from_script("\n".join([*given, "", *lines, ""]), self.name)
        runbook.source = self.session.source
        self._report(runbook, values)
        for step in list(runbook.walk()):
            self._do_by_hand(step, runbook)
        self._note(runbook)
        put_values(runbook, values)
        self._forget_unused(runbook)
        for step in runbook.walk():
            if step.kind != "manual":
                runbook.tell("kept", step.name, step.kind)
        return runbook

    def _script(self) -> tuple[list[str], list[RepeatedValue]]:
        """The commands, with placeholders, and the values that repeat in them."""
        texts: list[str] = []
        for command in self.kept.commands:
            if self._is_secret_given(command.text):
                continue
            text, why = self._text(command, self.kept.place)
            if why and texts and self._goes_on(texts[-1], why):
                self.by_hand[-1][1].append(text)
                continue
            if why:
                self.by_hand.append((why, [text]))
                text = f"{_PLACEHOLDER}{len(self.by_hand)}"
            texts.append(text)
            self.placed.append((command, text))
        values = repeated_values(texts, taken=self._taken(texts))
        self.placed = [(command, with_variables(text, values)) for command, text in self.placed]
        return [text for _, text in self.placed], values

    def _taken(self, texts: Iterable[str]) -> set[str]:
        """Names of variables that the commands have a use for."""
        used = re.findall(r"\$\{?(\w+)|\b([A-Za-z_]\w*)=", "\n".join(texts))
        return {*self.secrets.values(), *(name.upper() for pair in used for name in pair if name)}

    def _is_secret_given(self, text: str) -> bool:
        """Whether a command only gives a secret to a variable of the shell, which the runbook does now."""
        found = _GIVEN.fullmatch(text)
        if found is None or found["name"] not in self.secrets.values():
            return False
        if found["export"]:
            self.exported.add(found["name"])
        return True

    def _goes_on(self, before: str, why: str) -> bool:
        """Whether what is done by hand belongs to what was done right before it."""
        return before == f"{_PLACEHOLDER}{len(self.by_hand)}" and (
            why == self.by_hand[-1][0] or why.startswith("it was typed ")
        )

    def _text(self, command: TypedCommand, local: str) -> tuple[str, str]:
        """A command as it stands in a script of bash, and why it cannot; blank where it can."""
        text = command.text
        if command.place and command.place != local:
            return text, _elsewhere(command.place, local)
        if "fish" in self.session.source:
            found = as_bash(text)
            if found is None:
                return text, "it is written for fish, which other shells do not read"
            text = found
        if parsed(text + "\n").has_error:
            return text, "it cannot be read as a command of a shell"
        return text, judging.by_hand(text) or interactive(text)

    def _report(self, runbook: NewRunbook, values: Iterable[RepeatedValue]) -> None:
        runbook.report = [
            line
            for line in runbook.report
            if line.what != "no set -e" and line.fate != "kept" and not _PLACED.search(line.what)
        ]
        for variable in self.secrets.values():
            if variable not in runbook.vars:
                continue
            runbook.vars[variable] = {"type": "secret"}
            why = "its value was typed: it is a secret that is asked for; change it where it is in force"
            runbook.tell("changed", variable, why)
        for value in values:
            why = f"a value that repeats is a variable, in {value.times} commands"
            runbook.tell("changed", value.name, why)
        runbook.report += self.kept.report

    def _do_by_hand(self, step: NewStep, runbook: NewRunbook) -> None:
        found = _PLACED.search(step.original)
        if found is None:
            return
        why, commands = self.by_hand[int(found[1]) - 1]
        text = "\n".join(commands)
        name = _free_name(_name_by_hand(commands[0], why), runbook, step)
        made = by_hand(name, why, text)
        step.name, step.kind = name, "manual"
        step.id = step_id(name, {each.id for each in runbook.walk() if each is not step})
        step.keys = {k: v for k, v in step.keys.items() if k in ("if", "when")} | made.keys
        if destroys(text):
            step.ask()
        step.original = text
        runbook.tell("manual", commands[0].split("\n")[0], why)

    def _step_of(self, text: str, runbook: NewRunbook) -> NewStep | None:
        return next((step for step in runbook.walk() if step.original == text), None)

    def _forget_unused(self, runbook: NewRunbook) -> None:
        """A secret that only a person needs is not asked for: whoever does that has it."""
        texts = repr([step.keys for step in runbook.walk()])
        for variable in self.secrets.values():
            if variable in runbook.vars and f"{{{{ {variable} }}}}" not in texts:
                del runbook.vars[variable]
                runbook.report = [line for line in runbook.report if line.what != variable]
                runbook.tell("dropped", variable, "a secret in what a person does now")

    def _note(self, runbook: NewRunbook) -> None:
        """What the recording tells of a command stands above its step."""
        for command, text in self.placed:
            step = self._step_of(text, runbook)
            if step is None:
                continue
            if command.exit_code:
                self._tell(runbook, step, f"it failed in the recording (exit {command.exit_code})")
            if command.times > 1:
                told = f"it was typed {command.times} times in a row: perhaps it is a poll"
                self._tell(runbook, step, told)
            if command.took is not None and command.took >= _LONG:
                self._tell(runbook, step, f"it took {command.took:.0f}s in the recording")

    def _tell(self, runbook: NewRunbook, step: NewStep, what: str) -> None:
        if f"review: {what}" not in step.notes:
            step.notes.append(f"review: {what}")
            runbook.tell("changed", step.name, what)


def _elsewhere(place: str, local: str) -> str:
    user, _, host = place.partition("@")
    mine, _, here = local.partition("@")
    if host != here:
        return f"it was typed in a session on {host}: steps run here"
    return f"it was typed as {user}: steps run as whoever runs the runbook, as {mine} did"


def _name_by_hand(command: str, why: str) -> str:
    if "session on" in why and command.startswith("ssh "):
        return "On another host"
    return command_in_words(command) or "By hand"


def _free_name(name: str, runbook: NewRunbook, step: NewStep) -> str:
    """A name that no other step has."""
    return unique(name, {each.name for each in runbook.walk() if each is not step})
