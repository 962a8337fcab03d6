"""`pup-tui doctor`: what is configured, which tools are found, whether credentials work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import click
import msgspec

from pup_tui.cli.failure import Failure
from pup_tui.cli.health.diagnosis import Diagnosis
from pup_tui.cli.options import (
    json_option,
    profile_option,
    read_for,
    read_only_option,
    runbooks_option,
)
from pup_tui.cli.printing import print_json
from pup_tui.cli.told_findings import print_findings, safe
from pup_tui.headless.exits import FAILED

if TYPE_CHECKING:
    from pup_tui.settings.settings import Settings


@click.command("doctor")
@click.option(
    "--offline", is_flag=True, help="Make no request: say nothing of what only Datadog knows."
)
@json_option
@profile_option
@read_only_option
@runbooks_option
@click.pass_context
def doctor_command(ctx: click.Context, offline: bool, as_json: bool) -> int:
    """What is configured, which tools are found, whether credentials work; 1 where there is a problem."""
    settings = read_for(ctx)
    findings = [safe(each) for each in examined(settings, offline=offline)]
    has_problem = any(each.state == "problem" for each in findings)
    if as_json:
        print_json({"ok": not has_problem, "checks": msgspec.to_builtins(findings)})
    else:
        print_findings(findings, settings)
    return FAILED if has_problem else 0


def examined(settings: Settings, *, offline: bool) -> Iterator[Diagnosis]:
    """Everything that was looked at. Whatever is wrong with one part, the others are looked at too."""
    from pup_tui.cli.credentials import Credentials
    from pup_tui.cli.health.account import Account
    from pup_tui.cli.health.directories import directories
    from pup_tui.cli.health.installed import Installed, installed, refused, runbooks
    from pup_tui.cli.health.integrations import integrations
    from pup_tui.cli.health.packs import packs
    from pup_tui.cli.health.record import record
    from pup_tui.cli.health.secrets import secrets
    from pup_tui.cli.health.surroundings import configuration, keyring, terminal
    from pup_tui.cli.health.tools import tools
    from pup_tui.cli.health.versions import versions
    from pup_tui.cli.wiring import open_catalog
    from pup_tui.steps.pup_programs import pup_program

    yield from _looked("configuration", lambda: configuration(settings))
    yield from _looked("record", lambda: record(settings))
    yield from _looked("keyring", lambda: keyring(settings))
    yield from _looked("terminal", lambda: terminal(settings))
    catalog = open_catalog(settings)
    found: list[Installed] = []

    def catalogued() -> Iterator[Diagnosis]:
        found.extend(installed(settings, catalog))
        return runbooks(catalog, found)

    yield from _looked("runbooks", catalogued)
    yield from _looked("packs", lambda: packs(settings))
    yield from _looked("directories", lambda: directories(settings, catalog))
    yield from _looked("tools", lambda: tools(settings, found))
    yield from _looked("secrets", lambda: secrets(settings, found))
    yield from _looked("versions", lambda: versions(found))
    yield from _looked("integrations", lambda: integrations(settings, found, offline=offline))
    account = Account(
        Credentials(settings), offline=offline, needed=any(each.is_needed for each in found)
    )
    yield from _looked("datadog", account.findings)

    def has_program(program: str) -> bool:
        return settings.pup != "builtin" and pup_program(program, settings.environ) is not None

    yield from _looked(
        "runbooks",
        lambda: refused(
            found,
            read_only=settings.read_only,
            has_program=has_program,
            lacking=account.lacking,
            refuses=catalog.pup.refuses,
        ),
    )


def _looked(what: str, look: Callable[[], Iterator[Diagnosis]]) -> Iterator[Diagnosis]:
    """What one part gives; a fault in it is a finding too."""
    try:
        yield from look()
    except Exception as error:
        told, hint = f"a fault in pup-tui ({type(error).__name__})", "please report it"
        if isinstance(error, OSError | Failure):
            told, hint = str(error).removeprefix("pup-tui: "), "this part was not looked at further"
        yield Diagnosis(what=what, subject="looked at", state="problem", detail=told, hint=hint)
