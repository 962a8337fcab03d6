"""All that is looked at before a run, in the order in which it costs: at once, by processes, elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from pup_tui.core.ids import upwards
from pup_tui.core.program import Program
from pup_tui.preflight.check import ReadyCheck
from pup_tui.preflight.credentials import Accounts, NeededService, services_of
from pup_tui.preflight.hosts import HostAddress, HostProbe, addresses
from pup_tui.preflight.record import record_checks
from pup_tui.preflight.sure_steps import first_step
from pup_tui.preflight.tools import MissingProgram, needed_tools, required_here

if TYPE_CHECKING:
    from pup_tui.preflight.lock import RunToBe
    from pup_tui.preflight.remote import KeptFindings, Probe
    from pup_tui.preflight.ssh_hosts import PrintedThere, SshHost
    from pup_tui.preflight.versions import PrintedBy


class Elsewhere(Struct, frozen=True):
    """What a run goes to: the hosts of literal URLs, the services that it has credentials for, and the hosts
    that scripts run on.
    """

    hosts: tuple[HostAddress, ...]
    services: tuple[NeededService, ...]
    ssh: tuple[SshHost, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.hosts or self.services or self.ssh)


class Preflight(Struct, frozen=True, kw_only=True):
    """Looks at what runs need; changes nothing.

    `environ` and `cwd` are what steps begin with. `state` is the folder of the journal, None where nothing is
    recorded, `locks` that of locks. `printed_by` runs what tells a version, `printed_there` does on other
    computers; where all is `read_only` no script of a runbook does, since nobody knows what it changes.
    """

    environ: Mapping[str, str]
    cwd: Path
    state: Path | None
    locks: Path
    missing: MissingProgram
    printed_by: PrintedBy
    printed_there: PrintedThere
    read_only: bool = False
    accounts: Accounts
    kept: KeptFindings

    def at_once(self, program: Program, but: Collection[str] = ()) -> list[ReadyCheck]:
        """Programs and the record: looks at files only. The steps in `but` are left out of the run."""
        return [*self.tools(program, but), *self.record()]

    def tools(self, program: Program, but: Collection[str] = ()) -> list[ReadyCheck]:
        needed = needed_tools(program, self.missing, but)
        return [each.looked_up(self.environ, self.cwd) for each in needed]

    def record(self) -> list[ReadyCheck]:
        return [] if self.state is None else list(record_checks(self.state))

    def journal(self) -> list[ReadyCheck]:
        """The journal, which a run opens itself when it begins."""
        from pup_tui.preflight.record import journal_check

        return [] if self.state is None else [journal_check(self.state)]

    def wants_versions(self, program: Program) -> bool:
        """Whether there is a version to ask for."""
        return any(needed.version.strip() for _, needed in required_here(program))

    def elsewhere(
        self, program: Program, but: Collection[str] = (), *, beside: bool = False
    ) -> Elsewhere:
        """What there is to look at elsewhere.

        `beside` a run without what its first step asks, and without the hosts that scripts run on: these
        tell themselves.
        """
        hosts, services = [*addresses(program, but)], services_of(program, but)
        if not beside:
            from pup_tui.preflight.ssh_hosts import ssh_hosts

            return Elsewhere(tuple(hosts), tuple(services), tuple(ssh_hosts(program, but)))
        first = first_step(program, but)
        if first is not None:
            others = program.by_id.keys() - {*upwards(first.id)}
            its_hosts, its_services = {*addresses(program, others)}, services_of(program, others)
            hosts = [each for each in hosts if each not in its_hosts]
            services = [each for each in services if each not in its_services]
        return Elsewhere(tuple(hosts), tuple(services))

    async def versions(self, program: Program, known: Collection[ReadyCheck]) -> list[ReadyCheck]:
        """The versions that are required of programs which are there, by what is `known` of them.

        Starts processes that the runbook names: only for one that the operator trusts.
        """
        from pup_tui.preflight.versions import WantedVersion, version_checks

        missing = {each.subject for each in known if each.what == "tool" and not each.ok}
        wanted = [WantedVersion(*each) for each in required_here(program) if each[0] not in missing]
        return await version_checks(wanted, self.printed_by, scripts=not self.read_only)

    async def look_elsewhere(
        self, places: Elsewhere, tell: Callable[[ReadyCheck], None] = lambda check: None
    ) -> list[ReadyCheck]:
        """Credentials and hosts; each finding is told at once. Nothing of it stops a run."""
        from pup_tui.preflight.remote import remote_checks

        probes: list[Probe] = [*map(HostProbe, places.hosts)]
        probes += [await service.probe(self.accounts) for service in places.services]
        if places.ssh:
            from pup_tui.preflight.ssh_hosts import ssh_probes

            probes += ssh_probes(places.ssh, self.printed_there, scripts=not self.read_only)
        return await remote_checks(probes, self.kept, tell)

    def lock(self, run: RunToBe, but: Collection[str] = ()) -> list[ReadyCheck]:
        """Whether the locks that a run without the steps in `but` would take are free."""
        from pup_tui.preflight.lock import lock_checks

        return list(lock_checks(run, self.locks, but))
