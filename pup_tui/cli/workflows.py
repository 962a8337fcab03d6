"""The Datadog Workflows of the account: where they are kept, what fetches them, and what is said of them."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from pup_tui.cli.credentials import Credentials, account_of
from pup_tui.cli.failure import Failure, tell, tell_note

if TYPE_CHECKING:
    from pup_tui.catalog.places import Folder
    from pup_tui.catalog.workflow_source import Fetched, WorkflowSource
    from pup_tui.datadog.client import OnWait
    from pup_tui.datadog.workflow_list import WorkflowList
    from pup_tui.settings.settings import Settings

REFRESH = "`pup-tui list --refresh` fetches them"


def workflow_folders(settings: Settings, *, asks: bool = False) -> list[Folder]:
    """Where the Datadog Workflows of the account are kept; none where it is not known to have credentials.

    Each account has a folder of its own, named by a hash of what tells it from others. Stored credentials are
    not looked for: that the folder is there tells that there were some. With `asks` it is told in any case.
    """
    from pup_tui.catalog.entries import Origin
    from pup_tui.catalog.places import WORKFLOW, Folder

    try:
        account = account_of(settings, settings.environ)
    except Failure:
        return []
    in_keyring = bool(settings.profile and settings.profile.said.datadog.entries)
    folders = settings.state_dir / "workflows"
    has_credentials = asks or account.authenticated or in_keyring
    if not (has_credentials or os.path.isdir(folders)):
        return []
    # Late: most of what it brings along is OpenSSL.
    import hashlib

    # What `pup` has stored is that of the organisation which is named to it.
    org = settings.environ.get("DD_ORG", "")
    named = (account.base_url, settings.profile_name, account.api_key, org)
    place = hashlib.sha256("\0".join(named).encode(errors="surrogateescape")).hexdigest()
    kept = folders / place[:16]
    if not (has_credentials or os.path.isdir(kept)):
        return []
    return [Folder(kept, Origin.DATADOG, prefix=WORKFLOW)]


def workflow_source(
    credentials: Credentials, on_wait: OnWait | None = None, *, asks: bool = False
) -> WorkflowSource | None:
    """What fetches the workflows of the account; None where it is not known to have credentials.

    `on_wait` is told of each wait, as that of the client; `asks` is that of `workflow_folders`.
    """
    from pup_tui.catalog.workflow_source import WorkflowSource

    settings = credentials.settings
    found = workflow_folders(settings, asks=asks)
    if not found:
        return None

    async def fetch() -> WorkflowList:
        from importlib import import_module

        from pup_tui.aside import aside

        # It imports what speaks HTTP, which takes long enough to hold up a key.
        await aside(import_module, "pup_tui.datadog.client")
        from pup_tui.datadog.client import DatadogClient
        from pup_tui.datadog.errors import DatadogError
        from pup_tui.datadog.workflow_list import all_workflows

        try:
            account = await credentials.look()
        except Failure as error:
            raise DatadogError(str(error)) from error
        async with DatadogClient(account, on_wait=on_wait) as client:
            return await all_workflows(client)

    return WorkflowSource(settings.state_dir, found[0].path, fetch)


def refresh_workflows(settings: Settings) -> None:
    """Fetch them anew, with stored credentials too; where there are none that is said."""
    from pup_tui.aside import run_loop

    credentials = Credentials(settings)
    try:
        account = credentials.datadog
    except Failure as error:
        tell(str(error))
        return
    if not account.authenticated:
        tell_note(f"Datadog Workflows cannot be fetched: no Datadog credentials: {account.missing}")
        return
    source = workflow_source(credentials, _tell_wait, asks=True)
    if source is not None:
        run_loop(source.refresh())


def other_credentials(settings: Settings, *, stored: bool) -> None:
    """Forget what was fetched with stored credentials: now there are others, or none is `stored`."""
    from shutil import rmtree

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
    source = workflow_source(Credentials(settings))
    if source is not None and (told := _told(source.known())):
        tell(f"pup-tui: Datadog Workflows: {told}")


def _told(known: Fetched) -> str:
    told = known.told(time.time())
    if known.at is None and not told:
        return f"they have not been fetched yet: {REFRESH}"
    return f"{told}: {REFRESH}" if told else ""
