"""How a past run goes on, by the operator's word: with which text, and what becomes of what failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from textual.screen import Screen

from pup_tui.aside import aside
from pup_tui.spelling import as_typed
from pup_tui.tui.dialogs.dialog import Answer, Dialog, ValuesAnswer

if TYPE_CHECKING:
    from pup_tui.core.actions import Question
    from pup_tui.core.events import EditedText
    from pup_tui.core.program import Program
    from pup_tui.core.requests import StepRequest
    from pup_tui.drivers.recorded import CurrentText
    from pup_tui.tui.dialogs.failure import FailedStepScreen
    from pup_tui.tui.past import PastRun
    from pup_tui.tui.services import Services


class GoingOn(NamedTuple):
    """With what a run goes on: its file as it is today (None for the recorded text), steps that are skipped,
    each with the reason, variables with another value, and what steps run in place of their texts.
    """

    current: CurrentText | None
    skipped: dict[str, str]
    changed: dict[str, Any]
    edited: dict[str, EditedText]


class GoingOnDialogs:
    """Shows where a past run stands, and asks how it goes on. All is called from a worker."""

    def __init__(self, services: Services, screen: Screen[None], past: PastRun) -> None:
        self._services = services
        self._screen = screen
        self._past = past

    async def ask(self) -> GoingOn | None:
        """What the operator decides; None for no."""
        from pup_tui.core.standing import standing
        from pup_tui.drivers.left_behind import can_be_seen
        from pup_tui.recorded_text import text_today
        from pup_tui.tui.dialogs.resume import ResumeScreen

        past = self._past
        today = await aside(text_today, self._services.catalog, past.record, past.state)
        going = GoingOn(None, {}, {}, {})
        while True:
            program = past.program if going.current is None else going.current.program
            stood = standing(program, past.state)
            shown = ResumeScreen(
                past.row,
                program,
                stood,
                today=today,
                with_current=going.current is not None,
                unseen=bool(stood.begun) and not can_be_seen(past.row),
            )
            answer = await self._put(shown)
            if answer is None:
                return None
            if answer.answer == "yes":
                return going
            if answer.answer == "change":
                decided = await self._about_failed(program, stood.failed, going)
                if decided is not None:
                    return decided
            elif today is not None:
                going = going._replace(current=today.text if answer.answer == "current" else None)

    async def _put(self, dialog: Dialog) -> Answer | None:
        return await self._screen.app.push_screen_wait(dialog)

    async def _about_failed(
        self, program: Program, failed: Mapping[str, str], going: GoingOn
    ) -> GoingOn | None:
        """Ask of each step that failed; None where the operator goes back from one."""
        for step, why in failed.items():
            decided = await self._about(program, step, why, going)
            if decided is None:
                return None
            going = decided
        return going

    async def _about(self, program: Program, step: str, why: str, going: GoingOn) -> GoingOn | None:
        """Ask of one step until something is decided; None where the operator goes back."""
        from pup_tui.core.shown import editable_request
        from pup_tui.tui.dialogs.reason import ReasonScreen

        name = program.node(step).step.name
        request = editable_request(program, self._past.state, step)
        values = _changeable(self._past, program, going.changed)
        while True:
            answer = await self._put(await self._failed(program, step, why, request, values))
            match None if answer is None else answer.answer:
                case "skip":
                    reason = await self._put(ReasonScreen(f"Skip {name}", _without(program, step)))
                    if reason is not None:
                        return going._replace(skipped={**going.skipped, step: reason.note})
                case "edit" if request is not None:
                    text = await self._edited(name, request)
                    if text is not None and text == request.editable:
                        return going
                    if text is not None:
                        return going._replace(edited={**going.edited, step: text})
                case "variables":
                    changed = await self._changed(values)
                    if changed is not None:
                        return going._replace(changed={**going.changed, **changed})
                case "retry":
                    return going
                case _:
                    return None

    async def _failed(
        self, program: Program, step: str, why: str, request: StepRequest | None, values: Question
    ) -> FailedStepScreen:
        from pup_tui.core.actions import Question
        from pup_tui.core.sent import Shown
        from pup_tui.tui.dialogs.failure import FailedStepScreen
        from pup_tui.tui.dialogs.questions import last_lines

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
        last = await aside(last_lines, self._past.output_path(step))
        return FailedStepScreen(
            question,
            last_lines=last,
            editable=request is not None,
            has_variables=bool(values.variables),
        )

    async def _edited(self, name: str, request: StepRequest) -> EditedText | None:
        """What the operator makes of a step's text; None for no."""
        from msgspec.structs import replace

        from pup_tui.tui.dialogs.edit_text import EditTextScreen

        answer = await self._put(EditTextScreen(name, request))
        before = request.editable
        return None if answer is None or before is None else replace(before, text=answer.note)

    async def _changed(self, question: Question) -> dict[str, Any] | None:
        """The variables that the operator gives another value; None for no."""
        from pup_tui.tui.dialogs.resume import ResumeValuesScreen

        typed = {
            name: as_typed(question.names[name])
            for name in question.variables
            if name in question.names
        }
        shown = ResumeValuesScreen(question, self._services.sources().remembering(), typed=typed)
        answer = await self._put(shown)
        if not isinstance(answer, ValuesAnswer):
            return None
        known = question.names
        return {n: v for n, v in answer.values.items() if n not in known or known[n] != v}


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
