"""The line over a run, and what is said in place of an output that is not there."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content
from textual.widgets import Static

from pup_tui.output.sanitize import safe_text
from pup_tui.tui.glyphs import TONES, status_content
from pup_tui.tui.run_progress import RunProgress, StepProgress
from pup_tui.tui.times import clock


@dataclass(frozen=True)
class Heading:
    """What the header tells beside the progress. `elapsed` None means that it is not known."""

    status: str
    elapsed: float | None
    follows: bool
    past: bool


class RunHeader(Static):
    """Runbook, run, status, elapsed time, how many steps have ended."""

    def __init__(self, progress: RunProgress, run: str) -> None:
        super().__init__(markup=False)
        self._progress = progress
        self._run = run

    def show(self, heading: Heading) -> None:
        """Show the run as it stands now."""
        progress = self._progress
        parts = [
            Content.styled(safe_text(progress.program.runbook.name), "bold"),
            Content.styled(f"{safe_text(self._run[:4])}…", "dim"),
            status_content(heading.status),
        ]
        if heading.elapsed is not None:
            parts.append(Content(clock(heading.elapsed)))
        steps = f"{progress.done} of {len(progress.steps)} steps"
        parts.append(Content.styled(steps, "dim"))
        if progress.warnings:
            told = "1 warning" if progress.warnings == 1 else f"{progress.warnings} warnings"
            parts.append(Content.styled(told, TONES["care"]))
        if progress.reason:
            parts.append(Content(safe_text(progress.reason)))
        if heading.past and progress.started is not None:
            begun = f"{progress.started.ts[:16].replace('T', ' ')} UTC"
            told = f"past run, {begun}, {safe_text(progress.started.operator)}"
            parts.append(Content.styled(told, "dim"))
        elif not heading.follows and not progress.over:
            parts.append(Content.styled("f follows the run", "$text-accent"))
        self.update(Content("  ").join(parts), layout=False)


_WHY_EMPTY = {
    "pending": "This step has not run yet.",
    "running": "No output yet.",
    "polling": "No output yet.",
    "waiting": "This step waits for you.",
    "skipped": "This step was skipped: it printed nothing.",
}


def why_empty(step: StepProgress) -> str:
    """What is going on while a step has printed nothing."""
    if step.over and step.status != "skipped":
        printed = "printed nothing" if step.has_run else "did not run"
        return f"This step {printed}."
    if step.node.step.kind == "wait" and step.status == "running":
        return "This step only waits."
    return _WHY_EMPTY[step.status]
