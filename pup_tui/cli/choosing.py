"""Asks a person to choose one of a few words, before a run."""

from __future__ import annotations

from collections.abc import Iterable

import click

from pup_tui.cli.failure import tell


def choose(prompt: str, words: Iterable[str]) -> str:
    """The word that is typed, or that begins so, asked for until it is one; Enter is `abort`."""
    from pup_tui.headless.choosing import NOT_THERE, chosen

    choices = {word: word for word in words}
    while (said := chosen(click.prompt(prompt, default="a", err=True), choices)) is None:
        tell(NOT_THERE)
    return said
