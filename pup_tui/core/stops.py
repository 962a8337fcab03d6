"""The end of a runbook before its last step: what a `stop` step brings about."""

from __future__ import annotations

from pup_tui.core.program import Node
from pup_tui.core.render import StepTexts
from pup_tui.core.run import Run
from pup_tui.core.state import BODY, EarlyEnd, RunStatus


def stop(run: Run, node: Node, status: str) -> EarlyEnd:
    """Stop the runbook of a step with this status; TemplateError where its message cannot be rendered."""
    given = node.step
    message = run.decided(
        node, "stop", str, lambda scope: StepTexts(given, scope).seen["message"].strip()
    )
    stopped = EarlyEnd(status=RunStatus(status), reason=message or f"stopped by `{node.id}`")
    spread(run, node, stopped)
    return stopped


def spread(run: Run, node: Node, stopped: EarlyEnd) -> None:
    """Let nothing more begin in the blocks around a step, up to the runbook that it stands in.

    A `foreach` that keeps going holds it back until its last item has ended.
    """
    while True:
        key = run.holder(node)
        block = run.state.blocks[key]
        block.stopped = block.stopped or stopped
        if key == BODY:
            _decide(run, stopped)
            return
        node = run.program.node(key)
        if block.keeps_going or node.is_called:
            return


def _decide(run: Run, stopped: EarlyEnd) -> None:
    """The run's result, unless something has decided it; a later failure still fails what succeeded."""
    state = run.state
    if stopped.status is not RunStatus.SUCCEEDED:
        run.decide(stopped.status, stopped.reason)
    elif state.verdict is None:
        state.verdict_reason = stopped.reason
