"""`pup-tui resume --only-failed`: of a foreach only what had failed runs again."""

from __future__ import annotations

from tests.support.program import Program
from tests.support.terminal import ended, typed

FLEET = """\
name: fleet
steps:
  - name: Restart
    id: a
    kind: shell
    foreach: [web-1, web-2, web-3]
    run: "echo {{ item }}; [ -e {{ item }} ]"
  - {name: After, id: b, kind: shell, run: echo after}
"""


def test_what_failed_runs_alone_and_the_next_leg_runs_the_rest(program: Program) -> None:
    program.write("fleet", FLEET)
    assert program("run", "fleet.yaml").code == 1
    for name in ("web-1", "web-2", "web-3"):
        (program.cwd / name).touch()
    again = program("resume", "--only-failed")
    assert (again.code, again.out) == (1, "web-1\n")
    assert "a[0] (web-1): failed: runs again" in again.err
    assert "no other item of a foreach begins" in again.err
    assert "2 of 3 items have not begun: only what had failed ran again" in again.err
    rest = program("resume")
    assert (rest.code, rest.out.split()) == (0, ["web-2", "web-3", "after"])


def test_programs_are_told_which_items_run_again(program: Program) -> None:
    program.write("fleet", FLEET.replace("id: a", "id: a\n    keep_going: true"))
    assert program("run", "fleet.yaml").code == 1
    (program.cwd / "web-2").touch()
    resumed = program("resume", "--only-failed", "--json").event("run.resumed")
    assert resumed["only_failed"] is True
    assert [(each["step"], each["label"], each["host"]) for each in resumed["items"]] == [
        (f"a[{n}]", f"web-{n + 1}", "") for n in range(3)
    ]
    again = program("resume", "--json").event("run.resumed")
    assert (again["only_failed"], [each["label"] for each in again["items"]]) == (
        False,
        ["web-1", "web-3"],
    )


def test_a_run_of_which_no_item_failed_is_refused(program: Program) -> None:
    program.write("plain", "name: plain\nsteps: [{name: a, kind: shell, run: exit 1}]\n")
    assert program("run", "plain.yaml").code == 1
    refused = program("resume", "--only-failed")
    assert refused.code == 2
    assert "no item of a `foreach` has failed or broken off in run" in refused.err


def test_on_a_terminal_one_answer_is_for_all_items_that_failed(program: Program) -> None:
    program.write("fleet", FLEET.replace("id: a", "id: a\n    max_errors: 1"))
    assert program("run", "fleet.yaml").code == 1
    for name in ("web-1", "web-2", "web-3"):
        (program.cwd / name).touch()
    with typed(program, "resume") as child:
        child.expect_exact("`a[0]` failed: web-1: ")
        child.expect_exact("run [o]nly what failed of all items (web-1")
        child.expect_exact("leaves the run as it is?")
        child.sendline("o")
        assert ended(child) == 1
        assert "1 of 3 items have not begun" in (child.before or "")


def test_what_items_are_called_moves_nothing_on_a_terminal(program: Program) -> None:
    program.write("fleet", FLEET.replace("id: a", 'id: a\n    label: "{{ item }}\\e[41m"'))
    assert program("run", "fleet.yaml").code == 1
    with typed(program, "resume") as child:
        child.expect_exact("of all items (web-1\\x1b[41m)")
        child.expect_exact("leaves the run as it is?")
        child.sendline("a")
        ended(child)


def test_on_a_terminal_the_canaries_are_asked_about(program: Program) -> None:
    program.write(
        "fleet", FLEET.replace("id: a", "id: a\n    canary: 1").replace("; [", "; true || [")
    )
    with typed(program, "run", "fleet.yaml") as child:
        child.expect_exact("The first 1 of 3 items have ended: 1 succeeded. Let the other 2 begin?")
        child.expect_exact("web-1: succeeded")
        child.sendline("y")
        assert ended(child) == 0
