"""The Datadog Workflows among the runbooks of the command line."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from pup_tui.cli.failure import tell

if TYPE_CHECKING:
    from pup_tui.catalog.workflow_source import Fetched
    from pup_tui.settings.settings import Settings

REFRESH = "`pup-tui list --refresh` fetches them"


def refresh_workflows(settings: Settings) -> None:
    """Fetch them anew. Without credentials nothing happens."""
    from pup_tui.cli.wiring import Parts, workflow_source

    source = workflow_source(Parts(settings), _tell_wait)
    if source is not None:
        asyncio.run(source.refresh())


def _tell_wait(seconds: float, reason: str) -> None:
    tell(f"pup-tui: Datadog Workflows: trying again in {seconds:g} s: {reason}")


def tell_workflows(settings: Settings) -> None:
    """Say how old they are, and why they are not all there; nothing where there are no credentials."""
    from pup_tui.cli.wiring import Parts, workflow_source
    from pup_tui.output.sanitize import safe_text

    source = workflow_source(Parts(settings))
    if source is not None and (told := _told(source.known())):
        tell(f"pup-tui: Datadog Workflows: {safe_text(told)}")


def _told(known: Fetched) -> str:
    told = known.told(time.time())
    if known.at is None and not told:
        return f"they have not been fetched yet: {REFRESH}"
    return f"{told}: {REFRESH}" if told else ""
