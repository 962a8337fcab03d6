"""A runbook judged within limits of memory and time."""

from __future__ import annotations

import json
import resource
from pathlib import Path

from pup_tui.runbook.lint import linter
from pup_tui.runbook.load import load


def judge(path: Path, told: Path, memory: int, seconds: int) -> None:
    """Load a runbook with so many bytes of address space and seconds of processor time.

    What was found, and how much memory it took, is written to `told`.
    """
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    loaded = load(path, linter=linter(lambda word: False))
    problems = [[p.line, p.column, p.message, p.severity] for p in loaded.problems]
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    told.write_text(json.dumps({"ok": loaded.ok, "problems": problems, "kilobytes": used}))
