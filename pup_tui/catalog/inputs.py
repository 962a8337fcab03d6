"""The values that a runbook asks for: the part of the format that forms and command lines need."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pup_tui.runbook.files import Unreadable, read_file
from pup_tui.runbook.model import Runbook, Variable
from pup_tui.runbook.variables import Resolved, check_value, resolve

__all__ = ["Resolved", "check_input", "resolve_inputs"]


def check_input(variable: Variable, given: Any) -> Any:
    """The value that a variable gets from what was typed; ValueError says in a sentence what is wrong."""
    return check_value(variable, given)


def resolve_inputs(
    runbook: Runbook, given: Mapping[str, object], environ: Mapping[str, str]
) -> Resolved:
    """Every variable's value: as given, else from where it comes from, else its default."""
    return resolve(runbook, given, environ=environ, read_file=_read_file)


def _read_file(path: str) -> str:
    try:
        return read_file(Path(path).expanduser()).decode()
    except Unreadable as error:
        raise ValueError(str(error)) from error
