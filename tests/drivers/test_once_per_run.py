"""Settings of integrations are found once in a run."""

from __future__ import annotations

from pathlib import Path

from pup_tui.core.actions import FoundValues, ResolveValues
from pup_tui.drivers.once_per_run import OncePerRun
from pup_tui.runbook.parts import Variable
from pup_tui.runbook.variables.resolve import Resolved


async def test_an_integration_of_another_pack_gets_nothing_of_one_of_the_same_name() -> None:
    found: list[str] = []

    async def resolve(action: ResolveValues, cwd: Path) -> FoundValues:
        value = action.given.get("TOKEN", f"of {action.directory}")
        found.append(value)
        return Resolved(values={"TOKEN": value}, left_out=(), problems=(), sources={})

    once = OncePerRun(resolve)
    for directory in ("/own", "/own", "/pack"):
        call = ResolveValues(
            step="call",
            variables={"TOKEN": Variable(type="secret")},
            given={},
            directory=directory,
            integration="chat",
            settings=("TOKEN",),
        )
        await once(call, Path("/"))
    assert found == ["of /own", "of /own", "of /pack"]
