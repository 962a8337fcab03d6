"""A run as its record has it: what happened, and the text that each of its legs was made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pup_tui.core.events import AnyEvent
from pup_tui.core.legs import legs_of
from pup_tui.core.program import Program
from pup_tui.core.succession import succeed
from pup_tui.journal.errors import JournalError

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


def read_recorded(journal: JournalReader, run: str, compile_text: Compile) -> Recorded:
    """The record of a run. Raises JournalError where it cannot be read."""
    events, files = journal.events(run), journal.files(run)
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


def leg_file(leg: int, name: str) -> str:
    """The name in the journal of a file that a later leg of a run was made from."""
    return f"leg-{leg}/{name}"
