"""From a run of the past to the same run under way again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from textual.screen import Screen

from pup_tui.aside import aside
from pup_tui.output.sanitize import safe_text
from pup_tui.tui.starting import ERROR_SECONDS

if TYPE_CHECKING:
    from pup_tui.core.actions import Question
    from pup_tui.core.events import EditedText
    from pup_tui.core.program import Program
    from pup_tui.core.requests import StepRequest
    from pup_tui.core.standing import Standing
    from pup_tui.drivers.local import LocalRun
    from pup_tui.drivers.recorded import CurrentText
    from pup_tui.tui.dialogs.dialog import ValuesAnswer
    from pup_tui.tui.handover import ConsoleTerminal
    from pup_tui.tui.past import PastRun
    from pup_tui.tui.services import Services


@dataclass(frozen=True)
class _Secrets:
    """What the record of a run does not have: the values of its secret variables, those that it had not
    (`left_out` have none), and by the step what that captured; the steps in `again` run once more for theirs.
    """

    values: Mapping[str, Any]
    changed: Mapping[str, Any]
    left_out: Sequence[str]
    captures: Mapping[str, Mapping[str, Any]]
    again: tuple[str, ...]


class _How(NamedTuple):
    """With what a run goes on: its file as it is now, and what steps run in place of their texts."""

    current: CurrentText | None
    edited: Mapping[str, EditedText]


class Resumer:
    """Lets past runs go on, with the operator's word. All is called from a worker: it asks the operator."""

    def __init__(self, services: Services, screen: Screen[None]) -> None:
        self._services = services
        self._screen = screen

    async def resume(self, past: PastRun, terminal: ConsoleTerminal) -> LocalRun | None:
        """Own the run again, ready to go on; None, and where there is one the reason shown, if it does not.

        `terminal` is what interactive steps are given.
        """
        from pup_tui.core.standing import standing
        from pup_tui.drivers.locks import InvalidLock, LockError
        from pup_tui.journal.errors import JournalError
        from pup_tui.tui.dialogs.lock_held import locked_launch

        if why := self._refusal(past):
            self._tell(why)
            return None
        stood = standing(past.program, past.state)
        how = await self._asked(past, stood)
        if how is None:
            return None
        program = past.program if how.current is None else how.current.program
        try:
            if not await self._nothing_runs(past, stood):
                return None
            secrets = await self._secrets(past, program, standing(program, past.state))
            if secrets is None:
                return None
            launcher = await self._services.launcher()
            launch = partial(
                launcher.resume,
                past.record,
                current=how.current,
                secrets=secrets.values,
                changed=secrets.changed,
                left_out=secrets.left_out,
                edited=how.edited,
                captures=secrets.captures,
                again=secrets.again,
                terminal=terminal,
            )
            return await locked_launch(self._screen, launch)
        except (JournalError, LockError, InvalidLock) as error:
            self._tell(f"Nothing was run: {error}")
            return None

    async def _asked(self, past: PastRun, stood: Standing) -> _How | None:
        """Show where the run stands, and ask with what it goes on; None for no."""
        from pup_tui.core.shown import editable_request
        from pup_tui.drivers.left_behind import can_be_seen
        from pup_tui.tui.dialogs.resume import ResumeScreen

        requests = {
            step: request
            for step in stood.failed
            if (request := editable_request(past.program, past.state, step)) is not None
        }
        shown = ResumeScreen(
            past,
            stood,
            changed=await aside(_has_changed, past),
            unseen=bool(stood.begun) and not can_be_seen(past.row),
            editable=bool(requests),
        )
        answer = await self._screen.app.push_screen_wait(shown)
        if answer is None:
            return None
        if answer.answer == "current":
            current = await self._current(past)
            return None if current is None else _How(current, {})
        edited = await self._edited(past, requests) if answer.answer == "edit" else {}
        return None if edited is None else _How(None, edited)

    def _tell(self, why: str) -> None:
        told = safe_text(why)
        self._screen.notify(told, severity="error", markup=False, timeout=ERROR_SECONDS)

    def _refusal(self, past: PastRun) -> str:
        """Why the run cannot go on in this console, empty if it can."""
        row = past.row
        if row.status == "running":
            where = f"process {row.pid} on {row.host}"
            return f"This run is under way ({where}): wait until it ends."
        if row.status == "succeeded":
            return "This run has succeeded: nothing is left to do."
        if row.profile != self._services.profile.name:
            made = f"with the profile {row.profile}" if row.profile else "without a profile"
            return f"This run was made {made}: choose that first (P)."
        return ""

    async def _nothing_runs(self, past: PastRun, standing: Standing) -> bool:
        """See to it that no attempt that did not finish still runs; False where the operator leaves one.

        Raises RunGoesOn if the run is under way again.
        """
        from pup_tui.drivers.left_behind import left_behind
        from pup_tui.tui.dialogs.left_running import LeftRunningScreen

        for left in await left_behind(self._services.state, past.row, standing.begun):
            name = past.program.node(left.step).step.name
            asked = LeftRunningScreen(name, left.processes, left.lives)
            answer = await self._screen.app.push_screen_wait(asked)
            if answer is None:
                return False
            if answer.answer == "end" and (living := await left.end()):
                self._tell(f"Nothing was run: {living} could not be ended.")
                return False
        return True

    async def _edited(
        self, past: PastRun, requests: Mapping[str, StepRequest]
    ) -> dict[str, EditedText] | None:
        """What the operator makes of the texts of steps that failed; None for no."""
        from msgspec.structs import replace

        from pup_tui.tui.dialogs.edit_text import EditTextScreen

        edited = {}
        for step, request in requests.items():
            shown = EditTextScreen(past.program.node(step).step.name, request)
            answer = await self._screen.app.push_screen_wait(shown)
            if answer is None:
                return None
            before = request.editable
            if before is not None and answer.note != before.text:
                edited[step] = replace(before, text=answer.note)
        return edited

    async def _current(self, past: PastRun) -> CurrentText | None:
        """The text of the run's file as it is now; None, with the reason shown, where it cannot go on."""
        from pup_tui.core.legs import newest_source
        from pup_tui.core.program import compile_program
        from pup_tui.drivers.recorded import StepsMissing, go_on_with
        from pup_tui.drivers.source import source_of

        path = Path(newest_source(past.events).path)
        loaded = await aside(self._services.catalog.load, path)
        if loaded.runbook is None:
            self._tell(f"Nothing was run: {loaded.errors[0]}")
            return None
        program = compile_program(past.row.runbook, loaded.runbook)
        try:
            return go_on_with(past.record, past.state, program, source_of(loaded), loaded.files)
        except StepsMissing as error:
            self._tell(f"Nothing was run: {error}")
            return None

    async def _secrets(
        self, past: PastRun, program: Program, standing: Standing
    ) -> _Secrets | None:
        """The secrets of the run once more: from where they come from, else asked for. None for no.

        So are the variables of `program` that the run did not have.
        """
        from pup_tui.catalog.inputs import resolve_question
        from pup_tui.tui.dialogs.dialog import ValuesAnswer
        from pup_tui.tui.dialogs.resume import SecretsScreen

        captures = {
            f"{step}.{name}": (step, name)
            for step, names in standing.hidden.items()
            for name in (() if step in standing.again else names)
        }
        question = _question(past, program, captures)
        sources = self._services.sources().remembering()
        found = await resolve_question(question, {}, sources)
        given = ValuesAnswer("yes", "", found.values, found.left_out, tuple(found.secrets))
        if found.problems or captures:
            answer = await self._screen.app.push_screen_wait(SecretsScreen(question, sources))
            if not isinstance(answer, ValuesAnswer):
                return None
            given = answer
        return _sorted_out(given, captures, standing)


def _has_changed(past: PastRun) -> bool:
    """Whether the runbook's file is not the one that the run was made from; also where it is gone."""
    from pup_tui.core.legs import newest_source

    source = newest_source(past.events)
    try:
        text = Path(source.path).read_bytes()
    except OSError:
        return True
    return hashlib.sha256(text).hexdigest() != source.sha256


def _question(past: PastRun, program: Program, captures: Mapping[str, tuple[str, str]]) -> Question:
    """Asks for what is not recorded: secret variables, those that the run did not have, and by the step what
    that captured as a secret.
    """
    from msgspec.structs import replace

    from pup_tui.core.actions import Question
    from pup_tui.core.standing import first_frame
    from pup_tui.runbook.parts import Variable

    had = first_frame(past.program, past.state)
    # The run had a value, so what decided whether it needs one has been judged.
    variables = {
        name: replace(variable, when=None)
        for name, variable in past.program.runbook.vars.items()
        if name in had.secrets
    }
    known = {name: value for name, value in had.values.items() if name not in had.secrets}
    if program is not past.program:
        variables = {
            name: variables.get(name, variable)
            for name, variable in program.runbook.vars.items()
            if name not in known and name not in had.left_out
        }
    for asked, (step, _) in captures.items():
        told = f"captured by {past.program.node(step).step.name}; without it that step runs again"
        variables[asked] = Variable(type="secret", required=False, description=told)
    return Question(
        step="",
        title=f"What {past.row.runbook} needs once more",
        kind="input",
        message="It is not in the record of the run.",
        variables=variables,
        names=known,
    )


def _sorted_out(
    given: ValuesAnswer, captures: Mapping[str, tuple[str, str]], standing: Standing
) -> _Secrets:
    """What was given, as the run wants it: a step of which one capture is missing runs again for all."""
    values = given.values
    again = {step: None for name, (step, _) in captures.items() if name not in values}
    made: dict[str, dict[str, Any]] = {}
    for asked, (step, name) in captures.items():
        if step not in again:
            made.setdefault(step, {})[name] = values[asked]
    variables = {name: value for name, value in values.items() if name not in captures}
    return _Secrets(
        {name: value for name, value in variables.items() if name in given.secrets},
        {name: value for name, value in variables.items() if name not in given.secrets},
        [name for name in given.left_out if name not in captures],
        made,
        (*standing.again, *again),
    )
