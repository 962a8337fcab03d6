"""Reports and exports of made-up runs: every decision, every step, valid HTML."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest
from msgspec import structs

from pup_tui.analysis.export.records import ExportedRun, exported_steps, records
from pup_tui.analysis.export.spans import spans
from pup_tui.cli.recorded_runs import RecordedRuns
from pup_tui.cli.reporting import FORMATS, file_names, postmortem, written
from pup_tui.cli.shown import ShownRun
from pup_tui.core.events import RunCreated
from pup_tui.core.notices import StepAnswered
from pup_tui.core.state import RunPhase
from pup_tui.journal.reader import JournalReader
from pup_tui.journal.records import RunRecord, RunSummary
from pup_tui.journal.store import Journal
from tests.format.test_generated import VALUES, program_from
from tests.format.test_resumed import Chance, break_off_and_resume
from tests.support.generated import FILES, Maker
from tests.support.often import often
from tests.support.web_pages import strictly

CHUNKS = 4
EACH = often(10, 100)


def recorded(state: Path, player: Chance, text: str, *, begun: bool = True) -> JournalReader:
    """The journal of a run that was played, or of one of which nothing else is known than that it begins."""
    state.mkdir(mode=0o700)
    with closing(Journal.open(state)) as journal:
        created, *others = player.recorded
        assert isinstance(created, RunCreated)
        source = structs.replace(created.source, sha256=sha256(text.encode()).hexdigest())
        created = structs.replace(created, source=source)
        files = {"test.yaml": text.encode(), **FILES}
        journal.create_run(RunRecord.of(created, name="made <b>up</b>", pid=os.getpid()), files)
        end = player.machine.state
        summary = None
        if end.phase is RunPhase.ENDED:
            summary = RunSummary(status=end.status, reason=end.reason, duration=1.0)
        if begun:
            journal.append(created.run, created, *others, summary=summary)
    return JournalReader.open(state)


def texts_of(shown: ShownRun, journal: JournalReader) -> Iterator[tuple[str, str]]:
    told, people = postmortem(RecordedRuns(journal, ""), [(journal, shown.row)])
    names = file_names(Path("/home/ada"), None, people)
    yield from ((format_, written(told, people, format_, names)) for format_ in FORMATS)


def test_a_run_of_which_nothing_happened_can_be_told(tmp_path: Path) -> None:
    text = Maker(1).text()
    player = Chance(program_from(1), 1, fails=False)
    player.create(**VALUES)
    with closing(recorded(tmp_path / "state", player, text, begun=False)) as journal:
        (row,) = journal.runs()
        assert row.status == "interrupted"
        told = dict(texts_of(ShownRun(journal, row), journal))
    assert "when the run ended exactly" in told["md"]
    strictly(told["html"])


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_whatever_happened_in_a_run_it_can_be_told(tmp_path: Path, chunk: int) -> None:
    for seed in range(chunk * EACH, (chunk + 1) * EACH):
        text = Maker(seed).text()
        player = Chance(program_from(seed), seed, fails=seed % 2 == 0)
        player.create(**VALUES)
        break_off_and_resume(player, random.Random(seed), 40, seed % 3)
        with closing(recorded(tmp_path / str(seed), player, text)) as journal:
            (row,) = journal.runs()
            shown = ShownRun(journal, row)
            told = dict(texts_of(shown, journal))
            steps = exported_steps(
                shown.record.programs, shown.state, list(shown.notices), is_over=True
            )
            lines = list(records(ExportedRun(row, 0.0, steps)))
            spanned = [json.loads(span) for span in spans(ExportedRun(row, 0.0, steps))]
        strictly(told["html"])
        (run,) = json.loads(told["json"])["runs"]
        answered = [each.step for each in shown.notices if isinstance(each, StepAnswered)]
        decided = [each["step"] for each in run["decisions"]]
        assert all(decided.count(step) >= answered.count(step) for step in answered), seed
        assert [each["step"] for each in run["steps"]] == shown.steps.ids, seed
        exported = {line["step"]: line["status"] for line in lines if line["type"] == "step"}
        assert exported == {
            step: shown.status(step) for step in shown.steps.ids if step in exported
        }, seed
        assert {step for step in shown.steps.ids if shown.status(step) not in ("pending",)} == set(
            exported
        )
        ids = [span["spanId"] for span in spanned]
        assert len(set(ids)) == len(ids), seed
        assert all(span.get("parentSpanId", ids[0]) in ids for span in spanned), seed
