"""The locks of the runbooks that a run surely calls, as far as they are known before it begins."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from pup_tui.core.events import RunCreated
from pup_tui.core.foreseen import call_of, foreseen_frame, names_later
from pup_tui.core.machine import Machine
from pup_tui.core.program import Program
from pup_tui.core.render import render_text
from pup_tui.core.scope import scope_of
from pup_tui.core.secrecy import check_lock
from pup_tui.core.state import BODY
from pup_tui.preflight.sure_steps import sure_steps
from pup_tui.template.errors import TemplateError
from pup_tui.template.not_yet import NOT_YET, StandIns


class CalledLock(NamedTuple):
    """The lock that a `step` takes with the runbook that it calls."""

    step: str
    value: str


def called_locks(
    program: Program, created: RunCreated, but: Collection[str] = ()
) -> Iterator[CalledLock]:
    """In the order of the file; not those of steps in `but`, nor what only a step can tell."""
    machine, stand_ins = Machine(program), StandIns()
    machine.create(created)
    frames = machine.state.frames
    frames[BODY].values[NOT_YET] = names_later(program, BODY, stand_ins)
    sure = sure_steps(program, but)
    for node in program.nodes:
        if node.step.calls is None or node.id not in sure:
            continue
        key = f"{node.id}/"
        call = call_of(machine.state, node)
        frames[key] = foreseen_frame(call, created.profile, names_later(program, key, stand_ins))
        lock = None if node.step.called is None else node.step.called.lock
        if lock is None:
            continue
        try:
            check_lock(lock, frames[key].secrets)
            value = render_text(lock, scope_of(machine.state, f"{key}lock"))
        except TemplateError:
            continue
        yield CalledLock(node.id, value)
