"""A run full of secrets, with real processes: none of them is recorded, told, asked or left on disk."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from pup_tui.core.actions import Question
from pup_tui.drivers.local import LocalRun
from pup_tui.drivers.replay import replay
from pup_tui.journal.codec import decode, encode
from pup_tui.journal.writer import MemoryJournal
from tests.support.runbooks import program_of
from tests.support.runs import Seen, local_run

TOKEN = "hunter2-secret"
LISTED = '["first-hunter", "second-hunter"]'

PROGRAM = program_of(
    """
    vars: {TOKEN: {type: secret}, LISTED: {type: secret}}
    steps:
      - name: make
        kind: shell
        run: "cat creds.json"
        capture: {CREDS: {value: json, secret: true}, ALL: output, USER: json.user}
      - {name: use, kind: shell, run: "echo {{ CREDS.token }} {{ steps.make.output }} {{ USER }}",
         undo: {kind: shell, run: "echo undo {{ CREDS.token }} {{ TOKEN }}"}}
      - {name: each, kind: shell, run: "echo {{ item }}", foreach: LISTED, capture: ITEMS,
         confirm: "Really {{ LISTED }}?", undo: {kind: shell, run: "echo {{ item }}"}}
      - {name: whole, kind: shell, run: "echo {{ ITEMS }} {{ steps.each.output }}"}
      - name: inner
        kind: group
        foreach: LISTED
        as: host
        steps:
          - {name: read, kind: shell, run: "echo {{ host }}; exit 3", capture: H,
             retry: {attempts: 2, delay: 10ms}, on_failure: warn, assert: "output == TOKEN"}
          - {name: sure, kind: confirm, message: "Go on with {{ host }}?"}
      - name: ask
        kind: input
        message: "After {{ TOKEN }}"
        vars: {WORD: {type: secret}, HINT: {default: "{{ TOKEN }}"}}
      - {name: told, kind: shell, run: "echo {{ WORD }} {{ HINT }}"}
      - {name: fails, kind: shell, run: "echo {{ TOKEN }}; exit 1", on_failure: confirm}
      - {name: tidy, kind: shell, run: "echo {{ TOKEN }} {{ CREDS.token }}", when: cleanup}
    """
)


class Operator(Seen):
    """Says yes to everything, gives up what failed, and takes back what can be."""

    def __init__(self, run: LocalRun) -> None:
        super().__init__(run)

    def question(self, question: Question) -> None:
        self.questions.append(msgspec.structs.replace(question, names={}))
        if question.kind == "undo":
            self._run.undo([offer.step for offer in question.offers], "ada", f"because {TOKEN}")
        elif question.kind == "input":
            values = {"WORD": "swordfish", "HINT": f"like {TOKEN}"}
            self._run.answer(question.step, "yes", "ada", values=values, secrets=("WORD",))
        else:
            answer = "abort" if question.kind == "failure" else "yes"
            self._run.answer(question.step, answer, "ada", f"noted: {TOKEN}")


@pytest.mark.proves("P8", "P9")
async def test_secrets_are_nowhere(tmp_path: Path) -> None:
    (tmp_path / "creds.json").write_text('{"user": "grace", "token": "swordfish-42"}')
    journal = MemoryJournal()
    run = await local_run(
        PROGRAM,
        tmp_path,
        secrets={"TOKEN": TOKEN, "LISTED": LISTED},
        journal=journal,
    )
    seen = Operator(run)
    run.watch(seen)
    state = await run.drive()
    statuses = {step: str(known.status) for step, known in state.steps.items()}
    assert statuses["tidy"] == "succeeded"
    assert statuses["use:undo"] == "succeeded"
    assert statuses["each[1]:undo"] == "succeeded"
    kept = [encode(event) for event in journal.events["01RUN"]]
    kept += [msgspec.json.encode(told).decode() for told in (*seen.notices, *seen.questions)]
    kept += [line.text for step, line in seen.lines if step != "make"]
    for text in kept:
        for secret in ("hunter", "swordfish"):
            assert secret not in text, text


async def test_a_run_with_secrets_is_the_same_when_it_is_shown_again(tmp_path: Path) -> None:
    program = program_of(
        """
        vars: {TOKEN: {type: secret}}
        steps:
          - name: make
            kind: shell
            run: echo '{"users":[{"token":"swordfish-42"}]}'
            capture: {CREDS: {value: json, secret: true}}
          - {name: use, kind: shell, run: "echo {{ CREDS.users[0].token | upper }}",
             undo: {kind: shell, run: "echo {{ steps.make.json.users[0].token.strip() }}"}}
          - {name: cut, kind: shell, run: "echo {{ TOKEN[:8] }} {{ TOKEN.split('-')[0] }}",
             on_failure: warn}
          - {name: fails, kind: shell, run: exit 1}
        """
    )
    journal = MemoryJournal()
    run = await local_run(program, tmp_path, secrets={"TOKEN": TOKEN}, journal=journal)
    run.watch(Operator(run))
    live = await run.drive()
    recorded = [decode(encode(event).encode()) for event in journal.events["01RUN"]]
    again = replay(program, recorded).state
    assert {
        id_: (step.status, step.attempts, step.reason) for id_, step in again.steps.items()
    } == {id_: (step.status, step.attempts, step.reason) for id_, step in live.steps.items()}
    assert live.steps["use:undo"].status == "succeeded"
    assert (again.status, again.reason) == (live.status, live.reason)
