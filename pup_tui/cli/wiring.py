"""Puts the concrete parts together: the only place that knows them all."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from pup_tui.cli.executing import make_executors
from pup_tui.cli.site import datadog_configuration
from pup_tui.cli.value_sources import resolver, value_sources
from pup_tui.drivers.launcher import Launcher
from pup_tui.drivers.operator import operator_name
from pup_tui.journal.places import locks_dir, state_dir, state_path
from pup_tui.journal.writer import JournalWriter, MemoryJournal, Recorder


@contextmanager
def open_state(environ: Mapping[str, str], *, journal: bool = True) -> Iterator[Path]:
    """The folder for journal and outputs; without a journal one that is gone afterwards."""
    if journal:
        yield state_dir(environ)
        return
    with tempfile.TemporaryDirectory(prefix="pup-tui-") as folder:
        yield Path(folder)


@asynccontextmanager
async def open_launcher(
    environ: Mapping[str, str], state: Path, *, journal: bool = True
) -> AsyncIterator[Launcher]:
    """A launcher whose runs are recorded, unless the operator wants none of it kept."""
    configuration = datadog_configuration(environ)
    carry_out = make_executors(configuration, environ)
    log: Recorder = await JournalWriter.open(state) if journal else MemoryJournal()
    try:
        yield Launcher(
            log=log,
            state=state,
            # Runs without a journal keep apart from those with one as well.
            locks=locks_dir(state_path(environ)),
            executors=carry_out,
            environ=environ,
            cwd=Path.cwd(),
            operator=operator_name(environ),
            resolve=resolver(value_sources(environ, configuration, state if journal else None)),
            hidden=tuple(configuration.secrets()),
        )
    finally:
        await log.close()
