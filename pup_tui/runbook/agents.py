"""What agents may do with a runbook, and with its runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, get_args

from pup_tui.runbook.model import AgentsMay, Runbook, Step

_FROM_LEAST: Final[tuple[AgentsMay, ...]] = get_args(AgentsMay)


def may_agents(runbook: Runbook) -> AgentsMay:
    """The least that a runbook and those which it calls allow to agents: what these do is done by it."""
    said = {runbook.agents, *(called.agents for called in _called(runbook.steps))}
    return min(said, key=_FROM_LEAST.index)


def _called(steps: Iterable[Step]) -> Iterator[Runbook]:
    """The runbooks that steps call, and those that these call, also where one takes something back."""
    for step in steps:
        if step.called is not None:
            yield step.called
        yield from _called(step.inside)
        if step.undo is not None:
            yield from _called([step.undo])
