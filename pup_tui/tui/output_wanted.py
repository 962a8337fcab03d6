"""What is wanted of a run from wherever it is shown: its output or a report elsewhere, or to see it again."""

from __future__ import annotations

from pathlib import Path

from textual.message import Message


class OutputWanted(Message):
    """The spool at `path` is wanted outside of the console."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path


class OutputForPager(OutputWanted):
    """It is to be shown in the operator's pager."""


class OutputForEditor(OutputWanted):
    """A copy of it is to be opened in the operator's editor."""


class OutputForFile(OutputWanted):
    """It is to be saved to a file that the operator names."""


class ReportWanted(Message):
    """What is recorded of the run of a `runbook` is to be written to a file that the operator names."""

    def __init__(self, run: str, runbook: str) -> None:
        super().__init__()
        self.run = run
        self.runbook = runbook


class PlayAgainWanted(Message):
    """The operator wants to see a past run as it went."""

    def __init__(self, run: str) -> None:
        super().__init__()
        self.run = run
