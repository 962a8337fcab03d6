"""Packs as the command line shows them before anybody trusts them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pup_tui.cli.paging import show

if TYPE_CHECKING:
    from pup_tui.packs.difference import Difference
    from pup_tui.packs.library import TrustSubject
    from pup_tui.settings.settings import Settings


def print_subject(settings: Settings, subject: TrustSubject) -> None:
    """Print what somebody is to trust: where an earlier version is trusted, what has changed since."""
    from pup_tui.packs.lines import lines_to_trust

    show(settings, lines_to_trust(subject))


def print_difference(settings: Settings, found: Difference) -> None:
    """Print what has changed."""
    from pup_tui.packs.lines import lines_of_difference

    show(settings, lines_of_difference(found))
