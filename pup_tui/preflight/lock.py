"""Whether the lock that a run would take is free."""

from __future__ import annotations

import socket
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

from pup_tui.core.events import RunCreated, Source
from pup_tui.core.program import Program
from pup_tui.drivers.clock import SystemClock
from pup_tui.drivers.lock_value import lock_value
from pup_tui.drivers.locks import InvalidLock, LockError, find_held
from pup_tui.drivers.masking import Masking
from pup_tui.preflight.check import ReadyCheck

if TYPE_CHECKING:
    from pup_tui.catalog.inputs import Resolved


class RunToBe(Struct, frozen=True, kw_only=True):
    """A run that has not begun, as far as it is known; `hidden` are secrets beside its values.

    `alert` is what it is about, empty without one.
    """

    program: Program
    source: Source
    resolved: Resolved
    operator: str
    profile: str = ""
    alert: Mapping[str, Any] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()

    def begun(self, masking: Masking) -> RunCreated:
        """Its beginning, as texts that are rendered then see it."""
        variables, values = self.program.runbook.vars, self.resolved.values
        typed = (name for name in values if name in variables and variables[name].is_secret)
        return RunCreated(
            at=SystemClock().now(),
            run="(not begun)",
            runbook=self.program.id,
            source=self.source,
            operator=self.operator,
            host=socket.gethostname(),
            values=values,
            left_out=self.resolved.left_out,
            secrets=masking.find(values, typed, self.resolved.secrets, self.resolved.made),
            profile=self.profile,
            alert=dict(self.alert),
        )


def lock_checks(run: RunToBe, locks: Path, but: Collection[str] = ()) -> Iterator[ReadyCheck]:
    """Whether the locks of `run` in the folder `locks` are free: its own, and those of what it surely calls.

    The steps in `but` are left out of it. A called runbook takes its lock when its turn comes, so one that is
    held by then keeps no run from beginning. It may wait for moments, as taking a lock does. Without all
    values nobody knows which locks these are.
    """
    called = any(node.step.called is not None for node in run.program.nodes)
    source = run.program.runbook.lock
    if (source is None and not called) or run.resolved.problems or run.resolved.unknown:
        return
    masking = Masking(run.hidden)
    begun = run.begun(masking)
    own = ""
    if source is not None:
        try:
            own = lock_value(source, begun, masking, run.program)
            yield _state_of(own, locks)
        except (InvalidLock, LockError) as error:
            hint = "" if isinstance(error, LockError) else "give other values, or mend `lock`"
            yield _wrong(source, f"cannot be taken: {error}", hint)
    if called:
        yield from _called(run, begun, masking, locks, but, {own})


def _called(
    run: RunToBe,
    begun: RunCreated,
    masking: Masking,
    locks: Path,
    but: Collection[str],
    told: set[str],
) -> Iterator[ReadyCheck]:
    from pup_tui.preflight.called_locks import called_locks

    for step, value in called_locks(run.program, begun, but):
        if value in told or masking.holds_secret(value):
            continue
        told.add(value)
        try:
            found = _state_of(value, locks)
        except LockError as error:
            found = _wrong(value, f"cannot be taken: {error}", "")
        detail, hint = f"{found.detail}, and `{step}` needs it", "wait until that run is over"
        yield found if found.ok else replace(found, detail=detail, hint=hint, stops=False)


def _state_of(value: str, locks: Path) -> ReadyCheck:
    """Whether a lock is free. Raises LockError."""
    held = find_held(locks, value)
    if held is None:
        return ReadyCheck(what="lock", subject=value, detail="is free")
    told = f"is held by {held.by}" + (f"; {held.why}" if held.why else "")
    return _wrong(value, told, "wait until that run is over, or take it with --break-lock REASON")


def _wrong(subject: str, detail: str, hint: str) -> ReadyCheck:
    return ReadyCheck(what="lock", subject=subject, ok=False, detail=detail, hint=hint, stops=True)
