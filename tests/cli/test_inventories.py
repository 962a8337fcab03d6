"""Inventories in real runs: asked when the step begins, recorded, and never asked for a plan."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.program import Program

RUNBOOK = """\
name: fleet
vars: {GROUP: web}
steps:
  - {name: Before, id: before, kind: shell, run: echo before}
  - name: Restart
    id: a
    kind: shell
    foreach: %s
    run: "echo {{ item }}; [ {{ item }} != web-2 ] || [ -e mended ]"
"""

PRINTS = '{"all": {"children": ["web"]}, "web": {"hosts": ["web-1", "web-2", "web-3"]}}'


@pytest.fixture
def fleet(program: Program) -> Program:
    """A program beside which there is an `ansible-inventory` that notes each call."""
    folder = program.cwd / "bin"
    folder.mkdir()
    asked = folder / "ansible-inventory"
    asked.write_text(f"#!/bin/sh\necho \"$@\" >> asked\nprintf '%s' '{PRINTS}'\n")
    asked.chmod(0o755)
    (program.cwd / "hosts.ini").touch()
    path = f"{folder}:{program.environ['PATH']}"
    return Program(program.cwd, {**program.environ, "PATH": path})


def lines(done: str) -> list[str]:
    return [line for line in done.splitlines() if line]


def test_a_plan_does_not_ask_and_a_run_does_once_for_all_its_legs(fleet: Program) -> None:
    fleet.write("fleet", RUNBOOK % "{ansible: hosts.ini, group: '{{ GROUP }}'}")
    asked = fleet.cwd / "asked"
    plan = fleet("plan", "fleet.yaml")
    assert plan.code == 0
    assert "for each of the hosts of the group web of hosts.ini" in plan.out
    assert "its items are asked for when it begins" in plan.out
    assert not asked.exists()
    run = fleet("run", "fleet.yaml")
    assert (run.code, lines(run.out)) == (1, ["before", "web-1", "web-2"])
    assert asked.read_text() == f"--list --inventory={fleet.cwd / 'hosts.ini'}\n"
    (fleet.cwd / "mended").touch()
    resumed = fleet("resume")
    assert (resumed.code, lines(resumed.out)) == (0, ["web-2", "web-3"])
    assert len(asked.read_text().splitlines()) == 1


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("{ansible: hosts.ini, group: db}", "there is no group 'db' in it: it has 'all', 'web'"),
        ("{ansible: none.ini}", "there is no such file or folder"),
        ("{command: 'echo oops >&2; exit 3'}", "the command failed: exited with 3: oops"),
        ("{command: 'sleep 60', timeout: 100ms}", "the command did not end within 0.1 s"),
        ("{command: 'seq 1001'}", "more than 1,000 items: 1,001"),
        ("{ssh_config: 'web-*'}", "there is no configuration of ssh"),
    ],
)
def test_an_inventory_that_gives_nothing_fails_the_step_and_says_why(
    fleet: Program, given: str, told: str
) -> None:
    fleet.write("fleet", RUNBOOK % given)
    run = fleet("run", "fleet.yaml", "--json")
    assert run.code == 1
    reason = run.event("step.finished", step="a")["reason"]
    assert reason.startswith("the inventory gives no items: ")
    assert told in reason or (given.startswith("{ssh") and "no host" in reason)


def test_the_hosts_of_the_operators_own_configuration(fleet: Program) -> None:
    ssh = Path(fleet.environ["HOME"], ".ssh")
    ssh.mkdir(parents=True)
    (ssh / "config").write_text("Host web-3 web-1\nHost web-*\n  User ops\n")
    fleet.write("fleet", RUNBOOK % "{ssh_config: 'web-*'}")
    run = fleet("run", "fleet.yaml")
    assert (run.code, lines(run.out)) == (0, ["before", "web-3", "web-1"])


def test_what_a_command_lists(fleet: Program) -> None:
    fleet.write("fleet", RUNBOOK % "{command: 'echo {{ GROUP }}-1; echo'}")
    run = fleet("run", "fleet.yaml")
    assert (run.code, lines(run.out)) == (0, ["before", "web-1"])


def test_an_inventory_that_gives_a_secret_is_refused(fleet: Program) -> None:
    text = RUNBOOK % "{command: 'echo host-{{ TOKEN }}'}"
    fleet.write("fleet", text.replace("GROUP: web", "TOKEN: {type: secret, from: 'env:TOKEN'}"))
    run = fleet("run", "fleet.yaml", "--json", TOKEN="hunter22-hunter22")
    assert run.code == 1
    assert "hunter22" not in run.out + run.err
    assert "it gives the value of a secret" in run.event("step.finished", step="a")["reason"]


def test_a_look_for_a_plan_asks(fleet: Program) -> None:
    text = RUNBOOK % "{ansible: hosts.ini}"
    fleet.write(
        "fleet",
        text.replace("kind: shell", "read_only: true\n    kind: shell").replace(
            "read_only: true\n    kind: shell, run", "read_only: true, kind: shell, run"
        ),
    )
    (fleet.cwd / "mended").touch()
    done = fleet("plan", "fleet.yaml", "--look", "--yes", "--json")
    looked = {step["id"]: step["looked"] for step in done.json["steps"]}
    assert set(looked) == {"before", "a", "a[0]", "a[1]", "a[2]"}
    assert set(looked.values()) == {"succeeded"}
