"""What a run would do: every step rendered as far as it can be known, nothing carried out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec import Struct

from pup_tui.core.events import Moment, RunCreated, Source
from pup_tui.core.machine import Machine
from pup_tui.core.program import Node, Program
from pup_tui.core.render import Scope, render_request, render_seconds, render_text
from pup_tui.core.scope import explain, not_made, scope_of, truth_of
from pup_tui.core.secrecy import check_secrecy
from pup_tui.core.state import RunState
from pup_tui.runbook.model import (
    AnyStep,
    ConfirmStep,
    HttpStep,
    ManualStep,
    PupStep,
    ShellStep,
    WaitStep,
    WorkflowStep,
)
from pup_tui.template.errors import TemplateError


class PlannedStep(Struct, frozen=True, kw_only=True):
    """One step of a plan.

    `command` is rendered, or as the author wrote it where it is not `known` yet; `mutates` None means that it
    cannot be told whether the step changes anything; `reason` says why a step is skipped or not known.
    """

    id: str
    name: str
    kind: str
    command: str
    danger: bool
    mutates: bool | None
    when: str
    known: bool
    reason: str


Mutates = Callable[[AnyStep], bool | None]


def plan(
    program: Program,
    values: Mapping[str, Any],
    left_out: Iterable[str],
    operator: str,
    mutates: Mutates,
) -> list[PlannedStep]:
    """Plan a run with these values. Secrets stand in the commands as they are: whoever shows them masks."""
    state = _begun(program, values, left_out, operator)
    scope = scope_of(state)
    del scope["run"]["id"], scope["run"]["started_at"]
    return [_planned(program, node, state, scope, mutates) for node in program.nodes]


def _begun(
    program: Program, values: Mapping[str, Any], left_out: Iterable[str], operator: str
) -> RunState:
    """The state of a run that has just begun; what it wishes for is not carried out."""
    secrets = tuple(name for name, variable in program.runbook.vars.items() if variable.is_secret)
    created = RunCreated(
        at=Moment(wall=0.0, clock=0.0),
        run="",
        runbook=program.id,
        source=Source(path="", sha256=""),
        operator=operator,
        host="",
        values=dict(values),
        left_out=tuple(left_out),
        secrets=secrets,
    )
    machine = Machine(program)
    machine.handle(created)
    return machine.state


def _planned(
    program: Program, node: Node, state: RunState, scope: Scope, mutates: Mutates
) -> PlannedStep:
    command, known, reason = _command(program, node, state, scope)
    return PlannedStep(
        id=node.id,
        name=node.step.name,
        kind=node.step.kind,
        command=command,
        danger=node.step.danger,
        mutates=mutates(node.step),
        when=node.step.when,
        known=known,
        reason=reason,
    )


def _command(program: Program, node: Node, state: RunState, scope: Scope) -> tuple[str, bool, str]:
    step = node.step
    known, reason = True, ""
    if step.if_ is not None:
        try:
            if not truth_of(step.if_, scope, program.declared):
                reason = f"skipped: its `if` does not hold: {step.if_}"
        except TemplateError as error:
            known, reason = False, _why_not_yet(program, error)
    try:
        check_secrecy(step, state)
        return _shown(program, step, scope), known, reason
    except TemplateError as error:
        return _as_written(step, scope), False, reason or _why_not_yet(program, error)


def _shown(program: Program, step: AnyStep, scope: Scope) -> str:
    match step:
        case ConfirmStep() | ManualStep():
            return render_text(step.message, scope)
        case WaitStep():
            return f"wait {render_seconds(step.duration, scope):g} s"
        case _:
            rendered = render_request(step, scope, program.runbook.defaults)
            return rendered.shown


def _as_written(step: AnyStep, scope: Scope) -> str:
    """The author's text, with the values that are known already."""
    match step:
        case ShellStep():
            text = step.run
        case PupStep():
            text = step.run if step.run.startswith("pup ") else f"pup {step.run}"
        case ConfirmStep() | ManualStep():
            text = step.message
        case WaitStep():
            text = f"wait {step.duration}"
        case HttpStep():
            text = f"{step.method} {step.url}"
        case WorkflowStep():
            text = f"run workflow {step.workflow_id}"
    return _NAME.sub(lambda found: _known(found, scope), text)


_NAME = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*\}\}")


def _known(found: re.Match[str], scope: Scope) -> str:
    value = scope.get(found[1])
    return found[0] if value is None or isinstance(value, dict) else str(value)


def _why_not_yet(program: Program, error: TemplateError) -> str:
    missing = not_made(program, error)
    return missing.replace("did not", "has yet to") if missing else explain(error)
