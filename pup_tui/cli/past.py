"""`pup-tui history` and `pup-tui show`: what was run."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pup_tui.cli.failure import Failure
from pup_tui.cli.options import json_option, runbooks_option
from pup_tui.cli.printing import columns, print_json
from pup_tui.cli.session import environment
from pup_tui.core.durations import format_duration
from pup_tui.core.notices import rfc3339
from pup_tui.core.state import RunStatus
from pup_tui.headless.exits import FAILED

if TYPE_CHECKING:
    from pup_tui.core.program import Program
    from pup_tui.core.state import RunState
    from pup_tui.journal.reader import JournalReader
    from pup_tui.journal.records import RunRow


@click.command("history")
@click.option("--runbook", metavar="R", help="Only runs of this runbook.")
@click.option("--status", type=click.Choice([s.value for s in RunStatus]), help="Only such runs.")
@click.option("--since", metavar="AGE", help="Only runs that began this long ago or later, as 7d.")
@json_option
@runbooks_option
def history_command(
    runbook: str | None, status: str | None, since: str | None, as_json: bool
) -> None:
    """Past runs, newest first."""
    with _journal() as journal:
        rows = (
            journal.runs(
                runbook=runbook,
                status=None if status is None else RunStatus(status),
                since=_since(since),
            )
            if journal
            else []
        )
    if as_json:
        print_json([run_json(row) for row in rows])
    elif rows:
        columns(
            ("RUN", "RUNBOOK", "STATUS", "STARTED", "DURATION", "OPERATOR", "WARNINGS"),
            [_as_row(row) for row in rows],
        )
    else:
        click.echo("no such runs: `pup-tui run RUNBOOK` makes the first", err=True)


@click.command("show")
@click.argument("run")
@json_option
@runbooks_option
def show_command(run: str, as_json: bool) -> None:
    """One RUN (its id, or the beginning or end of it) with its steps and what they printed."""
    with _journal() as journal:
        row = journal.run(run) if journal else None
        if journal is None or row is None:
            raise Failure(f"there is no run `{run}`", "", "`pup-tui history` shows the runs")
        shown = _Shown(journal, row)
        if as_json:
            print_json(shown.as_json())
        else:
            shown.print()


@contextmanager
def _journal() -> Iterator[JournalReader | None]:
    """The journal for looking only; None where there is none yet."""
    from pup_tui.journal.errors import AmbiguousRunError, JournalError
    from pup_tui.journal.places import journal_path, state_dir
    from pup_tui.journal.reader import JournalReader

    try:
        state = state_dir(environment())
        journal = JournalReader.open(state) if journal_path(state).exists() else None
        try:
            yield journal
        finally:
            if journal is not None:
                journal.close()
    except AmbiguousRunError as error:
        raise Failure(error.message, "", error.hint) from error
    except JournalError as error:
        raise Failure(error.message, str(error.path), error.hint, code=FAILED) from error


def _since(age: str | None) -> float | None:
    from pup_tui.template.duration import DurationError, parse_duration

    if age is None:
        return None
    try:
        return time.time() - parse_duration(age)
    except DurationError as error:
        raise Failure(str(error), "--since") from error


def run_json(row: RunRow) -> dict[str, Any]:
    """A run as it stands in the history's JSON."""
    return {
        "run": row.run,
        "runbook": row.runbook,
        "status": row.status,
        "started_at": rfc3339(row.started_at),
        "duration": row.duration,
        "operator": row.operator,
        "warnings": row.warnings,
    }


def _as_row(row: RunRow) -> tuple[str, ...]:
    return (
        row.run,
        row.runbook,
        row.status,
        datetime.fromtimestamp(row.started_at).astimezone().strftime("%Y-%m-%d %H:%M:%S"),
        "" if row.duration is None else format_duration(row.duration),
        row.operator,
        str(row.warnings or ""),
    )


class _Shown:
    """One recorded run, replayed from its events over the exact files that it was made from."""

    def __init__(self, journal: JournalReader, row: RunRow) -> None:
        from pup_tui.core.program import compile_program
        from pup_tui.drivers.replay import replay
        from pup_tui.journal.errors import JournalError
        from pup_tui.journal.places import run_dir
        from pup_tui.runbook.load import load_files

        self.row = row
        self.folder = run_dir(journal.state, row.run)
        loaded = load_files(row.runbook, journal.files(row.run), Path(row.path))
        if loaded.runbook is None:
            raise JournalError(
                f"the runbook of run {row.run} cannot be read by this version", journal.path
            )
        self.program: Program = compile_program(row.runbook, loaded.runbook)
        replayed = replay(self.program, journal.events(row.run))
        self.state: RunState = replayed.state
        self.notices: Sequence[Any] = replayed.notices

    def as_json(self) -> dict[str, Any]:
        return {
            **run_json(self.row),
            "reason": self.row.reason,
            "vars": self.row.vars,
            "lock": None if self.state.lock is None else self.state.lock.value,
            "steps": [self._step(index) for index in range(len(self.program.nodes))],
            "decisions": self._decisions(),
        }

    def _step(self, index: int) -> dict[str, Any]:
        node = self.program.nodes[index]
        step = self.state.steps[node.id]
        path = self.output(index)
        duration = None
        if step.began is not None and step.ended is not None:
            duration = max(0.0, step.ended - step.began)
        return {
            "step": node.id,
            "name": node.step.name,
            "kind": node.step.kind,
            "status": self.status(index),
            "attempts": step.attempts,
            "exit_code": step.exit_code,
            "duration": duration,
            "command": step.command,
            "reason": step.reason,
            "output": str(path) if path.exists() else None,
        }

    def status(self, index: int) -> str:
        """How a step ended; `unknown` if it had begun when the program ended, `pending` if it had not."""
        step = self.state.steps[self.program.nodes[index].id]
        if step.status is not None:
            return step.status
        if self.row.status is RunStatus.RUNNING:
            return step.phase
        return "unknown" if step.attempts else "pending"

    def output(self, index: int) -> Path:
        from pup_tui.output.spool import spool_name

        return self.folder / spool_name(index, self.program.nodes[index].id)

    def _decisions(self) -> list[dict[str, Any]]:
        from pup_tui.core.notices import StepAnswered

        return self._broken_lock() + [
            {"step": n.step, "answer": n.answer, "by": n.by, "note": n.note, "ts": n.ts}
            for n in self.notices
            if isinstance(n, StepAnswered)
        ]

    def _broken_lock(self) -> list[dict[str, Any]]:
        """The decision to take the lock from another run; no step made it."""
        state, lock = self.state, self.state.lock
        if lock is None or not lock.broken:
            return []
        decision = {
            "step": "",
            "answer": f"broke the lock {lock.value} of {lock.broken}",
            "by": state.operator,
            "note": lock.reason,
            "ts": rfc3339(state.created),
        }
        return [decision]

    def print(self) -> None:
        from pup_tui.output.sanitize import safe_text

        row = self.row
        reason = f": {safe_text(row.reason)}" if row.reason else ""
        click.echo(f"{safe_text(row.runbook)} · run {row.run} · {row.status}{reason}")
        took = "" if row.duration is None else f" · {format_duration(row.duration)}"
        click.echo(f"started {rfc3339(row.started_at)} by {safe_text(row.operator)}{took}")
        for name, value in row.vars.items():
            click.echo(f"  {name} = {safe_text(str(value))}")
        for index, node in enumerate(self.program.nodes):
            step = self._step(index)
            reason = f": {safe_text(step['reason'])}" if step["reason"] else ""
            took = "" if step["duration"] is None else f" · {format_duration(step['duration'])}"
            click.echo(
                f"\n{index + 1}. {safe_text(node.step.name)} · {step['status']}{reason}{took}"
            )
            for line in step["command"].splitlines():
                click.echo(f"   $ {safe_text(line)}")
            self._print_output(index)
        decisions = self._decisions()
        if decisions:
            click.echo("\nDecisions")
        for decision in decisions:
            note = f" ({safe_text(decision['note'])})" if decision["note"] else ""
            of_step = f"{decision['step']}: " if decision["step"] else ""
            answer = safe_text(decision["answer"])
            told = f"{of_step}{answer} by {safe_text(decision['by'])}{note}"
            click.echo(f"  {decision['ts']} {told}")

    def _print_output(self, index: int) -> None:
        from pup_tui.output.spool import SpoolReader

        path = self.output(index)
        if not path.exists():
            return
        reader = SpoolReader(path)
        try:
            reader.refresh()
            for start in range(0, reader.line_count, 1000):
                for line in reader.lines(start, min(start + 1000, reader.line_count)):
                    click.echo(f"   {click.unstyle(line.text)}")
        finally:
            reader.close()
