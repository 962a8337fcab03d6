"""Packs as the command line shows them before anybody trusts them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from pup_tui.output.sanitize import safe_text

if TYPE_CHECKING:
    from pup_tui.packs.difference import Difference
    from pup_tui.packs.library import TrustSubject


def print_subject(subject: TrustSubject) -> None:
    """Print what somebody is to trust: where an earlier version is trusted, what has changed since."""
    from pup_tui.packs.lines import lines_to_trust

    _print(lines_to_trust(subject))


def print_difference(found: Difference) -> None:
    """Print what has changed."""
    from pup_tui.packs.lines import lines_of_difference

    _print(lines_of_difference(found))


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(safe_text(line))
