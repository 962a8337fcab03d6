"""How a past run goes on, by the operator's word: with which text, and what becomes of what failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from pup_tui.aside import aside
from pup_tui.spelling import as_typed
from pup_tui.tui.dialogs.dialog import Answer, Dialog, ValuesAnswer

if TYPE_CHECKING:
    from pup_tui.core.actions import Question
    from pup_tui.core.editing import Editable
    from pup_tui.core.program import Program
    from pup_tui.tui.decided import GoingOn
    from pup_tui.tui.dialogs.failure import FailedStepScreen
    from pup_tui.tui.past import PastRun
    from pup_tui.tui.services import Services


class GoingOnDialogs:
    """Shows where a past run stands, and asks how it goes on. All is called from a worker."""

    def __init__(
        self, services: Services, screen: Screen[None], past: PastRun, going: GoingOn
    ) -> None:
        """`going` is what was decided so far, and takes what is decided from here on."""
        self._services = services
        self._screen = screen
        self._past = past
        self._going = going

    async def ask(self) -> GoingOn | None:
        """What the operator decides; None for no."""
        from pup_tui.core.standing import standing
        from pup_tui.drivers.left_behind import can_be_seen
        from pup_tui.recorded_text import text_today
        from pup_tui.tui.dialogs.resume import ResumeScreen

        past, going = self._past, self._going
        today = await aside(text_today, self._services.catalog, past.record, past.state)
        while True:
            program = past.program if going.current is None else going.current.program
            stood = standing(program, past.state)
            shown = ResumeScreen(
                past.row,
                program,
                stood,
                today=today,
                going=going,
                unseen=bool(stood.begun) and not can_be_seen(past.row),
            )
            answer = await self._put(shown)
            match None if answer is None else answer.answer:
                case "yes":
                    return going.of(stood.failed)
                case "change":
                    if await self._about_failed(program, stood.failed):
                        return going.of(stood.failed)
                case "current" if today is not None:
                    going.current = today.text
                case "recorded":
                    going.current = None
                case _:
                    return None

    async def _put(self, dialog: Dialog) -> Answer | None:
        return await self._screen.app.push_screen_wait(dialog)

    async def _about_failed(self, program: Program, failed: Mapping[str, str]) -> bool:
        """Ask of each step that failed, back and forth; False where the operator goes back from the first."""
        steps, at = list(failed), 0
        while 0 <= at < len(steps):
            place = (at + 1, len(steps))
            at += 1 if await self._about(program, steps[at], failed[steps[at]], place) else -1
        return at == len(steps)

    async def _about(self, program: Program, step: str, why: str, place: tuple[int, int]) -> bool:
        """Ask of one step until something is decided; False where the operator goes back."""
        from pup_tui.core.shown import editable_step

        while True:
            changed = self._going.changed
            editable = editable_step(program, self._past.state, step, changed)
            values = _changeable(self._past, program, changed)
            answer = await self._put(
                await self._failed(program, step, why, place, editable, values)
            )
            match None if answer is None else answer.answer:
                case "skip":
                    decided = await self._skipped(program, step)
                case "edit" if editable is not None:
                    decided = await self._edited(program, step, editable)
                case "variables":
                    decided = await self._changed(values)
                case "retry":
                    self._going.skipped.pop(step, None)
                    decided = True
                case _:
                    return False
            if decided:
                return True

    async def _failed(
        self,
        program: Program,
        step: str,
        why: str,
        place: tuple[int, int],
        editable: Editable | None,
        values: Question,
    ) -> FailedStepScreen:
        from pup_tui.core.actions import Question
        from pup_tui.core.notices import RunResumed
        from pup_tui.core.sent import Shown
        from pup_tui.tui.dialogs.failure import FailedStepScreen
        from pup_tui.tui.dialogs.questions import last_lines
        from pup_tui.tui.lines.divided import leg_marks

        node, state = program.node(step), self._past.state
        known = (steps.get(step) for steps in (state.steps, state.earlier.steps))
        commands = (
            Shown(each.command, each.sent).text
            for each in known
            if each is not None and each.command
        )
        question = Question(
            step=step,
            title=node.step.name,
            kind="failure",
            message=why,
            danger=node.step.danger,
            upcoming=next(commands, None),
        )
        legs = (told for told in self._past.notices if isinstance(told, RunResumed))
        last = await aside(last_lines, self._past.output_path(step), marks=leg_marks(legs))
        return FailedStepScreen(
            question,
            place=place,
            decided=self._going.told(step),
            last_lines=last,
            editable=editable is not None,
            has_variables=bool(values.variables),
        )

    async def _skipped(self, program: Program, step: str) -> bool:
        """Whether the step is skipped, for a reason."""
        from pup_tui.tui.dialogs.reason import ReasonScreen

        name = program.node(step).step.name
        typed = self._going.typed_in("skip", step)
        asked = ReasonScreen(f"Skip {name}", _without(program, step), typed=typed)
        reason = await self._put(asked)
        if reason is None:
            return False
        self._going.skipped[step] = reason.note
        return True

    async def _edited(self, program: Program, step: str, editable: Editable) -> bool:
        """Whether the step runs with a text as the operator makes it; the one that it had counts as none."""
        from pup_tui.tui.dialogs.edit_text import TEXT, EditTextScreen

        going, typed = self._going, self._going.typed_in("edit", step)
        accepted = going.accepted.get(step)
        if accepted is not None:
            typed.setdefault(TEXT, accepted)
        asked = EditTextScreen(program.node(step).step.name, editable, typed=typed)
        answer = await self._put(asked)
        if answer is None:
            if typed.get(TEXT) == accepted:
                typed.clear()
            return False
        typed.clear()
        going.skipped.pop(step, None)
        going.edited.pop(step, None)
        going.accepted[step] = answer.note
        if (edited := editable.judge(answer.note)) is not None:
            going.edited[step] = edited
        return True

    async def _changed(self, question: Question) -> bool:
        """Whether the operator gives variables another value, and runs the step again with them."""
        from pup_tui.tui.dialogs.resume import ResumeValuesScreen

        known, typed = question.names, self._going.typed_in("values")
        if not typed:
            typed |= {n: as_typed(known[n]) for n in question.variables if n in known}
        shown = ResumeValuesScreen(question, self._services.sources().remembering(), typed=typed)
        answer = await self._put(shown)
        if not isinstance(answer, ValuesAnswer):
            return False
        typed.clear()
        given = answer.values.items()
        self._going.changed |= {n: v for n, v in given if n not in known or known[n] != v}
        return True


def _without(program: Program, step: str) -> str:
    """What it means for a run that a step is skipped."""
    from pup_tui.core.named import named_captures

    missing = ", ".join(named_captures(program, program.node(step)))
    needed = (
        f" Other steps need what it would have captured ({missing}) and fail." if missing else ""
    )
    return f"The run goes on behind it.{needed}"


def _changeable(past: PastRun, program: Program, changed: dict[str, Any]) -> Question:
    """Asks for variables that are no secrets: those that have a value keep one."""
    from msgspec import UNSET
    from msgspec.structs import replace

    from pup_tui.core.actions import Question
    from pup_tui.core.legs import newest_source
    from pup_tui.core.standing import first_frame, open_values

    had = first_frame(past.program, past.state)
    known = open_values(had) | changed
    variables = {
        name: replace(
            variable, required=known.get(name, "") != "", default=UNSET, from_=None, when=None
        )
        for name, variable in program.runbook.vars.items()
        if name in known or (name in had.left_out and variable.when is None)
    }
    return Question(
        step="",
        title="Change values and run again",
        kind="input",
        message="What you change counts from here on, and is recorded with your name.",
        variables={name: v for name, v in variables.items() if not v.is_secret},
        names=known,
        directory=newest_source(past.events).directory,
    )
