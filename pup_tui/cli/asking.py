"""Asks on the terminal what is settled before a run, or around one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from pup_tui.cli.failure import Failure, tell
from pup_tui.headless.exits import INTERRUPT


def prompt(text: str, *, goes_on: bool = False, **options: Any) -> Any:
    """What is typed, as `click.prompt` has it, and not before it is asked for.

    `goes_on` says that it is more of what was asked for already.
    """
    if not goes_on:
        _forget_typed()
    with _left_unanswered():
        return click.prompt(text, err=True, **options)


def confirm(question: str, *, default: bool = False) -> bool:
    """Whether the operator agrees, once they were asked."""
    _forget_typed()
    with _left_unanswered():
        return click.confirm(question, default=default, err=True)


@contextmanager
def _left_unanswered() -> Iterator[None]:
    """Ctrl-C, or the end of the input, at a question is told on a line of its own."""
    try:
        yield
    except click.Abort:
        tell("")
        raise Failure("stopped at a question, which has no answer", code=INTERRUPT) from None


def _forget_typed() -> None:
    from pup_tui.headless.typed_ahead import UNUSED, forget_typed

    if forget_typed():
        tell(UNUSED)


def choose(text: str, words: Iterable[str]) -> str:
    """The word that is typed, or that begins so, asked for until it is one; Enter is `abort`."""
    from pup_tui.headless.choosing import NOT_THERE, chosen

    choices = {word: word for word in words}
    while (said := chosen(prompt(text, default="a"), choices)) is None:
        tell(NOT_THERE)
    return said
