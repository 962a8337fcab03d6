from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.program import PROGRAM, Ended, Program, program_in


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """The real program, in a folder of this test."""
    return program_in(tmp_path)


Under = Callable[..., Ended]


@pytest.fixture
def under(program: Program) -> Under:
    """Calls the program under another one, as `strace` or `prlimit`, whose words come first."""

    def call(words: list[str], *args: str, **environ: str) -> Ended:
        done = subprocess.run(
            [*words, *PROGRAM, *args],
            cwd=program.cwd,
            env={**program.environ, **environ},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=600,
        )
        out, err = done.stdout.decode(), done.stderr.decode()
        assert "Traceback" not in out + err, err
        return Ended(done.returncode, out, err)

    return call
