"""The statements of a script in the order of the steps that they become."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pup_tui.convert.draft import by_hand
from pup_tui.convert.naming import variable_name
from pup_tui.convert.paths import all_of
from pup_tui.convert.shell import asking, judging, phrases
from pup_tui.convert.shell.choosing import Choosing
from pup_tui.convert.shell.planned import ComingStep
from pup_tui.convert.shell.questions import PlannedQuestions
from pup_tui.convert.shell.reading import (
    ScriptStatement,
    command_name,
    commands_in,
)
from pup_tui.convert.shell.remembering import Remembering
from pup_tui.convert.shell.rounds import Rounds
from pup_tui.convert.shell.state import ends_well
from pup_tui.convert.shell.work_names import name_of_commands

_FILES = frozenset({"mkdir", "cp", "mv", "chmod", "chown", "ln", "touch", "install", "cat", "tee"})


class Planning(Remembering, PlannedQuestions, Choosing, Rounds):
    """Goes through the statements of a script."""

    def run(self, statements: Sequence[ScriptStatement], condition: str = "") -> None:
        """Plan statements that follow each other; all of them only where the condition holds."""
        for at, statement in enumerate(statements):
            rest = statements[at + 1 :]
            if self._is_answer_test(statement):
                continue
            if not any(take(statement, condition, rest) for take in self._takers):
                self._plain(statement, condition)
            if self._ends(statement):
                break
        self._flush(condition)

    @property
    def _takers(self) -> tuple[Any, ...]:
        return (
            self._options,
            self._state,
            self._trap,
            self._sourced,
            self._lock,
            self._assigned,
            self._answered,
            self._said,
            self._asked_by_function,
            self._asked,
            self._menu,
            self._waited,
            self._stopped,
            self._slept,
            self._chosen,
            self._tried,
            self._cased,
            self._called,
            self._each,
            self._refused,
        )

    def _ends(self, statement: ScriptStatement) -> bool:
        return self.script.ends_with(statement.node) is not None

    def _refused(
        self, statement: ScriptStatement, condition: str, rest: Sequence[ScriptStatement]
    ) -> bool:
        known = frozenset(
            n
            for n, v in self.inputs.names.items()
            if self.runbook.vars.get(v, {}).get("required", True)
        ) | frozenset(
            n for n, s in self.prelude.constants.items() if not s.commands and "$" not in s.text
        )
        why = judging.unsafe_removal(statement.text, known) or judging.by_hand(statement.text)
        if not why and asking.asks_somebody(statement.node, self.script):
            why = "it asks somebody at the terminal"
        if not why:
            return False
        said, self.pending = self.pending, []
        comments = [c for c in statement.comments if c] + [phrases.printed(each) for each in said]
        name = next((n for c in reversed(comments) if (n := phrases.name_from(c))), "")
        step = by_hand(
            name or name_of_commands([statement], self.script.functions) or "By hand",
            why,
            statement.text,
        )
        if judging.unsafe_removal(statement.text, known):
            step.ask()
        self.runbook.tell("manual", statement.text.split("\n")[0], why)
        self.add(ComingStep(step=step, condition=condition))
        return True

    def _plain(self, statement: ScriptStatement, condition: str) -> None:
        """Any other statement is a step; those about files right behind each other are one."""
        last = self.planned[-1] if self.planned and not self.pending else None
        is_file = set(statement.commands[:1]) <= _FILES and bool(statement.commands)
        belongs = last is not None and last.condition == condition and not statement.comments
        if last is not None and belongs and last.piece is not None and not last.repeats:
            goes_on = last.keys.get("background")
            if goes_on or (is_file and last.keys.get("files")):
                last.piece.statements.append(statement)
                if "wait" in statement.commands[:1]:
                    last.keys.pop("background", None)
                return
        only_sets = statement.type in ("if_statement", "case_statement") and not any(
            self.script.ends_with(each) is None and not self.script.is_logger(command_name(each))
            for each in commands_in(statement.node)
            if command_name(each) not in ("[", "test")
        )
        named = " ".join(sorted(statement.sets)).replace("_", " ").lower() if only_sets else ""
        planned = self.piece([statement], condition, phrases.name_from(named))
        if ends_well(statement) and planned.piece is not None:
            planned.piece.ends = variable_name("ENDED", self.names.values())
            self.names[f"::{planned.piece.ends}"] = planned.piece.ends
            self._stop(all_of([condition, planned.piece.ends]), [])
        if is_file:
            planned.keys["files"] = True
        if self._is_background(statement):
            planned.keys["background"] = True

    def _is_background(self, statement: ScriptStatement) -> bool:
        behind = self.script.source.encode()[statement.node.end_byte :].lstrip(b" ")
        return behind.startswith(b"&") and not behind.startswith(b"&&")
