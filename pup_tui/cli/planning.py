"""`pup-tui plan`, and `run --dry-run`: what a run would do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from pup_tui.cli.failure import Failure, tell
from pup_tui.cli.options import (
    alert_option,
    json_option,
    pass_settings,
    profile_option,
    read_only_option,
    runbooks_option,
    values_options,
)
from pup_tui.cli.printing import print_json
from pup_tui.cli.proofs import fresh_now
from pup_tui.cli.runbooks import check_trusted, find_entry, load_valid
from pup_tui.cli.selection import Leaving, StepChoice, leave_out, selection_options, tell_lacking
from pup_tui.cli.values import given_values, resolve_values
from pup_tui.cli.wiring import Parts, local_values, open_catalog
from pup_tui.core.ids import item_numbers
from pup_tui.core.plan_count import count_planned
from pup_tui.output.mask import MASK
from pup_tui.output.sanitize import safe_text
from pup_tui.spelling import as_typed

if TYPE_CHECKING:
    from pup_tui.analysis.freshness import Freshness
    from pup_tui.catalog.inputs import Sources
    from pup_tui.cli.looking import Looked
    from pup_tui.core.actions import Question
    from pup_tui.core.plan import PlannedAnswer, PlannedStep
    from pup_tui.core.program import Node, Program
    from pup_tui.drivers.masking import Masking
    from pup_tui.headless.answers import GivenAnswers
    from pup_tui.settings.settings import Settings

INDENT = "  "


@click.command("plan")
@click.argument("runbook")
@values_options
@alert_option
@selection_options
@click.option(
    "--look",
    is_flag=True,
    help="Run the steps that only look, up to the first change, and plan the rest with their values.",
)
@click.option("--yes", is_flag=True, help="With --look: let scripts run that say they only look.")
@json_option
@profile_option
@read_only_option
@runbooks_option
@pass_settings
def plan_command(
    settings: Settings,
    runbook: str,
    args: Sequence[str],
    arg_file: Path | None,
    alert: str | None,
    look: bool,
    yes: bool,
    as_json: bool,
    choice: StepChoice,
) -> None:
    """What a run of RUNBOOK would do, step by step. Runs nothing but what --look asks for."""
    if yes and not look:
        raise Failure("--yes says what --look may run", "", "give --look too, or leave it out")
    looks = None if not look else LookFirst(yes=yes)
    print_plan(settings, runbook, args, arg_file, choice, alert=alert, as_json=as_json, looks=looks)


class LookFirst(NamedTuple):
    """That what only looks is run before the plan; `yes` lets scripts run without asking."""

    yes: bool


def print_plan(
    settings: Settings,
    name: str,
    args: Sequence[str],
    arg_file: Path | None,
    choice: StepChoice,
    *,
    alert: str | None,
    as_json: bool,
    looks: LookFirst | None = None,
) -> None:
    from pup_tui.catalog.effects import may_change, mutates, program_needed
    from pup_tui.catalog.inputs import resolving_at_rest
    from pup_tui.core.plan import plan
    from pup_tui.core.program import compile_program
    from pup_tui.drivers.masking import Masking
    from pup_tui.drivers.source import source_of

    catalog = open_catalog(settings)
    entry = find_entry(settings, catalog, name)
    if looks is not None:
        check_trusted(settings, entry)
    loaded, runbook = load_valid(catalog, entry)
    program = compile_program(loaded.id, runbook)
    given = given_values(program, args, arg_file)
    left = leave_out(program, choice, given)
    tell_lacking(left)
    about = None
    if alert is not None:
        from pup_tui.cli.alert import given_alert

        about = given_alert(settings, runbook, alert)
    told = {} if about is None else about.filled.values
    of_alert = {} if about is None else about.alert
    looked: Looked | None = None
    if looks is None:
        sources = local_values(settings, settings.environ).about(told).at_rest()
        resolved = resolve_values(runbook, given.values, sources, ask=False)
    else:
        from pup_tui.cli.looking import look

        parts = Parts(settings)
        can_ask = settings.terminal.can_ask and not looks.yes
        found = parts.sources.about(told).beside(source_of(loaded).directory)
        resolved = resolve_values(runbook, given.values, found, ask=can_ask)
        sources = parts.sources.about(told).at_rest()
        looked = look(parts, loaded, program, resolved, left, yes=looks.yes, alert=of_alert)
    masking = Masking() if looked is None else looked.masking
    hidden = set(masking.find(resolved.values, resolved.secrets, parts=resolved.made))
    changes = partial(mutates, is_believed=loaded.is_believed)
    known = (resolved.values, resolved.left_out, settings.operator, changes, hidden)
    steps = plan(
        program,
        *known,
        source=source_of(loaded),
        profile=settings.profile_name,
        answering=partial(_answered, given.answers, sources, masking),
        without=masking.left_out(left.out),
        program_needed=program_needed,
        refuses=catalog.pup.refuses,
        barred=may_change(program, is_believed=loaded.is_believed) if settings.read_only else (),
        resolving=resolving_at_rest(sources),
        alert=of_alert,
        looked=None if looked is None else looked.state,
    )
    shown = [step.masked(masking.text) for step in steps]
    values = {n: MASK if n in hidden else value for n, value in resolved.values.items()}
    fresh = fresh_now(settings.state_dir, loaded)
    if as_json:
        from pup_tui.cli.stats_json import freshness_json

        proven = None if fresh is None else freshness_json(fresh, time.time())
        head = {"runbook": loaded.id, "profile": settings.profile_name, "freshness": proven}
        print_json({**head, "look": _look_json(looked), "vars": values, "steps": shown})
    else:
        unknown = {name: runbook.vars[name].places_in_words for name in resolved.unknown}
        print_steps(program, settings.profile_name, values, unknown, shown, looked, fresh)
        _tell_missing(settings, program, left)


def _tell_missing(settings: Settings, program: Program, left: Leaving) -> None:
    """Say which programs are not there; a plan starts none, so it asks for no version."""
    for check in Parts(settings).preflight.tools(program, left.skipped):
        if not check.ok:
            tell(f"pup-tui: {check}")


def _look_json(looked: Looked | None) -> dict[str, str | None] | None:
    """The run of what only looks, and before which step it ended."""
    if looked is None:
        return None
    return {
        "run": looked.run,
        "status": looked.state.status,
        "until": looked.found.until or None,
        "reason": looked.found.why,
    }


def _answered(
    given: GivenAnswers, sources: Sources, masking: Masking, question: Question
) -> PlannedAnswer | None:
    """What an `input` step will be answered by what was given for it; None where that is not enough."""
    from pup_tui.catalog.inputs import resolve_question
    from pup_tui.core.plan import PlannedAnswer
    from pup_tui.headless.answers import given_for

    known = given_for(question, given)
    if known is None:
        return None
    found = asyncio.run(resolve_question(question, known.values, sources))
    if found.problems:
        return None
    secrets = masking.find(found.values, found.secrets, parts=found.made)
    return PlannedAnswer(values=found.values, left_out=tuple(found.left_out), secrets=secrets)


def print_steps(
    program: Program,
    profile: str,
    values: Mapping[str, Any],
    unknown: Mapping[str, str],
    steps: Sequence[PlannedStep],
    looked: Looked | None = None,
    fresh: Freshness | None = None,
) -> None:
    """Print a plan for people; of what is `unknown` before a run it says where it comes from."""
    number = count_planned(program, steps).told
    with_it = f" with the profile {safe_text(profile)}" if profile else ""
    ran = "nothing is run"
    if looked is not None:
        ran = f"what only looks was run ({looked.run}), and nothing else"
    click.echo(f"{safe_text(program.id)}{with_it}: {number}; {ran}")
    if fresh is not None:
        from pup_tui.analysis.freshness import told_freshness

        proven = " · ".join(told_freshness(fresh, time.time(), profile))
        click.echo(f"  proven: {safe_text(proven)}")
    for name, value in values.items():
        click.echo(f"  {name} = {safe_text(as_typed(value))}")
    for name, source in unknown.items():
        why = f": from {safe_text(source)}" if source else ""
        click.echo(f"  {name}: not known before the run{why}")
    for step in steps:
        click.echo()
        for line in _told(program.node(step.id), step):
            click.echo(safe_text(line))


def _told(node: Node, step: PlannedStep) -> Iterator[str]:
    """A step with what is known of it, indented as deep as it is nested."""
    from pup_tui.catalog.effects import effect_word

    marks = [step.kind, effect_word(node.step, step.mutates)]
    if step.when != "on_success":
        marks.append(step.when)
    if step.danger:
        marks.append("DANGER")
    if step.where:
        marks.append(step.where)
    indent = INDENT * step.depth
    place = f"{'' if node.is_item else node.index + 1:>3}"
    item = f" [{item_numbers(step.id)[-1]}]" if node.is_item else ""
    yield f"{place}  {indent}{step.name}{item}  [{', '.join(marks)}]"
    for line in step.shown.text.strip().splitlines():
        yield f"     {indent}{line}"
    for told in step.rules:
        yield f"     {indent}{told}"
    if step.reason:
        word = "" if step.known else "not known yet: "
        yield f"     {indent}({word}{step.reason})"
