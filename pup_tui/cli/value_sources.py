"""Where the values of variables come from: one object for the command line, the runs and the console."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pup_tui.catalog.choice_cache import ChoiceCache
from pup_tui.catalog.inputs import Sources, local_sources
from pup_tui.cli.failure import Failure
from pup_tui.runbook.variables import Resolved, resolve

if TYPE_CHECKING:
    from pup_tui.core.actions import ResolveValues
    from pup_tui.core.requests import Request
    from pup_tui.datadog.configuration import Configuration
    from pup_tui.drivers.values import Resolve
    from pup_tui.steps.executor import Executor
    from pup_tui.template.value_command import ValueCommand


def value_sources(
    *,
    environ: Mapping[str, str],
    cwd: Path,
    datadog: Configuration,
    executors: Callable[[], Mapping[type[Request], Executor]],
    kept: Path | None,
) -> Sources:
    """Environment, files, keyring and commands; choices are kept in the folder `kept`, if there is one.

    The `executors` that run commands are asked for when the first one runs: most runbooks have none.
    """

    async def run(command: ValueCommand, seconds: float) -> str:
        from pup_tui.drivers.value_commands import run_value_command

        try:
            carry_out = executors()
        except Failure as error:
            raise ValueError(str(error)) from error
        known = replace(command, hidden=(*command.hidden, *datadog.secrets()))
        return await run_value_command(known, seconds, carry_out, environ, cwd)

    # Another Datadog, or another folder, has other choices.
    place = f"{datadog.base_url}\0{cwd}"
    return local_sources(environ, run, None if kept is None else ChoiceCache(kept, place))


def resolver(sources: Sources) -> Resolve:
    """What finds the values of groups and runbooks that a run calls."""

    async def find(action: ResolveValues) -> Resolved:
        return await resolve(
            action.variables, action.given, sources=sources, secrets=action.secrets
        )

    return find
