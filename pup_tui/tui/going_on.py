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
    from pup_tui.core.actions import UndoOffer
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
                known = today is None and replace(stood, finished=(), failed={}) == Standing()
                if going.undone or known:
                    return going.of(stood.failed)
                about_failed = False
            shown = ResumeScreen(
                past.row,
                program,
                stood,
                today=today,
                going=going,
                unseen=bool(stood.begun) and not can_be_seen(past.row),
                undoable=len(self._undoable(program)),
            )
            answer = await self._put(shown)
            match None if answer is None else answer.answer:
                case "yes":
                    return going.of(stood.failed)
                case "change" | "undo" as what:
                    if await self._decided(what, program, stood.failed):
                        return going.of(stood.failed)
                case "current" if today is not None:
                    going.current = today.text
                case "recorded":
                    going.current = None
                case _:
                    return None

    async def _decided(self, what: str, program: Program, failed: Mapping[str, str]) -> bool:
        """Whether it is decided what becomes of what failed, or what is taken back in place of that."""
        if what == "undo":
            return await self._choose_undone(program)
        return await self._about_failed(program, failed)

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
        while 0 <= at < len(steps) and not self._going.undone:
            place = (at + 1, len(steps))
            at += 1 if await self._about(program, steps[at], failed[steps[at]], place) else -1
        return at == len(steps) or bool(self._going.undone)

    def _undoable(self, program: Program) -> tuple[UndoOffer, ...]:
        """What can be taken back; nothing as long as somebody has to say what became of a step."""
        from pup_tui.core.standing import standing
        from pup_tui.core.undoing import offers_later

        stood = standing(program, self._past.state)
        open_yet = stood.begun or stood.half_undone
        return () if open_yet else offers_later(program, self._past.state)

    async def _choose_undone(self, program: Program) -> bool:
        """Whether steps are chosen that are to be taken back."""
        from pup_tui.core.actions import Question
        from pup_tui.core.ids import UNDO
        from pup_tui.tui.dialogs.undo import UndoAnswer, UndoScreen

        question = Question(
            step=UNDO,
            title="Undo",
            kind="undo",
            message="These steps can be taken back. The run goes on for that, and ends then.",
            offers=self._undoable(program),
        )
        answer = await self._put(UndoScreen(question, back="Back", can_end=False))
        self._going.undone = answer.steps if isinstance(answer, UndoAnswer) else ()
        return bool(self._going.undone)

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
            if answer.answer == "undo":
                if await self._choose_undone(program):
                    return True
            elif await changes.decide(step, answer.answer):
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
        known = [steps.get(step) for steps in (state.steps, state.earlier.steps)]
        polled = node.step.poll is not None
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
        undoable = len(self._undoable(program))
        facts = FailureFacts(
            run=self._past.row.run,
            last=await aside(
                last_lines,
                self._past.output_path(step),
                marks=leg_marks(legs),
                from_error=True,
            ),
            before=partial(failed_before, self._services.state, self._past.row.run, step),
            attempt=1 if polled else max((each.attempts for each in known if each), default=1),
            looks_only=only_looks(node.step),
            undoable=undoable,
            place=place,
            decided=self._going.told(step),
        )
        ways = ways | ({"undo"} if undoable else set())
        return FailureScreen(question, facts, ways=ways, back="Back")
