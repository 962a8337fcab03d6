"""Faults of the program's own in background work: told, so that one does not end the runs in other tabs."""

from __future__ import annotations

from textual.widget import Widget
from textual.worker import Worker, WorkerState


def tell_fault(where: Widget, event: Worker.StateChanged) -> None:
    """Tell the operator where a worker that does not end the program has failed."""
    if event.state is WorkerState.ERROR:
        told = f"A fault in pup-tui ({type(event.worker.error).__name__}): please report it."
        where.notify(told, severity="error", markup=False)
        where.log.error(event.worker.error)
