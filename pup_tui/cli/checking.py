"""`pup-tui check`: whether a run could begin, looked at before anything runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from pup_tui.aside import run_loop
from pup_tui.cli.alert import given_alert
from pup_tui.cli.failure import Failure, named
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
from pup_tui.cli.runbooks import check_trusted, find_entry, load_valid
from pup_tui.cli.selection import Leaving, StepChoice, leave_out, selection_options
from pup_tui.cli.values import GivenValues, given_values
from pup_tui.cli.wiring import Parts, open_catalog
from pup_tui.headless.exits import SUCCEEDED, USAGE

if TYPE_CHECKING:
    from pup_tui.catalog.inputs import Resolved
    from pup_tui.cli.alert import GivenAlert
    from pup_tui.core.program import Program
    from pup_tui.preflight.check import ReadyCheck
    from pup_tui.runbook.load import Loaded
    from pup_tui.settings.settings import Settings


@click.command("check")
@click.argument("runbook")
@values_options
@alert_option
@click.option("--yes", is_flag=True, help="Look at it as for a run with --yes.")
@selection_options
@click.option("--offline", is_flag=True, help="Look at nothing elsewhere: credentials, hosts.")
@json_option
@profile_option
@read_only_option
@runbooks_option
@pass_settings
def check_command(
    settings: Settings,
    runbook: str,
    args: Sequence[str],
    arg_file: Path | None,
    alert: str | None,
    yes: bool,
    offline: bool,
    as_json: bool,
    choice: StepChoice,
) -> int:
    """Whether a run of RUNBOOK could begin: tools, values, lock, room, credentials, hosts. Runs nothing."""
    from pup_tui.core.program import compile_program

    catalog = open_catalog(settings)
    entry = find_entry(settings, catalog, runbook)
    check_trusted(settings, entry)
    loaded, model = load_valid(catalog, entry)
    program = compile_program(loaded.id, model)
    given = given_values(program, args, arg_file)
    left = leave_out(program, choice, given)
    about = None if alert is None else given_alert(settings, model, alert)
    checks = _Checking(Parts(settings), loaded, program, given, left, about, yes=yes)
    found = [*checks.local(), *(() if offline else checks.elsewhere())]
    ok = not any(each.stops for each in found)
    if as_json:
        print_json({"ok": ok, "checks": [_safe_json(each) for each in found]})
    else:
        _print(found, settings)
    return SUCCEEDED if ok else USAGE


class _Checking:
    """All that is looked at of one run that may begin."""

    def __init__(
        self,
        parts: Parts,
        loaded: Loaded,
        program: Program,
        given: GivenValues,
        left: Leaving,
        about: GivenAlert | None,
        *,
        yes: bool,
    ) -> None:
        self._parts = parts
        self._about = about
        self._loaded = loaded
        self._program = program
        self._given = given
        self._left = left
        self._yes = yes
        self._can_ask = parts.settings.terminal.can_ask and not yes

    def local(self) -> Iterator[ReadyCheck]:
        """What stops a run where it is not in order."""
        from pup_tui.preflight.values import profile_checks

        yield from profile_checks(self._program, self._parts.settings.profile_name)
        yield from self._values()
        yield from self._questions()
        preflight = self._parts.preflight
        tools = preflight.tools(self._program, self._left.skipped)
        yield from tools
        yield from run_loop(preflight.versions(self._program, tools))
        record = preflight.record()
        yield from record
        if not any(each.stops for each in record):
            yield from preflight.journal()

    def elsewhere(self) -> list[ReadyCheck]:
        """What only warns."""
        preflight = self._parts.preflight
        places = preflight.elsewhere(self._program, self._left.skipped)
        return run_loop(preflight.look_elsewhere(places)) if places else []

    def _values(self) -> Iterator[ReadyCheck]:
        """The values, and the lock that a run with them would take."""
        from pup_tui.catalog.inputs import resolve_inputs
        from pup_tui.drivers.source import source_of
        from pup_tui.preflight.check import ReadyCheck
        from pup_tui.preflight.values import value_checks

        for name, step, user, _ in self._left.lacking:
            told = f"is needed by `{user}`, and `{step}` would have made it"
            hint = f"give --arg-file a file with captures: {{{step}: {{{name}: …}}}}"
            asked = "it is asked for before the run begins" if self._can_ask else hint
            yield ReadyCheck(
                what="values",
                subject=name,
                ok=self._can_ask,
                detail=told,
                hint=asked,
                stops=not self._can_ask,
            )
        model = self._program.runbook
        if model.refuses(self._parts.settings.profile_name):
            return  # nobody knows the values, and the profile was told of
        sources = msgspec.structs.replace(self._parts.sources, run=None)
        sources = sources.beside(source_of(self._loaded).directory)
        if self._about is not None:
            sources = sources.about(self._about.filled.values)
        resolved = run_loop(resolve_inputs(model, self._given.values, sources))
        yield from value_checks(model.vars, resolved, self._given.values, can_ask=self._can_ask)
        yield from self._lock(resolved)

    def _lock(self, resolved: Resolved) -> list[ReadyCheck]:
        from pup_tui.drivers.source import source_of
        from pup_tui.preflight.lock import RunToBe

        settings = self._parts.settings
        run = RunToBe(
            program=self._program,
            source=source_of(self._loaded),
            resolved=resolved,
            operator=settings.operator,
            profile=settings.profile_name,
            alert={} if self._about is None else self._about.alert,
            hidden=tuple(self._parts.credentials.account.secrets()),
        )
        return self._parts.preflight.lock(run, self._left.skipped)

    def _questions(self) -> Iterator[ReadyCheck]:
        from pup_tui.cli.answers import open_questions
        from pup_tui.preflight.check import ReadyCheck

        if self._can_ask:
            return
        answers, out = self._given.answers, self._left.out
        try:
            open_ = open_questions(self._program, answers, yes=self._yes, left=out)
        except Failure as failure:
            yield ReadyCheck(
                what="questions",
                subject="questions",
                ok=False,
                detail=f"cannot be answered: {failure.what}",
                hint=failure.todo,
                stops=True,
            )
            return
        if open_:
            told = (
                f"may have no answer: nobody can be asked here, and the run ends at {named(open_)}"
            )
            yield ReadyCheck(what="questions", subject="questions", ok=False, detail=told)
        elif any(node.step.is_question for node in self._program.nodes):
            yield ReadyCheck(what="questions", subject="questions", detail="are answered")


def _safe_json(check: ReadyCheck) -> dict[str, object]:
    from pup_tui.output.sanitize import safe_text

    told: dict[str, object] = msgspec.to_builtins(check)
    return {
        key: safe_text(value) if isinstance(value, str) else value for key, value in told.items()
    }


def _print(found: Sequence[ReadyCheck], settings: Settings) -> None:
    from pup_tui.cli.health.diagnosis import diagnosis_of
    from pup_tui.cli.told_findings import print_findings, safe

    print_findings([safe(diagnosis_of(each)) for each in found], settings)
