from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pup_tui.runbook.load import Loaded, load_files

Check = Callable[..., Loaded]


@pytest.fixture
def check() -> Check:
    """Load a runbook from text; keyword arguments are step templates by name."""

    def load(text: str, **templates: str) -> Loaded:
        files = {"runbook.yaml": text.encode()}
        files |= {f"_templates/{name}.yaml": body.encode() for name, body in templates.items()}
        return load_files("runbook", files, Path("runbook.yaml"))

    return load


@pytest.fixture
def errors(check: Check) -> Callable[..., list[str]]:
    """The errors of a runbook, each as `line:column: message`."""

    def told(text: str, **templates: str) -> list[str]:
        return [f"{p.line}:{p.column}: {p.message}" for p in check(text, **templates).errors]

    return told
