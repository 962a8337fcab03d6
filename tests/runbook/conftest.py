from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from pup_tui.runbook.lint import linter
from pup_tui.runbook.load import Loaded, load_files

Check = Callable[..., Loaded]


@pytest.fixture
def check() -> Check:
    """Load a runbook from text; `others` are files by name, keyword arguments step templates by name."""

    def load(text: str, others: Mapping[str, str] | None = None, **templates: str) -> Loaded:
        files = {"runbook.yaml": text.encode()}
        files |= {name: body.encode() for name, body in (others or {}).items()}
        files |= {f"_templates/{name}.yaml": body.encode() for name, body in templates.items()}
        return load_files("runbook", files, Path("runbook.yaml"))

    return load


@pytest.fixture
def lint() -> Check:
    """Load with warnings; the machine has no command but `here`, and what every shell has."""

    def load(text: str, **templates: str) -> Loaded:
        files = {"runbook.yaml": text.encode()}
        files |= {f"_templates/{name}.yaml": body.encode() for name, body in templates.items()}
        known = {"here", "echo", "x", "rm"}
        return load_files("runbook", files, Path("runbook.yaml"), linter=linter(known.__contains__))

    return load


@pytest.fixture
def errors(check: Check) -> Callable[..., list[str]]:
    """The errors of a runbook, each as `line:column: message`."""

    def told(text: str, others: Mapping[str, str] | None = None, **templates: str) -> list[str]:
        problems = check(text, others, **templates).errors
        return [f"{p.line}:{p.column}: {p.message}" for p in problems]

    return told
