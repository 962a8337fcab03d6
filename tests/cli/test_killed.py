"""A run that is killed at any moment, and resumed until it has ended."""

from __future__ import annotations

import json
import os
import random
import select
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pup_tui.cli.shown import ShownRun
from pup_tui.core.events import Answered, AttemptFinished, AttemptStarted, Resumed
from pup_tui.core.ids import UNDO
from pup_tui.core.state import RunStatus
from pup_tui.drivers.replay import first_difference
from pup_tui.journal.reader import JournalReader
from pup_tui.output.spool import SpoolReader
from tests.support import forked
from tests.support.often import often
from tests.support.program import Program, program_in
from tests.support.proofs import Figure

CHUNKS = 4
MOMENTS = often(1, 50)
"""Runs that are killed in each of the chunks."""

EFFECT = "echo $PUP_TUI_STEP >> effects"
UNDOES = f"{{kind: shell, run: {EFFECT}}}"
RUNBOOK = f"""
name: killed
vars:
  END: {{default: well}}
steps:
  - {{name: one, kind: shell, run: '{EFFECT}; echo said', capture: SAID, undo: {UNDOES}}}
  - {{name: ask, kind: input, vars: {{WORD: {{default: first}}}}}}
  - {{name: gate, kind: confirm, message: Shall it go on?}}
  - {{name: flood, kind: shell, run: '{EFFECT}; seq 3000'}}
  - name: look
    kind: shell
    run: '{EFFECT}; test $(grep -c look effects) -ge 3'
    poll: {{until: exit_code == 0, interval: 100ms, timeout: 5m}}
  - {{name: each, kind: shell, foreach: [a, b, c], run: 'sleep 0.05; {EFFECT}; echo {{{{ item }}}}'}}
  - name: side
    kind: parallel
    steps:
      - {{name: left, kind: shell, run: 'sleep 0.1; {EFFECT}; sleep 0.5'}}
      - {{name: right, kind: shell, run: '{EFFECT}; sleep 0.6'}}
  - name: last
    kind: shell
    run: '{EFFECT}; test {{{{ SAID }}}}-{{{{ WORD }}}} = said-first'
    undo: {UNDOES}
  - {{name: end, kind: shell, run: '{EFFECT}; test {{{{ END }}}} = well'}}
  - {{name: tidy, kind: shell, when: cleanup, run: {EFFECT}}}
"""


@dataclass
class Figures:
    """What the runs of a test came to."""

    runs: int = 0
    killed: int = 0
    unrecorded: int = 0
    waited: int = 0
    agreed: int = 0
    never_begun: int = 0
    asked: Counter[str] = field(default_factory=Counter)

    def told(self) -> dict[str, int]:
        return {
            "runs": self.runs,
            "kills": self.killed,
            "before anything was recorded": self.unrecorded,
            "times a child lived on": self.waited,
            "times it was agreed to run again what was taken back or cleaned up": self.agreed,
            "attempts that were known not to have begun": self.never_begun,
            "steps asked about": self.asked.total(),
        }


@dataclass
class Story:
    """One run: what its legs have shown, and what its journal says."""

    program: Program
    folder: Path
    arguments: tuple[str, ...]
    shown: list[list[dict[str, Any]]] = field(default_factory=list)

    def leg(self, seconds: float | None, *, at_once: bool = False, agreed: bool = False) -> int:
        """Begin the run, or go on with it, for so many seconds; the exit code, -9 for one that was killed.

        They count from when the first thing is shown, or `at_once`. With `agreed` somebody at a terminal lets
        run again what was taken back or cleaned up.
        """
        number = len(self.shown)
        out, err = self.folder / f"out{number}", self.folder / f"err{number}"
        call = RESUME if self.has_begun() else self.arguments
        with person(err) if agreed else nullcontext((Path(os.devnull), err)) as (asked, told):
            streams = (asked, out, told)
            work = (forked.program, call, self.program.cwd, self.program.environ, streams)
            code = (
                forked.forked(*work)
                if seconds is None
                else forked.killed(lambda: at_once or has_text(out), seconds, *work)
            )
        assert not err.exists() or "Traceback" not in err.read_text(), err.read_text()
        self.shown.append(whole_lines(out))
        return code

    @property
    def said(self) -> str:
        """What the newest leg said on standard error."""
        return (self.folder / f"err{len(self.shown) - 1}").read_text()

    @property
    def state(self) -> Path:
        return Path(self.program.environ["PUP_TUI_STATE_DIR"])

    @contextmanager
    def journal(self) -> Iterator[JournalReader]:
        journal = JournalReader.open(self.state)
        try:
            yield journal
        finally:
            journal.close()

    def row(self) -> Any:
        if not (self.state / "journal.db").exists():
            return None
        with self.journal() as journal:
            rows = journal.runs()
        return rows[0] if rows else None

    def has_begun(self) -> bool:
        """Whether anything of the newest run is recorded; one that left a name only is run anew."""
        row = self.row()
        if row is None:
            return False
        with self.journal() as journal:
            return bool(journal.events(row.run))


@contextmanager
def person(err: Path) -> Iterator[tuple[Path, Path]]:
    """A terminal at which somebody says yes once they are asked, as standard input and error.

    `err` keeps what it shows.
    """
    ours, theirs = os.openpty()
    shown, left = bytearray(), threading.Event()

    def sits_there() -> None:
        asked = False
        while (printed := bool(select.select([ours], [], [], 0.02)[0])) or not left.is_set():
            if printed:
                shown.extend(os.read(ours, 65536))
            if not asked and b"Go on?" in shown:
                asked = True
                os.write(ours, b"y\n")

    sitting = threading.Thread(target=sits_there)
    sitting.start()
    try:
        name = Path(os.ttyname(theirs))
        yield name, name
    finally:
        left.set()
        sitting.join()
        os.close(theirs)
        os.close(ours)
        err.write_bytes(shown)


def has_text(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def whole_lines(out: Path) -> list[dict[str, Any]]:
    """The events that were printed, without one that the end of the program cut."""
    lines = out.read_text().splitlines(keepends=True) if out.exists() else []
    return [json.loads(line) for line in lines if line.endswith("\n")]


RESUME = ("resume", "--json", "--yes", "--undo", "--unknown=retry")


def until_ended(story: Story, chance: random.Random, length: float, figures: Figures) -> None:
    """Kill a run at a moment of its first `length` seconds, often once more, and go on until it has ended."""
    figures.runs += 1
    kills = 1 + (chance.random() < 0.3) + (chance.random() < 0.1)
    agreed = False
    while (row := story.row()) is None or row.status is RunStatus.INTERRUPTED:
        moment, at_once = chance.uniform(0, length), chance.random() < 0.15
        code = story.leg(moment if kills else None, at_once=at_once, agreed=agreed)
        kills = max(0, kills - 1)
        figures.killed += code == -9
        figures.unrecorded += not story.has_begun()
        agreed = code == 5 and "would run again" in story.said
        figures.agreed += agreed
        if code == 5 and not agreed:
            # What the killed program had started lives on.
            assert "is still running" in story.said, story.said
            figures.waited += 1
            time.sleep(0.05)
        elif not agreed:
            assert code in (0, 1, -9), story.said


def behind(steps: set[str], first: str) -> set[str]:
    """Of these steps the one that was taken back, and all that stand behind it in the file."""
    at = ORDER.index(first)
    return {step for step in steps if ORDER.index(static(step)) >= at}


ORDER = ["one", "ask", "gate", "flood", "look", "each", "side", "last", "end", "tidy"]


def static(step: str) -> str:
    return step.partition("/")[0].partition("[")[0]


def check(story: Story, figures: Figures) -> None:
    """Nothing is lost, nothing is done twice, nobody is asked twice."""
    with story.journal() as journal:
        shown = ShownRun(journal, story.row())
    began, ended = Counter[str](), Counter[str]()
    done, open_, asked = set[str](), set[str](), set[str]()
    answered = set[str]()
    for event in shown.events:
        match event:
            case Resumed(never_begun=never_begun):
                done.discard("tidy")
                figures.never_begun += len(never_begun)
                open_ -= set(never_begun)
                began.subtract(never_begun)
            case AttemptStarted(attempt=attempt):
                step = attempt.rpartition("#")[0]
                assert step not in done, f"{step} ended well and ran again"
                # What takes back and cleans up is agreed to as a whole.
                agreed = step.endswith(UNDO) or step == "tidy"
                known = step not in open_ or step in asked or agreed
                assert known, f"{step} ran again, and nobody was asked"
                began[step] += 1
                done.discard(step + UNDO)
                open_.add(step)
                asked.discard(step)
                if step.endswith(UNDO):
                    back = step.removesuffix(UNDO)
                    done -= behind({each for each in done if not each.endswith(UNDO)}, back)
                    answered -= behind(answered, back)
            case AttemptFinished(attempt=attempt):
                step = attempt.rpartition("#")[0]
                ended[step] += 1
                open_.remove(step)
                if event.ok:
                    done.add(step)
            case Answered(step=step, by="--unknown"):
                figures.asked[step] += 1
                asked.add(step)
            case Answered(step=step):
                assert step not in answered, f"{step} was answered and asked again"
                answered.add(step)
    told = (story.program.cwd / "effects").read_text().split()
    effects = Counter(told)
    for step in began:
        assert ended[step] <= effects[step] <= began[step], f"{step}: {effects[step]} effects"
    assert set(effects) <= set(began)
    assert first_difference(shown.program, shown.events) is None
    check_shown(story, shown)


def check_shown(story: Story, shown: ShownRun) -> None:
    """What was shown while the run was under way is told of it afterwards, in the same order."""
    replayed = iter(json.loads(msgspec.json.encode(shown.notices)))
    printed: dict[str, Counter[str]] = {}
    for event in (event for leg in story.shown for event in leg):
        if event["type"] == "step.output":
            printed.setdefault(event["step"], Counter())[event["text"]] += 1
        else:
            assert event in replayed, f"not in the record: {event}"
    for step, lines in printed.items():
        reader = SpoolReader(shown.output(step))
        kept = Counter(line.text for line in reader.lines(0, reader.line_count))
        reader.close()
        assert not lines - kept, f"{step}: {lines - kept}"


@pytest.mark.proves("F06", "P11", "P12", "P13")
@pytest.mark.faults
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_nothing_is_lost_and_nothing_done_twice(tmp_path: Path, chunk: int, figure: Figure) -> None:
    figures, chance = Figures(), random.Random(chunk)
    length = 0.0
    for number in range(MOMENTS + 1):
        arguments: tuple[str, ...] = ("run", "killed.yaml", "--json", "--yes", "--undo")
        if number % 3 == 2:
            arguments += ("--arg", "END=badly")
        folder = tmp_path / str(number)
        folder.mkdir()
        story = Story(program_in(folder), folder, arguments)
        story.program.write("killed", RUNBOOK)
        if number == 0:
            assert story.leg(None) == 0, story.said
            length = story.shown[0][-1]["duration"]
        else:
            until_ended(story, chance, length, figures)
        check(story, figures)
    figure(**figures.told())
