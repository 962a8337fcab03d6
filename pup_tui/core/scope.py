"""The names that texts and expressions may use at a moment of the run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Literal, assert_never

from pup_tui.core.actions import (
    Wanted,
    WantedAssertion,
    WantedCapture,
    WantedColumn,
    WantedTable,
)
from pup_tui.core.amounts import Scope
from pup_tui.core.ids import UNDO, holder_id, is_item, is_kept
from pup_tui.core.notices import rfc3339
from pup_tui.core.program import Node, Program
from pup_tui.core.state import Frame, RunState, StepStatus
from pup_tui.runbook.model import OUTCOME, Step
from pup_tui.runbook.parts import Assertion, ShownTable, left_out_value
from pup_tui.template.condition import parse_condition
from pup_tui.template.errors import TemplateError, UndefinedName
from pup_tui.template.secrets import with_secrets
from pup_tui.template.text import compile_text
from pup_tui.template.values import LEFT_OUT, OMIT, OMIT_NAME, LeftOut

NOT_HELD: Final = "its `if` does not hold"
"""How the reason begins why a step was skipped by its `if`."""

_PRINTED: Final = frozenset({"output", "stderr", "lines"})
"""What every step that printed has under `steps.ID`, unless that is more than the 1 MiB that is kept."""


def frame_keys(state: RunState, step: str) -> Iterator[str]:
    """The keys of the frames that a step sees, the innermost first.

    Items of a foreach see what stands around them; what a step calls sees its own names only. What takes back
    an earlier attempt sees what that one saw.
    """
    here = step
    while True:
        if is_kept(here):
            yield here
            return
        if is_item(here):
            if here in state.frames:
                yield here
        elif not here.endswith(UNDO):
            prefix = here[: here.rfind("/") + 1]
            if prefix in state.frames:
                yield prefix
                return
        here = holder_id(here)


def directory_of(state: RunState, step: Step) -> str:
    """Where the file of the group or runbook lies that a step calls; blank where that is not known."""
    known = dict(enumerate(state.directories))
    return known.get(step.place, "")


def frame_of(state: RunState, step: str) -> Frame:
    """The frame in which a step's captures and results are kept."""
    return state.frames[next(frame_keys(state, step))]


def seen_at(state: RunState, step: str) -> Frame:
    """All names that a step sees, in one frame; with an id that ends in `/`, as the steps inside do."""
    names: dict[str, Any] = {}
    left_out: dict[str, str] = {}
    results: dict[str, dict[str, Any]] = {}
    secrets: list[str] = []
    directory = ""
    for key in reversed(list(frame_keys(state, step))):
        frame = state.frames[key]
        left_out |= frame.left_out
        names.update(dict.fromkeys(frame.left_out, LEFT_OUT))
        names.update(frame.values)
        names.update(frame.captured)
        results.update(frame.results)
        secrets += frame.secrets
        directory = frame.directory or directory
    left_out = {name: type_ for name, type_ in left_out.items() if names[name] is LEFT_OUT}
    for name in left_out:
        del names[name]
    return Frame(
        values=names, left_out=left_out, results=results, secrets=secrets, directory=directory
    )


def standing_for(left_out: Mapping[str, str]) -> dict[str, LeftOut]:
    """What stands for variables that were left out, by their types."""
    return {name: left_out_value(type_) for name, type_ in left_out.items()}


def scope_of(state: RunState, step: str = "") -> dict[str, Any]:
    """Variables, captures, `steps` and `run`, as `seen_at` has them.

    A variable without a value renders empty and is not defined. A plan is no run: it has no id and has not
    started.
    """
    seen = seen_at(state, step)
    names: dict[str, Any] = {
        OMIT_NAME: OMIT,
        **standing_for(seen.left_out),
        **seen.values,
    }
    names["steps"] = seen.results
    names["run"] = {
        "runbook": state.runbook,
        "operator": state.operator,
        "profile": state.profile,
        "alert": state.alert,
    }
    if seen.directory:
        names["run"]["dir"] = seen.directory
    if state.run:
        names["run"] |= {"id": state.run, "started_at": rfc3339(state.created)}
    return with_secrets(names, seen.secrets)


def secrets_of(state: RunState, step: str) -> set[str]:
    """The names that a step sees whose value is secret."""
    return {name for key in frame_keys(state, step) for name in state.frames[key].secrets}


def sees_secrets(state: RunState, step: str) -> bool:
    """Whether a secret is seen where a step stands, or around what calls it: its processes get that `env`."""
    while True:
        *_, outermost = keys = list(frame_keys(state, step))
        if any(state.frames[key].secrets for key in keys):
            return True
        if outermost == "":
            return False
        step = outermost.removesuffix("/") if outermost.endswith("/") else holder_id(outermost)


def truth_of(source: str, scope: Scope, declared: frozenset[str]) -> bool:
    """Whether an `if` holds; TemplateError where it cannot be evaluated."""
    condition = parse_condition(source, declared)
    verdict = condition.judge(scope, ())
    if verdict.holds is None:
        if verdict.missing:
            raise UndefinedName(verdict.missing, message=verdict.reason, expression=source)
        raise TemplateError(verdict.reason, expression=source)
    return verdict.holds


def not_held(source: str, scope: Scope, declared: frozenset[str]) -> str:
    """What is said of an `if` that does not hold, with the names in it that were left out: they are blank."""
    names = sorted(parse_condition(source, declared).names)
    blank = [f"`{name}`" for name in names if isinstance(scope.get(name), LeftOut)]
    why = f": {', '.join(blank)} {'was' if len(blank) == 1 else 'were'} left out" if blank else ""
    return f"{NOT_HELD}: {source}{why}"


def not_made(program: Program, node: Node, error: TemplateError, scope: Scope) -> str | None:
    """The sentence for a name that an earlier step should have made, or None for any other error.

    What is there, and only lacks what a text looks for in it, is another error.
    """
    if not isinstance(error, UndefinedName):
        return None
    frame = program.frame(node)
    root, *fields = re.findall(r"[^.\[\]]+", error.name)
    if root == "steps":
        named, field = (*fields, "", "")[:2]
        step, results = frame.steps.get(named, named), scope["steps"].get(named)
        if results is None or results.get(OUTCOME) == StepStatus.SKIPPED:
            return f"it needs {error.name}, and `{step}` did not run"
        if field in results:
            return None
        given = f"it needs {error.name}, which `{step}` does not have"
        return f"{given}, or has over 1 MiB of" if field in _PRINTED else given
    if root in scope:
        return None
    if root in frame.captures:
        return f"it needs {root}, which `{frame.captures[root]}` did not capture"
    if root in frame.asked:
        return f"it needs {root}, which `{frame.asked[root]}` did not ask for"
    return None


def explain(error: TemplateError) -> str:
    """A template's error in one line, with the expression that it was in and what to do."""
    where = f" (in {error.expression})" if error.expression else ""
    advice = f": {error.hint}" if error.hint else ""
    return f"{error.message}{where}{advice}"


def _wanted_assertions(given: Iterable[Assertion]) -> Iterator[WantedAssertion]:
    """What has to be judged of the assertions; those without a condition are reminders only."""
    for each in given:
        message = "" if compile_text(each.message).is_literal else each.message
        if each.that is not None:
            yield WantedAssertion(each.that, message=message)
        elif each.empty is not None:
            yield WantedAssertion("empty", each.empty, message)


def _reminders(given: Iterable[Assertion]) -> tuple[str, ...]:
    """The messages of assertions without a condition, where one of them has to be rendered."""
    messages = tuple(each.message for each in given if each.is_reminder)
    return () if all(compile_text(each).is_literal for each in messages) else messages


def wanted_of(program: Program, node: Node, state: RunState, scope: Scope, now: float) -> Wanted:
    """What has to be found out from the output of the attempt that starts now."""
    step, given = state.steps[node.id], node.step
    poll = step.poll
    retry = given.retry or node.defaults.retry
    return Wanted(
        captures=tuple(
            WantedCapture(name, capture.value, capture.secret)
            for name, capture in given.captures.items()
        ),
        results=node.results,
        until=given.poll.until if given.poll else None,
        fail_if=given.poll.fail_if if given.poll else None,
        retry_on=retry.on if retry else None,
        assertions=tuple(_wanted_assertions(given.assertions)),
        reminders=_reminders(given.assertions),
        show=_wanted_show(given),
        names=dict(scope),
        declared=program.frame(node).declared,
        history=tuple(s.value for s in poll.samples if s.value is not None) if poll else (),
        attempt=step.attempts if poll is None else poll.number(step.attempts),
        elapsed=0.0 if poll is None else max(0.0, now - poll.began),
    )


def _wanted_show(step: Step) -> Literal["json", "table"] | WantedTable | None:
    """What is made of its output for people; None where it is shown as it is, or not."""
    match step.show:
        case ShownTable(table=table):
            columns = (
                WantedColumn(each, each, is_field=True)
                if isinstance(each, str)
                else WantedColumn(each.title, each.value, is_field=False)
                for each in table.columns
            )
            return WantedTable(table.rows, tuple(columns))
        case "json" | "table":
            return step.show
        case "text" | "none":
            return None
        case _ as never:
            assert_never(never)
