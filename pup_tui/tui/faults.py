"""What fails in background work: told, so that it does not end the runs in other tabs."""

from __future__ import annotations

from textual.widget import Widget
from textual.worker import Worker, WorkerState

from pup_tui.output.sanitize import safe_text
from pup_tui.place_errors import told


def as_told(error: BaseException | None) -> str:
    """What has failed, as a sentence: what the system refuses is no fault of the program's own."""
    if isinstance(error, OSError):
        return safe_text(told(error))
    return f"A fault in pup-tui ({type(error).__name__}): please report it."


def tell_fault(where: Widget, event: Worker.StateChanged) -> None:
    """Tell the operator where a worker that does not end the program has failed."""
    if event.state is WorkerState.ERROR:
        where.notify(as_told(event.worker.error), severity="error", markup=False)
        where.log.error(event.worker.error)
