"""Puts the concrete parts together: the only place that knows them all."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from pup_tui.cli.failure import Failure
from pup_tui.cli.site import datadog_configuration
from pup_tui.core.actions import Request
from pup_tui.datadog.configuration import Configuration, ConfigurationError
from pup_tui.drivers.launcher import Launcher
from pup_tui.drivers.operator import operator_name
from pup_tui.journal.places import state_dir
from pup_tui.journal.writer import JournalWriter, MemoryJournal, Recorder
from pup_tui.steps.executor import Executor
from pup_tui.steps.registry import executors

PUP_SETTING = "PUP_TUI_PUP"
"""Which `pup` runs subcommands: `auto`, `installed` or `builtin`."""


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
    carry_out = _executors(configuration, environ)
    log: Recorder = await JournalWriter.open(state) if journal else MemoryJournal()
    try:
        yield Launcher(
            log=log,
            state=state,
            executors=carry_out,
            environ=environ,
            cwd=Path.cwd(),
            operator=operator_name(environ),
            hidden=tuple(configuration.secrets()),
        )
    finally:
        await log.close()


def _executors(
    configuration: Configuration, environ: Mapping[str, str]
) -> Mapping[type[Request], Executor]:
    try:
        return executors(configuration, pup=environ.get(PUP_SETTING, "auto"))
    except ConfigurationError as error:
        raise Failure(str(error), PUP_SETTING, "auto, installed or builtin") from error
