"""Runbooks for tests, written as YAML in the test."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

from pup_tui.core.program import Program, compile_program
from pup_tui.runbook.load import load_files
from pup_tui.runbook.model import Runbook

_DATA = Path(__file__).parents[1] / "runbook" / "data"
_NAMES = ("valid.yaml", "other.yaml", "_templates/t.yaml", "_templates/gate.yaml")
VALID_FILES = {name: (_DATA / name).read_bytes() for name in _NAMES}
"""A runbook with every part of the format in it, and the files that it uses."""


def runbook_of(text: str, name: str = "test", files: Mapping[str, str] | None = None) -> Runbook:
    """The runbook in `text`, with `files` beside it; an invalid one fails the test with its errors."""
    path = Path(f"{name}.yaml")
    beside = {other: dedent(its).encode() for other, its in (files or {}).items()}
    loaded = load_files(name, {path.name: dedent(text).encode(), **beside}, path)
    assert loaded.runbook is not None, "\n".join(str(problem) for problem in loaded.errors)
    return loaded.runbook


def program_of(text: str, name: str = "test", files: Mapping[str, str] | None = None) -> Program:
    """The compiled runbook in `text`, or in a list of steps without its `name:` line."""
    text = dedent(text)
    if not text.lstrip().startswith("name:"):
        text = f"name: {name}\n{text}"
    return compile_program(name, runbook_of(text, name, files))
