from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from pup_tui.core.render import Remote
from pup_tui.core.requests import ShellRequest
from pup_tui.steps.executor import Context, Outcome, Stop
from pup_tui.steps.shell import ShellExecutor
from tests.support.executors import RecordingSink
from tests.support.sshd import Fleet, fleet

__all__ = ["fleet"]


@dataclass
class Elsewhere:
    """Runs scripts on hosts, with the test's sink and stop, and keeps what was told to be followed."""

    context: Context
    sink: RecordingSink
    stop: Stop
    followed: list[str] = field(default_factory=list)

    async def __call__(
        self, host: str, script: str, *, become: bool = False, **told: Any
    ) -> Outcome:
        request = ShellRequest(script=script, remote=Remote(host, become=become), **told)
        return await self.carried_out(request)

    async def carried_out(self, request: ShellRequest, follow: str = "") -> Outcome:
        context = replace(self.context, follows=self.followed.append, follow=follow)
        async with asyncio.timeout(60):
            return await ShellExecutor().run(request, self.sink, self.stop, context)

    async def printed(self, host: str, script: str, **told: Any) -> bytes:
        """What a script printed that ended well."""
        before = len(self.sink.stdout)
        outcome = await self(host, script, **told)
        assert outcome.ok, outcome.reason
        return self.sink.stdout[before:]


@pytest.fixture
def on(fleet: Fleet, context: Context, sink: RecordingSink, stop: Stop) -> Elsewhere:
    environ = {**context.environ, "PATH": fleet.path}
    return Elsewhere(replace(context, environ=environ), sink, stop)


@pytest.fixture
def own_ssh(tmp_path: Path) -> Callable[[str], str]:
    """Makes a PATH whose `ssh` is a script."""

    def make(script: str) -> str:
        folder = tmp_path / "own"
        folder.mkdir()
        (folder / "ssh").write_text(f"#!/bin/sh\n{script}\n")
        (folder / "ssh").chmod(0o755)
        return str(folder)

    return make
