"""Hands the terminal to the operator's pager."""

from __future__ import annotations

import asyncio
import shlex
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from textual.app import App, SuspendNotSupported

from pup_tui.output.sanitize import safe_text


async def open_pager(app: App[Any], path: Path, pager: str, environ: Mapping[str, str]) -> str:
    """Show a file in the operator's pager; runs go on behind it. Returns what went wrong, or nothing."""
    try:
        words = shlex.split(pager) or ["less"]
    except ValueError as error:
        return safe_text(f"PAGER cannot be read as a command: {error}.")
    try:
        # Whatever is drawn meanwhile would go to the pager's screen.
        with app.suspend(), app.batch_update(), _interrupts_ignored():
            trouble = await _run([*words, str(path)], environ)
    except SuspendNotSupported:
        return "A pager cannot be opened here."
    app.refresh(layout=True)
    return trouble


async def _run(words: list[str], environ: Mapping[str, str]) -> str:
    """Nothing may be raised from here, or the terminal would not be taken back."""
    try:
        pager = await asyncio.create_subprocess_exec(*words, env={"LESS": "-R", **environ})
    except OSError as error:
        return safe_text(f"The pager `{words[0]}` cannot be started: {error.strerror}. Set PAGER.")
    await pager.wait()
    return ""


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Ctrl-C is the pager's while it has the terminal."""
    before = signal.signal(signal.SIGINT, lambda signum, frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
