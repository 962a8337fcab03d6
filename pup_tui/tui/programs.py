"""Hands the terminal to a program of the operator's: the pager, the editor."""

from __future__ import annotations

import asyncio
import shlex
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from textual.app import App, SuspendNotSupported

from pup_tui.output.sanitize import safe_text

ProgramRole = Literal["pager", "editor"]
"""What a program is for, as people call it; in capitals the variable that names it."""

_USUAL: Mapping[ProgramRole, str] = {"pager": "less", "editor": "vi"}


async def open_in(
    app: App[Any], path: Path, command: str, environ: Mapping[str, str], role: ProgramRole
) -> str:
    """Show a file in a program; runs go on behind it. Returns what went wrong, or nothing."""
    try:
        words = shlex.split(command) or [_USUAL[role]]
    except ValueError as error:
        return safe_text(f"{role.upper()} cannot be read as a command: {error}.")
    try:
        # Whatever is drawn meanwhile would go to the program's screen.
        with app.suspend(), app.batch_update(), _interrupts_ignored():
            trouble = await _run([*words, str(path)], environ, role)
    except SuspendNotSupported:
        return f"The {role} cannot be opened here."
    app.refresh(layout=True)
    return trouble


async def _run(words: list[str], environ: Mapping[str, str], role: ProgramRole) -> str:
    """Nothing may be raised from here, or the terminal would not be taken back."""
    try:
        program = await asyncio.create_subprocess_exec(*words, env={"LESS": "-R", **environ})
    except OSError as error:
        told = f"The {role} `{words[0]}` cannot be started: {error.strerror}. Set {role.upper()}."
        return safe_text(told)
    await program.wait()
    return ""


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Ctrl-C is the program's while it has the terminal."""
    before = signal.signal(signal.SIGINT, lambda signum, frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
