"""Records the answers of one step anew, in the cases that have some: the others stay what they are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

from msgspec import Struct, field
from msgspec.structs import replace

from pup_tui.core.ids import static_id
from pup_tui.core.program import Program
from pup_tui.rehearsal.case import DIRECTORY, play_case
from pup_tui.rehearsal.learning import as_pattern, shortened
from pup_tui.rehearsal.model import RecordedAnswer
from pup_tui.rehearsal.problems import CaseFailed, problem_at
from pup_tui.rehearsal.reading import PlacedAnswer, PlacedCase, RehearsalFile
from pup_tui.rehearsal.recording import KeptAttempt, answer_of
from pup_tui.rehearsal.tape import Asked, Tape
from pup_tui.rehearsal.writing import SharedAnswer, with_answers
from pup_tui.runbook.problems import Problem

Live = Callable[[Asked], Awaitable[KeptAttempt | None]]
"""Really makes an attempt; None where the operator does not want it made."""


class Updated(Struct):
    """What became of recording a step anew: the file's new text, how many answers, what speaks against it."""

    text: str
    answers: int = 0
    problems: list[Problem] = field(default_factory=list)


async def updated(
    file: RehearsalFile, program: Program, step: str, live: Live, mask: Callable[[str], str]
) -> Updated:
    """Play the cases that have answers for a step, in which that step alone is really made.

    What it got stands in the file's new text in the place of its answers.
    """
    result = Updated(file.path.read_text("utf-8"))
    known: dict[tuple[str, int, str], RecordedAnswer] = {}
    for number, case in enumerate(file.cases):
        old = [at for at, each in enumerate(case.answers) if _is_of(each.said, step)]
        if not old:
            continue
        tape = _Updating(case, step, live, mask, known)
        played = await play_case(program, case, tape)
        if not tape.made:
            result.problems += played.failures
            continue
        try:
            result.text = with_answers(result.text, number, old, shortened(tape.made))
        except SharedAnswer:
            told = f"an anchor shares the answer for `{step}`, and there is more than one now"
            result.problems.append(
                problem_at(case.answers[old[0]].node, told, "write them by hand")
            )
            continue
        result.answers += len(tape.made)
    return result


def _is_of(answer: RecordedAnswer, step: str) -> bool:
    return step in (answer.step, static_id(answer.step))


class _Updating:
    """Has the attempts of one step really made; of all others the case has the answers."""

    def __init__(
        self,
        case: PlacedCase,
        step: str,
        live: Live,
        mask: Callable[[str], str],
        known: dict[tuple[str, int, str], RecordedAnswer],
    ) -> None:
        self._case = case
        self._step = step
        self._live = live
        self._mask = mask
        self._known = known
        self._others = Tape(case)
        self.made: list[RecordedAnswer] = []

    async def answer(self, asked: Asked) -> PlacedAnswer:
        if self._step not in (asked.step, static_id(asked.step)):
            return await self._others.answer(asked)
        node = next(each.node for each in self._case.answers if _is_of(each.said, self._step))
        key = (asked.step, asked.attempt, asked.digest)
        if key not in self._known:
            self._known[key] = await self._recorded(asked)
        answer = self._known[key]
        self.made.append(answer)
        return PlacedAnswer(answer, node, 0.0)

    async def _recorded(self, asked: Asked) -> RecordedAnswer:
        where = self._case.at("answers")
        if asked.is_secret:
            told = f"`{asked.step}` sends a secret, which is made up in a case"
            raise CaseFailed(problem_at(where, told, "record a whole run: `pup-tui run --record`"))
        if DIRECTORY in asked.text:
            told = f"`{asked.step}` names the runbook's directory, which is made up in a case"
            raise CaseFailed(problem_at(where, told, "record a whole run: `pup-tui run --record`"))
        kept = await self._live(asked)
        if kept is None:
            raise CaseFailed(problem_at(where, f"`{asked.step}` was not made"))
        return replace(
            answer_of(kept, self._mask),
            attempt=asked.attempt,
            sent=as_pattern(asked.text) or None,
            digest=asked.digest,
        )

    def unused(self) -> Iterator[Problem]:
        for problem in self._others.unused():
            if not any(
                _at(each, problem) for each in self._case.answers if _is_of(each.said, self._step)
            ):
                yield problem


def _at(answer: PlacedAnswer, problem: Problem) -> bool:
    return (answer.node.line, answer.node.column) == (problem.line, problem.column)
