"""`pup-tui resume --only-failed`: of a foreach only what had failed runs again."""

from __future__ import annotations

from tests.support.program import Program

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
    assert "2 of 3 items have not begun: only what had failed ran again" in again.err
    rest = program("resume")
    assert (rest.code, rest.out.split()) == (0, ["web-2", "web-3", "after"])


def test_a_run_of_which_no_item_failed_is_refused(program: Program) -> None:
    program.write("plain", "name: plain\nsteps: [{name: a, kind: shell, run: exit 1}]\n")
    assert program("run", "plain.yaml").code == 1
    refused = program("resume", "--only-failed")
    assert refused.code == 2
    assert "no item of a `foreach` has failed in run" in refused.err
