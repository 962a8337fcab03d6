"""Made-up runs for the journal, with all that statistics tell apart; the same ones each time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from pup_tui.core.events import (
    Answered,
    AnyEvent,
    AttemptFinished,
    AttemptStarted,
    EndFacts,
    Moment,
    Resumed,
    RunCreated,
    Source,
    TimerFired,
)
from pup_tui.core.state import RunStatus
from pup_tui.journal import codec, ended
from pup_tui.journal.records import RunRecord, RunSummary
from pup_tui.journal.store import Journal

BEGIN = 1_790_000_000.0
"""When the first of them began."""

APART = 300.0
TEXT = b"steps: []"
"""What all of them were made from."""

RUNBOOKS = tuple(f"team-{n % 3}-runbook-{n}" for n in range(12))
PROFILES = ("", "", "staging", "production")
MESSAGES = ("exited with 1", "exited with 2", "timed out after 30 s", "")

MadeUp = tuple[RunRecord, list[AnyEvent], RunSummary]


def made_up_runs(count: int, *, seed: int = 1) -> Iterator[MadeUp]:
    """So many runs, the oldest first."""
    random = Random(seed)
    for number in range(count):
        yield _Made(random, number).run()


class _Made:
    """One run, as the machine could have led to it: its clock goes on with each event."""

    def __init__(self, random: Random, number: int) -> None:
        self._random = random
        self._number = number
        self._wall = BEGIN + APART * number
        self._clock = 0.0
        self._events: list[AnyEvent] = []
        self._waited = 0.0

    def run(self) -> MadeUp:
        random, number = self._random, self._number
        alert: dict[str, Any] = {}
        if random.random() < 0.2:
            began = datetime.fromtimestamp(self._wall - random.uniform(-60, 900), UTC)
            alert = {"title": "x", "started_at": began.isoformat()}
        created = RunCreated(
            at=self._at(),
            run=f"01MADE{number:020}",
            runbook=random.choice(RUNBOOKS),
            source=Source("made-up.yaml", hashlib.sha256(TEXT).hexdigest()),
            operator="ada",
            host="here",
            values={},
            profile=random.choice(PROFILES),
            alert=alert,
            look=random.random() < 0.05,
            ended={},
        )
        self._events.append(created)
        legs = 1 + (random.random() < 0.1)
        failed = False
        for leg in range(legs):
            if leg:
                self._pass(1_000)
                self._events.append(Resumed(at=self._at(), by="ada", host="here", ended={}))
            failed = self._leg()
        status = RunStatus.FAILED if failed else random.choice(_GOOD)
        last = self._events[-1]
        self._events[-1] = _with_end(last, "", status, EndFacts(waited=self._waited))
        summary = RunSummary(
            status=status,
            warnings=sum("warned" in (event.ended or {}).values() for event in self._events),
            duration=max(0.0, self._clock - self._waited),
            ended_wall=self._at().wall,
        )
        return RunRecord.of(created, name="Made up", pid=1), self._events, summary

    def _leg(self) -> bool:
        """Steps one after the other, up to the first that fails; whether one did."""
        for step in ("look", "ask", "change[0]", "change[1]", "check"):
            if step == "ask":
                self._ask(step)
            elif not self._try(step):
                return True
        return False

    def _ask(self, step: str) -> None:
        waited = self._wait()
        self._events.append(
            Answered(
                at=self._at(),
                step=step,
                answer="yes",
                by="ada",
                ended={step: "succeeded"},
                of_ended={step: EndFacts(waited=waited)},
            )
        )

    def _try(self, step: str) -> bool:
        """Attempts of a step up to its end; whether the run goes on."""
        attempt = 1 + sum(isinstance(event, Resumed) for event in self._events) * 10
        while self._random.random() < 0.08:
            self._attempt(step, attempt, "exited with 7", {})
            self._pass(2)
            self._events.append(TimerFired(at=self._at(), timer=f"retry:{step}", ended={}))
            attempt += 1
        draw = self._random.random()
        if draw < 0.03:
            reason = self._random.choice(MESSAGES)
            status = self._random.choice(("failed", "failed", "warned", "ignored"))
            self._attempt(step, attempt, reason, {step: status})
            return status != "failed"
        if draw < 0.05:
            self._attempt(step, attempt, self._random.choice(MESSAGES), {}, asked=step)
            waited = self._wait()
            answered = Answered(at=self._at(), step=step, answer="retry", by="ada", ended={})
            self._events.append(answered)
            self._attempt(step, attempt + 1, "", {step: "succeeded"}, waited=waited)
            return True
        self._attempt(step, attempt, "", {step: "succeeded"})
        return True

    def _attempt(
        self,
        step: str,
        attempt: int,
        reason: str,
        ends: dict[str, str],
        *,
        asked: str = "",
        waited: float = 0.0,
    ) -> None:
        name = f"{step}#{attempt}"
        self._events.append(AttemptStarted(at=self._at(), attempt=name, command="x", ended={}))
        took = self._pass(self._random.uniform(0.1, 60))
        of_ended = {step: EndFacts(waited=waited)} if waited else {}
        if asked:
            of_ended = {asked: EndFacts()}
        self._events.append(
            AttemptFinished(
                at=self._at(),
                attempt=name,
                ok=not reason and "failed" not in ends.values(),
                duration=took,
                reason=reason,
                ended=ends,
                of_ended=of_ended,
            )
        )

    def _wait(self) -> float:
        waited = self._pass(self._random.uniform(0.5, 600))
        self._waited += waited
        return waited

    def _pass(self, seconds: float) -> float:
        self._clock += seconds
        return seconds

    def _at(self) -> Moment:
        return Moment(wall=self._wall + self._clock, clock=self._clock)


_GOOD = (RunStatus.SUCCEEDED,) * 12 + (
    RunStatus.ABORTED,
    RunStatus.CANCELLED,
    RunStatus.INTERRUPTED,
)


def _with_end(event: AnyEvent, step: str, status: str, end: EndFacts) -> AnyEvent:
    from msgspec.structs import replace

    ends = {**(event.ended or {}), step: str(status)}
    return replace(event, ended=ends, of_ended={**event.of_ended, step: end})


def keep_runs(state: Path, runs: Iterable[MadeUp]) -> None:
    """Store runs as a journal does that records them, but all in one commit."""
    with closing(Journal.open(state)) as journal, journal._transaction():
        for record, events, summary in runs:
            number = journal._insert("run", journal._columns(record))
            journal._store_files(number, {"made-up.yaml": TEXT})
            chain = codec.first_link(record.run)
            for sequence, event in enumerate(events, start=1):
                body = codec.encode(event, summary if sequence == len(events) else None)
                chain = codec.link(chain, sequence, body.encode())
                row = {"run": number, "sequence": sequence, "body": body, "chain": chain}
                journal._insert("event", row)
            journal._summarize(number, summary)
            ended.note_end(journal._database, number)
