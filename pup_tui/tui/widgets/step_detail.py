"""What there is to say about the selected step beside its output: its command, why it ended as it did."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from pup_tui.output.sanitize import safe_text
from pup_tui.tui.glyphs import TONES, mark_of
from pup_tui.tui.run_progress import StepProgress, names_exit

LEAST_WIDTH = 20
"""Columns that a command is wrapped into where there are fewer."""

MOST_SHOWN = 2_000
"""Characters of a command or a reason that are shown."""


class StepDetail(Static):
    """A few lines under the step list."""

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._step: StepProgress | None = None

    def show(self, step: StepProgress) -> None:
        """Describe a step as it stands now."""
        self._step = step
        told = _told(step, max(LEAST_WIDTH, self.content_size.width))
        self.update(Content("\n").join(told))

    def on_resize(self) -> None:
        if self._step is not None:
            self.show(self._step)


def _told(step: StepProgress, width: int) -> list[Content]:
    mark = mark_of(step.status)
    told = []
    if step.reason:
        told.append(Content.styled(f"{mark.glyph} {_clipped(step.reason)}", TONES[mark.tone]))
    if step.command:
        lines = Content(_clipped(step.command)).wrap(width - 2)
        told.append(Content.assemble(("$ ", "dim"), Content("\n  ").join(lines)))
    facts = _facts(step)
    if facts:
        told.append(Content.styled(" · ".join(facts), "dim"))
    model = step.node.step
    if model.description:
        told.append(Content(_clipped(model.description)))
    told += [
        Content.styled(f"{_line(link.title)} {_line(link.url)}", "dim") for link in model.links
    ]
    if not told:
        told.append(Content.styled("This step has not run yet.", "dim"))
    return told


def _facts(step: StepProgress) -> list[str]:
    facts = []
    if step.exit_code and not names_exit(step.reason, step.exit_code):
        facts.append(f"exit code {step.exit_code}")
    if step.attempts > 1:
        facts.append(f"{step.attempts} attempts")
    if step.answered and step.answered.partition(" ")[2] not in step.reason:
        facts.append(f"answered {safe_text(step.answered)}")
    return facts


def _line(text: str) -> str:
    return safe_text(text.strip())


def _clipped(text: str) -> str:
    shown = safe_text(text[:MOST_SHOWN].rstrip(), multiline=True)
    return shown if len(text) <= MOST_SHOWN else f"{shown} …"
