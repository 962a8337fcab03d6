"""Whether the hosts that scripts run on let us in, and have the programs that are needed there."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from functools import partial

from msgspec import Struct, field

from pup_tui.core.ids import upwards
from pup_tui.core.program import Node, Program
from pup_tui.core.render import Remote
from pup_tui.core.surroundings import written_remote
from pup_tui.preflight.check import ReadyCheck
from pup_tui.preflight.remote import PATIENCE
from pup_tui.preflight.sure_steps import but_for
from pup_tui.preflight.tools import needed_by_script, requirements
from pup_tui.runbook.model import ShellStep, Step
from pup_tui.runbook.parts import Requirement
from pup_tui.template.text import compile_text

MOST_HOSTS = 32
"""Hosts that are looked at: a run of more of them tells of each itself."""
AT_ONCE = 8
"""Hosts that are connected to at the same time."""

PrintedThere = Callable[[Remote, str, float], Awaitable[tuple[str, str]]]
"""What a script for sh prints on another computer, ended after so many seconds; ValueError says why not."""


class SshHost(Struct):
    """A host that scripts run on, with the programs that they begin with there and what is required."""

    remote: Remote
    tools: dict[str, None] = field(default_factory=dict)
    required: tuple[tuple[str, Requirement], ...] = ()


def ssh_hosts(program: Program, but: Collection[str] = ()) -> list[SshHost]:
    """The hosts that are known before a run, each once, without the steps that are left out by `but`.

    Those are the literal ones, and the items of a literal `foreach`.
    """
    required = tuple(requirements(program))
    found: dict[Remote, SshHost] = {}
    for node in program.by_id.values():
        if not isinstance(node.step, ShellStep) or not but_for(but, node):
            continue
        for remote in _remotes(program, node):
            host = found.setdefault(remote, SshHost(remote, required=required))
            host.tools |= dict.fromkeys(needed_by_script(program, node))
    return list(found.values())[:MOST_HOSTS]


def _remotes(program: Program, node: Node) -> Iterator[Remote]:
    """Where a step runs, as far as the file tells."""
    written = written_remote(program, node)
    if written is None:
        return
    loops = [program.node(id_).step for id_ in upwards(node.id)]
    for host in _literals(written.host, loops):
        if all("{" not in str(text) for text in (written.user or "", written.port or "")):
            port = None if written.port is None else int(written.port)
            yield Remote(host, written.user, port, written.become)


def _literals(host: str, around: list[Step]) -> Iterator[str]:
    """A literal host, or the items of a literal list that it stands for."""
    text = compile_text(host)
    if text.literal is not None:
        if text.literal.strip():
            yield text.literal.strip()
        return
    loop = next((each for each in around if each.foreach is not None), None)
    if loop is None or text.single is None or text.single.source.strip() != loop.as_:
        return
    items = loop.foreach if isinstance(loop.foreach, tuple) else ()
    yield from (each for each in items if isinstance(each, str) and "{" not in each)


def ssh_probes(
    hosts: Sequence[SshHost], printed_there: PrintedThere, *, scripts: bool
) -> list[SshProbe]:
    """What looks at hosts, at some of them at the same time."""
    turns = asyncio.Semaphore(AT_ONCE)
    return [SshProbe(host, printed_there, turns, scripts) for host in hosts]


class SshProbe(Struct, frozen=True):
    """Logs in to a host, looks for programs there, and changes nothing."""

    host: SshHost
    printed_there: PrintedThere
    turns: asyncio.Semaphore
    scripts: bool = True

    @property
    def key(self) -> str:
        needed = sorted([*self.host.tools, *(f"{n} {r.version}" for n, r in self.host.required)])
        return f"ssh {self.host.remote.told} for {', '.join(needed)}"

    @property
    def unlooked(self) -> ReadyCheck:
        return self._wrong(f"is not reached within {PATIENCE:g} s", "check network, VPN and keys")

    async def look(self) -> ReadyCheck:
        async with self.turns:
            try:
                printed, _ = await self.printed_there(self.host.remote, self._script, PATIENCE)
            except ValueError as error:
                return self._wrong(f"lets no script run: {error}", "check network, name and keys")
            missing = printed.split()
            if missing:
                return self._wrong(f"has no {', '.join(missing)}", "install it there")
            return await self._versions()

    @property
    def _script(self) -> str:
        """Names the programs that are not there."""
        named = dict.fromkeys(
            [
                *(name for name, needed in self.host.required if not needed.command),
                *self.host.tools,
            ]
        )
        looks = (
            f"command -v {each} >/dev/null 2>&1 || echo {each}" for each in map(shlex.quote, named)
        )
        return "\n".join([*looks, ":"])

    async def _versions(self) -> ReadyCheck:
        from pup_tui.preflight.versions import WantedVersion, version_checks

        wanted = [WantedVersion(*each) for each in self.host.required]
        printed_by = partial(self.printed_there, self.host.remote)
        for check in await version_checks(wanted, printed_by, scripts=self.scripts):
            if not check.ok:
                return self._wrong(
                    f"has another version: {check.subject} {check.detail}", check.hint
                )
        return ReadyCheck(
            what="host", subject=self.host.remote.told, detail="lets scripts run by ssh"
        )

    def _wrong(self, detail: str, hint: str) -> ReadyCheck:
        subject = self.host.remote.told
        return ReadyCheck(what="host", subject=subject, ok=False, detail=detail, hint=hint)
