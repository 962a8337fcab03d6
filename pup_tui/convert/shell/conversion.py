"""A shell script as a runbook."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pup_tui.convert.bounds import check_steps
from pup_tui.convert.draft import NewRunbook, NewStep
from pup_tui.convert.naming import StepNames, runbook_id
from pup_tui.convert.pieces import raw
from pup_tui.convert.scripts import started
from pup_tui.convert.shell import judging
from pup_tui.convert.shell.inputs import take_inputs, with_defaults
from pup_tui.convert.shell.planned import ComingStep
from pup_tui.convert.shell.planning import Planning
from pup_tui.convert.shell.reading import ReadScript, read_script
from pup_tui.convert.shell.rest import with_rest_named
from pup_tui.convert.shell.secrets import holds_secret, secrets_in, without_secrets
from pup_tui.convert.shell.state import ENDED, Prelude, ScriptPiece, arrays_of, export, so_far

_CRON = re.compile(r"(?:^|\s)((?:[\d*/,-]+\s+){4}[\d*/,A-Za-z-]+)(?=\s|$)")
_TIMEOUT = re.compile(r"--timeout[= ](\d+[smh])\b")
_SELF = r"(?:\$0|\$\{0\}|\$\{BASH_SOURCE(?:\[0\])?\}|\$BASH_SOURCE)"
_OWN_FOLDER = re.compile(
    rf"\$\(\s*cd\s+(?:-P\s+)?\"?\$\(dirname\s+(?:--\s+)?\"?{_SELF}\"?\)\"?[^)]*&&\s*pwd(?:\s+-P)?\s*\)"
    rf"|\$\(dirname\s+(?:--\s+)?\"?(?:\$\(readlink\s+-f\s+)?\"?{_SELF}\"?\)?\"?\)"
)
"""The folder in which a script lies, as scripts find it."""
_OWN_ID = re.compile(r"(?<=[\w./-])\$\$(?![\w({$])")
"""The id of the script's process within the name of a file."""


def from_script(source: str, name: str) -> NewRunbook:
    """The runbook of a shell script; `name` is what it is called. Raises ConversionError."""
    runbook = NewRunbook(runbook_id(name), "a shell script")
    secrets = secrets_in(source)
    source = without_secrets(source, secrets)
    # Each step is a process of its own: what the id of the script's names is named after the run.
    source = _OWN_ID.sub("${PUP_TUI_RUN}", source)
    source, own = _OWN_FOLDER.subn("$PUP_TUI_RUNBOOK_DIR", source)
    if own:
        why = "the script's own folder is that of the runbook: put beside it what lies beside the script"
        runbook.tell("changed", "$(dirname $0)", why)
    source = with_rest_named(source)
    script = read_script(source, name)
    _describe(script, runbook)
    inputs, statements = take_inputs(script, runbook)
    for variable in secrets.values():
        inputs.add(variable, {"type": "secret"}, variable)
        runbook.tell(
            "changed",
            variable,
            "its value stands in the source: it is a secret that is asked for; change it there",
        )
    statements = with_defaults(statements, inputs)
    if re.search(r"\bsu\s+-", source):
        runbook.tell(
            "changed", "su -", "it changes the user for one command: sudo -u USER COMMAND says so"
        )
    prelude = Prelude(values=inputs.values, functions=script.defined, exported=inputs.exported)
    planning = Planning(script, inputs, prelude, runbook)
    planning.run(statements)
    planning.add_traps()
    check_steps(len(planning.planned), name)
    _Writing(planning, script, runbook).write()
    if "e" not in re.sub(r"(?m)^set |pipefail", "", planning.options) and not re.search(
        r"\b-\w*e", script.shebang
    ):
        why = "a failed command did not stop the script; here a step that fails stops the run"
        runbook.tell("changed", "no set -e", why)
    return runbook


def _describe(script: ReadScript, runbook: NewRunbook) -> None:
    lines = []
    for line in script.head:
        cron = _CRON.search(line)
        if cron:
            runbook.tell(
                "dropped", f"cron: {cron[1].strip()}", "a schedule, which is not part of a runbook"
            )
        if not re.search(r"(?i)\busage\b|^-\*-|shellcheck", line):
            lines.append(line)
    runbook.description = raw("\n".join(lines).strip())


class _Writing:
    """Writes what was planned: each step with all that it needs of the script before it."""

    def __init__(self, planning: Planning, script: ReadScript, runbook: NewRunbook) -> None:
        self.planning = planning
        self.prelude = planning.prelude
        self.script = script
        self.runbook = runbook
        self.arrays = arrays_of(script)
        self.names = StepNames()
        self.made: dict[int, NewStep] = {}
        self.handed_on: set[str] = set()
        """What grows in a loop, and a step of the round before this one has captured."""

    def write(self) -> None:
        self.runbook.steps = self._steps(self.planning.planned, [])
        if not self.runbook.steps:
            from pup_tui.convert.draft import manual

            self.runbook.steps = [manual("Nothing to do", "The script has no command.", "")]

    def _steps(self, planned: list[ComingStep], after: list[ComingStep]) -> list[NewStep]:
        made = []
        for at, each in enumerate(planned):
            later = [*planned[at + 1 :], *after]
            if not after:
                self.handed_on = set()
            step = self._shell(each, later) if each.piece else each.step
            assert step is not None
            self._finish(step, each)
            if each.inside:
                step.steps = self._steps(each.inside, later)
                if any(inner.keys.get("danger") for inner in step.steps):
                    step.ask()
            made.append(step)
            self.runbook.tell("kept", step.name, step.kind)
        return made

    def _finish(self, step: NewStep, planned: ComingStep) -> None:
        step.name, step.id = self.names.give(step.name)
        self.made[id(planned)] = step
        condition = re.sub(r"<(\d+)>", lambda f: self.made[int(f[1])].id, planned.condition)
        front: dict[str, Any] = {}
        if "when" in planned.keys:
            front["when"] = planned.keys["when"]
        if condition:
            front["if"] = condition
        step.keys = front | step.keys
        step.notes += planned.notes

    def _shell(self, planned: ComingStep, later: list[ComingStep]) -> NewStep:
        piece = planned.piece
        assert piece is not None
        self.prelude.always, self.prelude.constants = planned.always, planned.constants
        values = dict(self.prelude.values)
        for name in planned.growing:
            self.prelude.values.pop(name, None)
        goes_on = planned.growing & self.handed_on
        self._go_on(goes_on)
        if "item" in planned.keys:
            self.prelude.values[planned.keys["item"][0]] = planned.keys["item"][1]
        lines, _ = self.prelude.needed(
            piece.uses | (piece.sets & (goes_on | self.prelude.constants.keys())), piece.commands
        )
        lines = [*self._arguments(piece), *lines]
        self.prelude.values = values
        text = piece.text
        trailer, captures = self._handed_on(planned, later)
        if piece.ends:
            captures[piece.ends] = f"'{ENDED}' in output"
        if "capture" in planned.keys:
            captures |= planned.keys["capture"]
        own = "\n".join([*lines, text, *trailer])
        # The values in the lines before are templates of ours; all else is the script's own text.
        body = "\n".join([*map(_ours, lines), raw(text), *trailer])
        run = self._started(body)
        keys: dict[str, Any] = {
            "run": run,
            **{k: planned.keys[k] for k in ("poll", "foreach", "on_failure") if k in planned.keys},
        }
        timeout = _TIMEOUT.search(text)
        if timeout:
            keys["timeout"] = timeout[1]
        if captures:
            keys["capture"] = captures
        step = NewStep(piece.name, "shell", keys, original=piece.text)
        if judging.changes(own) and planned.keys.get("when") != "cleanup":
            step.ask()
        return step

    def _go_on(self, names: frozenset[str]) -> None:
        """Begin with what a step of the round before this one has captured, and not anew."""
        kept = self.prelude.constants
        self.prelude.constants = {n: each for n, each in kept.items() if n not in names}
        for name in names:
            variable, start = self.planning.captured_as[name], self.planning.grown[name].start
            kind = self.arrays.get(name, "")
            self.prelude.values[name] = so_far(name, variable, kind, start)

    def _arguments(self, piece: ScriptPiece) -> list[str]:
        """The arguments, where they are used by their numbers."""
        positions = self.planning.inputs.positions
        used = [int(name) for name in piece.uses if name.isdigit() and name != "0"]
        if not used:
            return []
        names = [self.planning.names.get(positions.get(n, ""), "") for n in range(1, max(used) + 1)]
        return ["set -- " + " ".join(f"{{{{ {name} }}}}" if name else "''" for name in names)]

    def _handed_on(
        self, planned: ComingStep, later: list[ComingStep]
    ) -> tuple[list[str], dict[str, Any]]:
        """What later steps read of what this one sets."""
        piece = planned.piece
        assert piece is not None
        needed: set[str] = set(self.planning.wanted)
        for each in _all(later):
            if each.piece is not None:
                self.prelude.always, self.prelude.constants = each.always, each.constants
                item = {each.keys["item"][0]} if "item" in each.keys else set()
                needed |= self.prelude.needed(each.piece.uses, each.piece.commands)[1] - item
        names = sorted(piece.sets & needed)
        if not names and all(s.type == "variable_assignment" for s in piece.statements):
            names = sorted(piece.statements[-1].sets)
        names = [n for n in names if n in self.planning.names]
        called = {**self.planning.names, **self.planning.captured_as}
        lines, captures, values = export(
            piece,
            names,
            self.arrays,
            called,
            {name: self.planning.grown[name] for name in planned.growing},
        )
        self.handed_on |= planned.growing & values.keys()
        hidden: dict[str, Any] = {}
        for name in names:
            said = next((each.text for each in piece.statements if name in each.sets), "")
            variable = called[name]
            if holds_secret(name, said) and name not in planned.growing:
                hidden[variable] = {"value": captures[variable], "secret": True}
                planned.notes.append(
                    f"review: it prints {variable} once, which is hidden from then on"
                )
        for name, value in values.items():
            self.prelude.values.pop(name, None)
            self.prelude.values[name] = value
        return lines, {**captures, **hidden}

    def _started(self, body: str) -> str:
        options = self.planning.options
        if not options or (options == "set -e" and "\n" not in body.strip()):
            return started(body)
        stops = "" if re.search(r"(?m)^set .*-\w*e", options) else "set -e\n"
        return f"{stops}{options}\n{body}\n"


def _all(planned: list[ComingStep]) -> Iterator[ComingStep]:
    """The steps to come with those inside groups."""
    for each in planned:
        yield each
        yield from _all(each.inside)


def _ours(line: str) -> str:
    """A line before the script's own text: one that gives a value is a template already."""
    return (
        line
        if re.match(r"set -- |(?:export |declare -A )?\w+[=(\n]", line)
        and ("{{ " in line or "{% for" in line)
        else raw(line)
    )
