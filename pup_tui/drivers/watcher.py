"""Those who look at a run: the console, the command line, tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pup_tui.core.actions import Question
    from pup_tui.core.notices import AnyNotice
    from pup_tui.output.passage import Passage


class Watcher(Protocol):
    """Told about a run in the order in which things happen; everything is masked already.

    Called on the run's event loop, so every method returns at once. Whoever inherits it leaves out what
    does not matter to it.
    """

    def notice(self, notice: AnyNotice) -> None:
        """Called when something has happened, once it is recorded."""
        return

    def output(self, step: str, passage: Passage) -> None:
        """Called with lines that a step printed, many at a time; they are in its spool as well."""
        return

    def trouble(self, told: str) -> None:
        """Called when what is kept of the run is found to be incomplete; `told` says what and where."""
        return

    def question(self, question: Question) -> None:
        """Called when the run asks something, and waits until somebody answers."""
        return

    def withdrawn(self, step: str) -> None:
        """Called when the step's question needs no answer any more."""
        return
