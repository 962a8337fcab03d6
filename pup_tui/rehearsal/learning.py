"""Learns what the attempts of a recorded run send in a rehearsal, where id and time are always the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace

from pup_tui.core.program import Program
from pup_tui.late_pattern import late_pattern
from pup_tui.rehearsal.case import DIRECTORY, RUN, CaseResult, play_case
from pup_tui.rehearsal.model import RecordedAnswer
from pup_tui.rehearsal.problems import CaseFailed, problem_at
from pup_tui.rehearsal.reading import PlacedAnswer, PlacedCase, parse_rehearsals
from pup_tui.rehearsal.tape import ANY, Asked
from pup_tui.rehearsal.writing import answer_data, new_file
from pup_tui.runbook.nodes import Mapping as Tree
from pup_tui.runbook.problems import Problem
from pup_tui.template.duration import parse_duration

_VOLATILE: Final = late_pattern(
    r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"  # UUID
    r"|\b[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9:.]+(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"  # date, time
    r"|\b1[5-9][0-9]{8}(?:[0-9]{3}|[0-9]{6}|[0-9]{9})?\b"  # seconds since 1970, and parts of them
    r"|\b01[0-9A-HJKMNP-TV-Z]{24}\b",  # ULID, as that of a run
    re.ASCII,
)


def as_pattern(text: str) -> str:
    """What would be sent, with `*` for run ids, times, UUIDs and the runbook's directory."""
    for known in (RUN, DIRECTORY):
        text = text.replace(known, ANY)
    text = _VOLATILE.sub(ANY, text.replace("***", ANY))
    return re.sub(r"\*{2,}", ANY, text).strip()


class _Learning:
    """Gives each attempt what its step got the same time, and notes what it would send."""

    def __init__(self, node: Tree, recorded: Mapping[str, list[RecordedAnswer]]) -> None:
        self._node = node
        self._left = {step: list(answers) for step, answers in recorded.items()}
        self.learned: list[RecordedAnswer] = []

    async def answer(self, asked: Asked) -> PlacedAnswer:
        left = self._left.get(asked.step)
        if not left:
            told = f"`{asked.step}` was not tried so often when this was recorded"
            raise CaseFailed(problem_at(self._node, told))
        answer = replace(
            left.pop(0),
            attempt=asked.attempt,
            sent=as_pattern(asked.text) or None,
            digest=asked.digest,
        )
        self.learned.append(answer)
        takes = parse_duration(answer.takes) if answer.takes else 0.0
        return PlacedAnswer(answer, self._node, takes)

    def unused(self) -> Iterable[Problem]:
        return ()


async def learn(
    program: Program, case: Mapping[str, Any], recorded: Mapping[str, list[RecordedAnswer]]
) -> tuple[dict[str, Any], CaseResult]:
    """A recorded case with its answers, and what becomes of it when it is played.

    Raises CaseFailed where it cannot be played at all.
    """
    placed = _parsed(case)
    learning = _Learning(placed.node, recorded)
    await play_case(program, placed, learning)
    whole = {**case, "answers": [answer_data(each) for each in shortened(learning.learned)]}
    return whole, await play_case(program, _parsed(whole))


def _parsed(case: Mapping[str, Any]) -> PlacedCase:
    read = parse_rehearsals(Path("recorded.yaml"), new_file(case).encode("utf-8", "replace"))
    if read.problems:
        raise CaseFailed(read.problems[0])
    return read.cases[0]


def shortened(answers: list[RecordedAnswer]) -> list[RecordedAnswer]:
    """Answers without a number where a step was tried once, or got the same each time."""
    by_step: dict[str, list[RecordedAnswer]] = {}
    for answer in answers:
        by_step.setdefault(answer.step, []).append(answer)
    same = {
        step: len({repr(replace(each, attempt=None)) for each in those}) == 1
        for step, those in by_step.items()
    }
    return [
        replace(each, attempt=None) if same[each.step] else each
        for each in answers
        if not same[each.step] or each is by_step[each.step][0]
    ]
