"""`run --record` and `test --update`: what a run got becomes a case, and one step of it is recorded anew."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from pup_tui.aside import aside
from tests.support.http_server import FakeServer, Reply
from tests.support.program import Ended, Program

RUNBOOK = r"""
name: example
vars:
  SERVICE: {default: payments}
  REGION: {}
  TOKEN: {type: secret}
steps:
  - name: Look
    id: look
    kind: shell
    run: "echo {{ SERVICE }} {{ REGION }} {{ run.id }} {{ run.started_at }}; echo '{{ TOKEN }}'; echo no >&2"
    capture: {FIRST: "lines[0].split(' ')[0]"}
  - name: Poll
    id: poll
    kind: shell
    run: echo x >> count; wc -l < count
    poll: {interval: 200ms, timeout: 1m, until: value >= 3}
  - {name: Ask, id: ask, kind: confirm, message: "Go?"}
  - {name: Fill, id: fill, kind: input, message: "What?", vars: {WHAT: {default: it}}}
  - name: Do
    id: do
    kind: shell
    run: echo {{ WHAT }}
    undo: {kind: shell, run: "echo not {{ WHAT }}"}
  - {name: Tell, id: tell, kind: shell, optional: true, run: no-such-tool-here x}
  - {name: Fail, id: fail, kind: shell, run: exit 3}
"""
SECRET = "secret-value-of-the-token"


@pytest.fixture
def program(program: Program) -> Program:
    program.write("example", RUNBOOK)
    (program.cwd / "args.yaml").write_text(f"TOKEN: {SECRET}\nREGION: eu\n")
    (program.cwd / "_tests").mkdir()
    return program


def recorded(program: Program, *args: str) -> Ended:
    (program.cwd / "count").unlink(missing_ok=True)
    given = ("--arg-file", "args.yaml", "--yes", "--record", "_tests/example.yaml")
    return program("run", "example.yaml", *given, *args)


def file_of(program: Program) -> Path:
    return program.cwd / "_tests" / "example.yaml"


def test_a_recorded_run_can_be_rehearsed(program: Program) -> None:
    done = recorded(program, "--undo")
    assert "recorded as the case “recorded: failed” in _tests/example.yaml" in done.err
    text = file_of(program).read_text()
    assert SECRET not in text
    (case,) = yaml.safe_load(text)["cases"]
    assert case["vars"] == {"REGION": "eu", "TOKEN": "made-up-token"}
    assert case["missing"] == ["no-such-tool-here"]
    assert case["questions"] == {"ask": "yes", "fill": {"WHAT": "it"}, "undo": ["do"]}
    assert case["expect"] == {
        "run": "failed",
        "steps": {"fail": "failed"},
        "captures": {"FIRST": "payments"},
        "undo": ["do"],
    }
    look = case["answers"][0]
    assert look["sent"] == "echo payments eu * *; echo '*'; echo no >&2"
    assert look["stdout"].splitlines()[1] == "made-up-token"
    assert look["stderr"] == "no\n"
    assert [each.get("attempt") for each in case["answers"] if each["step"] == "poll"] == [1, 2, 3]
    played = program("test", "example.yaml")
    assert (played.code, played.out) == (0, "✔ example: 1 case\n")


def test_a_second_case_is_added_and_the_first_stays_as_it_was_typed(program: Program) -> None:
    recorded(program)
    first = "# a comment\n" + file_of(program).read_text()
    file_of(program).write_text(first)
    recorded(program)
    text = file_of(program).read_text()
    assert text.startswith(first.rstrip())
    names = [case["name"] for case in yaml.safe_load(text)["cases"]]
    assert names == ["recorded: failed", "recorded: failed (2)"]
    assert program("test", "example.yaml").code == 0


@pytest.mark.parametrize(
    ("text", "args", "told"),
    [
        ("cases: [{name: a}]", (), "a case can only be added where `cases` come last"),
        ("steps: []", (), "this is no file of rehearsals"),
        (None, ("--skip", "poll"), "--record is for whole runs"),
    ],
)
def test_nothing_is_run_where_no_case_could_be_written(
    program: Program, text: str | None, args: tuple[str, ...], told: str
) -> None:
    if text is not None:
        file_of(program).write_text(text)
    done = recorded(program, *args)
    assert (done.code, done.out) == (2, "")
    assert told in done.err
    assert not (program.cwd / "count").exists()


def test_one_step_is_recorded_anew_and_the_rest_stays_as_it_was_typed(program: Program) -> None:
    recorded(program)
    before = file_of(program).read_text()
    runbook = RUNBOOK.replace("run: echo {{ WHAT }}", "run: echo more of {{ WHAT }}")
    program.write("example", runbook)
    assert program("test", "example.yaml").code == 1
    (program.cwd / "count").unlink()
    done = program("test", "example.yaml", "--update", "do", "--yes")
    assert done.code == 0, done.err
    assert "do: echo more of it" in done.err
    assert not (program.cwd / "count").exists(), "nothing but the step is run"
    after = file_of(program).read_text()
    changed = [line for line in after.splitlines() if line not in before.splitlines()]
    assert [line.split(": ")[0].strip() for line in changed] == ["sent", "digest", "more of it"]


def test_a_step_that_is_tried_more_often_gets_more_answers(program: Program) -> None:
    recorded(program)
    program.write("example", RUNBOOK.replace("value >= 3", "value >= 5"))
    (program.cwd / "count").unlink()
    assert program("test", "example.yaml", "--update", "poll", "--yes").code == 0
    (case,) = yaml.safe_load(file_of(program).read_text())["cases"]
    polls = [each["attempt"] for each in case["answers"] if each["step"] == "poll"]
    assert polls == [1, 2, 3, 4, 5]
    program.write("example", RUNBOOK.replace("value >= 3", "value >= 1"))
    (program.cwd / "count").unlink()
    assert program("test", "example.yaml", "--update", "poll", "--yes").code == 0
    (case,) = yaml.safe_load(file_of(program).read_text())["cases"]
    assert [each["step"] for each in case["answers"]] == ["look", "poll", "do", "fail"]


@pytest.mark.parametrize(
    ("args", "code", "told"),
    [
        (("--update", "do"), 2, "nobody can be asked here whether the step shall really be run"),
        (("--update", "doo", "--yes"), 2, "the runbook has no step `doo`"),
        (("--update", "look", "--yes"), 1, "`look` sends a secret, which is made up in a case"),
        (("--update", "tell", "--yes"), 1, "no answer for `tell` was recorded anew"),
        (("--update", "do", "--yes", "--read-only"), 2, "refused: it may change something"),
    ],
)
def test_what_cannot_be_recorded_anew_is_told(
    program: Program, args: tuple[str, ...], code: int, told: str
) -> None:
    recorded(program)
    before = file_of(program).read_text()
    done = program("test", "example.yaml", *args)
    assert (done.code, done.out) == (code, ""), done.out
    assert told in done.err
    assert file_of(program).read_text() == before


KINDS = """
name: kinds
steps:
  - {name: Get, id: get, kind: http, url: "ADDRESS/a", capture: {KEY: json.key}}
  - {name: Gone, id: gone, kind: http, url: "http://127.0.0.1:1/x", on_failure: warn}
  - {name: Late, id: late, kind: shell, run: echo begun; sleep 60, timeout: 300ms, on_failure: warn}
  - {name: Db, id: db, kind: sql, url: "sqlite:///:memory:", query: select 1 as a, capture: {A: "json[0].a"}}
  - {name: Bad, id: bad, kind: sql, url: "sqlite:///:memory:", query: select nope, on_failure: warn}
"""


async def test_what_other_kinds_got_can_be_rehearsed_too(program: Program) -> None:
    async with FakeServer(Reply(body={"key": "k"}, headers={"Set-Cookie": "id=7"})) as server:
        program.write("kinds", KINDS.replace("ADDRESS", server.url))
        done = await aside(program, "run", "kinds.yaml", "--record", "_tests/kinds.yaml")
    assert "change it by hand" not in done.err
    text = (program.cwd / "_tests" / "kinds.yaml").read_text()
    assert "id=7" not in text
    (case,) = yaml.safe_load(text)["cases"]
    assert case["expect"]["steps"] == {"gone": "warned", "late": "warned", "bad": "warned"}
    assert case["expect"]["captures"] == {"KEY": "k", "A": 1}
    played = program("test", "kinds.yaml")
    assert (played.code, played.out) == (0, "✔ kinds: 1 case\n")


def test_no_step_of_an_untrusted_runbook_is_run_by_its_id(program: Program) -> None:
    """Whoever names a file vouches for it; an id may be that of what somebody else put there."""
    folder = program.cwd / "runbooks"
    (folder / "_tests").mkdir(parents=True)
    (folder / "other.yaml").write_text(
        "name: other\nsteps: [{name: Do, kind: shell, run: echo x >> count}]\n"
    )
    case = "cases: [{name: a, answers: [{step: do, sent: echo x >> count}]}]\n"
    (folder / "_tests" / "other.yaml").write_text(case)
    done = program("test", "other", "--update", "do", "--yes")
    assert (done.code, done.out) == (2, "")
    assert "the runbook is not trusted, and a step of it would be run" in done.err
    assert not (folder / "count").exists()
    assert program("test", "runbooks/other.yaml", "--update", "do", "--yes").code == 0


def test_what_inventories_gave_and_which_hosts_were_away_is_recorded(program: Program) -> None:
    text = """\
name: example
steps:
  - name: Ask
    id: ask
    kind: shell
    foreach: {command: echo 127.0.0.1}
    host: "{{ item }}"
    port: 1
    unreachable: ignore
    run: echo here
"""
    program.write("example", text)
    given = ("--unchecked", "nobody is there", "--record", "_tests/example.yaml")
    assert program("run", "example.yaml", *given).code == 0
    (case,) = yaml.safe_load(file_of(program).read_text())["cases"]
    assert case["items"] == {"ask": ["127.0.0.1"]}
    assert case["answers"][0]["unreachable"] is True
    assert case["expect"]["steps"] == {"ask[0]": "warned"}
    played = program("test", "_tests/example.yaml")
    assert played.code == 0, played.out + played.err
