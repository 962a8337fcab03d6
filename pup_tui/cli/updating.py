"""`pup-tui test --update STEP`: one step is really run, and its answers recorded anew."""

from __future__ import annotations

import asyncio
import secrets as randomness
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pup_tui.aside import run_loop
from pup_tui.cli import asking
from pup_tui.cli.failure import Failure, refuse_problems, tell
from pup_tui.cli.wiring import Parts

if TYPE_CHECKING:
    from collections.abc import Callable

    from pup_tui.catalog.catalog import Catalog
    from pup_tui.rehearsal.recording import KeptAttempt
    from pup_tui.rehearsal.tape import Asked
    from pup_tui.settings.settings import Settings

_OPTION = "--update"


def update_step(
    settings: Settings,
    catalog: Catalog,
    files: Sequence[Path],
    step: str,
    *,
    by_path: bool,
    yes: bool,
) -> None:
    """Record a step of the only file anew; `by_path` where the operator has named that.

    Raises Failure where that cannot be, or was not done.
    """
    from pup_tui.catalog.effects import may_change
    from pup_tui.cli.runbooks import load_valid
    from pup_tui.core.program import compile_program
    from pup_tui.drivers.masking import Masking
    from pup_tui.rehearsal.places import runbook_of
    from pup_tui.rehearsal.reading import read_rehearsals
    from pup_tui.rehearsal.updating import updated

    if len(files) != 1:
        raise Failure(f"{_OPTION} is for one runbook, and several are meant", "", "name its path")
    (path,) = files
    runbook = runbook_of(path)
    if runbook is None:
        raise Failure("there is no runbook for these rehearsals", str(path), "name another file")
    entry = catalog.find(str(runbook))
    folder = catalog.folder_of(runbook)
    if not entry.trusted or not (by_path or folder is None or folder.trusted):
        told = "the runbook is not trusted, and a step of it would be run"
        todo = "look what it does, and name its path" if entry.trusted else "trust it before"
        raise Failure(told, str(runbook), todo)
    loaded, model = load_valid(catalog, entry)
    program = compile_program(loaded.id, model)
    if step not in program.by_id:
        known = ", ".join(f"`{each}`" for each in program.by_id)
        raise Failure(f"the runbook has no step `{step}`", _OPTION, f"it has {known}")
    if not yes and not settings.terminal.can_ask:
        told = "nobody can be asked here whether the step shall really be run"
        raise Failure(told, _OPTION, "say --yes if it shall")
    file = read_rehearsals(path)
    refuse_problems(file.problems, "the file of rehearsals", "fix what is told above", str(path))
    parts = Parts(settings, journal=False)
    masking = Masking(parts.credentials.account.secrets())
    if any(node.step.asks_datadog for node in program.by_id.values()):
        for secret in run_loop(parts.credentials.stored_secrets()):
            masking.keep(secret)
    barred = may_change(program, is_believed=loaded.is_believed) if settings.read_only else ()
    live = _Live(parts, str(runbook.parent), masking.text, frozenset(barred), yes=yes)
    result = run_loop(updated(file, program, step, live, masking.text))
    for problem in result.problems:
        tell(str(problem))
    if not result.answers:
        raise Failure(f"no answer for `{step}` was recorded anew", str(path), "", code=1)
    path.write_text(result.text, "utf-8")
    number = "1 answer" if result.answers == 1 else f"{result.answers} answers"
    tell(f"pup-tui: {number} for `{step}` recorded anew in {path}")


class _Live:
    """Really makes attempts, once the operator has agreed to each command."""

    def __init__(
        self,
        parts: Parts,
        directory: str,
        mask: Callable[[str], str],
        barred: frozenset[str],
        *,
        yes: bool,
    ) -> None:
        self._parts = parts
        self._directory = directory
        self._mask = mask
        self._barred = barred
        self._yes = yes
        self._last: float | None = None

    async def __call__(self, asked: Asked) -> KeptAttempt | None:
        from pup_tui.core.ids import static_id
        from pup_tui.core.requests import BARRED
        from pup_tui.rehearsal.recording import BothSinks
        from pup_tui.steps.executor import Context, Stop, without_changes

        if static_id(asked.step) in self._barred:
            raise Failure(f"`{asked.step}` {BARRED}", "--read-only", "leave it out")
        tell(f"{asked.step}: {asked.text}")
        if not self._yes and not asking.confirm("Really run this step now?"):
            return None
        # The rehearsal's clock jumps from attempt to attempt; the world is to have the time between them.
        if self._last is not None:
            await asyncio.sleep(max(0.0, asked.clock - self._last))
        self._last = asked.clock
        settings = self._parts.settings
        environ = self._parts.credentials.environ
        both, began = BothSinks(None), time.monotonic()
        context = Context(
            environ=without_changes(environ) if settings.read_only else environ,
            cwd=settings.cwd,
            run=randomness.token_hex(8),
            step=asked.step,
            directory=self._directory,
            mask=self._mask,
        )
        executor = self._parts.executors[type(asked.request)]
        outcome = await executor.run(asked.request, both, Stop(), context)
        return both.kept(asked.step, asked.request, outcome, time.monotonic() - began)
