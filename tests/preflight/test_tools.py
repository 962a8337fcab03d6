"""The programs that a run needs, and which of them keep it from beginning."""

from __future__ import annotations

from pathlib import Path

import pytest

from pup_tui.preflight.extras import ExtraPackage
from pup_tui.preflight.tools import needed_tools
from pup_tui.runbook.model import Step
from pup_tui.template.shell.first_command import IN_EVERY_SHELL
from pup_tui.template.shell.interpreter import SHELLS
from pup_tui.template.shell.tables import is_builtin
from tests.support.runbooks import program_of


def nothing_missing(step: Step) -> str:
    return ""


def needed(text: str, *but: str) -> dict[str, bool]:
    """The programs, and whether a run can surely not do without."""
    tools = needed_tools(program_of(text), nothing_missing, but)
    return {tool.name: tool.is_sure or tool.is_required for tool in tools if tool.name != "sh"}


@pytest.mark.parametrize(
    ("step", "tools"),
    [
        ("kind: shell, run: deploy --now", {"deploy": True}),
        ("kind: shell, run: echo hello", {}),
        ("kind: shell, run: 'deploy () { echo; }; deploy'", {}),
        ("kind: shell, run: deploy, shell: bash", {"bash": True, "deploy": True}),
        ("kind: shell, run: print(1), shell: [python3, -I]", {"python3": True}),
        ("kind: shell, run: deploy, optional: true", {}),
        ("kind: shell, run: deploy, if: 1 > 2", {"deploy": False}),
        ("kind: shell, run: deploy, foreach: [1]", {"deploy": False}),
        ("kind: shell, run: echo, foreach: {ansible: hosts}", {"ansible-inventory": False}),
        ("kind: shell, run: echo, foreach: {ssh_config: x}", {}),
        ("kind: shell, run: deploy, when: on_failure", {"deploy": False}),
        ("kind: shell, run: deploy, when: cleanup", {"deploy": True}),
        ("kind: shell, run: deploy, on_failure: warn", {"deploy": False}),
        ("kind: shell, run: echo, undo: {kind: shell, run: deploy}", {"deploy": False}),
        ("kind: shell, run: deploy, env: {PATH: /opt/bin}", {}),
        ("kind: shell, run: ./deploy", {"./deploy": True}),
        ("kind: shell, run: ./deploy, cwd: /srv", {}),
        ("kind: group, steps: [{name: b, kind: shell, run: deploy}]", {"deploy": True}),
        (
            "kind: group, if: 1 > 2, steps: [{name: b, kind: shell, run: deploy}]",
            {"deploy": False},
        ),
        (
            "kind: group, on_failure: warn, steps: [{name: b, kind: shell, run: deploy}]",
            {"deploy": False},
        ),
        ("kind: http, url: 'https://example.com'", {}),
    ],
)
def test_what_steps_begin_with(step: str, tools: dict[str, bool]) -> None:
    assert needed(f"steps: [{{name: a, {step}}}]") == tools


def test_what_an_earlier_script_may_install_is_not_sure() -> None:
    text = """
        steps:
          - {name: a, kind: shell, run: "apt-get install -y deploy"}
          - {name: b, kind: shell, run: deploy --now}
          - {name: c, kind: shell, run: deploy-all}
    """
    assert needed(text) == {"apt-get": True, "deploy": False, "deploy-all": True}


def test_what_stands_behind_a_stop_is_not_sure() -> None:
    text = """
        steps:
          - {name: a, kind: stop, status: succeeded, if: 1 > 0}
          - {name: b, kind: shell, run: deploy}
    """
    assert needed(text) == {"deploy": False}


def test_what_is_left_out_needs_nothing() -> None:
    text = """
        steps:
          - {name: a, kind: shell, run: deploy}
          - {name: g, kind: group, steps: [{name: b, kind: shell, run: roll}]}
    """
    assert needed(text, "g") == {"deploy": True}


def test_an_inventory_in_a_block_that_is_left_out_is_not_asked() -> None:
    step = "{name: b, kind: shell, run: echo, foreach: {ansible: hosts}}"
    text = f"steps: [{{name: a, kind: group, steps: [{step}]}}]"
    assert needed(text) == {"ansible-inventory": False}
    assert needed(text, "a") == {}


def test_what_is_required_has_to_be_there_whatever_steps_begin_with() -> None:
    text = """
        requires: {deploy: "", version-by-script: {version: ">=1", command: "x -V"}}
        steps: [{name: a, kind: shell, run: deploy, if: 1 > 2}]
    """
    assert needed(text) == {"deploy": True}


def test_called_runbooks_require_as_well() -> None:
    files = {
        "inner.yaml": "name: inner\nrequires: {deploy: ''}\nsteps: [{name: a, kind: wait, duration: 1s}]"
    }
    program = program_of("steps: [{name: a, kind: runbook, runbook: inner}]", files=files)
    (tool,) = needed_tools(program, nothing_missing)
    assert (tool.name, tool.is_required) == ("deploy", True)


def test_it_is_looked_up_where_steps_find_it(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    for place in ("bin/deploy", "local"):
        (tmp_path / place).write_text("#!/bin/sh\n")
        (tmp_path / place).chmod(0o755)
    steps = {"a": "deploy", "b": "./local", "c": "gone", "d": "gone"}
    text = "steps:\n" + "".join(
        f"  - {{name: {name}, kind: shell, run: {script}}}\n" for name, script in steps.items()
    )
    tools = needed_tools(program_of(text), nothing_missing)
    found = {tool.name: tool.looked_up({"PATH": f"{tmp_path}/bin"}, tmp_path) for tool in tools}
    assert found["deploy"].detail == f"is {tmp_path}/bin/deploy"
    assert found["./local"].ok
    gone = found["gone"]
    assert (gone.ok, gone.stops) == (False, True)
    assert gone.detail == "is not there, and `c`, `d` need it"
    assert "PATH" in gone.hint


def test_what_is_a_part_of_its_shell_is_no_program() -> None:
    text = "steps: [{name: a, kind: shell, run: shopt -s nullglob, shell: bash}]"
    (_, tool) = needed_tools(program_of(text), nothing_missing)
    assert tool.looked_up({"PATH": "/nowhere"}, Path("/")).ok
    text = "steps: [{name: a, kind: shell, run: shopt -s nullglob}]"
    (_, tool) = needed_tools(program_of(text), nothing_missing)
    assert tool.looked_up({"PATH": "/nowhere"}, Path("/")).stops


@pytest.mark.parametrize("shell", sorted(SHELLS))
def test_what_every_shell_has(shell: str) -> None:
    assert [name for name in IN_EVERY_SHELL if not is_builtin(shell, name)] == []


@pytest.mark.parametrize(
    ("step", "package"),
    [
        ("kind: notify, to: 'json://example.com', message: x", "apprise"),
        ("kind: sql, url: 'postgresql://db.example.com/x', query: select 1", "psycopg"),
        ("kind: sql, service: shop, query: select 1", "psycopg"),
        ("kind: sql, url: 'mysql://db.example.com/x', query: select 1", "mysql-connector-python"),
        ("kind: sql, url: 'sqlite:///x.db', query: select 1", ""),
    ],
)
def test_what_an_extra_brings_is_needed_too(
    step: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = program_of(f"steps: [{{name: a, {step}}}]")
    assert needed_tools(program, nothing_missing) == []
    monkeypatch.setattr(ExtraPackage, "is_there", False)
    checks = [
        tool.looked_up({"PATH": ""}, Path("/")) for tool in needed_tools(program, nothing_missing)
    ]
    assert [(each.subject, each.stops) for each in checks] == ([(package, True)] if package else [])
    assert all("pip install" in each.hint for each in checks)


def test_an_installed_pup_is_a_program_too() -> None:
    program = program_of("steps: [{name: a, kind: pup, run: monitors list}]")
    (tool,) = needed_tools(program, lambda step: "pup")
    check = tool.looked_up({"PATH": "/usr/bin:/bin"}, Path("/"))
    assert (check.subject, check.stops) == ("pup", True)
