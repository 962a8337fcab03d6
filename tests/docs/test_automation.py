"""Every script of the page on automation is run, and prints what stands below it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pup_tui.agent import limits
from pup_tui.cli.mcp import SHORTEST_TOKEN
from pup_tui.journal.pending import LIFETIME, MOST_OPEN
from tests.support.program import Program, program_in

MANUAL = (Path(__file__).parents[2] / "docs" / "automation.md").read_text()
SCRIPTS = Path(sys.executable).parent
"""Where the program itself lies."""


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", MANUAL, re.M | re.S)


def sessions() -> list[list[tuple[str, str]]]:
    """What is typed in each session, and what is printed then."""
    found = []
    for block in blocks("console"):
        calls = re.split(r"^\$ ", block, flags=re.M)[1:]
        found.append([(call.partition("\n")[0], call.partition("\n")[2]) for call in calls])
    return found


def is_as_told(told: str, printed: str) -> bool:
    """Whether it is printed: `…` stands for the rest of a line, or for any lines where it is alone."""
    pattern = re.escape(told).replace(re.escape("…\n"), "…\n")
    pattern = re.sub(r"(?m)^…\n", "(?:.*\n)*", pattern).replace("…", ".*")
    return re.fullmatch(pattern, printed) is not None


@pytest.fixture
def program(tmp_path: Path) -> Program:
    program = program_in(tmp_path)
    for block in (*blocks("yaml"), *blocks("bash")):
        name = block.partition("\n")[0].removeprefix("# ")
        (program.cwd / name).write_text(block)
    return program


@pytest.mark.parametrize("session", sessions(), ids=lambda session: session[0][0].split()[1])
def test_a_script_does_what_it_says(session: list[tuple[str, str]], program: Program) -> None:
    path = f"{SCRIPTS}{os.pathsep}{program.environ['PATH']}"
    for typed, told in session:
        done = subprocess.run(
            ["bash", "-c", typed],
            check=False,
            cwd=program.cwd,
            env={**program.environ, "PATH": path},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=200,
        )
        assert is_as_told(told, done.stdout), (typed, done.stdout, done.stderr)


def test_each_script_stands_in_a_session() -> None:
    names = {block.partition("\n")[0].removeprefix("# ") for block in blocks("bash")}
    assert names == {typed.split()[1] for session in sessions() for typed, _ in session}


def test_the_limits_that_are_told_are_those_that_hold() -> None:
    told = {int(number.replace(",", "")) for number in re.findall(r"\b[\d,]*\d\b", MANUAL)}
    numbers = limits.LONGEST_ALERT, limits.LONGEST_VALUES, limits.LONGEST_REASON
    assert {*numbers, limits.LONGEST_TEXT, limits.LONGEST_ANSWER, limits.MOST_TOLD} <= told
    assert f"At most {MOST_OPEN} wait at a time" in MANUAL
    assert (LIFETIME, limits.LARGEST_BODY, SHORTEST_TOKEN) == (3_600, 1024 * 1024, 24)


async def test_a_client_starts_it_as_is_shown_and_finds_the_tools(program: Program) -> None:
    from mcp import Client, StdioServerParameters

    (shown,) = blocks("json")
    told = json.loads(shown)["mcpServers"]["pup-tui"]
    server = StdioServerParameters(
        command=str(SCRIPTS / told["command"]),
        args=[*told["args"], "--allow-requests"],
        env=dict(program.environ),
        cwd=program.cwd,
    )
    async with Client(server) as client:
        tools = {tool.name for tool in (await client.list_tools()).tools}
    assert tools == set(re.findall(r"^\| `(\w+)` \|", MANUAL, re.M))
