"""`pup-tui doctor`: what is configured, which tools are found, whether credentials work."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import click
import msgspec

from pup_tui.cli.failure import Failure
from pup_tui.cli.health.diagnosis import Diagnosis, DiagnosisState
from pup_tui.cli.options import (
    json_option,
    profile_option,
    read_for,
    read_only_option,
    runbooks_option,
)
from pup_tui.cli.printing import print_json
from pup_tui.headless.exits import FAILED
from pup_tui.output.sanitize import safe_text

if TYPE_CHECKING:
    from pup_tui.settings.settings import Settings

_COLOURS: dict[DiagnosisState, str] = {"ok": "green", "warning": "yellow", "problem": "red"}
_LEAST_DETAIL = 24
"""Columns that the sentences get at least; a narrower terminal wraps them itself."""


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
    findings = [_safe(each) for each in examined(settings, offline=offline)]
    has_problem = any(each.state == "problem" for each in findings)
    if as_json:
        print_json({"ok": not has_problem, "checks": msgspec.to_builtins(findings)})
    else:
        _print(findings, settings)
    return FAILED if has_problem else 0


def examined(settings: Settings, *, offline: bool) -> Iterator[Diagnosis]:
    """Everything that was looked at. Whatever is wrong with one part, the others are looked at too."""
    from pup_tui.cli.credentials import Credentials
    from pup_tui.cli.health.account import Account
    from pup_tui.cli.health.installed import Installed, installed, refused, runbooks
    from pup_tui.cli.health.record import record
    from pup_tui.cli.health.surroundings import configuration, keyring, terminal
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
        told = f"a fault in pup-tui ({type(error).__name__}), please report it"
        if isinstance(error, OSError | Failure):
            told = str(error).removeprefix("pup-tui: ")
        yield Diagnosis(what=what, subject="looked at", state="problem", detail=told)


def _safe(finding: Diagnosis) -> Diagnosis:
    """The same with its texts safe to show: they quote files, programs and servers."""
    texts = {name: safe_text(getattr(finding, name)) for name in ("subject", "detail", "hint")}
    return msgspec.structs.replace(finding, **texts)


def _print(findings: Sequence[Diagnosis], settings: Settings) -> None:
    """Aligned lines below the name of each part; sentences are wrapped on a terminal only."""
    width = max(len(each.subject) for each in findings)
    edge = settings.terminal.columns
    indent = len("  problem  ") + width + len("  ")
    parts = list(dict.fromkeys(each.what for each in findings))
    for part in parts:
        click.echo(part)
        for each in findings:
            if each.what != part:
                continue
            words = f"{each.detail}: {each.hint}" if each.hint else each.detail
            lines = [words]
            if edge is not None and edge - indent >= _LEAST_DETAIL:
                lines = textwrap.wrap(words, edge - indent, break_on_hyphens=False) or [""]
            state = f"{each.state:7}"
            if edge is not None and settings.terminal.colour:
                state = click.style(state, _COLOURS[each.state])
            click.echo(f"  {state}  {each.subject.ljust(width)}  {lines[0]}".rstrip())
            for line in lines[1:]:
                click.echo(f"{' ' * indent}{line}")
    click.echo(_summary(findings))


def _summary(findings: Sequence[Diagnosis]) -> str:
    counts = {state: sum(each.state == state for each in findings) for state in _COLOURS}
    told = [
        f"{number} {word}{'' if number == 1 else 's'}"
        for word, number in (("problem", counts["problem"]), ("warning", counts["warning"]))
        if number
    ]
    return " and ".join(told) if told else "All is well."
