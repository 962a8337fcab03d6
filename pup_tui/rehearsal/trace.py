"""What a played case has touched of its runbook: coverage is told by it."""

from __future__ import annotations

from msgspec import Struct, field

from pup_tui.core.events import Findings
from pup_tui.core.ids import static_id
from pup_tui.core.notices import StepFinished


class Trace(Struct):
    """Steps are named without items, but in how they `ended`.

    `begun` did something or asked, `judged` are the sides of conditions that were seen (by their key, with a
    number where there may be several), `said` the words that questions were answered with, `absent` the steps
    whose tool was missing.
    """

    ended: list[StepFinished] = field(default_factory=list)
    begun: set[str] = field(default_factory=set)
    judged: set[tuple[str, str, bool]] = field(default_factory=set)
    said: set[tuple[str, str]] = field(default_factory=set)
    absent: set[str] = field(default_factory=set)

    def note_end(self, ended: StepFinished, *, has_begun: bool) -> None:
        self.ended.append(ended)
        if has_begun:
            self.begun.add(static_id(ended.step))

    def note_judged(self, step: str, findings: Findings) -> None:
        """Note what the conditions over an attempt's output said."""
        told = {"until": findings.until, "fail_if": findings.fail_if, "retry": findings.retry_on}
        told |= {f"assert {n}": each for n, each in enumerate(findings.assertions, 1)}
        for what, judged in told.items():
            if judged is not None:
                self.judged.add((static_id(step), what, judged.holds is True))
