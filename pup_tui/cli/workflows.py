"""The Datadog Workflows among the runbooks of the command line."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from shutil import rmtree
from typing import TYPE_CHECKING

from pup_tui.cli.failure import Failure, tell, tell_note

if TYPE_CHECKING:
    from pup_tui.catalog.workflow_source import Fetched
    from pup_tui.settings.settings import Settings

REFRESH = "`pup-tui list --refresh` fetches them"


def refresh_workflows(settings: Settings) -> None:
    """Fetch them anew, with stored credentials too; where there are none that is said."""
    from pup_tui.cli.wiring import Parts, workflow_source

    parts = Parts(settings)
    try:
        account = parts.datadog
    except Failure as error:
        tell(str(error))
        return
    if not account.authenticated:
        tell_note(f"Datadog Workflows cannot be fetched: no Datadog credentials: {account.missing}")
        return
    source = workflow_source(parts, _tell_wait, asks=True)
    if source is not None:
        asyncio.run(source.refresh())


def other_credentials(settings: Settings, *, stored: bool) -> None:
    """Forget what was fetched with stored credentials: now there are others, or none is `stored`."""
    from pup_tui.cli.wiring import workflow_folders
    from pup_tui.private import NotPrivate, make_private_dir

    for folder in workflow_folders(settings, asks=True):
        with suppress(OSError):
            rmtree(folder.path)
        with suppress(OSError, NotPrivate):
            if stored:
                make_private_dir(
                    settings.state_dir, *folder.path.relative_to(settings.state_dir).parts
                )


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
