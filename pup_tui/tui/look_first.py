"""Runs for a plan what only looks: which steps that are, whether scripts may, and all to the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.screen import Screen

from pup_tui.drivers.watcher import Watcher

if TYPE_CHECKING:
    from pup_tui.core.actions import Question
    from pup_tui.core.look import Looking
    from pup_tui.core.program import Program
    from pup_tui.drivers.local import LocalRun
    from pup_tui.runbook.load import Loaded


def to_look_at(loaded: Loaded, program: Program, *, scripts: bool = True) -> Looking:
    """The steps that only look, up to the first change."""
    from pup_tui.catalog.effects import may_change
    from pup_tui.core.look import looking

    changing = may_change(program, is_believed=loaded.is_believed)
    return looking(program, changing, scripts=scripts)


async def agreed(screen: Screen[None], program: Program, found: Looking) -> bool:
    """Whether the operator lets the scripts run that say that they only look."""
    from pup_tui.tui.dialogs.look_first import LookFirstScreen

    scripts = [(id_, getattr(program.by_id[id_].step, "run", "")) for id_ in found.shells]
    answer = await screen.app.push_screen_wait(LookFirstScreen(scripts))
    return answer is not None and answer.answer == "yes"


async def looked_to_its_end(live: LocalRun) -> None:
    """Carry a run to its end in which nobody is asked anything.

    Raises JournalError if it can no longer be recorded.
    """
    live.watch(_Refuses(live))
    await live.drive()


class _Refuses(Watcher):
    """Answers what a failure asks: no further try, and nothing is taken back, for nothing was changed."""

    def __init__(self, live: LocalRun) -> None:
        self._live = live

    def question(self, question: Question) -> None:
        from pup_tui.core.questions import NOBODY

        if question.kind == "undo":
            self._live.undo((), NOBODY)
        else:
            said = "abort" if question.kind == "failure" else "no"
            self._live.answer(question.step, said, NOBODY)
