"""What of a runbook its rehearsals reach: steps, both sides of conditions and questions, ways to fail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from pup_tui.core.ids import static_id, upwards
from pup_tui.core.notices import StepFinished
from pup_tui.core.program import Node, Program
from pup_tui.core.retries import retry_of
from pup_tui.core.scope import NOT_HELD
from pup_tui.rehearsal.questions import NOBODY
from pup_tui.rehearsal.trace import Trace
from pup_tui.runbook.texts import tool_of

RUNS = "runs"
FAILS = "fails"
AGAIN = "is tried again"
MISSING = "its tool is missing"
_FAILED = frozenset({"failed", "warned", "ignored"})
_AFTER_FAILURE = frozenset({"retry", "skip", "continue", "abort"})


class Point(Struct, frozen=True, order=True):
    """Something that a case can reach: `what` is said of the step, such as `fails`."""

    step: str
    what: str


class Coverage(Struct, frozen=True):
    """The points of a runbook in the order of its steps, and those that no case reaches."""

    points: tuple[Point, ...]
    missing: tuple[Point, ...]

    @property
    def reached(self) -> int:
        return len(self.points) - len(self.missing)

    @property
    def percent(self) -> int:
        """Of all points, rounded down: 100 only where none is missing."""
        return 100 * self.reached // len(self.points) if self.points else 100


def coverage_of(program: Program, traces: Iterable[Trace]) -> Coverage:
    """What some played cases reach of a runbook."""
    own = (node for node in program.by_id.values() if not _is_of_action(program, node))
    points = tuple(point for node in own for point in _points(node))
    touched = {point for trace in traces for point in _touched(program, trace)}
    return Coverage(points, tuple(point for point in points if point not in touched))


def _is_of_action(program: Program, node: Node) -> bool:
    """Whether a step belongs to an action of an integration: what that does is proved where it is written."""
    _, *around = upwards(node.id)
    return any(program.node(id_).step.action is not None for id_ in around)


def _points(node: Node) -> Iterator[Point]:
    """All that can be reached of a step."""
    for what in (*_ways_in(node), RUNS, *_answers(node), *_ends(node)):
        yield Point(node.id, what)


def _ways_in(node: Node) -> Iterator[str]:
    step = node.step
    if step.if_ is not None:
        yield from ("its `if` holds", "its `if` does not hold")
    if step.optional and tool_of(step) is not None:
        yield MISSING


def _answers(node: Node) -> Iterator[str]:
    step = node.step
    asks = step.is_question or step.asks_beside
    if asks or (node.asks_first and not node.confirmed_by):
        yield from ("is answered yes", "is answered no")
    if step.is_gate and step.timeout is not None:
        yield _answered(NOBODY)


def _ends(node: Node) -> Iterator[str]:
    step, retry = node.step, retry_of(node)
    if step.has_output or step.action is not None:
        yield FAILS
    if retry is not None:
        yield AGAIN
    if step.poll is not None and step.poll.until is not None:
        yield from _both("until")
    if step.has_output:
        yield from _judged_attempts(node)


def _judged_attempts(node: Node) -> Iterator[str]:
    """Both sides of the other conditions: of blocks nobody is told what they said."""
    step, retry = node.step, retry_of(node)
    if retry is not None and retry.on is not None:
        yield from _both("retry")
    if step.poll is not None and step.poll.fail_if is not None:
        yield from _both("fail_if")
    judged = [each for each in step.assertions if each.that is not None or each.empty is not None]
    for number in range(1, len(judged) + 1):
        yield from _both(f"assert {number}")


def _both(condition: str) -> tuple[str, str]:
    return _judged(condition, holds=True), _judged(condition, holds=False)


def _judged(condition: str, *, holds: bool) -> str:
    key, _, number = condition.partition(" ")
    which = f"`{key}`" + (f" {number}" if number else "")
    key = "`retry.on`" if key == "retry" else which
    return f"{key} {'holds' if holds else 'does not hold'}"


def _answered(word: str) -> str:
    return "is answered by nobody in time" if word == NOBODY else f"is answered {word}"


def _touched(program: Program, trace: Trace) -> Iterator[Point]:
    for step in trace.begun | trace.absent:
        if step in trace.begun:
            yield Point(step, RUNS)
        if program.by_id[step].step.if_ is not None:
            yield Point(step, "its `if` holds")
    for step in trace.absent:
        yield Point(step, MISSING)
    for step, what, holds in trace.judged:
        yield Point(step, _judged(what, holds=holds))
    for step, word in trace.said:
        yield Point(step, FAILS if word in _AFTER_FAILURE else _answered(word))
    for ended in trace.ended:
        yield from _of_end(ended)


def _of_end(ended: StepFinished) -> Iterator[Point]:
    step = static_id(ended.step)
    if ended.status == "skipped" and ended.reason.startswith(NOT_HELD):
        yield Point(step, "its `if` does not hold")
    if ended.attempts and ended.status in _FAILED:
        yield Point(step, FAILS)
    if ended.attempts > 1:
        yield Point(step, AGAIN)
