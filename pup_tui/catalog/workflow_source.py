"""The Datadog Workflows that were fetched last: a folder of runbooks, and what is known of its age."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from pup_tui.aside import aside
from pup_tui.kept_json import keep_json, kept_json
from pup_tui.private import NotPrivate, make_private_dir, replace_private

if TYPE_CHECKING:
    from pup_tui.datadog.workflow_list import WorkflowList

NEW = 300.0
"""Seconds for which what was fetched is taken as it is."""

STALE = 3600.0
"""Seconds after which it is said how old what was fetched is."""

_RECORD = "_fetched.json"


class Fetched(Struct, frozen=True, kw_only=True):
    """When the workflows were fetched, in unix seconds (None: never), and what is missing of them.

    `problem` says why they could not be fetched the last time that this was tried; blank where they were.
    """

    at: float | None = None
    missing: str = ""
    problem: str = ""

    def is_new(self, now: float) -> bool:
        """Whether they need not be fetched again yet."""
        return self.at is not None and not self.problem and 0 <= now - self.at < NEW

    def told(self, now: float) -> str:
        """What is to be said of them; blank where they are new and whole."""
        parts = []
        if self.at is not None and (self.problem or now - self.at >= STALE):
            parts.append(f"as they were {_age(now - self.at)} ago")
        if self.problem:
            parts.append(f"they could not be fetched: {self.problem}")
        if self.missing:
            parts.append(f"not all of them: {self.missing}")
        return "; ".join(parts)


class WorkflowSource:
    """The workflows of one account, as runbooks in `folder`, below the folder `state`.

    `fetch` gets them from Datadog; it raises an exception whose text says why it could not.
    """

    def __init__(
        self, state: Path, folder: Path, fetch: Callable[[], Awaitable[WorkflowList]]
    ) -> None:
        self.folder = folder
        self._state = state
        self._inside = folder.relative_to(state).parts
        self._fetch = fetch

    def known(self) -> Fetched:
        """What is known of the last time. Reads a file."""
        return kept_json(Fetched, self._state, *self._inside, _RECORD) or Fetched()

    async def refresh(self) -> Fetched:
        """Fetch them anew; what was known before stays where that fails."""
        from pup_tui.datadog.errors import DatadogError
        from pup_tui.datadog.permissions import told_refusal

        try:
            found = await self._fetch()
        except DatadogError as error:
            told = told_refusal(error, "workflows list")
            return await aside(self._keep, replace(self.known(), problem=told), None)
        fetched = Fetched(at=time.time(), missing=found.missing)
        return await aside(self._keep, fetched, found)

    def _keep(self, fetched: Fetched, found: WorkflowList | None) -> Fetched:
        """Write what was found; what is no more goes, unless not all could be fetched."""
        from pup_tui.catalog.workflow_text import runbook_text, stem_of

        try:
            make_private_dir(self._state, *self._inside)
            if found is not None:
                texts = {f"{stem_of(w)}.yaml": runbook_text(w).encode() for w in found.workflows}
                for name, text in texts.items():
                    self._write(name, text)
                gone = {path.name for path in self.folder.glob("*.yaml")} - set(texts)
                for name in () if found.missing else gone:
                    (self.folder / name).unlink(missing_ok=True)
            keep_json(fetched, self._state, *self._inside, _RECORD)
        except (OSError, NotPrivate) as error:
            return replace(fetched, problem=f"they cannot be kept ({error})")
        return fetched

    def _write(self, name: str, text: bytes) -> None:
        """Write a file that says something else by now: one that stays the same is not read again."""
        path = self.folder / name
        with suppress(FileNotFoundError):
            if path.read_bytes() == text:
                return
        replace_private(path, text)


def _age(seconds: float) -> str:
    for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{int(seconds // size)} {unit}"
    return "a minute" if seconds >= 60 else "a moment"
