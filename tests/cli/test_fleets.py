"""Fleets on real servers: a few hosts first, no more once too many failed, the rest when they are mended."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.program import Program
from tests.support.sshd import Fleet, fleet

__all__ = ["fleet"]

RESTART = """\
name: restart
vars: {DIR: ""}
steps:
  - name: Restart
    id: a
    kind: shell
    foreach: {ssh_config: "web1*"}
    host: "{{ item }}"
    canary: 2
    max_parallel: 3
    max_errors: 1
    timeout: 2m
    run: |
      cd {{ DIR }}
      [ ! -e down-{{ item }} ] || { touch failed-{{ item }}; exit 7; }
      case {{ item }} in
        web1[4-9]) until [ -e failed-web12 ] && [ -e failed-web13 ]; do sleep 0.1; done; sleep 2;;
      esac
      echo "{{ item }} ${SSH_CONNECTION:+there}" >> effects
  - {name: After, id: b, kind: shell, run: echo after}
"""


@pytest.fixture
def hosts(program: Program, fleet: Fleet) -> Program:
    """A program of an operator who knows the hosts of the fleet."""
    ssh = Path(program.environ["HOME"], ".ssh")
    ssh.mkdir(parents=True)
    (ssh / "config").write_text(f"Include {fleet.config}\n")
    return Program(program.cwd, {**program.environ, "PATH": fleet.path})


def done(program: Program) -> list[str]:
    """The hosts on which something was done, as often as it was."""
    return [line.split()[0] for line in (program.cwd / "effects").read_text().splitlines()]


def test_a_fleet_that_is_half_done_goes_on_with_what_is_left(hosts: Program) -> None:
    hosts.write("restart", RESTART)
    names = ["web1", *(f"web{number}" for number in range(10, 20))]
    for name in ("web12", "web13"):
        (hosts.cwd / f"down-{name}").touch()
    ran = hosts("run", "restart.yaml", "--yes", "--arg", f"DIR={hosts.cwd}", "--json")
    assert ran.code == 1
    statuses = ran.statuses()
    failed = {step for step, status in statuses.items() if status == "failed"}
    assert failed == {"a[3]", "a[4]", "a"}
    asked = ran.event("step.waiting")
    assert asked["message"].startswith("The first 2 of 11 items have ended: 2 succeeded.")
    # Those behind the two that fail wait for them, so that most of them have not begun then.
    first = done(hosts)
    assert {"web1", "web10", "web11"} <= set(first) < set(names)
    assert "after" not in ran.out
    for name in ("web12", "web13"):
        (hosts.cwd / f"down-{name}").unlink()
    again = hosts("resume", "--only-failed", "--yes", "--json")
    assert again.code == 1
    assert set(done(hosts)) - set(first) == {"web12", "web13"}
    rest = hosts("resume", "--yes")
    assert (rest.code, rest.out) == (0, "after\n")
    assert sorted(done(hosts)) == sorted(names)


def test_a_host_that_is_not_there_is_told_apart_and_may_be_ignored(hosts: Program) -> None:
    text = """\
name: look
steps:
  - name: Look
    id: a
    kind: shell
    foreach: [web1, unreachable, web2]
    host: "{{ item }}"
    unreachable: ignore
    read_only: true
    run: echo {{ item }}
"""
    hosts.write("look", text)
    ran = hosts("run", "look.yaml", "--unchecked", "one is known to be away", "--json")
    assert ran.code == 0
    lost = ran.event("step.finished", step="a[1]")
    assert (lost["status"], lost["unreachable"]) == ("warned", True)
    assert lost["reason"].startswith("cannot reach unreachable: ")
    loop = ran.event("step.finished", step="a")
    assert (loop["status"], loop["unreachable"]) == ("succeeded", False)
    assert loop["reason"] == "1 of 3 items unreachable"


def test_a_host_whose_connection_was_lost_is_one_of_those_that_failed(hosts: Program) -> None:
    """A program that was killed leaves it the same way: what began there did not finish."""
    text = """\
name: look
vars: {DIR: ""}
steps:
  - name: Look
    id: a
    kind: shell
    foreach: [web1, web2, web3]
    host: "{{ item }}"
    run: |
      cd {{ DIR }}
      if [ {{ item }} = web2 ] && [ ! -e lost ]; then
        touch lost
        kill -9 $(ps -o ppid= -p $PPID)
        exit
      fi
      echo {{ item }} >> effects
"""
    hosts.write("look", text)
    ran = hosts("run", "look.yaml", "--arg", f"DIR={hosts.cwd}", "--json")
    assert ran.event("step.finished", step="a[1]")["status"] == "unknown"
    again = hosts("resume", "--only-failed", "--unknown", "retry", "--json")
    assert again.code == 1
    assert done(hosts) == ["web1", "web2"]
    assert hosts("resume").code == 0
    assert done(hosts) == ["web1", "web2", "web3"]
