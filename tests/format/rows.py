"""What a row of the tables of keys says: a valid example, and what it does when it is run for real."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from click.testing import CliRunner

from pup_tui.cli.main import cli
from tests.support.stage import Played, Stage


@dataclass(frozen=True, kw_only=True)
class Row:
    """One key at one place of the file.

    The run must end as `ends`, print exactly `prints`, and its steps must end as `steps`; a part of each
    step's reason is in `reasons`. Beyond that `sees` looks at what happened, and `shown` at what
    `pup-tui describe` tells. Where values are `refused` no run begins.
    """

    place: str
    key: str
    text: str
    files: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, object] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict)
    undo: bool = False
    ends: str = "succeeded"
    prints: tuple[str, ...] | None = None
    steps: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    sees: Callable[[Played], bool] | None = None
    shown: Callable[[Any], bool] | None = None
    refused: str = ""

    @property
    def id(self) -> str:
        return f"{self.place}.{self.key}"


async def try_out(row: Row, stage: Stage) -> None:
    """Run the row's example and fail where it does not do what the row says."""
    played = await stage.play(row.text, row.files, row.given, row.answers, undo=row.undo)
    assert played.ended == row.ends, played.reason
    if row.prints is not None:
        assert played.printed() == list(row.prints)
    assert {step: played.statuses.get(step) for step in row.steps} == dict(row.steps)
    for step, reason in row.reasons.items():
        assert reason in played.finished[step].reason
    if row.sees is not None:
        assert row.sees(played)
    if row.shown is not None:
        assert row.shown(describe())


def describe() -> Any:
    """What `pup-tui describe --json` tells about the stage's runbook."""
    done = CliRunner().invoke(cli, ["describe", "example.yaml", "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)
