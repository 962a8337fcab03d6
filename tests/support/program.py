"""The real program in a process of its own: copied from one that has imported it, or started anew."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.support import forked
from tests.support.sandboxes import leading_to

NO_PASSWORDS = {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
"""The environment in which a program finds no passwords, and certainly not those of who runs the tests."""

PROGRAM = (sys.executable, "-m", "pup_tui")


@dataclass(frozen=True)
class Ended:
    """What became of a call of the program."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    def event(self, type_: str, **fields: Any) -> dict[str, Any]:
        """The only event of this type with these fields."""
        found = [
            event
            for event in self.events
            if event["type"] == type_ and all(event.get(k) == v for k, v in fields.items())
        ]
        assert len(found) == 1, found
        return found[0]

    def statuses(self) -> dict[str, str]:
        return {e["step"]: e["status"] for e in self.events if e["type"] == "step.finished"}


@dataclass(frozen=True)
class Program:
    """Calls the program in a folder, with an environment that leads nowhere but to this test."""

    cwd: Path
    environ: Mapping[str, str]
    work = staticmethod(forked.program)

    def __call__(self, *args: str, stdin: str | None = None, **environ: str) -> Ended:
        """Call it and wait until it has ended."""
        given = {**self.environ, **environ}
        with TemporaryDirectory() as folder:
            out, err = Path(folder, "out"), Path(folder, "err")
            asked = Path(os.devnull)
            if stdin is not None:
                asked = Path(folder, "in")
                asked.write_text(stdin)
            code = forked.forked(self.work, args, self.cwd, given, (asked, out, err))
            ended = Ended(code, out.read_text(), err.read_text())
        assert "Traceback" not in ended.err, ended.err
        return ended

    def start(self, *args: str, **environ: str) -> forked.Begun:
        """Start a call that goes on while the test does."""
        given = {**self.environ, **environ}
        return forked.Begun(forked.begun_program, args, self.cwd, given)

    def start_anew(self, *args: str, **environ: str) -> subprocess.Popen[str]:
        """The same in an interpreter of its own, as a shell starts it, which also ends by itself."""
        return subprocess.Popen(
            [*PROGRAM, *args],
            cwd=self.cwd,
            env={**self.environ, **environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def write(self, name: str, text: str) -> Path:
        """A runbook file in the call's folder."""
        path = self.cwd / f"{name}.yaml"
        path.write_text(text)
        return path


def program_in(folder: Path) -> Program:
    """The program with its state and configuration below `folder`."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
    work = folder / "work"
    work.mkdir(exist_ok=True)
    return Program(
        work,
        {
            **kept,
            **NO_PASSWORDS,
            "HOME": str(folder / "home"),
            "USER": "ada",
            "PUP_TUI_STATE_DIR": str(folder / "state"),
            "PUP_TUI_CONFIG_DIR": str(folder / "config"),
            "PUP_TUI_PUP": "builtin",
        },
    )


@contextmanager
def sandbox_process(program: Program, *args: str) -> Iterator[dict[str, str]]:
    """`pup-tui sandbox`, and the environment that leads to it."""
    process = program.start("sandbox", *args)
    try:
        url = process.stdout.readline().strip()
        assert url.startswith("http://127.0.0.1:"), url
        yield leading_to(url)
    finally:
        process.terminate()
        process.communicate(timeout=200)
