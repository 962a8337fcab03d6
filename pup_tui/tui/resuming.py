"""From a run of the past to the same run under way again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from pup_tui.output.sanitize import safe_text
from pup_tui.tui.before_run import BeforeRun
from pup_tui.tui.decided import GoingOn
from pup_tui.tui.going_on import GoingOnDialogs
from pup_tui.tui.keys import key_of
from pup_tui.tui.starting import ERROR_SECONDS

if TYPE_CHECKING:
    from pup_tui.core.actions import Question
    from pup_tui.core.events import BegunUnchecked
    from pup_tui.core.program import Program
    from pup_tui.core.standing import Standing
    from pup_tui.drivers.local import LocalRun
    from pup_tui.tui.dialogs.dialog import ValuesAnswer
    from pup_tui.tui.handover import ConsoleTerminal
    from pup_tui.tui.past import PastRun
    from pup_tui.tui.services import Services


@dataclass(frozen=True)
class _Secrets:
    """What the record of a run does not have: the values of its secret variables, those that it had not
    (`left_out` have none), and by the step what that captured; the steps in `again` run once more for theirs.
    Each of `made` is what was made out of secrets on the way to them.
    """

    values: Mapping[str, Any]
    changed: Mapping[str, Any]
    left_out: Sequence[str]
    captures: Mapping[str, Mapping[str, Any]]
    again: tuple[str, ...]
    made: tuple[Any, ...]


class Resumer:
    """Lets past runs go on, with the operator's word. All is called from a worker: it asks the operator."""

    def __init__(self, services: Services, screen: Screen[None]) -> None:
        self._services = services
        self._screen = screen
        self._decided: dict[tuple[str, int], GoingOn] = {}
        """What is decided of runs that do not go on yet, by the run and its newest leg."""

    async def resume(
        self,
        past: PastRun,
        terminal: ConsoleTerminal,
        *,
        about_failed: bool = False,
        decided: tuple[str, GoingOn] | None = None,
    ) -> tuple[LocalRun, tuple[str, ...]] | None:
        """Own the run again, ready to go on; None, and where there is one the reason shown, if it does not.

        `terminal` is what interactive steps are given. What is `about_failed` is asked first, but
        for what was `decided` of one step that failed. With the run come the undo steps that it goes on for,
        where it does only for that.
        """
        from pup_tui.core.standing import standing
        from pup_tui.drivers.directories import DirectoryLost, to_go_on_in
        from pup_tui.drivers.locks import InvalidLock, LockError
        from pup_tui.journal.errors import JournalError
        from pup_tui.tui.dialogs.lock_held import locked_launch

        if why := self._refusal(past):
            self._tell(why)
            return None
        key = past.row.run, past.state.leg
        if decided is not None:
            self._decided[key] = decided[1]
        so_far = self._decided.setdefault(key, GoingOn())
        so_far.undo_nothing()
        so_far.only_failed = False
        dialogs = GoingOnDialogs(self._services, self._screen, past, so_far)
        known = "" if decided is None else decided[0]
        going = await dialogs.ask(about_failed=about_failed, decided=known)
        if going is None:
            return None
        program = past.program if going.current is None else going.current.program
        try:
            # Of a step that the file no longer has something may live on as well.
            if not await self._nothing_runs(past, standing(past.program, past.state)):
                return None
            changed = {} if going.undone else going.changed
            secrets = await self._secrets(past, program, going, changed)
            if secrets is None:
                return None
            goes_on, unchecked = await self._may_go_on(past, program, going, secrets.again)
            if not goes_on:
                return None
            launcher = await self._services.launcher()
            cwd = to_go_on_in(past.record.events)
            if cwd is None:
                told = f"The record does not say where the run began: it goes on in {launcher.cwd}"
                self._screen.notify(safe_text(told), markup=False)
            launch = partial(
                launcher.resume,
                past.record,
                cwd=cwd,
                current=going.current,
                secrets=secrets.values,
                made=secrets.made,
                skipped={} if going.undone else going.skipped,
                changed={**secrets.changed, **changed},
                left_out=secrets.left_out,
                edited={} if going.undone else going.edited,
                only_undo=bool(going.undone),
                only_failed=going.only_failed and not going.undone,
                done=going.became.done,
                taken_back=going.became.taken_back,
                captures=secrets.captures,
                again=secrets.again,
                unchecked=unchecked,
                terminal=terminal,
            )
            live = await locked_launch(self._screen, launch)
            return None if live is None else (live, going.undone)
        except (DirectoryLost, JournalError, LockError, InvalidLock) as error:
            self._tell(f"Nothing was run: {error}")
            return None

    async def _may_go_on(
        self, past: PastRun, program: Program, going: GoingOn, again: Sequence[str]
    ) -> tuple[bool, BegunUnchecked | None]:
        """Whether what it needs is there, and what it goes on past. To take back it only tries."""
        from pup_tui.preflight.going_on import need_nothing

        if going.undone:
            return True, None
        decided = (*going.skipped, *going.edited)
        but = need_nothing(
            program,
            past.state,
            again=again,
            decided=decided,
            read_only=self._services.read_only,
        )
        return await BeforeRun(self._services).may_begin(self._screen, program, but)

    def _tell(self, why: str) -> None:
        told = safe_text(why)
        self._screen.notify(told, severity="error", markup=False, timeout=ERROR_SECONDS)

    def _refusal(self, past: PastRun) -> str:
        """Why the run cannot go on in this console, empty if it can."""
        from pup_tui.drivers.directories import DirectoryLost, to_go_on_in
        from pup_tui.drivers.launcher import check_version
        from pup_tui.journal.errors import JournalError

        row = past.row
        if row.status == "running":
            where = f"process {row.pid} on {row.host}"
            return f"This run is under way ({where}): wait until it ends."
        if row.status == "succeeded":
            return "This run has succeeded: nothing is left to do."
        if row.profile != self._services.profile.name:
            made = f"with the profile {row.profile}" if row.profile else "without a profile"
            key = key_of(self._screen.app, "profile")
            return f"This run was made {made}: choose that first ({key})."
        try:
            check_version(past.record, self._services.state)
        except JournalError as error:
            return str(error)
        try:
            to_go_on_in(past.record.events)
        except DirectoryLost as error:
            todo = f"put it back, or go on elsewhere: `pup-tui resume {row.run} --directory DIR`"
            return f"{error}: {todo}"
        return ""

    async def _nothing_runs(self, past: PastRun, standing: Standing) -> bool:
        """See to it that no attempt that did not finish still runs; False where the operator leaves one.

        Raises RunGoesOn if the run is under way again.
        """
        from pup_tui.core.titles import title_of
        from pup_tui.drivers.left_behind import left_behind
        from pup_tui.tui.dialogs.left_running import LeftRunningScreen

        for left in await left_behind(self._services.state, past.row, standing.begun):
            title = title_of(past.program, past.state, left.step)
            asked = LeftRunningScreen(title, left.processes, left.lives)
            answer = await self._screen.app.push_screen_wait(asked)
            if answer is None:
                return False
            if answer.answer == "end" and (living := await left.end()):
                self._tell(f"Nothing was run: {living} could not be ended.")
                return False
        return True

    async def _secrets(
        self, past: PastRun, program: Program, going: GoingOn, changed: dict[str, Any]
    ) -> _Secrets | None:
        """The secrets of the run once more: from where they come from, else asked for. None for no.

        So are the variables of `program` that the run did not have.
        """
        from pup_tui.catalog.inputs import resolve_question
        from pup_tui.core.standing import standing, with_done
        from pup_tui.drivers.directories import to_go_on_in
        from pup_tui.tui.dialogs.dialog import ValuesAnswer
        from pup_tui.tui.dialogs.resume import ResumeValuesScreen

        state = with_done(program, past.state, going.became.done, self._services.operator)
        stood = standing(program, state)
        captures = {
            f"{step}.{name}": (step, name)
            for step, names in stood.hidden.items()
            for name in (() if step in stood.again else names)
        }
        question = _question(past, program, captures, changed)
        sources = self._services.sources()
        if (cwd := to_go_on_in(past.record.events)) is not None:
            sources = sources.working_in(cwd)
        sources = sources.remembering()
        found = await resolve_question(question, {}, sources)
        given = ValuesAnswer("yes", "", found.values, found.left_out, found.secrets, found.made)
        if found.problems or captures:
            answer = await self._screen.app.push_screen_wait(ResumeValuesScreen(question, sources))
            if not isinstance(answer, ValuesAnswer):
                return None
            given = answer
        return _sorted_out(given, captures, stood)


def _question(
    past: PastRun,
    program: Program,
    captures: Mapping[str, tuple[str, str]],
    changed: dict[str, Any],
) -> Question:
    """Asks for what is not recorded: secret variables, those that the run did not have, and by the step what
    that captured as a secret.
    """
    from msgspec.structs import replace

    from pup_tui.core.actions import Question
    from pup_tui.core.standing import first_frame, open_values
    from pup_tui.runbook.parts import Variable

    had = first_frame(past.program, past.state)
    # The run had a value, so what decided whether it needs one has been judged.
    variables = {
        name: replace(variable, when=None)
        for name, variable in past.program.runbook.vars.items()
        if name in had.secrets
    }
    known = open_values(had) | changed
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
        given.made,
    )
