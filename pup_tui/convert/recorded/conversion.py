"""A recorded session as a runbook: its commands as a script, and that as steps."""

from __future__ import annotations

import re

from pup_tui.convert.draft import NewRunbook, NewStep, manual
from pup_tui.convert.errors import ConversionError
from pup_tui.convert.naming import unique_name
from pup_tui.convert.recorded.repeated import repeated_in, with_variables
from pup_tui.convert.recorded.sessions import commands_of
from pup_tui.convert.shell.conversion import from_script
from pup_tui.convert.shell.reading import parsed

_KINDS = {
    "bash": "the history of a shell",
    "zsh": "the history of a shell",
    "fish": "the history of a shell",
    "typescript": "a recording of a terminal (script)",
    "cast": "a recording of a terminal (asciinema)",
}
_BY_THE_WAY = re.compile(
    r"^(?:clear|reset|exit|logout|history|fg|bg|jobs|pwd|man\s.*|which\s.*|type\s.*"
    r"|help|ls|ll|la|cd|:|true|date|whoami|hostname)$"
)
_MOST = 400


def from_recording(text: str, name: str, kind: str) -> NewRunbook:
    """The runbook of a recording. Raises ConversionError where no command stands in it."""
    given = commands_of(text, kind)
    commands, unread = _wanted(given)
    if not commands:
        raise ConversionError(
            "no command can be found in the recording",
            name,
            "record one with a plain prompt such as `$ `",
        )
    if len(commands) > _MOST:
        raise ConversionError(
            f"the recording has {len(commands)} commands",
            name,
            f"leave the {_MOST} that matter in it",
        )
    values = repeated_in(commands)
    head = [f'{each.name}="${{{each.name}:-{each.value}}}"' for each in values]
    script = "\n".join(
        ["#!/bin/bash", *head, *(with_variables(each, values) for each in commands), ""]
    )
    runbook = from_script(script, name)
    runbook.source = _KINDS[kind]
    runbook.description = (
        f"Recorded: {len(commands)} commands, in the order in which they were given."
    )
    for step in runbook.walk():
        _name_values(step, [each.name for each in values])
    _tell(runbook, given, commands)
    for each in values:
        why = f"{each.value} stands in several commands"
        runbook.tell("changed", f"variable {each.name}", why)
    for command in unread:
        runbook.steps.append(_by_hand(runbook, command))
    return runbook


def _name_values(step: NewStep, names: list[str]) -> None:
    """Values in their places, where nothing else is to be done before a command."""
    run = step.keys.get("run")
    if not isinstance(run, str):
        return
    for name in names:
        run = run.replace(f"{name}={{{{ {name} }}}}\n", "").replace(
            f"${{{name}}}", f"{{{{ {name} }}}}"
        )
    lines = run.split("\n")
    step.keys["run"] = (
        lines[1] if len(lines) == 3 and lines[0] == "set -e" and not lines[2] else run
    )


def _wanted(commands: list[str]) -> tuple[list[str], list[str]]:
    """The commands that do something, each once; and those that cannot be read."""
    found: list[str] = []
    unread: list[str] = []
    for command in commands:
        text = command.strip()
        if _BY_THE_WAY.match(text) or text.startswith("#") or (found and found[-1] == text):
            continue
        (unread if parsed(text).has_error else found).append(text)
    return found, unread


def _tell(runbook: NewRunbook, given: list[str], commands: list[str]) -> None:
    runbook.report = [each for each in runbook.report if each.what != "no set -e"]
    left = len(given) - len(commands)
    if left:
        runbook.tell(
            "dropped",
            f"{left} commands",
            "looks by the way, and commands that were given again at once",
        )
    runbook.tell(
        "changed",
        "the session",
        "a command that fails stops the run; whether one failed then is not recorded",
    )


def _by_hand(runbook: NewRunbook, command: str) -> NewStep:
    runbook.tell("manual", command.split("\n", maxsplit=1)[0], "it cannot be read as shell")
    name = unique_name("By hand", {each.name for each in runbook.steps})
    return manual(name, "This command of the recording cannot be read as shell.", command)
