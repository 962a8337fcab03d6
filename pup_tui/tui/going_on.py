"""How a past run goes on, by the operator's word: with which text, and what becomes of what failed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from textual.screen import Screen

from pup_tui.aside import aside
from pup_tui.tui.changing import StepChanges
from pup_tui.tui.dialogs.dialog import Answer, Dialog
from pup_tui.tui.evidence import only_looks
from pup_tui.tui.failed_before import failed_before

if TYPE_CHECKING:
    from pup_tui.core.program import Program
    from pup_tui.tui.decided import GoingOn
    from pup_tui.tui.dialogs.failure import FailureScreen
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

    async def ask(self, *, about_failed: bool = False, decided: str = "") -> GoingOn | None:
        """What the operator decides; None for no.

        Where it is `about_failed`, that comes first, but for a step of which it is `decided`; what else there
        is to know is shown after it.
        """
        from msgspec.structs import replace

        from pup_tui.core.standing import Standing, standing
        from pup_tui.drivers.left_behind import can_be_seen
        from pup_tui.recorded_text import text_today
        from pup_tui.tui.dialogs.resume import ResumeScreen

        past, going = self._past, self._going
        today = await aside(text_today, self._services.catalog, past.record, past.state)
        while True:
            program = past.program if going.current is None else going.current.program
            stood = standing(program, past.state)
            if about_failed:
                if not await self._about_failed(program, stood.failed, decided):
                    return None
                if today is None and replace(stood, finished=(), failed={}) == Standing():
                    return going.of(stood.failed)
                about_failed = False
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

    async def _about_failed(
        self, program: Program, failed: Mapping[str, str], decided: str = ""
    ) -> bool:
        """Ask of each step that failed, back and forth; False where the operator goes back from the first.

        If that is `decided`, it is asked of only where one goes back to it.
        """
        steps = list(failed)
        at = 1 if steps[:1] == [decided] else 0
        while 0 <= at < len(steps):
            place = (at + 1, len(steps))
            at += 1 if await self._about(program, steps[at], failed[steps[at]], place) else -1
        return at == len(steps)

    async def _about(self, program: Program, step: str, why: str, place: tuple[int, int]) -> bool:
        """Ask of one step until something is decided; False where the operator goes back."""
        changes = StepChanges(
            self._screen.app, program, self._past.state, self._going, self._services.sources
        )
        while True:
            answer = await self._put(
                await self._failed(program, step, why, place, changes.ways(step))
            )
            if answer is None:
                return False
            if await changes.decide(step, answer.answer):
                return True

    async def _failed(
        self, program: Program, step: str, why: str, place: tuple[int, int], ways: set[str]
    ) -> FailureScreen:
        from pup_tui.core.actions import Question
        from pup_tui.core.notices import RunResumed
        from pup_tui.core.sent import Shown
        from pup_tui.tui.dialogs.failure import FailureFacts, FailureScreen
        from pup_tui.tui.lines.divided import leg_marks
        from pup_tui.tui.lines.last_lines import last_lines

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
        facts = FailureFacts(
            run=self._past.row.run,
            last=await aside(
                last_lines,
                self._past.output_path(step),
                marks=leg_marks(legs),
                from_error=True,
            ),
            before=partial(failed_before, self._services.state, self._past.row.run, step),
            looks_only=only_looks(node.step),
            place=place,
            decided=self._going.told(step),
        )
        return FailureScreen(question, facts, ways=ways, back="Back")
