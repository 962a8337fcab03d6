"""Begins runs: gives each its id, its place in the journal, its masking, and its driver."""

from __future__ import annotations

import os
import secrets as randomness
import socket
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pup_tui.core.actions import Request
from pup_tui.core.events import RunCreated, Source
from pup_tui.core.program import Program
from pup_tui.drivers.clock import SystemClock
from pup_tui.drivers.local import LocalRun, Surroundings
from pup_tui.drivers.masking import Masking
from pup_tui.journal.places import make_run_dir
from pup_tui.journal.records import RunRecord
from pup_tui.journal.writer import Recorder
from pup_tui.steps.executor import Executor

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_run_id() -> str:
    """A ULID: 26 characters that sort by the time (in milliseconds) at which they were made."""
    number = (int(time.time() * 1000) << 80) | randomness.randbits(80)
    return "".join(_CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))


@dataclass(frozen=True, kw_only=True)
class Launcher:
    """All that runs have in common. `hidden` are secrets that are not variables, such as API keys."""

    log: Recorder
    state: Path
    executors: Mapping[type[Request], Executor]
    environ: Mapping[str, str]
    cwd: Path
    operator: str
    hidden: tuple[str, ...] = ()

    async def launch(
        self,
        program: Program,
        *,
        source: Source,
        files: Mapping[str, bytes],
        values: Mapping[str, Any],
        left_out: Iterable[str] = (),
    ) -> LocalRun:
        """Record a new run and return it, ready to be watched and driven.

        `files` are the exact texts that the program was made from. Raises JournalError if the run cannot
        be recorded.
        """
        variables = program.runbook.vars
        hidden = tuple(name for name in values if name in variables and variables[name].is_secret)
        clock = SystemClock()
        created = RunCreated(
            at=clock.now(),
            run=new_run_id(),
            runbook=program.id,
            source=source,
            operator=self.operator,
            host=socket.gethostname(),
            values=dict(values),
            left_out=tuple(left_out),
            secrets=hidden,
        )
        record = RunRecord.of(created, name=program.runbook.name, pid=os.getpid())
        await self.log.create_run(record, files)
        around = Surroundings(
            executors=self.executors,
            environ=self.environ,
            cwd=self.cwd,
            outputs=make_run_dir(self.state, created.run),
            clock=clock,
            log=self.log,
            masking=Masking([*self.hidden, *(str(values[name]) for name in hidden)]),
        )
        return LocalRun(program, created, around)
