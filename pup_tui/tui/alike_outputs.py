"""What the items of a fleet printed, read as they end: which of them printed the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from pup_tui.core.counting import UNREACHABLE
from pup_tui.output.alike import AlikeGroup, OutputDigest, alike, digest_of
from pup_tui.output.shown import spool_to_show
from pup_tui.tui.run_progress import RunProgress
from pup_tui.tui.step_progress import StepProgress


class EndedItem(NamedTuple):
    """An item that has ended: how often its steps were tried by then, and where what they printed lies.

    A place is None where what is there is not shown.
    """

    id: str
    state: str
    attempts: int
    outputs: tuple[Path | None, ...]


class AlikeOutputs:
    """The groups of one fleet. `ended` looks at the run; `read` may do so in a thread: it blocks."""

    def __init__(
        self, fleet: StepProgress, progress: RunProgress, output_path: Callable[[str], Path]
    ) -> None:
        self._fleet = fleet
        self._output_path = output_path
        self._seen: object = None
        self._known: dict[str, tuple[object, EndedItem]] = {}
        self._read: dict[str, tuple[EndedItem, OutputDigest]] = {}
        self.groups: Sequence[AlikeGroup] = ()

    def ended(self) -> list[EndedItem] | None:
        """The items that have ended; None where they are those that were asked for last."""
        items = self._fleet.children
        seen = dict(self._fleet.held), sum(item.attempts for item in items)
        if seen == self._seen:
            return None
        self._seen = seen
        return [self._ended(item) for item in items if item.over and item.status != "skipped"]

    def _ended(self, item: StepProgress) -> EndedItem:
        """An item as it ended; of a thousand one has ended since the last time, so what is known is kept."""
        inside = sum(step.attempts for step in item.inside()) if item.children else 0
        ends = item.stands_as, item.attempts, inside
        known = self._known.get(item.id)
        if known is not None and known[0] == ends:
            return known[1]
        steps = [step for step in (item, *item.inside()) if step.has_printed]
        outputs = tuple(
            spool_to_show(self._output_path(step.id), step.node.step.shows, step.status)
            for step in steps
        )
        attempts = sum(step.attempts for step in steps)
        ended = EndedItem(item.id, item.stands_as, attempts, outputs)
        self._known[item.id] = ends, ended
        return ended

    def read(self, ended: Sequence[EndedItem]) -> Sequence[AlikeGroup]:
        """Put these items into groups; what was read of one before is not read again."""
        for item in ended:
            known = self._read.get(item.id)
            if known is None or known[0] != item:
                self._read[item.id] = (
                    item,
                    digest_of(item.outputs, reached=item.state != UNREACHABLE),
                )
        self.groups = alike((item.id, item.state, self._read[item.id][1]) for item in ended)
        return self.groups
