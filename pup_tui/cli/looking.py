"""`plan --look`: runs what only looks, up to the first change, so that the rest is planned with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec.structs import replace

from pup_tui.aside import run_loop
from pup_tui.cli import asking
from pup_tui.cli.failure import Failure, journal_failures, lock_failures, named, tell
from pup_tui.cli.run_streams import outlets

if TYPE_CHECKING:
    from pup_tui.catalog.inputs import Resolved
    from pup_tui.cli.selection import Leaving
    from pup_tui.cli.wiring import Parts
    from pup_tui.core.look import Looking
    from pup_tui.core.program import Program
    from pup_tui.core.state import RunState
    from pup_tui.drivers.masking import Masking
    from pup_tui.runbook.load import Loaded


class Looked(NamedTuple):
    """A run of what only looks, how it ended, and what hides its secrets."""

    run: str
    state: RunState
    found: Looking
    masking: Masking


def look(
    parts: Parts,
    loaded: Loaded,
    program: Program,
    resolved: Resolved,
    left: Leaving,
    *,
    yes: bool,
    alert: Mapping[str, Any],
) -> Looked | None:
    """Run what of a program only looks, but for what is `left` out; None where there is nothing of that.

    Scripts are asked about first, but with `yes`. What is run is told on standard error, and recorded as a
    run that left the rest out. Raises Failure as a run does.
    """
    from pup_tui.catalog.effects import may_change
    from pup_tui.core.look import looking

    changing = may_change(program, is_believed=loaded.is_believed)
    found = looking(program, {*changing, *left.skipped})
    if found.shells and not yes and not _agreed(parts, program, found):
        found = looking(program, {*changing, *left.skipped}, scripts=False)
    if found.until:
        tell(f"pup-tui: looks up to `{found.until}`: {found.why}")
    if not found.runs_any(program):
        return None
    with journal_failures("free it, or set PUP_TUI_STATE_DIR"), lock_failures():
        return run_loop(_run(parts, loaded, program, resolved, left, found, alert))


def _agreed(parts: Parts, program: Program, found: Looking) -> bool:
    """Whether the operator lets the scripts run that say that they only look."""
    if not parts.settings.terminal.can_ask:
        told = "nobody can be asked whether scripts may run: --yes lets them"
        tell(f"pup-tui: {told}: {named(found.shells)}")
        return False
    tell("These scripts say that they only look, and would run now:")
    for id_ in found.shells:
        script = program.by_id[id_].step
        tell(f"  {id_}")
        for line in getattr(script, "run", "").strip().splitlines():
            tell(f"    {line}")
    return bool(asking.confirm("Run them?"))


async def _run(
    parts: Parts,
    loaded: Loaded,
    program: Program,
    resolved: Resolved,
    left: Leaving,
    found: Looking,
    alert: Mapping[str, Any],
) -> Looked:
    from pup_tui.core.events import LeftOutSteps
    from pup_tui.drivers.source import source_of
    from pup_tui.headless.answers import Nobody, Undoing
    from pup_tui.headless.runner import run_headless
    from pup_tui.headless.stream import Pump
    from pup_tui.headless.text import TextFace
    from pup_tui.steps.leftovers import Leftovers

    steps = {**found.left_out.steps, **left.skipped}
    without = LeftOutSteps(steps, left.captures, left.out.secrets)
    with parts.state() as state, Leftovers() as leftovers:
        async with parts.launcher(state, leftovers) as usual:
            # What has turned out to change something is refused all the same.
            launcher = replace(usual, read_only=True)
            pump = Pump()
            _, err = outlets(parts.settings.terminal, pump)
            run = await launcher.launch(
                program,
                source=source_of(loaded),
                files=loaded.files,
                **resolved.for_run,
                without=without,
                is_believed=loaded.is_believed,
                look=True,
                alert=alert,
            )
            face = TextFace(err, err, program, run.outputs.path)
            try:
                code = await run_headless(run, face, Undoing(Nobody(), err, undo=False))
            finally:
                await pump.drain()
            if code >= _STOPPED:
                raise Failure("the look was stopped", "", f"`pup-tui show {run.run}`", code=code)
            return Looked(run.run, run.state, found, run.masking)


_STOPPED = 128
"""Exit codes of runs that a signal has stopped begin here."""
