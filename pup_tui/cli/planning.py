"""`pup-tui plan`, and `run --dry-run`: what a run would do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from pup_tui.cli.options import json_option, runbooks_option, values_options
from pup_tui.cli.printing import print_json
from pup_tui.cli.session import (
    environment,
    find_entry,
    given_values,
    load_valid,
    open_catalog,
    resolve_values,
)

if TYPE_CHECKING:
    from pup_tui.core.plan import PlannedStep
    from pup_tui.runbook.model import AnyStep


@click.command("plan")
@click.argument("runbook")
@values_options
@json_option
@runbooks_option
@click.pass_context
def plan_command(
    ctx: click.Context,
    runbook: str,
    args: Sequence[str],
    arg_file: Path | None,
    as_json: bool,
) -> None:
    """What a run of RUNBOOK would do, step by step. Runs nothing."""
    print_plan(ctx, runbook, args, arg_file, as_json=as_json)


def print_plan(
    ctx: click.Context, name: str, args: Sequence[str], arg_file: Path | None, *, as_json: bool
) -> None:
    from pup_tui.catalog.effects import mutates
    from pup_tui.catalog.inputs import local_sources
    from pup_tui.core.plan import plan
    from pup_tui.core.program import compile_program
    from pup_tui.drivers.masking import Masking
    from pup_tui.drivers.operator import operator_name

    catalog = open_catalog(ctx)
    loaded, runbook = load_valid(catalog, find_entry(catalog, name))
    given = given_values(runbook, args, arg_file)
    resolved = resolve_values(runbook, given, local_sources(environment()).at_rest(), ask=False)
    program = compile_program(loaded.id, runbook)
    hidden = set(resolved.secrets)
    masking = Masking(str(resolved.values[name]) for name in hidden)
    steps = plan(program, resolved.values, resolved.left_out, operator_name(environment()), mutates)
    shown = [
        msgspec.structs.replace(
            step, command=masking.text(step.command), reason=masking.text(step.reason)
        )
        for step in steps
    ]
    values = {n: "***" if n in hidden else value for n, value in resolved.values.items()}
    if as_json:
        print_json({"runbook": loaded.id, "vars": values, "steps": shown})
    else:
        unknown = {name: runbook.vars[name].from_ or "" for name in resolved.unknown}
        _print(loaded.id, values, unknown, shown, {step.id: step for step in runbook.steps})


def _conditions(step: AnyStep) -> Iterator[str]:
    """How the step is repeated, limited and judged, as the author wrote it."""
    if step.poll is not None:
        limits = (("every", step.poll.interval), ("for at most", step.poll.timeout))
        until = f"until {step.poll.until}" if step.poll.until else "followed"
        yield ", ".join(
            [until, *(f"{word} {given}" for word, given in limits if given is not None)]
        )
    if step.timeout is not None:
        yield f"for at most {step.timeout}"
    if step.optional:
        yield "optional: skipped where its tool or target is missing"
    if step.on_failure not in (None, "fail"):
        yield f"if it fails: {step.on_failure}"


def _print(
    runbook: str,
    values: dict[str, Any],
    unknown: Mapping[str, str],
    steps: Sequence[PlannedStep],
    rules: Mapping[str, AnyStep],
) -> None:
    from pup_tui.output.sanitize import safe_text

    number = "1 step" if len(steps) == 1 else f"{len(steps)} steps"
    click.echo(f"{safe_text(runbook)}: {number}; nothing is run")
    for name, value in values.items():
        click.echo(f"  {name} = {safe_text(str(value))}")
    for name, source in unknown.items():
        why = f": from {safe_text(source)}" if source else ""
        click.echo(f"  {name}: not known before the run{why}")
    for place, step in enumerate(steps, 1):
        effect = {True: "changes things", False: "only looks", None: "may change things"}
        marks = [step.kind, effect[step.mutates]]
        if step.when != "on_success":
            marks.append(step.when)
        if step.danger:
            marks.append("DANGEROUS")
        click.echo(f"\n{place:>3}  {safe_text(step.name)}  [{', '.join(marks)}]")
        for line in step.command.strip().splitlines():
            click.echo(f"     {safe_text(line)}")
        for told in _conditions(rules[step.id]):
            click.echo(f"     {safe_text(told)}")
        if step.reason:
            word = "" if step.known else "not known yet: "
            click.echo(f"     ({word}{safe_text(step.reason)})")
