"""How a past run goes on, by the operator's word: with which text, and what becomes of what failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from pup_tui.aside import aside
from pup_tui.tui.changing import StepChanges
from pup_tui.tui.dialogs.dialog import Answer, Dialog
from pup_tui.tui.evidence import only_looks
from pup_tui.tui.failed_before import failed_before

if TYPE_CHECKING:
    from pup_tui.core.actions import Question, UndoOffer
    from pup_tui.core.notices import ItemAgain
    from pup_tui.core.program import Program
    from pup_tui.core.standing import Became, Standing
    from pup_tui.core.state import RunState, StepState
    from pup_tui.tui.decided import GoingOn
    from pup_tui.tui.dialogs.failure import FailureScreen
    from pup_tui.tui.lines.divided import Parting
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
        self._failed_items = ""
        """What failed of all items of a foreach, in words."""

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
            # Of a run that failed for what it left for later nothing is decided yet.
            if about_failed and stood.failed:
                if not await self._about_failed(program, stood.failed, decided):
                    return None
                known = (
                    today is None
                    and replace(stood, finished=(), failed={}, to_come=()) == Standing()
                )
                if going.undone or known:
                    return going.of(stood.failed)
                about_failed = False
            shown = ResumeScreen(
                past.row,
                program,
                stood,
                self._items(program, stood),
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
        from pup_tui.core.notices import told_items
        from pup_tui.core.titles import items_again

        self._failed_items = told_items(items_again(program, self._past.state, failed))
        steps = list(failed)
        at = 1 if steps[:1] == [decided] else 0
        while 0 <= at < len(steps) and not self._is_decided:
            place = (at + 1, len(steps))
            at += 1 if await self._about(program, steps[at], failed[steps[at]], place) else -1
        return at == len(steps) or self._is_decided

    @property
    def _is_decided(self) -> bool:
        """Whether one answer has decided about all that failed."""
        return bool(self._going.undone) or self._going.only_failed

    def _undoable(self, program: Program) -> tuple[UndoOffer, ...]:
        """What can be taken back if all was done that did not finish, which is asked before."""
        from pup_tui.core.standing import half_undone, with_done
        from pup_tui.core.undoing import offers_later

        state = self._past.state
        done: dict[str, dict[str, Any]] = {step: {} for step in self._begun(program)}
        done_all = with_done(program, state, done, self._services.operator)
        return offers_later(program, done_all, half_undone(program, state))

    def _begun(self, program: Program) -> list[str]:
        """What did not finish, and could be taken back if it was done."""
        from pup_tui.core.standing import begun_doing, standing

        begun = begun_doing(standing(program, self._past.state))
        return [step for step in begun if program.node(step).can_be_undone]

    async def _became(self, program: Program) -> Became | None:
        """What became of all that did not finish, by the operator's word; None where that is not given."""
        from pup_tui.core.standing import Became, half_undone
        from pup_tui.tui.dialogs.before_undo import DoneBeforeUndoScreen, UndoneBeforeUndoScreen
        from pup_tui.tui.dialogs.dialog import ValuesAnswer
        from pup_tui.tui.lines.last_lines import last_lines

        found = Became()
        for step in self._begun(program):
            output = self._past.output_path(step)
            last = await aside(last_lines, output, marks=self._leg_marks())
            shown = DoneBeforeUndoScreen(
                _asks_what_was_done(program, self._past.state, step, _command(self._known(step))),
                run=self._past.row.run,
                last_lines=last.texts,
                typed=self._going.typed_in("done", step),
            )
            answer = await self._put(shown)
            if answer is None:
                return None
            if isinstance(answer, ValuesAnswer):
                found.done[step] = dict(answer.values)
        for step, undo in half_undone(program, self._past.state).items():
            asked = _asks_whether_undone(program, self._past.state, step, _command([undo]))
            answer = await self._put(UndoneBeforeUndoScreen(asked))
            if answer is None:
                return None
            if answer.answer == "taken-back":
                found.taken_back.append(step)
            else:
                found.not_undone[step] = undo
        return found

    async def _choose_undone(self, program: Program) -> bool:
        """Whether steps are chosen that are to be taken back."""
        from pup_tui.core.actions import Question
        from pup_tui.core.ids import UNDO
        from pup_tui.core.standing import with_done
        from pup_tui.core.undoing import offers_later
        from pup_tui.tui.dialogs.undo import UndoAnswer, UndoScreen

        became = await self._became(program)
        if became is None:
            return False
        state = with_done(program, self._past.state, became.done, self._services.operator)
        offers = offers_later(program, state, became.not_undone)
        if not offers:
            self._screen.notify("Nothing is left that can be taken back.", markup=False)
            return False
        question = Question(
            step=UNDO,
            title="Undo",
            kind="undo",
            message="These steps can be taken back. The run goes on for that, and ends then.",
            offers=offers,
        )
        answer = await self._put(UndoScreen(question, back="Back", can_end=False))
        chosen = answer.steps if isinstance(answer, UndoAnswer) else ()
        self._going.undo(chosen, became)
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
            elif answer.answer == "only_failed":
                self._going.only_failed = True
                return True
            elif await changes.decide(step, answer.answer):
                return True

    def _items(self, program: Program, stood: Standing) -> tuple[ItemAgain, ...]:
        """What of a foreach runs again."""
        from pup_tui.core.titles import items_again

        steps = (*stood.failed, *stood.unknown, *stood.followed, *stood.never_begun)
        return items_again(program, self._past.state, steps)

    def _known(self, step: str) -> list[StepState]:
        """What is known of a step: of this leg, and of those before."""
        state = self._past.state
        known = (steps.get(step) for steps in (state.steps, state.earlier.steps))
        return [each for each in known if each is not None]

    def _leg_marks(self) -> Sequence[Parting]:
        from pup_tui.core.notices import RunResumed
        from pup_tui.tui.lines.divided import leg_marks

        return leg_marks(told for told in self._past.notices if isinstance(told, RunResumed))

    async def _failed(
        self, program: Program, step: str, why: str, place: tuple[int, int], ways: set[str]
    ) -> FailureScreen:
        from pup_tui.core.actions import Question
        from pup_tui.core.standing import is_of_items
        from pup_tui.core.titles import title_of
        from pup_tui.tui.dialogs.failure import FailureFacts, FailureScreen
        from pup_tui.tui.lines.last_lines import last_lines

        node, known = program.node(step), self._known(step)
        polled = node.step.poll is not None
        question = Question(
            step=step,
            title=title_of(program, self._past.state, step),
            kind="failure",
            message=why,
            danger=node.step.danger,
            upcoming=_command(known),
        )
        undoable = len(self._undoable(program))
        facts = FailureFacts(
            run=self._past.row.run,
            last=await aside(
                last_lines,
                self._past.output_path(step),
                marks=self._leg_marks(),
                from_error=True,
            ),
            before=partial(failed_before, self._services.state, self._past.row.run, step),
            attempt=1 if polled else max((each.attempts for each in known), default=1),
            looks_only=only_looks(node.step),
            undoable=undoable,
            place=place,
            decided=self._going.told(step),
            items=self._failed_items if is_of_items(step) else "",
        )
        ways = ways | ({"undo"} if undoable else set())
        ways = ways | ({"only_failed"} if is_of_items(step) else set())
        return FailureScreen(question, facts, ways=ways, back="Back")


def _command(known: Sequence[StepState]) -> str | None:
    """What was run, as it is shown."""
    from pup_tui.core.sent import Shown

    return next((Shown(each.command, each.sent).text for each in known if each.command), None)


def _asks_what_was_done(
    program: Program, state: RunState, step: str, command: str | None
) -> Question:
    from pup_tui.core.actions import Question
    from pup_tui.core.named import captures_for_undo
    from pup_tui.core.titles import title_of

    return Question(
        step=step,
        title=title_of(program, state, step),
        kind="unknown",
        message="It began and did not finish. If it was done, it can be taken back.",
        upcoming=command,
        captures=captures_for_undo(program, program.node(step)),
    )


def _asks_whether_undone(
    program: Program, state: RunState, step: str, command: str | None
) -> Question:
    from pup_tui.core.actions import Question
    from pup_tui.core.titles import title_of

    return Question(
        step=step,
        title=title_of(program, state, step),
        kind="half-undone",
        message="Its undo began and did not finish.",
        upcoming=command,
    )
