"""A run as its record has it: what happened, and the text that each of its legs was made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pup_tui.core.events import AnyEvent, RunCreated, Source
from pup_tui.core.legs import legs_of
from pup_tui.core.program import Program
from pup_tui.core.state import RunState
from pup_tui.core.succession import missing, not_again, not_there, succeed
from pup_tui.journal.errors import JournalError
from pup_tui.journal.records import leg_file, profile_file

if TYPE_CHECKING:
    from pup_tui.journal.reader import JournalReader

Compile = Callable[[Mapping[str, bytes]], Program | None]
"""Makes a program of the texts of a runbook, by name; None where this version cannot read them."""

LegFiles = Mapping[str, bytes]


class Recorded(NamedTuple):
    """The events of a run; `texts` and `programs` are by the number of the leg that began with them."""

    events: Sequence[AnyEvent]
    texts: Mapping[int, LegFiles]
    programs: Mapping[int, Program]

    @property
    def program(self) -> Program:
        """That of the newest leg."""
        return self.programs[max(self.programs)]

    @property
    def files(self) -> LegFiles:
        """The texts of the newest leg."""
        return self.texts[max(self.texts)]


class CurrentText(NamedTuple):
    """A text that a run goes on with: the program that it makes, and the files that it stands in, by name.

    `not_there` are steps that were taken back or cleaned up, and that the text does not have.
    """

    program: Program
    source: Source
    files: LegFiles
    not_there: Sequence[str] = ()


class DoesNotFollow(Exception):
    """A run cannot go on with a text: it lacks what was done, or would leave it where it has to be redone."""

    def __init__(self, why: str, steps: Sequence[str]) -> None:
        super().__init__(f"{why}: {', '.join(f'`{step}`' for step in steps)}")


def go_on_with(
    past: Recorded, state: RunState, program: Program, source: Source, files: LegFiles
) -> CurrentText:
    """The text with which a run goes on that stands at `state`. Raises DoesNotFollow."""
    succeeding = succeed(past.program, program)
    if gone := missing(past.program, succeeding, state):
        raise DoesNotFollow("the file no longer has what was done, or may have been", gone)
    if stays := not_again(past.program, succeeding, state):
        why = "by the file what was taken back, or is behind that, would not run again"
        raise DoesNotFollow(why, stays)
    return CurrentText(succeeding, source, files, not_there(past.program, succeeding, state))


def read_recorded(journal: JournalReader, run: str, compile_text: Compile) -> Recorded:
    """The record of a run. Raises JournalError where it cannot be read."""
    events, files = journal.events(run), journal.files(run)
    for event in events[:1]:
        if isinstance(event, RunCreated) and event.profile:
            files.pop(profile_file(event.profile), None)
    texts = {1: {name: text for name, text in files.items() if not name.startswith("leg-")}}
    for leg in legs_of(events):
        if leg.source is not None and leg.number > 1:
            start = leg_file(leg.number, "")
            texts[leg.number] = {
                name.removeprefix(start): text
                for name, text in files.items()
                if name.startswith(start)
            }
    programs: dict[int, Program] = {}
    for number, text in texts.items():
        program = compile_text(text)
        if program is None:
            raise JournalError(
                f"the runbook of run {run} cannot be read by this version", journal.path
            )
        programs[number] = succeed(programs[max(programs)], program) if programs else program
    return Recorded(events, texts, programs)
