"""The steps to come, and what stood before each in the script."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pup_tui.convert.draft import NewRunbook, NewStep, manual
from pup_tui.convert.naming import variable_name
from pup_tui.convert.shell import phrases
from pup_tui.convert.shell.growing import GrowingVariable
from pup_tui.convert.shell.inputs import Inputs
from pup_tui.convert.shell.reading import (
    ReadScript,
    ScriptStatement,
    command_name,
    outputs_only,
    text_of,
)
from pup_tui.convert.shell.state import Prelude, ScriptPiece
from pup_tui.convert.shell.work_names import name_of_commands

_TROUBLE = re.compile(r"(?i)\b(?:fail(?:ed|s|ure)?|errors?|unhealthy|not)\b(?! since)")
"""Words of what went wrong: what is done then is called by its commands."""

_NAMED = re.compile(r"\$\{?([A-Za-z_]\w*)\}?")
_MOST_NAMES = 10
"""How deep names are written out that are put together of others."""
_PUT_TOGETHER = re.compile(r"'[^']*'|\"?(?:[\w.,:/@+=~ -]|\$\w+|\$\{\w+\})*\"?")
"""Values in which nothing has to be worked out."""


@dataclass
class ComingStep:
    """One step to come: a piece of the script, or what is no shell step; and what stood before it then.

    `inside` are the steps of a group.
    """

    piece: ScriptPiece | None = None
    step: NewStep | None = None
    condition: str = ""
    keys: dict[str, Any] = field(default_factory=dict)
    inside: list[ComingStep] = field(default_factory=list)
    growing: frozenset[str] = frozenset()
    always: list[ScriptStatement] = field(default_factory=list)
    constants: dict[str, ScriptStatement] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def repeats(self) -> bool:
        """Whether it runs more than once: what follows it is no part of it."""
        return bool({"foreach", "poll"} & self.keys.keys())

    @property
    def warned(self) -> str:
        """The condition of what follows where it failed; `_finish` puts its id in."""
        return f"steps.<{id(self)}>.outcome == 'warned'"

    @property
    def went_well(self) -> str:
        """The condition of what follows where it succeeded, as `warned`."""
        return f"steps.<{id(self)}>.outcome == 'succeeded'"


class PlanningBase:
    """What is planned so far, and what is known of the script by then."""

    def __init__(
        self, script: ReadScript, inputs: Inputs, prelude: Prelude, runbook: NewRunbook
    ) -> None:
        self.script = script
        self.inputs = inputs
        self.prelude = prelude
        self.runbook = runbook
        self.options = ""
        self.planned: list[ComingStep] = []
        self.pending: list[ScriptStatement] = []
        self.wanted: set[str] = set()
        self.names = dict(inputs.names)
        for statement in (*script.statements, *script.defined.values()):
            for name in sorted(statement.sets):
                if name not in self.names:
                    self.names[name] = variable_name(name, self.names.values())
        for number, shell in inputs.positions.items():
            self.names[str(number)] = self.names[shell]
        self._inlined: set[str] = set()
        self.growing: frozenset[str] = frozenset()
        """What the rounds of a loop fill together: each round begins with none of it."""
        self.grown: dict[str, GrowingVariable] = {}
        """Of all loops so far."""
        self.captured_as: dict[str, str] = {}
        """What their rounds capture, where what follows reads it by an expression."""
        self._answers: set[str] = set()
        """Variables of the shell for answers of which a no ends the run."""
        self._asked_for: dict[str, str] = {}
        """Of answers that lead one way or another: the variable of the runbook, which is a truth value."""

    def run(self, statements: Sequence[ScriptStatement], condition: str = "") -> None:
        """Plan statements that follow each other; all of them only where the condition holds."""
        raise NotImplementedError

    def read_later(
        self, inner: Sequence[ScriptStatement], rest: Sequence[ScriptStatement]
    ) -> frozenset[str]:
        """What some statements set and what follows reads."""
        reading = (*rest, *self.script.defined.values())
        later = frozenset().union(*(each.uses for each in reading))
        return later & frozenset().union(*(each.sets for each in inner))

    def told(self, text: str) -> str:
        """A text of the script with the values that the runbook knows by then; they are handed on to it.

        What the script has put together of others is written out; what only a shell knows stays as it is.
        """
        for _ in range(_MOST_NAMES):
            written = _NAMED.sub(self._written_out, text)
            if written == text:
                break
            text = written
        known = {
            name: value
            for name, value in self.names.items()
            if name not in self.prelude.constants or name in self.prelude.values
        }
        self.wanted |= {found[1] for found in _NAMED.finditer(text)} & known.keys()
        return phrases.message_of(text, known)

    def _written_out(self, found: re.Match[str]) -> str:
        constant = self.prelude.constants.get(found[1])
        value = constant.node.child_by_field_name("value") if constant is not None else None
        said = text_of(value) if value is not None else ""
        if found[1] in self.prelude.values or not _PUT_TOGETHER.fullmatch(said):
            return found.group()
        return said.strip("\"'")

    def add(self, planned: ComingStep) -> ComingStep:
        """Add a step, with what every step needs by now."""
        planned.always = list(self.prelude.always)
        planned.constants = dict(self.prelude.constants)
        self.planned.append(planned)
        planned.growing = self.growing
        for name in planned.piece.sets - self.growing if planned.piece else ():
            self.prelude.constants.pop(name, None)
        return planned

    def piece(
        self, statements: list[ScriptStatement], condition: str, name: str = "", **keys: Any
    ) -> ComingStep:
        """Add a shell step; what was only said before it belongs to it."""
        said, self.pending = self.pending, []
        # What only prints an empty line gives no name.
        told = next(
            (
                text
                for each in reversed(said)
                if self.script.is_output(each)
                and (text := phrases.name_from(phrases.printed(each)))
            ),
            "",
        )
        comments = [c for each in (*said, *statements) for c in each.comments if c]
        commented = next(
            (t for c in reversed(comments) if (t := phrases.name_from(c)) and len(c) < 80), ""
        )
        skipped = frozenset(n for each in said for n in each.commands) | {"set", "echo", "printf"}
        own = (
            phrases.name_from(phrases.printed(statements[0])) if self._is_log(statements[0]) else ""
        )
        if all(outputs_only(each.node, self.script) for each in statements):
            own = own or "Report"
        worked = name_of_commands(statements, self.script.functions, skipped)
        if worked and _TROUBLE.search(told):
            told = ""
        named = name or told or own or commented or worked or "Script"
        if {"foreach", "poll"} & keys.keys():
            said = self._said_once(said, condition)
        return self.add(
            ComingStep(ScriptPiece([*said, *statements], named), condition=condition, keys=keys)
        )

    def _said_once(self, said: list[ScriptStatement], condition: str) -> list[ScriptStatement]:
        """What belongs to a step that repeats, of what stood before it: what is noted elsewhere is a step."""
        noted = [each for each in said if "logger" in each.commands]
        if noted:
            name = phrases.name_from(phrases.printed(noted[0]), "Say so")
            self.add(ComingStep(ScriptPiece(noted, name), condition=condition))
        return [each for each in said if not self.script.is_output(each)]

    def _is_log(self, statement: ScriptStatement) -> bool:
        return statement.type == "command" and self.script.is_logger(command_name(statement.node))

    def _looked(self, condition: str) -> ScriptPiece | None:
        """The step right before this place, if it does nothing but find values."""
        last = self.planned[-1] if self.planned and not self.pending else None
        if last is None or last.condition != condition or not last.keys.get("looks_up"):
            return None
        return last.piece

    def _flush(self, condition: str) -> None:
        """What is only said at the end belongs to the step before it, or tells somebody what to do."""
        said, self.pending = self.pending, []
        for statement in said:
            text = phrases.printed(statement)
            if phrases.tells_work(text):
                step = manual(phrases.name_of_work(text), "", "")
                step.keys = {"message": self.told(text)}
                self.wanted |= statement.uses
                self.runbook.tell("manual", step.name, "the script only mentions it")
                self.add(ComingStep(step=step, condition=condition))
            elif (
                self.planned
                and self.planned[-1].piece is not None
                and not self.planned[-1].repeats
                and self.planned[-1].condition == condition
            ):
                self.planned[-1].piece.statements.append(statement)
            else:
                noted = " ".join(sorted(statement.sets)).replace("_", " ").lower()
                name = phrases.name_from(text, f"Note {noted}" if noted else "Say so")
                self.add(ComingStep(ScriptPiece([statement], name), condition=condition))
