"""Hosts that scripts run on: which are known before a run, and what is found there."""

from __future__ import annotations

import asyncio
import os
from functools import partial
from pathlib import Path

import pytest

from pup_tui.core.render import Remote
from pup_tui.drivers.tools import printed_there
from pup_tui.preflight.check import ReadyCheck
from pup_tui.preflight.ssh_hosts import SshProbe, ssh_hosts
from pup_tui.preflight.tools import needed_tools
from pup_tui.steps.shell import ShellExecutor
from tests.support.runbooks import program_of
from tests.support.sshd import Fleet, fleet

__all__ = ["fleet"]


def told(text: str) -> list[str]:
    return [each.remote.told for each in ssh_hosts(program_of(text))]


def test_the_literal_ones_each_once() -> None:
    assert told("""
        name: x
        vars: {H: x}
        defaults: {host: web1}
        steps:
          - {name: a, kind: shell, run: ls}
          - {name: b, kind: shell, run: ls}
          - {name: c, kind: shell, host: null, run: ls}
          - {name: d, kind: shell, host: web2, user: ada, port: 2222, become: true, run: ls}
          - {name: e, kind: shell, host: "{{ H }}", run: ls}
          - {name: f, kind: shell, host: web3, user: "{{ H }}", run: ls}
        """) == ["web1", "ada@web2, port 2222, as root by sudo"]


def test_the_items_of_a_literal_list() -> None:
    assert told("""
        name: x
        steps:
          - {name: a, kind: shell, foreach: [web1, web2], host: "{{ item }}", run: ls}
          - {name: b, kind: group, foreach: [web3], as: it, host: "{{ it }}",
             steps: [{name: c, kind: shell, run: ls}]}
          - {name: d, kind: shell, foreach: [web4], host: "x{{ item }}", run: ls}
        """) == ["web1", "web2", "web3"]


def test_what_runs_there_is_not_looked_for_here() -> None:
    program = program_of("""
        name: x
        requires: {kubectl: ""}
        steps: [{name: a, kind: shell, host: web1, shell: python3, run: x}]
        """)
    needed = needed_tools(program, lambda step: "")
    assert [(each.name, each.is_sure, each.is_required) for each in needed] == [
        ("ssh", True, False)
    ]


def test_what_is_required_of_both_is_looked_for_on_both() -> None:
    program = program_of("""
        name: x
        requires: {kubectl: ""}
        steps: [{name: a, kind: shell, host: web1, run: x}, {name: b, kind: shell, run: kubectl}]
        """)
    names = {each.name for each in needed_tools(program, lambda step: "") if each.is_required}
    (host,) = ssh_hosts(program)
    assert names == {"kubectl"}
    assert [name for name, _ in host.required] == ["kubectl"]


async def looked(text: str, fleet: Fleet, cwd: Path) -> ReadyCheck:
    environ = {"PATH": fleet.path, "HOME": os.environ["HOME"]}

    async def ask(remote: Remote, script: str, seconds: float) -> tuple[str, str]:
        executor = ShellExecutor()
        return await printed_there(remote, script, 30.0, executor, environ, cwd)

    (host,) = ssh_hosts(program_of(text))
    return await SshProbe(host, ask, asyncio.Semaphore(1)).look()


@pytest.mark.parametrize(
    ("keys", "ok", "detail"),
    [
        ("host: web1, run: cat /dev/null", True, "lets scripts run by ssh"),
        ("host: web1, run: no-such-tool x", False, "has no no-such-tool"),
        ("host: web1, optional: true, run: no-such-tool x", True, "lets scripts run by ssh"),
        (
            "host: unreachable, run: ls",
            False,
            "lets no script run: cannot reach unreachable: ssh: connect to host 127.0.0.1",
        ),
        ("host: bare, run: ls", False, "lets no script run: bare needs mktemp"),
    ],
)
async def test_what_is_found(
    keys: str, ok: bool, detail: str, fleet: Fleet, tmp_path: Path
) -> None:
    check = await looked(f"name: x\nsteps: [{{name: a, kind: shell, {keys}}}]", fleet, tmp_path)
    assert (check.what, check.ok, check.stops) == ("host", ok, False)
    assert check.detail.startswith(detail)


async def test_what_is_required(fleet: Fleet, tmp_path: Path) -> None:
    text = "name: x\nrequires: {%s}\nsteps: [{name: a, kind: shell, host: web1, run: ls}]"
    look = partial(looked, fleet=fleet, cwd=tmp_path)
    assert (await look(text % 'bash: ">=3"')).ok
    assert (await look(text % "no-such-tool: ''")).detail == "has no no-such-tool"
    check = await look(text % 'bash: ">=999"')
    assert check.detail.startswith("has another version: bash has version")
    own = 'mine: {version: ">=2", command: "echo mine 1.5"}'
    assert "and >=2 is required" in (await look(text % own)).detail
