"""A run as text: progress on standard error, what the steps print on standard output."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import click

from pup_tui.core.counting import told_attempt, told_counts
from pup_tui.core.ids import UNDO
from pup_tui.core.notices import (
    AnyNotice,
    RunFinished,
    RunNoted,
    RunResumed,
    RunStarted,
    StepAnswered,
    StepFinished,
    StepPaused,
    StepPolled,
    StepRetrying,
    StepStarted,
    StepWaiting,
)
from pup_tui.core.program import Program
from pup_tui.core.questions import NOBODY
from pup_tui.core.sent import shown_of
from pup_tui.core.state import RunStatus, StepStatus
from pup_tui.drivers.watcher import Watcher
from pup_tui.output.sanitize import safe_text
from pup_tui.output.spool import SpoolReader
from pup_tui.output.style import strip_style
from pup_tui.spelling import as_typed
from pup_tui.template.duration import format_duration

if TYPE_CHECKING:
    from pathlib import Path

    from pup_tui.headless.stream import Outlet
    from pup_tui.output.passage import Passage, Stream
    from pup_tui.output.shown import Shows
    from pup_tui.output.table_fit import TableFit

GLYPHS = {
    StepStatus.SUCCEEDED: ("✔", "green"),
    StepStatus.FAILED: ("✖", "red"),
    StepStatus.WARNED: ("▲", "yellow"),
    StepStatus.IGNORED: ("◇", "yellow"),
    StepStatus.SKIPPED: ("↷", "bright_black"),
    StepStatus.CANCELLED: ("■", "magenta"),
    StepStatus.UNKNOWN: ("…", "yellow"),
}
RUN_COLOURS = {RunStatus.SUCCEEDED: "green", RunStatus.FAILED: "red", RunStatus.ABORTED: "yellow"}


_HELD: dict[Shows, frozenset[str]] = {
    "text": frozenset(),
    "json": frozenset({"stdout"}),
    "table": frozenset({"stdout"}),
    "none": frozenset({"stdout", "stderr"}),
}
"""What of a step's output is held back until it has ended, by how it is shown."""


class TextFace(Watcher):
    """Tells a run to people and pipes. Colours only on a terminal, and never where NO_COLOR is set.

    Several steps may be under way: a line about another step than the one before names it by its id.
    Questions are shown by whoever answers them.
    """

    def __init__(
        self,
        out: Outlet,
        err: Outlet,
        program: Program,
        spool: Callable[[str], Path],
        *,
        tells_values: bool = False,
        is_kept: bool = True,
    ) -> None:
        """`spool` tells where a step's output is kept; `tells_values`: to list what a run begins with.

        Of a run of which no record `is_kept` the id leads nowhere: it is not told.
        """
        self._tells_values = tells_values
        self._is_kept = is_kept
        self._spool = spool
        self._outlets: dict[Stream, Outlet] = {"stdout": out, "stderr": err}
        self._err = err
        self._program = program
        self._started_steps: set[str] = set()
        self._shown_kept: set[str] = set()
        self._attempts: dict[str, int] = {}
        self._tables: dict[str, TableFit] = {}
        self._subject = ""

    def notice(self, notice: AnyNotice) -> None:
        match notice:
            case RunStarted():
                self._run_started(notice)
            case RunResumed():
                told = f"run {notice.run} goes on · steps done: {notice.finished}"
                self._say(f"{told} · resumed by {safe_text(notice.operator)}", bold=True)
            case RunNoted():
                self._say(f"  ✎ {safe_text(notice.note)} ({safe_text(notice.by)})", "cyan")
            case StepStarted():
                self._started(notice)
            case StepPolled():
                self._polled(notice)
            case StepWaiting():
                self._waiting(notice)
            case StepAnswered():
                self._answered(notice)
            case StepRetrying():
                made = self._attempts.get(notice.step, notice.attempt)
                failed = told_attempt(made, tried=notice.attempt, most=notice.attempts)
                again = f"again in {format_duration(notice.delay)}"
                told = f"{failed} failed: {safe_text(notice.reason)}, {again}"
                self._say(f"  ↻ {self._about(notice.step)}{told}", "yellow")
            case StepPaused():
                told = f"waits {format_duration(notice.seconds)}: {safe_text(notice.reason)}"
                self._say(f"  … {self._about(notice.step)}{told}", "bright_black")
            case StepFinished():
                self._finished(notice)
            case RunFinished():
                self._run_finished(notice)

    def _run_started(self, notice: RunStarted) -> None:
        with_it = f" · run {notice.run}" if self._is_kept else " · without a record"
        with_it += f" · profile {safe_text(notice.profile)}" if notice.profile else ""
        with_it += " · read-only" * notice.read_only
        self._say(f"{safe_text(notice.runbook)}{with_it}", bold=True)
        if notice.alert:
            from pup_tui.core.told_alert import told_alert

            self._say(f"    alert: {safe_text(told_alert(notice.alert))}", "bright_black")
        if notice.unchecked:
            self._say(f"    begun unchecked: {safe_text(notice.unchecked)}", "yellow")
        if notice.asked_by:
            self._say(f"    asked for by {safe_text(notice.asked_by)}", "yellow")
        for name, value in notice.vars.items() if self._tells_values else ():
            self._say(f"    {name} = {safe_text(as_typed(value))}", "bright_black")

    def _answered(self, notice: StepAnswered) -> None:
        if (notice.step, notice.by) == (UNDO, NOBODY):
            return  # Whoever was to ask has said that nobody was asked.
        note = f" ({safe_text(notice.note)})" if notice.note else ""
        given = "given" if notice.values else f"{notice.answer}, answered"
        told = f"{given} by {safe_text(notice.by)}{note}"
        self._say(f"  ? {self._about(notice.step)}{told}", "cyan")
        for name, value in notice.values.items():
            self._say(f"      {name} = {safe_text(as_typed(value))}", "cyan")

    def _started(self, notice: StepStarted) -> None:
        self._started_steps.add(notice.step)
        self._attempts[notice.step] = notice.attempt
        self._shown_kept.discard(notice.step)
        self._subject = notice.step
        again = f", attempt {notice.attempt}" if notice.attempt > 1 else ""
        title = self._title(notice.step, notice.label)
        on_host = f" on {safe_text(notice.host)}" if notice.host else ""
        begins = self._styled(f"● {title} ({notice.kind}{on_host}{again})", bold=True)
        does = (f"    {safe_text(line)}" for line in shown_of(notice).text.splitlines())
        # At once: each write wakes the thread that writes.
        self._write([begins, *(self._styled(line, "bright_black") for line in does)])

    def _title(self, step: str, label: str | None) -> str:
        """A step's place in the file, its id where it stands inside another, its name, an item's label."""
        node = self._program.node(step)
        place = "" if UNDO in step else f"{node.index + 1}/{len(self._program.nodes)} "
        inside = f"{safe_text(step)}: " if node.depth or node.is_item or UNDO in step else ""
        item = f" · {safe_text(label)}" if label else ""
        return f"{place}{inside}{safe_text(node.step.name)}{item}"

    def _about(self, step: str) -> str:
        """The step's id, unless the line before was about it as well; nothing for the run itself."""
        told = "" if step in (self._subject, UNDO) else f"{safe_text(step)}: "
        self._subject = step
        return told

    def _waiting(self, notice: StepWaiting) -> None:
        about = self._about(notice.step)
        for line in notice.question.strip().splitlines():
            self._say(f"  ? {about}{safe_text(line)}", "cyan")
        if notice.for_ == "failure":
            self._show_kept(notice.step, "waiting")

    def _polled(self, notice: StepPolled) -> None:
        told = "met" if notice.met else "not yet"
        poll = self._program.node(notice.step).step.poll
        most = None if poll is None or not isinstance(poll.max_attempts, int) else poll.max_attempts
        attempt = told_attempt(notice.attempt, most=most)
        parts = [f"  ⧗ {self._about(notice.step)}{attempt}: {told}"]
        if notice.value is not None:
            parts.append(f"value {notice.value:.12g}")
        elif notice.status is not None:
            parts.append(f"status {safe_text(notice.status)}")
        if notice.error:
            parts.append(safe_text(notice.error))
        parts.append(f"{format_duration(notice.elapsed)} of {format_duration(notice.timeout)}")
        self._say(" · ".join(parts), "green" if notice.met else "yellow")

    def _finished(self, notice: StepFinished) -> None:
        status = StepStatus(notice.status)
        glyph, colour = GLYPHS[status]
        if notice.step in self._tables:
            self._outlets["stdout"].write(self._tables.pop(notice.step).rest())
        if notice.step in self._started_steps:
            self._show_kept(notice.step, status)
        about = self._about(notice.step)
        name = f" {about}".rstrip()
        if notice.step not in self._started_steps:
            name = f" {self._title(notice.step, notice.label)}"
        reason = safe_text(notice.reason)
        if reason and not reason.startswith(str(status)):
            reason = f"{status}: {reason}"
        took = "" if status is StepStatus.SKIPPED else f" · {format_duration(notice.duration)}"
        took += f" · run by {safe_text(notice.ran_by)}" if notice.ran_by else ""
        self._say(self._wrapped(f"{glyph}{name} {reason or status}{took}"), colour)

    def _run_finished(self, notice: RunFinished) -> None:
        status = RunStatus(notice.status)
        counts = " · ".join(told_counts(notice.counts, over=True))
        reason = safe_text(notice.reason)
        if reason and not reason.startswith(str(status)):
            reason = f"{status}: {reason}"
        told = f"{reason or status} · {counts} · {format_duration(notice.duration)}"
        self._say(self._wrapped(told), RUN_COLOURS.get(status, "magenta"), bold=True)

    def trouble(self, told: str) -> None:
        self._say(f"▲ {safe_text(told)}", "yellow", bold=True)

    def output(self, step: str, passage: Passage) -> None:
        if passage.stream in _HELD[self._program.node(step).step.shows]:
            return
        about = self._about(step)
        if about:
            self._say(f"▸ {about.rstrip(': ')}", "bright_black")
        outlet = self._outlets[passage.stream]
        self._err.end_line()
        text = passage.text if outlet.coloured else strip_style(passage.text)
        if self._program.node(step).step.shows_tables:
            from pup_tui.output.table_fit import TableFit

            text = self._tables.setdefault(step, TableFit(outlet.edge)).feed(text)
        outlet.write(text)

    def _show_kept(self, step: str, status: str) -> None:
        """Show what was held back of an output while its step ran, once."""
        given = self._program.node(step).step
        shows, tables = given.shows, given.shows_tables
        held, path = _HELD[shows], self._spool(step)
        if not held or step in self._shown_kept or not path.exists():
            return
        from pup_tui.output.shown import spool_to_show

        self._shown_kept.add(step)
        shown = spool_to_show(path, shows, status)
        if shown is None:
            self._say(f"    its output is not shown: {safe_text(str(path))}", "bright_black")
            return
        for stream, outlet in self._outlets.items():
            if stream in held:
                self._err.end_line()
                outlet.copy(partial(_kept_lines, shown, stream, outlet, tables))

    def _wrapped(self, text: str) -> str:
        """A sentence in lines that end before the terminal does, and between two words."""
        if self._err.edge is None or len(text) < self._err.edge:
            return text
        return "\n".join(
            textwrap.wrap(
                text,
                self._err.edge - 1,
                subsequent_indent="    ",
                break_long_words=False,
                break_on_hyphens=False,
            )
        )

    def _say(self, text: str, colour: str | None = None, *, bold: bool = False) -> None:
        self._write([self._styled(text, colour, bold=bold)])

    def _styled(self, text: str, colour: str | None = None, *, bold: bool = False) -> str:
        return click.style(text, fg=colour, bold=bold) if self._err.coloured else text

    def _write(self, lines: Iterable[str]) -> None:
        self._err.end_line()
        self._err.write("".join(f"{line}\n" for line in lines))


def _kept_lines(path: Path, stream: str, outlet: Outlet, tables: bool) -> Iterator[str]:
    """The lines of a stream that a spool holds, some at a time; or why they cannot be read."""
    from pup_tui.output.table_fit import TableFit

    fit = TableFit(outlet.edge if tables else None)
    try:
        reader = SpoolReader(path)
    except OSError as error:
        yield f"[pup-tui] the output cannot be read: {path}: {error.strerror}\n"
        return
    try:
        reader.refresh()
        for start in range(0, reader.line_count, 1000):
            lines = reader.lines(start, min(start + 1000, reader.line_count))
            text = "".join(f"{line.text}\n" for line in lines if line.stream == stream)
            yield fit.feed(text if outlet.coloured else strip_style(text))
        yield fit.rest()
    except OSError as error:
        yield f"[pup-tui] the output cannot be read: {path}: {error.strerror}\n"
    finally:
        reader.close()
