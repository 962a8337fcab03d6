"""What an error of a template advises reaches the operator when it comes up in a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from pup_tui.core.notices import StepFinished
from pup_tui.drivers.replay import replay
from pup_tui.journal import codec
from pup_tui.journal.writer import MemoryJournal
from tests.support.runbooks import program_of
from tests.support.runs import Seen, local_run

BIG = "x" * 131_072
FILE = "vars: {{BIG: {{}}, TOKEN: {{type: secret}}}}\nsteps: [{{name: a, {step}}}]"


@pytest.mark.parametrize(
    ("step", "hint"),
    [
        ("kind: shell, run: 'echo {{ BIG }}'", "the step's `stdin:`"),
        ('kind: shell, run: "cat <<E\\n{{ BIG }}\\nE\\n"', "the step's `stdin:`"),
        ("kind: pup, run: 'monitors get {{ BIG }}'", "through `stdin:`"),
        ("kind: shell, run: 'echo 1', capture: {X: 'output * BIG'}", "`| int`"),
        ("kind: shell, run: 'echo 1', assert: 'output * BIG == 2'", "`| int`"),
        ("kind: shell, run: 'echo 1', if: 'TOKEN * 2 == 4'", "`| int`"),
        ("kind: manual, message: '{% for x in BIG %}{% endfor %}'", "`.splitlines()`"),
        ("kind: http, url: 'http://localhost/', headers: {X-A: '{{ BIG ~ \" \" }}'}", "`| trim`"),
    ],
)
async def test_a_failed_step_says_what_to_do(tmp_path: Path, step: str, hint: str) -> None:
    journal = MemoryJournal()
    program = program_of(FILE.format(step=step))
    run = await local_run(
        program, tmp_path, values={"BIG": BIG}, secrets={"TOKEN": "secret"}, journal=journal
    )
    seen = Seen(run)
    run.watch(seen)
    await run.drive()
    (finished,) = [notice for notice in seen.notices if isinstance(notice, StepFinished)]
    assert finished.status == "failed"
    assert hint in finished.reason

    events = [codec.decode(codec.encode(event).encode()) for event in journal.events["01RUN"]]
    assert replay(program, events).state.steps["a"].reason == finished.reason
