from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.program import Program, program_in


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """The program in a folder that is the working directory of the test, too, with books of its own."""
    program = program_in(tmp_path)
    (program.cwd / "books").mkdir()
    monkeypatch.chdir(program.cwd)
    return program
