"""The values of what a run calls in mid-run: groups and other runbooks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

from pup_tui.core.actions import ResolveValues
from pup_tui.core.events import Moment, ValuesResolved
from pup_tui.drivers.masking import Masking


class Found(Protocol):
    """Values that were found, as `runbook.variables.Resolved` has them; problems are told by their text."""

    @property
    def values(self) -> Mapping[str, Any]: ...

    @property
    def left_out(self) -> tuple[str, ...]: ...

    @property
    def secrets(self) -> tuple[str, ...]: ...

    @property
    def problems(self) -> Sequence[object]: ...


Resolve = Callable[[ResolveValues], Awaitable[Found]]
"""Finds the values that an action asks for: whoever wires a run knows where they come from."""


async def resolve_values(
    action: ResolveValues, resolve: Resolve, masking: Masking, now: Callable[[], Moment]
) -> ValuesResolved:
    """Find the values; secrets among them are masked from now on. A fault is a problem, no exception."""
    try:
        found = await resolve(action)
    except Exception as error:
        told = f"a fault in pup-tui ({type(error).__name__}): please report it"
        return ValuesResolved(at=now(), step=action.step, problems=(told,))
    typed = {name for name, variable in action.variables.items() if variable.is_secret}
    secrets = masking.find(found.values, typed, found.secrets)
    return ValuesResolved(
        at=now(),
        step=action.step,
        values=dict(found.values),
        left_out=found.left_out,
        secrets=secrets,
        problems=tuple(str(problem) for problem in found.problems),
    )
