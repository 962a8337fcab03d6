"""`pup-tui approve`: a person sees what was asked for, types a code, and it begins there."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pexpect
import pytest
from msgspec.structs import replace

from pup_tui.agent.asking import request_run
from pup_tui.agent.desk import Client, Desk, Refused
from pup_tui.agent.reach import Reach
from pup_tui.agent.runbooks import plan_run
from pup_tui.journal.reader import JournalReader
from tests.support.agents import desk_in, environ_of
from tests.support.program import Program, program_in
from tests.support.terminal import Typed, ended, typed

GREET = (
    "agents: request\nvars: {WHO: world, TOKEN: {type: secret, required: false}}\nsteps:\n"
    "- {name: Say, kind: shell, run: 'echo hello {{ WHO }}'}\n"
)


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    made = program_in(tmp_path)
    (made.cwd / "books").mkdir()
    monkeypatch.chdir(made.cwd)
    write(made, "greet", GREET)
    return Program(made.cwd, environ_of(made))


def write(program: Program, name: str, text: str) -> None:
    (program.cwd / "books" / f"{name}.yaml").write_text(f"name: {name}\n{text}")


def asked_for(program: Program, runbook: str = "greet", **changed: object) -> str:
    """A run that an agent has asked for; its id."""
    desk: Desk = replace(desk_in(program), **changed)
    reach = Reach(desk)
    values = {"WHO": "ada"}
    digest = plan_run(desk, reach, runbook, values)["digest"]
    client = Client("helper", "4.2")
    told = request_run(desk, reach, client, runbook, values, digest, "Greet \x1b[31mher\nplease.")
    run: str = told["run"]
    return run


def code_on(child: Typed) -> str:
    """The code that is asked for."""
    child.expect(r"Type (\w{6}) to approve")
    assert isinstance(child.match, re.Match)
    return str(child.match[1])


def runs(program: Program) -> list[str]:
    return [row["run"] for row in program("history", "--json").json]


def status(program: Program, run: str) -> str:
    with closing(JournalReader.open(Path(program.environ["PUP_TUI_STATE_DIR"]))) as reader:
        pending = reader.pending_run(run)
    assert pending is not None
    return str(pending.status_at(time.time()))


@pytest.fixture
def terminal(program: Program) -> Iterator[Typed]:
    """`approve` of a run of `greet`, on a terminal, with a remark."""
    run = asked_for(program)
    with typed(program, "approve", run[-8:], "--note", "Fine by me.") as child:
        yield child


@pytest.mark.proves("P25")
def test_who_asks_and_the_plan_are_shown_and_the_code_begins_it(
    terminal: Typed, program: Program
) -> None:
    code = code_on(terminal)
    shown = str(terminal.before)
    assert "helper 4.2, as it calls itself, asks for a run of greet" in shown
    assert "Greet \\x1b[31mher" in shown
    assert "echo hello ada" in shown
    terminal.sendline(code.lower())
    terminal.expect("hello ada")
    assert ended(terminal) == 0
    (run,) = runs(program)
    told = program("show", run, "--json").json
    assert told["status"] == "succeeded"
    assert told["request"] | {"asked_at": "", "digest": ""} == {
        "client": "helper",
        "version": "4.2",
        "reason": "Greet \x1b[31mher\nplease.",
        "digest": "",
        "asked_at": "",
        "approved_by": "ada",
    }
    (decision,) = told["decisions"]
    assert (decision["answer"], decision["by"], decision["note"]) == (
        "approved the request of helper 4.2",
        "ada",
        "Fine by me.",
    )
    assert "asked for by helper 4.2" in program("show", run).out
    assert status(program, run) == "approved"
    assert "waits for approval no more: it is approved by ada" in program("approve", run).err


@pytest.mark.proves("P25")
@pytest.mark.parametrize("answer", ["", "y", "yes", "AAAAAA", "approve"])
def test_anything_but_the_code_leaves_it_waiting(
    answer: str, terminal: Typed, program: Program
) -> None:
    code_on(terminal)
    terminal.sendline(answer)
    assert ended(terminal) == 3
    assert runs(program) == []
    assert len(program("approve").out.splitlines()) == 1


@pytest.mark.proves("P25")
def test_a_code_is_another_one_each_time(program: Program) -> None:
    run = asked_for(program)
    codes = set()
    for _ in range(2):
        with typed(program, "approve", run) as child:
            codes.add(code_on(child))
    assert len(codes) == 2


@pytest.mark.proves("P25")
def test_what_was_typed_before_the_code_was_shown_does_not_count(program: Program) -> None:
    run = asked_for(program)
    with typed(program, "approve", run) as child:
        child.sendline("AAAAAA")
        child.sendline(code_on(child))
        assert ended(child) == 0


def test_it_is_declined_and_does_not_begin(program: Program) -> None:
    run = asked_for(program)
    with typed(program, "approve", run, "--no", "--note", "Not now.") as child:
        child.expect("is declined")
        assert ended(child) == 0
    assert status(program, run) == "declined"
    assert runs(program) == []
    with typed(program, "approve", run) as child:
        child.expect("it is declined by ada")
        assert ended(child) == 3


CHANGES = [
    ("text", lambda p: write(p, "greet", GREET.replace("hello", "bye")), "another text"),
    ("note", lambda p: write(p, "greet", f"{GREET}x-a: b\n"), "another text"),
    (
        "default",
        lambda p: write(p, "greet", GREET.replace("TOKEN", "X: new, TOKEN")),
        "values of X",
    ),
    (
        "script beside it",
        lambda p: (
            (p.cwd / "books" / "scripts").mkdir()
            or (p.cwd / "books" / "scripts" / "a.sh").write_text("echo bye")
        ),
        "other files beside it",
    ),
    ("gone", lambda p: (p.cwd / "books" / "greet.yaml").unlink(), "there is no runbook"),
    ("broken", lambda p: write(p, "greet", "steps: []\n"), "has 1 error"),
    ("variable", lambda p: write(p, "greet", GREET.replace("WHO", "WHOM")), "no variable `WHO`"),
]


@pytest.mark.proves("P25")
@pytest.mark.parametrize(
    ("change", "told"), [each[1:] for each in CHANGES], ids=[each[0] for each in CHANGES]
)
def test_what_has_changed_since_is_not_approved(
    change: object, told: str, program: Program
) -> None:
    run = asked_for(program)
    assert callable(change)
    change(program)
    with typed(program, "approve", run) as child:
        child.expect(re.escape(told))
        assert ended(child) == 2
    assert runs(program) == []


@pytest.mark.proves("P25")
def test_what_changes_while_the_code_is_awaited_does_not_begin(program: Program) -> None:
    run = asked_for(program)
    with typed(program, "approve", run) as child:
        code = code_on(child)
        (program.cwd / "books" / "scripts").mkdir()
        (program.cwd / "books" / "scripts" / "a.sh").write_text("echo bye")
        child.sendline(code)
        child.expect("other files beside it")
        assert ended(child) == 2
    assert runs(program) == []
    assert status(program, run) == "pending"


def test_what_has_changed_in_the_environment_is_told_by_its_name(program: Program) -> None:
    write(
        program,
        "where",
        "agents: request\nvars: {WHO: x, REGION: {from: 'env:REGION', default: eu}}\n"
        "steps: [{name: Say, kind: shell, run: 'echo {{ REGION }} {{ WHO }}'}]\n",
    )
    run = asked_for(program, "where")
    elsewhere = Program(program.cwd, {**program.environ, "REGION": "us"})
    with typed(elsewhere, "approve", run) as child:
        child.expect("other values of REGION")
        assert ended(child) == 2


@pytest.mark.proves("P25")
def test_it_cannot_be_approved_after_an_hour(program: Program) -> None:
    run = asked_for(program, now=lambda: time.time() - 3_601)
    with typed(program, "approve", run) as child:
        child.expect("it is expired")
        assert ended(child) == 3
    assert program("approve").out == ""


def test_questions_and_secrets_are_asked_of_whoever_approves(program: Program) -> None:
    write(
        program,
        "asks",
        "agents: request\nvars: {WHO: x, TOKEN: {type: secret}}\nsteps:\n"
        "- {name: Sure, kind: confirm, message: 'Greet {{ WHO }}?', danger: true}\n"
        "- {name: Say, kind: shell, run: 'echo ${#T}', env: {T: '{{ TOKEN }}'}}\n",
    )
    run = asked_for(program, "asks")
    with typed(program, "approve", run) as child:
        child.sendline(code_on(child))
        child.expect("TOKEN")
        child.sendline("hunter2-hunter2")
        child.expect("Greet ada")
        child.expect_exact("[y/N]")
        child.sendline("y")
        child.expect("15")
        assert ended(child) == 0
    told = program("show", run, "--json").json
    assert told["vars"] == {"WHO": "ada", "TOKEN": "***"}
    assert [each["answer"] for each in told["decisions"]][1:] == ["yes"]


def test_a_lock_that_is_held_leaves_it_waiting(program: Program) -> None:
    write(program, "locked", f"lock: the-lock\n{GREET}")
    write(program, "holds", "lock: the-lock\nsteps: [{name: a, kind: shell, run: sleep 600}]\n")
    run = asked_for(program, "locked")
    holder = program.start("run", "holds")
    try:
        holder.stderr.readline()
        while "the-lock" not in str(program("check", "locked").out):
            time.sleep(0.1)
        with typed(program, "approve", run) as child:
            child.sendline(code_on(child))
            child.expect("the lock is held")
            assert ended(child) == 4
        assert status(program, run) == "pending"
    finally:
        holder.terminate()
        holder.communicate(timeout=100)


def test_it_runs_with_the_profile_that_it_was_planned_with(program: Program) -> None:
    profiles = Path(program.environ["PUP_TUI_CONFIG_DIR"]) / "profiles"
    profiles.mkdir(parents=True)
    (profiles / "staging.yaml").write_text("vars: {PLACE: there}\n")
    write(
        program,
        "placed",
        "agents: request\nvars: {WHO: x, PLACE: here}\n"
        "steps: [{name: Say, kind: shell, run: 'echo {{ WHO }} is {{ PLACE }}'}]\n",
    )
    there = Program(program.cwd, {**program.environ, "PUP_TUI_PROFILE": "staging"})
    bare = desk_in(there)
    assert bare.sources.profile == "staging"
    run = asked_for(there, "placed")
    with typed(program, "approve", run) as child:
        child.sendline(code_on(child))
        child.expect("ada is there")
        assert ended(child) == 0
    assert program("show", run, "--json").json["profile"] == "staging"


def test_the_alert_travels_with_the_run(program: Program) -> None:
    write(
        program,
        "restart",
        "agents: request\nalerts: [{match: {alertname: Down}, vars: {SERVICE: alert.service}}]\n"
        "vars: {SERVICE: {}}\n"
        "steps: [{name: Say, kind: shell, run: 'echo {{ SERVICE }} for {{ run.alert.title }}'}]\n",
    )
    desk, client = desk_in(program), Client("helper", "4.2")
    labels = {"alertname": "Down", "service": "payments"}
    alert = json.dumps({"alerts": [{"status": "firing", "labels": labels}]})
    reach = Reach(desk)
    digest = plan_run(desk, reach, "restart", {}, alert)["digest"]
    with pytest.raises(Refused, match="plan again"):
        request_run(desk, reach, client, "restart", {"SERVICE": "payments"}, digest, "It is down.")
    told = request_run(desk, reach, client, "restart", {}, digest, "It is down.", alert)
    with typed(program, "approve", told["run"]) as child:
        child.expect("It is about the alert: .*Down")
        child.sendline(code_on(child))
        child.expect("payments for Down")
        assert ended(child) == 0
    shown = program("show", told["run"], "--json").json
    assert (shown["alert"]["title"], shown["vars"]) == ("Down", {"SERVICE": "payments"})


def test_another_profile_is_refused(program: Program) -> None:
    profiles = Path(program.environ["PUP_TUI_CONFIG_DIR"]) / "profiles"
    profiles.mkdir(parents=True)
    (profiles / "other.yaml").write_text("description: another\n")
    run = asked_for(program)
    with typed(program, "approve", run, "--profile", "other") as child:
        child.expect("was asked for with no profile")
        assert ended(child) == 2


def test_where_nothing_waits_that_is_said(program: Program) -> None:
    assert program("approve").err == "no run waits for approval\n"
    run = asked_for(program)
    listed = program("approve").out
    assert listed.startswith(f"{run}  greet  asked for by helper 4.2 ")
    assert program("approve", "01ABC").code == 2


@pytest.mark.proves("P25")
def test_a_plan_that_is_piped_away_is_seen_by_nobody(program: Program) -> None:
    run = asked_for(program)
    child = pexpect.spawn(
        "sh",
        ["-c", f"{sys.executable} -m pup_tui approve {run} | cat"],
        cwd=str(program.cwd),
        env={**program.environ},
        encoding="utf-8",
        timeout=200,
    )
    child.expect("decided on a terminal, by a person")
    child.expect(pexpect.EOF)
    assert runs(program) == []
