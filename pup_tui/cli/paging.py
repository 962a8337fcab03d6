"""Texts on the terminal that are read before a question: a page at a time, where they are longer than it."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from pup_tui.output.sanitize import safe_text

if TYPE_CHECKING:
    from pup_tui.settings.settings import Settings, TerminalFacts

_LESS = "-RX"
"""How `less` is to behave where nobody says it: what it showed stays above the question."""


def show(settings: Settings, lines: Iterable[str]) -> None:
    """Print lines; by the operator's pager, where they do not fit on the terminal of somebody who reads."""
    texts = [safe_text(line) for line in lines]
    if not (_is_read(settings.terminal, texts) and _paged(settings, texts)):
        for text in texts:
            click.echo(text)


def _is_read(terminal: TerminalFacts, texts: list[str]) -> bool:
    if not (terminal.output and terminal.can_ask and terminal.rows and terminal.columns):
        return False
    taken = sum(max(1, -(-len(text) // terminal.columns)) for text in texts)
    return taken >= terminal.rows


def _paged(settings: Settings, texts: list[str]) -> bool:
    """Whether the operator's pager has shown them."""
    try:
        pager = subprocess.Popen(  # noqa: S603 - the operator's own pager
            shlex.split(settings.pager),
            stdin=subprocess.PIPE,
            env={"LESS": _LESS, **settings.environ},
            text=True,
            encoding="utf-8",
        )
    except (OSError, ValueError, IndexError):
        return False
    assert pager.stdin is not None
    # Who has read enough leaves it before it has taken all; Ctrl-C is the pager's, which goes on.
    with suppress(BrokenPipeError, KeyboardInterrupt), pager.stdin as stdin:
        stdin.write("".join(f"{text}\n" for text in texts))
    while True:
        with suppress(KeyboardInterrupt):
            return pager.wait() == 0
