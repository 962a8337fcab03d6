"""What went into a step and what was answered, as the record and the streams tell it."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from pathlib import Path
from typing import Any

from pup_tui.core.sent import MOST_KEPT
from tests.support.http_server import FakeServer
from tests.support.program import Program

TOKEN = "hunter2-token"


def show(program: Program, run: str) -> Any:
    return program("show", run, "--json").json


def run_of(program: Program) -> str:
    rows = program("history", "--json").json
    run = rows[0]["run"]
    assert isinstance(run, str)
    return run


def step_of(program: Program, step: str) -> Any:
    (found,) = (s for s in show(program, run_of(program))["steps"] if s["step"] == step)
    return found


def test_what_a_script_reads_is_told_and_recorded(program: Program) -> None:
    path = program.write(
        "x",
        "name: x\nvars: {WHO: ada, T: {type: secret, from: 'env:T'}}\nsteps:\n"
        "  - {name: send, kind: shell, run: cat >/dev/null, stdin: 'to {{ WHO }}\n\n    by {{ T }}'}\n",
    )
    done = program("run", str(path), "--json", T=TOKEN)
    started = done.event("step.started")
    assert (started["stdin"], started["body"]) == ("to ada\nby ***", None)
    assert step_of(program, "send")["stdin"] == "to ada\nby ***"
    told = program("show", run_of(program)).out
    assert "   $ cat >/dev/null\n   stdin:\n     to ada\n     by ***\n" in told
    assert TOKEN not in done.out + done.err + told


async def test_the_body_of_a_request_is_told_as_it_was_sent(program: Program) -> None:
    text = """\
name: x
vars: {V: "a b", T: {type: secret, from: "env:T"}}
steps:
  - {name: tree, kind: http, method: POST, url: "URL/a", json: {v: "{{ V }}", t: "{{ T }}"}}
  - {name: fields, kind: http, method: POST, url: "URL/b", form: {v: "{{ V }}", t: "{{ T }}"}}
  - {name: text, kind: http, method: POST, url: "URL/c", body: '{"v": "{{ V }}"}'}
  - {name: file, kind: http, method: POST, url: "URL/d", body_file: "{{ V }}.txt"}
"""
    (program.cwd / "a b.txt").write_text("in the file")
    async with FakeServer() as server:
        path = program.write("x", text.replace("URL", server.url))
        process = program.start("run", str(path), "--json", T=TOKEN)
        out, err = await asyncio.to_thread(process.communicate)
        assert process.returncode == 0, err
        sent = [request.body.decode() for request in server.requests]
    events = [json.loads(line) for line in out.splitlines()]
    told = {e["step"]: e["body"] for e in events if e["type"] == "step.started"}
    assert sent == [
        f'{{"v":"a b","t":"{TOKEN}"}}', f"v=a+b&t={TOKEN}", '{"v": "a b"}', "in the file",
    ]  # fmt: skip
    assert told == {
        "tree": '{"v":"a b","t":"***"}',
        "fields": "v=a+b&t=***",
        "text": '{"v": "a b"}',
        "file": None,
    }
    assert step_of(program, "file")["body_file"] == "a b.txt"
    assert step_of(program, "tree")["body"] == told["tree"]


def test_a_large_text_does_not_swell_the_journal(program: Program) -> None:
    long = "x" * 900_000
    path = program.write(
        "x",
        "name: x\nsteps:\n  - {name: a, kind: shell, run: wc -c, stdin: "
        + long
        + ", poll: {interval: 100ms, max_attempts: 5, until: 'attempt == 5'}}\n",
    )
    done = program("run", str(path))
    assert done.out == "900000\n" * 5
    kept = step_of(program, "a")["stdin"]
    assert kept == f"{long[:MOST_KEPT]}\n… {900_000 - MOST_KEPT:,} more characters are not kept"
    state = Path(program.environ["PUP_TUI_STATE_DIR"])
    with sqlite3.connect(state / "journal.db") as journal:
        (events,) = journal.execute("SELECT sum(length(body)) FROM event").fetchone()
    assert events < 3 * MOST_KEPT


def test_a_secret_at_the_edge_of_what_is_kept_is_not_cut_in_two(program: Program) -> None:
    # Nothing tells that what the file has there is the secret: only the masker finds it.
    text = "y" * (MOST_KEPT - 5) + TOKEN + "z" * 100
    path = program.write(
        "x",
        "name: x\nvars: {T: {type: secret, from: 'env:T'}}\nsteps:\n"
        f"  - {{name: a, kind: shell, run: 'cat >/dev/null # {{{{ T }}}}', stdin: {text}}}\n",
    )
    assert program("run", str(path), T=TOKEN).code == 0
    kept = step_of(program, "a")["stdin"]
    assert kept.startswith("y" * (MOST_KEPT - 5) + "***zz\n…")


ASKING = """\
name: asking
vars: {ENV: staging}
steps:
  - name: ask
    kind: input
    message: Which of {{ ENV }}?
    vars: {REGION: {}, T: {type: secret}, NOTE: {required: false}}
  - {name: done, kind: manual, message: Look, checklist: ["at {{ REGION }}", and around]}
  - {name: use, kind: shell, run: "echo {{ REGION }}"}
"""


def test_answers_are_recorded_with_their_question_and_values(program: Program) -> None:
    path = program.write("asking", ASKING)
    (program.cwd / "values.yaml").write_text(json.dumps({"answers": {"ask": {"T": TOKEN}}}))
    done = program(
        "run", str(path), "--set", "ask.REGION=eu1", "--arg-file", "values.yaml", "--yes", "--json"
    )
    assert (done.code, done.event("step.output")["text"]) == (0, "eu1")
    answered = done.event("step.answered", step="ask")
    assert (answered["answer"], answered["by"]) == ("yes", "--set")
    assert answered["values"] == {"REGION": "eu1", "T": "***"}
    assert done.event("step.waiting", step="done")["checklist"] == ["at eu1", "and around"]
    asked, ticked = show(program, run_of(program))["decisions"]
    assert (asked["question"], asked["values"]) == (
        "Which of staging?", {"REGION": "eu1", "T": "***"},
    )  # fmt: skip
    assert (ticked["question"], ticked["answer"], ticked["by"], ticked["values"]) == (
        "Look\n[ ] at eu1\n[ ] and around", "yes", "--yes", {},
    )  # fmt: skip
    told = program("show", run_of(program)).out
    assert "ask: yes by --set\n    Which of staging?\n    REGION = eu1\n    T = ***\n" in told
    state = Path(program.environ["PUP_TUI_STATE_DIR"])
    assert not any(TOKEN.encode() in p.read_bytes() for p in state.rglob("*") if p.is_file())
    assert TOKEN not in told + done.out + done.err


WORK = """\
name: work
vars: {HOST: db1}
steps:
  - name: both
    kind: manual
    message: |
      Look at {{ HOST }}.
    checklist: ["{{ HOST }} is in sync", DNS is moved]
  - {name: listed, kind: manual, checklist: [one, two]}
  - {name: sure, kind: confirm, message: Now?}
  - {name: last, kind: manual, message: Done, checklist: ["{{ HOST }}"]}
"""


def test_what_is_to_be_ticked_stands_in_the_plan_and_in_the_progress(program: Program) -> None:
    path = program.write("work", WORK)
    both = "Look at db1.\n[ ] db1 is in sync\n[ ] DNS is moved"
    planned = json.loads(program("plan", str(path), "--json").out)["steps"]
    assert [step["command"] for step in planned] == [
        both, "[ ] one\n[ ] two", "Now?", "Done\n[ ] db1",
    ]  # fmt: skip
    indented = both.replace("\n", "\n     ")
    assert f"     {indented}\n" in program("plan", str(path)).out
    told = program("run", str(path), "--yes").err
    asked = both.replace("\n", "\n  ? ")
    assert f"  ? {asked}\n  ? yes, answered by --yes (assumed)\n" in told
    assert "  ? [ ] one\n  ? [ ] two\n" in told
