"""A runbook judged and planned within limits of memory and time."""

from __future__ import annotations

import asyncio
import json
import resource
from pathlib import Path

from pup_tui.catalog.inputs import resolve_inputs
from pup_tui.catalog.value_sources import local_sources
from pup_tui.core.plan import plan
from pup_tui.core.program import compile_program
from pup_tui.runbook.lint import linter
from pup_tui.runbook.load import load


def judge(path: Path, told: Path, memory: int, seconds: int) -> None:
    """Load a runbook with so many bytes of address space and seconds of processor time.

    What was found, and how much memory it took, is written to `told`.
    """
    _limit(memory, seconds)
    loaded = load(path, linter=linter(lambda word: False))
    problems = [[p.line, p.column, p.message, p.severity] for p in loaded.problems]
    told.write_text(json.dumps({"ok": loaded.ok, "problems": problems, "kilobytes": _used()}))


def plan_of(path: Path, told: Path, memory: int, seconds: int) -> None:
    """Find the values of a runbook and plan it, as `judge` judges it; `told` gets what became of both."""
    _limit(memory, seconds)
    runbook = load(path).require()
    resolved = asyncio.run(resolve_inputs(runbook, {}, local_sources({}, Path.home())))
    program = compile_program("a", runbook)
    steps = plan(program, resolved.values, (), "ada", lambda step: None)
    problems = [problem.message for problem in resolved.problems]
    reasons = [step.reason for step in steps]
    told.write_text(json.dumps({"problems": problems, "reasons": reasons, "kilobytes": _used()}))


def _limit(memory: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def _used() -> int:
    """The most memory that was in use, in kilobytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
