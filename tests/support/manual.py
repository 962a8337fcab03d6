"""The examples of a document: what stands in its fences, what is told of each, and whether it is true."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pexpect
import yaml

from tests.support.program import PROGRAM, program_in
from tests.support.stage import Played, Stage

_PART = re.compile(
    r"^#+ (?P<title>[^\n]+)$|^<!-- (?P<setup>[^\n]+) -->$|^```(?P<language>\w+)\n(?P<body>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_FILE = re.compile(r"# (\S+\.\w+)\n")

_CONFIGURATION = "~/.config/pup-tui/"
_ENDS = {0: "succeeded", 1: "failed", 3: "aborted"}


@dataclass
class Example:
    """A runbook, or a list of steps, with the files that it needs and how it is told to end.

    `setup` is the comment above it: `given` values, `answers` by step, `undo`, what is `typed`. `commands`
    call the program to run it; without any it is played in the test's own process.
    """

    title: str
    text: str
    files: dict[str, str]
    setup: dict[str, Any]
    commands: list[str] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)
    ended: str = ""
    statuses: dict[str, str] = field(default_factory=dict)

    @property
    def runbook(self) -> str:
        """The text as a whole file."""
        if not self.text.startswith("- "):
            return self.text
        return "steps:\n" + "".join(f"  {line}" for line in self.text.splitlines(keepends=True))


def examples(document: Path) -> list[Example]:
    """The examples in their order; fails for a fence of YAML that nothing is told about."""
    found: list[Example] = []
    title, setup, files = "", {}, {}
    told = True
    for part in _PART.finditer(document.read_text("utf-8")):
        if part["title"]:
            title = part["title"]
        elif part["setup"]:
            setup = yaml.safe_load(part["setup"])
        elif name := _FILE.match(part["body"]):
            files[name[1]] = part["body"]
        elif part["language"] == "yaml":
            assert told, f"nothing is told about the example above: {part['body']}"
            found.append(Example(title, part["body"], files, setup))
            setup, files, told = {}, {}, False
        elif part["language"] == "sh" and not told:
            found[-1].commands = part["body"].splitlines()
        elif part["language"] == "text" and not told:
            _tell(found[-1], part["body"])
            told = True
    assert told, f"nothing is told about the last example of {document.name}"
    return found


def _tell(example: Example, block: str) -> None:
    *example.printed, last = block.splitlines()
    told = re.fullmatch(r"ends as: (\w+)(?: \((.*)\))?", last)
    assert told is not None, last
    example.ended = told[1]
    example.statuses = dict(pair.split(": ") for pair in (told[2] or "").split(", ") if pair)


def agrees(told: list[str], printed: list[str]) -> bool:
    """Whether the printed lines are those that are told; a line `…` stands for any number of them."""
    if not told:
        return not printed
    if told[0] == "…":
        return any(agrees(told[1:], printed[count:]) for count in range(len(printed) + 1))
    return bool(printed) and told[0] == printed[0] and agrees(told[1:], printed[1:])


async def is_true(example: Example, stage: Stage) -> None:
    """Run an example, and fail unless it prints and ends as it is told."""
    if example.commands:
        _call(example, stage.folder)
    elif "typed" in example.setup:
        await _type_in(example, stage)
    else:
        await play(example, stage)


async def play(example: Example, stage: Stage) -> Played:
    """Play an example, and fail unless it prints and ends as it is told."""
    setup = yaml.safe_load(await stage.addressed(yaml.safe_dump(example.setup)))
    played = await stage.play(example.runbook, example.files, **setup)
    printed = played.printed()
    assert agrees(example.printed, printed), "\n".join(printed)
    assert played.ended == example.ended, played.reason
    assert {step: played.statuses.get(step) for step in example.statuses} == example.statuses
    return played


def _call(example: Example, folder: Path) -> None:
    """Run an example by the commands that stand below it; the last one's exit code is how it ends."""
    program = program_in(folder)
    printed: list[str] = []
    calls = [shlex.split(command) for command in example.commands]
    assert {word for word, *_ in calls} == {"pup-tui"}, example.commands
    for _, *args in calls:
        # One that names no file is about what the one before it has named.
        name = next((arg for arg in args if arg.endswith(".yaml")), None)
        for path, text in {**example.files, name: example.text}.items() if name else ():
            _put(program.cwd, Path(program.environ["PUP_TUI_CONFIG_DIR"]), str(path), text)
        done = program(*args)
        printed += done.out.splitlines()
    assert agrees(example.printed, printed), "\n".join([*printed, done.err])
    assert _ENDS[done.code] == example.ended, done.err


def _put(folder: Path, configuration: Path, name: str, text: str) -> None:
    within = name.removeprefix(_CONFIGURATION)
    path = (folder if within == name else configuration) / within
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


async def _type_in(example: Example, stage: Stage) -> None:
    """Run an example that somebody at a terminal takes part in."""
    await stage.write("typed.yaml", f"name: typed\n{example.runbook}")
    environ: Any = {**os.environ, "TERM": "xterm-256color"}
    child: pexpect.spawn[str] = pexpect.spawn(
        PROGRAM[0], [*PROGRAM[1:], "run", "typed.yaml"], env=environ, encoding="utf-8", timeout=200
    )
    try:
        child.sendline(example.setup["typed"])
        for line in [*example.printed, example.ended]:
            child.expect_exact(line)
        child.expect(pexpect.EOF)
    finally:
        child.close(force=True)
