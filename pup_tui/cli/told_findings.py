"""Findings as people read them: those of `doctor`, and of what is looked at before a run."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click
import msgspec

from pup_tui.cli.health.diagnosis import Diagnosis, DiagnosisState
from pup_tui.output.sanitize import safe_text

if TYPE_CHECKING:
    from pup_tui.settings.settings import Settings

_COLOURS: dict[DiagnosisState, str] = {"ok": "green", "warning": "yellow", "problem": "red"}
_LEAST_DETAIL = 24
"""Columns that the sentences get at least; a narrower terminal wraps them itself."""


def safe(finding: Diagnosis) -> Diagnosis:
    """The same with its texts safe to show: they quote files, programs and servers."""
    texts = {name: safe_text(getattr(finding, name)) for name in ("subject", "detail", "hint")}
    return msgspec.structs.replace(finding, **texts)


def print_findings(findings: Sequence[Diagnosis], settings: Settings) -> None:
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
