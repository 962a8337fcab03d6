"""Rehearsals for tests: a runbook and its cases as texts, played."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from pup_tui.rehearsal.suite import Rehearsed, rehearse
from pup_tui.runbook.load import load


@dataclass
class Rehearsal:
    """What became of the cases: what speaks against each by its name, without the file's path."""

    whole: Rehearsed

    @property
    def problems(self) -> list[str]:
        return [str(each).removeprefix(f"{self.whole.file}:") for each in self.whole.problems]

    @property
    def failures(self) -> dict[str, list[str]]:
        return {
            result.case: [str(p).removeprefix(f"{self.whole.file}:") for p in result.failures]
            for result in self.whole.results
        }

    @property
    def told(self) -> list[str]:
        """What speaks against the only case."""
        assert not self.problems, self.problems
        (failures,) = self.failures.values()
        return failures


def rehearsed(folder: Path, runbook: str, cases: str, **others: str) -> Rehearsal:
    """Play cases of a runbook, beside which there may be `others` by their name."""
    (folder / "_tests").mkdir(exist_ok=True)
    for name, text in {"example": runbook, **others}.items():
        text = dedent(text)
        named = text if text.startswith("name:") else f"name: {name}\n{text}"
        (folder / f"{name}.yaml").write_text(named)
    file = folder / "_tests" / "example.yaml"
    file.write_text(dedent(cases))
    (found,) = asyncio.run(rehearse([file], load))
    return Rehearsal(found)
