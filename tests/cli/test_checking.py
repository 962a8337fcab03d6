"""`pup-tui check`, and what is looked at before a run: what stops it, what warns, what goes past that."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import Any

import pytest

from tests.support.http_server import FakeServer, Recorded, Reply, Write
from tests.support.program import Ended, Program

ECHO = "steps: [{name: a, kind: shell, run: echo ran}]\n"


def found(done: Ended, what: str) -> list[dict[str, Any]]:
    each_has = {"what", "subject", "ok", "detail", "hint", "stops"}
    assert all(set(each) == each_has for each in done.json["checks"])
    return [each for each in done.json["checks"] if each["what"] == what]


def tool(program: Program, name: str, script: str) -> dict[str, str]:
    """A program on PATH; the environment that finds it."""
    folder = program.cwd.parent / "bin"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)
    return {"PATH": f"{folder}:{program.environ['PATH']}"}


def checked(program: Program, text: str, *args: str, **environ: str) -> Ended:
    program.write("x", f"name: x\n{text}")
    return program("check", "x.yaml", "--json", *args, **environ)


def test_all_in_order(program: Program) -> None:
    path = tool(program, "mytool", "echo mytool 2.1")
    done = checked(program, 'requires: {mytool: ">=2"}\nlock: one\n' + ECHO, **path)
    assert (done.code, done.err) == (0, "")
    assert done.json["ok"] is True
    (version,) = found(done, "version")
    assert version["detail"] == "has version 2.1, as required (>=2)"
    assert {each["subject"]: each["ok"] for each in found(done, "tool")} == {
        "mytool": True,
        "sh": True,
    }
    assert [each["detail"] for each in found(done, "lock")] == ["is free"]
    assert [each["subject"] for each in found(done, "record")] == ["folder", "room", "journal"]


@pytest.mark.parametrize(
    ("text", "what", "subject", "detail"),
    [
        ('requires: {no-such: ""}\n' + ECHO, "tool", "no-such", "`requires` names it"),
        ("steps: [{name: a, kind: shell, run: no-such}]", "tool", "no-such", "`a` needs it"),
        ('requires: {mytool: ">=3"}\n' + ECHO, "version", "mytool", "has version 2.1"),
        ("profiles: [eu]\n" + ECHO, "profile", "(none)", "only, not without one"),
        ("vars: {X: {}}\n" + ECHO, "values", "X", "is required"),
        ("vars: {S: {type: secret, from: 'env:S'}}\n" + ECHO, "values", "secret S", "is required"),
        ("steps: [{name: a, kind: confirm, message: Go?}]", "questions", "questions", "`a`"),
        ("steps: [{name: a, kind: input, vars: {V: {}}}]", "questions", "questions", "`a` (V)"),
        ("vars: {X: ' '}\nlock: '{{ X }}'\n" + ECHO, "lock", "{{ X }}", "renders to nothing"),
    ],
)
def test_what_stops_a_run(
    program: Program, text: str, what: str, subject: str, detail: str
) -> None:
    path = tool(program, "mytool", "echo mytool 2.1")
    done = checked(program, text, **path)
    assert (done.code, done.json["ok"]) == (2, False)
    (wrong,) = [each for each in done.json["checks"] if not each["ok"]]
    assert (wrong["what"], wrong["subject"], wrong["stops"]) == (what, subject, True)
    assert detail in wrong["detail"]
    assert wrong["hint"]
    table = program("check", "x.yaml", **path)
    assert table.code == 2
    assert f"  problem  {subject}" in table.out
    assert table.out.endswith("1 problem\n")
    run = program("run", "x.yaml", **path)
    assert (run.code, run.out) == (2, "")


def test_questions_are_no_matter_where_they_are_answered(program: Program) -> None:
    text = "steps: [{name: a, kind: confirm, message: Go?}]"
    assert checked(program, text, "--yes").code == 0
    assert [each["ok"] for each in found(checked(program, text, "--yes"), "questions")] == [True]


def test_a_secret_is_told_by_its_place_and_never_by_its_value(program: Program) -> None:
    text = "vars: {S: {type: secret, from: 'env:S'}, N: 1}\n" + ECHO
    done = checked(program, text, S="geheimnis")
    assert [each["detail"] for each in found(done, "values")] == [
        "is there: from env:S",
        "2 are there",
    ]
    assert "geheimnis" not in done.out
    (lacking,) = [each for each in found(checked(program, text), "values") if not each["ok"]]
    assert lacking["hint"] == "put it where it comes from (env:S), or give --arg-file"


def test_what_a_command_gives_is_not_asked_for(program: Program) -> None:
    text = "vars: {X: {from: 'command:touch asked'}}\n" + ECHO
    (value,) = found(checked(program, text), "values")
    assert value["detail"] == "is found when the run begins: from command:touch asked"
    assert not (program.cwd / "asked").exists()


def test_a_part_of_a_runbook_needs_what_that_part_needs(program: Program) -> None:
    text = "steps: [{name: a, kind: shell, run: no-such}, {name: b, kind: shell, run: echo}]"
    assert checked(program, text).code == 2
    assert checked(program, text, "--skip", "a", "--reason", "is done").code == 0


async def test_a_lock_that_is_held_is_told_with_its_holder(program: Program) -> None:
    program.write("slow", "name: slow\nlock: one\nsteps: [{name: a, kind: shell, run: cat fifo}]\n")
    import os

    os.mkfifo(program.cwd / "fifo")
    running = program.start("run", "slow.yaml", "--json")
    try:
        started = running.stdout.readline() + running.stdout.readline()
        assert "step.started" in started
        done = checked(program, "lock: one\n" + ECHO)
        (lock,) = found(done, "lock")
        assert (done.code, lock["subject"], lock["stops"]) == (2, "one", True)
        assert "is held by ada on" in lock["detail"]
        assert "--break-lock" in lock["hint"]
        # Of a run that is begun the lock itself decides, with the exit code for that.
        assert program("run", "x.yaml").code == 4
        calls = "steps: [{name: c, kind: runbook, runbook: y, vars: {N: %s}}]\n"
        program.write("y", "name: y\nlock: '{{ N }}'\nvars: {N: {}}\n" + ECHO)
        done = checked(program, calls % "one")
        (lock,) = found(done, "lock")
        assert (done.code, lock["ok"], lock["stops"]) == (0, False, False)
        assert "and `c` needs it" in lock["detail"]
        assert found(checked(program, calls % "two"), "lock")[0]["detail"] == "is free"
        made = "steps:\n  - {name: a, kind: shell, run: echo, capture: W}\n  - "
        made += "{name: c, kind: runbook, runbook: y, vars: {N: \"{{ W | default('one') }}\"}}\n"
        assert found(checked(program, made), "lock") == [], "only the run tells which one it is"
    finally:
        with (program.cwd / "fifo").open("w"):
            pass
        running.communicate(timeout=60)


def test_where_no_record_can_be_kept_no_run_begins(program: Program) -> None:
    state = Path(program.environ["PUP_TUI_STATE_DIR"])
    state.mkdir(mode=0o777)
    state.chmod(0o777)
    done = checked(program, ECHO)
    (record,) = found(done, "record")
    assert (done.code, record["stops"]) == (2, True)
    assert "others may write in the folder" in record["detail"]
    assert "chmod" in record["hint"]


@pytest.mark.parametrize(
    ("inside", "subject", "detail"),
    [
        ("outputs", "folder", "there is a file in the place of the folder"),
        ("locks", "folder", "there is a file in the place of the folder"),
        ("journal.db", "journal", "the journal is damaged"),
        ("journal.db-wal", "journal", "the journal is gone"),
    ],
)
def test_what_the_record_is_kept_in_is_looked_at(
    program: Program, inside: str, subject: str, detail: str
) -> None:
    state = Path(program.environ["PUP_TUI_STATE_DIR"])
    state.mkdir(mode=0o700, parents=True)
    (state / inside).write_text("no database" * 1000)
    (state / inside).chmod(0o600)
    done = checked(program, "lock: one\n" + ECHO)
    assert done.code == 2
    (wrong,) = [each for each in found(done, "record") if not each["ok"]]
    assert (wrong["subject"], wrong["stops"]) == (subject, True)
    assert wrong["detail"].startswith(detail)
    assert wrong["hint"]
    assert program("run", "x.yaml").code != 0


def test_what_lies_in_the_working_directory_is_not_looked_at(program: Program) -> None:
    (program.cwd / "runbooks").mkdir()
    text = 'name: x\nrequires: {sh: {version: ">=1", command: touch ran}}\n' + ECHO
    (program.cwd / "runbooks" / "x.yaml").write_text(text)
    done = program("check", "x")
    assert done.code == 2
    assert "is not trusted" in done.err
    assert not (program.cwd / "ran").exists()


def test_a_plan_says_what_is_not_there(program: Program) -> None:
    program.write("x", 'name: x\nrequires: {no-such: ""}\n' + ECHO)
    done = program("plan", "x.yaml")
    assert done.code == 0
    assert done.err.startswith("pup-tui: no-such is not there, and `requires` names it: install it")
    assert program("plan", "x.yaml", "--json").err == ""


def test_plan_and_validate_ask_no_program_for_its_version(program: Program) -> None:
    text = 'requires: {sh: {version: ">=1", command: "touch ran; echo 2"}}\n' + ECHO
    program.write("x", f"name: x\n{text}")
    for command in ("plan", "validate", "describe"):
        assert program(command, "x.yaml").code == 0
        assert not (program.cwd / "ran").exists()
    assert program("check", "x.yaml").code == 0
    assert (program.cwd / "ran").exists()


def test_in_a_read_only_mode_no_script_tells_a_version(program: Program) -> None:
    text = 'requires: {sh: {version: ">=1", command: "touch ran; echo 2"}}\n' + ECHO
    done = checked(program, text, "--read-only")
    (version,) = found(done, "version")
    assert (done.code, version["ok"], version["stops"]) == (0, False, False)
    assert not (program.cwd / "ran").exists()


# Elsewhere


async def asked(program: Program, server: FakeServer, *args: str) -> Ended:
    environ = {"PUP_TUI_DATADOG_URL": server.url, "DD_API_KEY": "k" * 8, "DD_APP_KEY": "a" * 8}
    return await asyncio.to_thread(program, *args, **environ)


async def test_credentials_are_looked_at_and_kept_for_some_minutes(program: Program) -> None:
    program.write("x", "name: x\nsteps: [{name: a, kind: pup, run: monitors list}]\n")
    async with FakeServer(Reply(200, {"data": {"attributes": {"handle": "ada"}}})) as server:
        done = await asked(program, server, "check", "x.yaml", "--json")
        (credentials,) = found(done, "credentials")
        assert (done.code, credentials["ok"]) == (0, True)
        assert credentials["detail"] == "accepts the credentials of ada"
        assert len(server.requests) == 2
        again = await asked(program, server, "check", "x.yaml", "--json")
        assert found(again, "credentials") == [credentials]
        assert len(server.requests) == 2
        assert (
            found(
                await asked(program, server, "check", "x.yaml", "--json", "--offline"),
                "credentials",
            )
            == []
        )
    kept = (Path(program.environ["PUP_TUI_STATE_DIR"]) / "preflight.json").read_text()
    assert "kkkk" not in kept


async def test_credentials_that_are_refused_warn_and_the_run_goes_on(program: Program) -> None:
    async def answer(request: Recorded, _: Write) -> Reply:
        if request.path == "/wait":
            await refused.wait()  # so that what is looked at beside comes first
        elif request.path != "/api/v1/monitor":
            refused.set()
            return Reply(403, {"errors": ["Forbidden"]})
        return Reply(200, [])

    refused = asyncio.Event()
    async with FakeServer(handler=answer) as server:
        wait = f"{{name: w, kind: http, url: '{server.url}/wait'}}"
        monitors = "{name: a, kind: pup, run: monitors list}"
        program.write("x", f"name: x\nsteps: [{wait}, {monitors}]\n")
        done = await asked(program, server, "check", "x.yaml", "--json")
        (credentials,) = found(done, "credentials")
        assert (done.code, credentials["ok"], credentials["stops"]) == (0, False, False)
        assert "does not accept the credentials" in credentials["detail"]
        run = await asked(program, server, "run", "x.yaml")
        assert run.code == 0
        assert "▲ Datadog does not accept the credentials" in run.err


async def test_what_the_first_step_asks_it_tells_itself(program: Program) -> None:
    program.write("x", "name: x\nsteps: [{name: a, kind: pup, run: monitors list}]\n")
    async with FakeServer(Reply(200, [])) as server:
        assert (await asked(program, server, "run", "x.yaml")).code == 0
        assert [request.path for request in server.requests] == ["/api/v1/monitor"]


def test_a_host_that_does_not_answer_warns(program: Program) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    text = f"steps: [{{name: a, kind: http, url: 'http://127.0.0.1:{port}/'}}]"
    done = checked(program, text)
    (host,) = found(done, "host")
    assert (done.code, host["ok"], host["subject"]) == (0, False, f"127.0.0.1:{port}")
    assert program("check", "x.yaml").out.endswith("1 warning\n")


# Before a run


def test_several_reasons_are_told_at_once_each_with_what_to_do(program: Program) -> None:
    program.write("x", 'name: x\nrequires: {no-such: "", neither: ">=2"}\n' + ECHO)
    done = program("run", "x.yaml", "--yes")
    assert (done.code, done.out) == (2, "")
    *each, last = done.err.splitlines()
    assert each == [
        "  no-such is not there, and `requires` names it: install it, or put it on PATH",
        "  neither is not there, and `requires` names it: install it, or put it on PATH",
    ]
    assert last.startswith("pup-tui: nothing was run: 2 things that it needs are not in order: ")
    assert last.endswith("--unchecked REASON goes past them")
    assert program("history").out == ""


def test_what_may_not_be_needed_only_warns(program: Program) -> None:
    program.write("x", "name: x\nsteps: [{name: a, kind: shell, run: no-such, if: 1 > 2}]\n")
    done = program("run", "x.yaml")
    assert done.code == 0
    assert done.err.startswith("pup-tui: no-such is not there, and `a` needs it: install it")


def test_a_reason_goes_past_it_and_is_recorded_with_what_was_not_in_order(program: Program) -> None:
    program.write("x", 'name: x\nrequires: {no-such: ""}\n' + ECHO)
    why = "the site is down\x1b[31m"
    done = program("run", "x.yaml", "--unchecked", why, "--json")
    assert done.code == 0
    assert done.event("run.started")["unchecked"] == why
    (row,) = program("history", "--json").json
    assert row["unchecked"] == why
    assert "succeeded, unchecked" in program("history").out
    shown = program("show", row["run"], "--json").json
    (decision,) = shown["decisions"]
    assert (decision["answer"], decision["by"]) == ("began unchecked", "ada")
    assert decision["note"].startswith("the site is down")
    assert decision["question"].startswith("no-such is not there")
    table = program("show", row["run"])
    assert "began unchecked by ada (the site is down" in table.out
    assert "\x1b" not in table.out
    text = program("run", "x.yaml", "--unchecked", why)
    assert "begun unchecked: the site is down" in text.err


def test_going_past_it_asks_no_program_for_its_version(program: Program) -> None:
    text = 'name: x\nrequires: {sh: {version: ">=1", command: touch ran}}\n' + ECHO
    program.write("x", text)
    assert program("run", "x.yaml", "--unchecked", "because").code == 0
    assert not (program.cwd / "ran").exists()


def test_going_past_it_needs_a_reason(program: Program) -> None:
    program.write("x", f"name: x\n{ECHO}")
    done = program("run", "x.yaml", "--unchecked", " ")
    assert (done.code, done.out) == (2, "")
    assert "--unchecked needs a reason" in done.err


def test_a_profile_that_is_refused_is_not_gone_past(program: Program) -> None:
    program.write("x", f"name: x\nprofiles: [eu]\n{ECHO}")
    assert program("run", "x.yaml", "--unchecked", "because").code == 2


def test_a_run_that_goes_on_needs_what_is_left_to_do(program: Program) -> None:
    path = tool(program, "mytool", "echo ran")
    early = "- {name: early, kind: shell, foreach: [1, 2], run: mytool}"
    late = "- {name: late, kind: shell, run: no-such}"
    fails = "- {name: fails, kind: shell, run: test -e mended}"
    program.write("x", f"name: x\nsteps:\n  {early}\n  {fails}\n")
    assert program("run", "x.yaml", **path).code == 1
    (program.cwd / "mended").touch()
    assert program("resume").code == 0, "what is done needs its tool no more"
    (program.cwd / "mended").unlink()
    program.write("y", f"name: y\nsteps:\n  {early}\n  {fails}\n  {late}\n")
    assert program("run", "y.yaml", "--unchecked", "in need", **path).code == 1
    refused = program("resume")
    assert refused.code == 2
    assert "no-such is not there, and `late` needs it: install it" in refused.err
    assert "mytool" not in refused.err
    assert "leg 2" not in program("history").out
    (program.cwd / "mended").touch()
    assert program("resume", "--unchecked", "in need again").code == 1
    newest = program("history", "--json").json[0]
    decided = program("show", newest["run"], "--json").json["decisions"]
    decisions = [each for each in decided if each["answer"] == "began unchecked"]
    assert [each["note"] for each in decisions] == ["in need", "in need again"]
    assert all("no-such is not there" in each["question"] for each in decisions)
