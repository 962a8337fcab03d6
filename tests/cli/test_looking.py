"""`plan --look`: what only looks is really run, and the rest planned with what it gave."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.program import Ended, Program

RUNBOOK = """\
name: looks
vars: {X: 3}
steps:
  - {name: Read, kind: shell, run: "echo host-{{ X }}; echo read >> effects", read_only: true, capture: HOST}
  - {name: Each, kind: shell, foreach: [a, b], run: "echo v{{ item }}", read_only: true, capture: ALL}
  - {name: Never, kind: shell, run: echo no, read_only: true, if: HOST == 'x'}
  - name: Both
    kind: group
    steps:
      - {name: In, kind: shell, run: "echo in-{{ HOST }}", read_only: true, capture: INNER}
      - {name: Change, kind: shell, run: "echo {{ INNER }} >> effects"}
  - name: After
    kind: shell
    run: "echo {{ ALL | join(',') }} {{ steps.read.exit_code }}"
    if: HOST == 'host-3'
  - {name: Other, kind: shell, run: echo other, if: HOST == 'host-4'}
"""


def steps(done: Ended) -> dict[str, dict[str, Any]]:
    return {step["id"]: step for step in done.json["steps"]}


def test_what_only_looks_is_run_and_the_rest_planned_with_it(program: Program) -> None:
    program.write("looks", RUNBOOK)
    done = program("plan", "looks.yaml", "--look", "--yes", "--json")
    assert done.code == 0
    planned = steps(done)
    assert {id_: step["looked"] for id_, step in planned.items()} == {
        "read": "succeeded",
        "each": "succeeded",
        "each[0]": "succeeded",
        "each[1]": "succeeded",
        "never": "skipped",
        "both": None,
        "both/in": "succeeded",
        "both/change": None,
        "after": None,
        "other": None,
    }
    assert all(step["known"] for step in planned.values())
    assert planned["both/change"]["command"] == "echo in-host-3 >> effects"
    assert planned["after"]["command"] == "echo va,vb 0"
    assert planned["other"]["reason"].startswith("skipped: its `if` does not hold")
    assert planned["read"]["reason"] == "looked at: succeeded"
    assert (program.cwd / "effects").read_text() == "read\n"


def test_what_ran_is_shown_and_recorded(program: Program) -> None:
    program.write("looks", RUNBOOK)
    done = program("plan", "looks.yaml", "--look", "--yes", "--json")
    look = done.json["look"]
    assert (look["status"], look["until"]) == ("succeeded", "both/change")
    assert look["reason"] == "it may change something"
    assert "host-3\n" in done.err
    assert "looks up to `both/change`" in done.err
    shown = program("show", look["run"], "--json").json
    found = {step["step"]: step["status"] for step in shown["steps"]}
    assert (found["read"], found["both/change"], found["after"]) == (
        "succeeded",
        "skipped",
        "skipped",
    )
    reason = next(step["reason"] for step in shown["steps"] if step["step"] == "after")
    assert "only a look for a plan" in reason
    assert [row["look"] for row in program("history", "--json").json] == [True]
    assert "succeeded, a look for a plan" in program("history").out
    table = program("plan", "looks.yaml", "--look", "--yes")
    assert "what only looks was run (" in table.out


def test_scripts_do_not_run_where_nobody_agreed(program: Program) -> None:
    program.write("looks", RUNBOOK)
    done = program("plan", "looks.yaml", "--look", "--json")
    assert (done.code, done.json["look"]) == (0, None)
    assert "--yes lets them" in done.err
    assert not (program.cwd / "effects").exists()
    assert not steps(done)["both/in"]["known"]
    assert program("history").out == ""


def test_a_script_that_is_not_known_to_look_ends_it(program: Program) -> None:
    program.write("x", "name: x\nsteps: [{name: a, kind: shell, run: touch effects}]\n")
    done = program("plan", "x.yaml", "--look", "--yes", "--json")
    assert (done.code, done.json["look"]) == (0, None)
    assert not (program.cwd / "effects").exists()


def test_a_look_that_fails_is_told_and_the_rest_is_not_known(program: Program) -> None:
    program.write(
        "x",
        "name: x\nsteps:\n"
        "  - {name: a, kind: shell, run: exit 3, read_only: true, capture: A}\n"
        "  - {name: b, kind: shell, run: 'touch {{ A }}'}\n",
    )
    done = program("plan", "x.yaml", "--look", "--yes", "--json")
    assert (done.code, done.json["look"]["status"]) == (0, "failed")
    planned = steps(done)
    assert planned["a"]["looked"] == "failed"
    assert "exited with 3" in planned["a"]["reason"]
    assert not planned["b"]["known"]


def test_a_stop_that_is_reached_ends_the_plan(program: Program) -> None:
    program.write(
        "x",
        "name: x\nsteps:\n"
        "  - {name: a, kind: shell, run: echo none, read_only: true, capture: A}\n"
        "  - {name: enough, kind: stop, status: succeeded, message: nothing to do, if: A == 'none'}\n"
        "  - {name: b, kind: shell, run: touch effects}\n",
    )
    done = program("plan", "x.yaml", "--look", "--yes", "--json")
    planned = steps(done)
    assert planned["b"]["reason"] == "skipped: `enough` ends the runbook before it"


def test_secrets_stay_hidden(program: Program) -> None:
    program.write(
        "x",
        "name: x\nvars: {S: {type: secret, from: 'env:S'}}\nsteps:\n"
        "  - {name: a, kind: shell, run: 'echo \"$T\"', env: {T: '{{ S }}'}, read_only: true, capture: A}\n"
        "  - {name: b, kind: shell, run: 'touch {{ A }}'}\n",
    )
    done = program("plan", "x.yaml", "--look", "--yes", "--json", S="geheimnis")
    assert done.json["look"]["status"] == "succeeded"
    assert "geheimnis" not in done.out + done.err
    assert "***" in steps(done)["b"]["command"]


def test_it_needs_trust_and_says_what_its_options_mean(program: Program) -> None:
    (program.cwd / "runbooks").mkdir()
    (program.cwd / "runbooks" / "x.yaml").write_text(RUNBOOK)
    done = program("plan", "x", "--look", "--yes")
    assert done.code == 2
    assert "is not trusted" in done.err
    assert program("plan", "x").code == 0
    done = program("plan", "x", "--yes")
    assert done.code == 2
    assert "--look" in done.err


@pytest.mark.parametrize("args", [(), ("--look", "--yes")])
def test_a_plan_of_a_part(program: Program, args: tuple[str, ...]) -> None:
    program.write("looks", RUNBOOK)
    done = program("plan", "looks.yaml", "--skip", "read", "--reason", "known", *args, "--json")
    assert done.code == 0
    assert not Path(program.cwd / "effects").exists()


def test_a_look_is_nobodys_last_run(program: Program) -> None:
    folder = Path(program.environ["PUP_TUI_CONFIG_DIR"]) / "runbooks"
    folder.mkdir(parents=True)
    (folder / "looks.yaml").write_text(RUNBOOK)

    def last() -> Any:
        (entry,) = [each for each in program("list", "--json").json if each["id"] == "looks"]
        return entry["last_run"] and entry["last_run"]["run"]

    assert program("plan", "looks", "--look", "--yes").code == 0
    assert last() is None
    assert program("run", "looks", "--json").code == 0
    run = last()
    assert run is not None
    assert program("plan", "looks", "--look", "--yes").code == 0
    assert last() == run
