"""What a call imports and reads: that which its runbook needs."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import click
import pytest

from pup_tui.cli.main import COMMANDS, cli
from tests.support.program import Program

WATCHED = """
import json, sys

opened = []

def look(event, args):
    if event == "open" and isinstance(args[0], str):
        opened.append(args[0])

sys.addaudithook(look)
report, *sys.argv = sys.argv[1:]
from pup_tui.cli.main import main
try:
    main()
finally:
    with open(report, "w") as file:
        json.dump({"modules": list(sys.modules), "opened": opened}, file)
"""

RARE = frozenset(
    {
        *("apprise", "curses", "httpx", "jinja2", "keyring", "mcp", "mysql", "psycopg", "pydantic"),
        *("rich", "textual", "uvicorn"),
        *("tomllib", "tree_sitter", "tree_sitter_bash"),
        *("pup_tui.datadog.client", "pup_tui.datadog.commands", "pup_tui.runbook.lint"),
        *("pup_tui.analysis.alerts.rank", "pup_tui.answers.things", "pup_tui.core.figures"),
        *("pup_tui.drivers.findings", "pup_tui.drivers.values", "pup_tui.journal.moving"),
        *(
            "pup_tui.inventories.ansible",
            "pup_tui.inventories.asking",
            "pup_tui.preflight.ssh_hosts",
        ),
        *("pup_tui.output.table_fit", "pup_tui.steps.foreground"),
        *("pup_tui.template.arguments", "pup_tui.template.url"),
        *("pup_tui.steps.http", "pup_tui.steps.notify", "pup_tui.steps.pup"),
        *("pup_tui.steps.sql.executor", "pup_tui.steps.workflow"),
        *("pup_tui.template.parsed", "pup_tui.template.regex", "pup_tui.template.shell.flow"),
        *("pup_tui.template.shell.script", "pup_tui.template.sql.script"),
    }
)
"""What only some runbooks need, and nobody else shall pay for."""

SHELL = "{name: a, kind: shell, run: echo hi}"


def watched(program: Program, tmp_path: Path, *args: str) -> tuple[set[str], list[str]]:
    """Of a call the rare modules that it imported, and the files that it opened."""
    report = tmp_path / "report.json"
    subprocess.run(
        [sys.executable, "-c", WATCHED, str(report), "pup-tui", *args],
        cwd=program.cwd,
        env={**program.environ, "TERM": "xterm-256color"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=200,
    )
    found = json.loads(report.read_text())
    return set(RARE.intersection(found["modules"])), found["opened"]


@pytest.mark.parametrize(
    ("step", "needed"),
    [
        (SHELL, set()),
        ("{name: a, kind: confirm, message: Go on?}", set()),
        ("{name: a, kind: confirm, message: 'Go on with {{ WHO }}?'}", set()),
        (
            "{name: a, kind: confirm, message: 'Go on with {{ WHO | upper }}?'}",
            {"jinja2", "pup_tui.template.parsed", "pup_tui.template.regex"},
        ),
        (
            "{name: a, kind: shell, run: 'echo {{ WHO }}'}",
            {
                *("tree_sitter", "tree_sitter_bash"),
                *("pup_tui.template.shell.script", "pup_tui.template.arguments"),
            },
        ),
        (
            "{name: a, kind: pup, run: monitors list}",
            {
                "keyring",  # the environment has no credentials
                *("pup_tui.steps.pup", "pup_tui.datadog.client", "pup_tui.datadog.commands"),
                *("pup_tui.answers.things", "pup_tui.template.arguments"),
            },
        ),
        (
            "{name: a, kind: datadog-workflow, workflow_id: 0f6c2a4e-5b1d-4c3e-9a7f-2d8e1b6c4a01}",
            {
                *("keyring", "pup_tui.steps.workflow"),
                *("pup_tui.datadog.client", "pup_tui.answers.things"),
            },
        ),
        (
            "{name: a, kind: sql, url: 'sqlite:///x.db', query: select 1}",
            {
                *("pup_tui.steps.sql.executor", "pup_tui.template.sql.script"),
                *("pup_tui.output.table_fit", "pup_tui.template.url"),
            },
        ),
    ],
)
def test_a_run_imports_what_its_steps_need(
    program: Program, tmp_path: Path, step: str, needed: set[str]
) -> None:
    program.write("one", f"name: one\nvars: {{WHO: ada}}\nsteps:\n  - {step}\n")
    modules, _ = watched(program, tmp_path, "run", "one.yaml", "--yes")
    assert modules == needed


def test_a_request_imports_its_client(program: Program, tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/"
        program.write("one", f"name: one\nsteps: [{{name: a, kind: http, url: '{url}'}}]\n")
        modules, _ = watched(program, tmp_path, "run", "one.yaml")
    assert {"httpx", "pup_tui.steps.http"} <= modules
    assert not {"jinja2", "rich", "tree_sitter", "pup_tui.steps.pup"} & modules


@pytest.mark.parametrize("args", [("--version",), ("list",), ("schema",)])
def test_what_runs_nothing_imports_nothing_of_it(
    program: Program, tmp_path: Path, args: tuple[str, ...]
) -> None:
    modules, _ = watched(program, tmp_path, *args)
    assert not {"curses", "httpx", "rich", "textual", "pup_tui.datadog.client"} & modules


def test_the_list_of_commands_says_what_they_say_and_imports_none(
    program: Program, tmp_path: Path
) -> None:
    modules, opened = watched(program, tmp_path, "--help")
    assert modules == set()
    assert not any("cli/running" in path for path in opened)
    with click.Context(cli) as context:
        commands = {name: cli.get_command(context, name) for name in COMMANDS}
    said = {name: each and each.get_short_help_str(1000) for name, each in commands.items()}
    assert said == {name: does for name, (_, does) in COMMANDS.items()}


@pytest.mark.parametrize("named", ["one.yaml", "./one.yaml", "two"])
def test_only_the_runbook_that_is_named_is_read(
    program: Program, tmp_path: Path, named: str
) -> None:
    text = f"name: one\nsteps: [{SHELL}]\n"
    program.write("one", text)
    installed = tmp_path / "config" / "runbooks"
    installed.mkdir(parents=True)
    for name in ("two", "three"):
        (installed / f"{name}.yaml").write_text(text)
    _, opened = watched(program, tmp_path, "run", named)
    read = {Path(path).name for path in opened if path.endswith(".yaml")}
    assert read == {"two.yaml" if named == "two" else "one.yaml"}


def test_the_consoles_first_frame_needs_nothing_that_runs_do() -> None:
    shows = "pup_tui.tui.app, pup_tui.cli.console, pup_tui.cli.wiring, pup_tui.catalog.catalog"
    asked = f"import sys, {shows}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, check=True, text=True)
    packages = {".".join(name.split(".")[:3]) for name in done.stdout.split()}
    runs = {"pup_tui.core.actions", "pup_tui.core.requests", "pup_tui.core.render"}
    shown = {"pup_tui.output.spool", "pup_tui.tui.lines", "textual.widgets._text_area"}
    read = {"pup_tui.runbook.model", "pup_tui.runbook.yaml", "pup_tui.template.sql"}
    later = {"pup_tui.tui.dialogs", "textual.widgets._footer", "curses", "hashlib", "json"}
    assert packages.isdisjoint({*runs, *shown, *read, *later})
