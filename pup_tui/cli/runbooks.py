"""The runbook of the catalog that a command names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pup_tui.cli.failure import Failure, refuse_problems, tell

if TYPE_CHECKING:
    from pup_tui.catalog.catalog import Catalog
    from pup_tui.catalog.entries import Entry
    from pup_tui.runbook.load import Loaded
    from pup_tui.runbook.model import Runbook
    from pup_tui.settings.settings import Settings


def find_entry(settings: Settings, catalog: Catalog, name: str) -> Entry:
    """The runbook of this name. A Datadog Workflow that is not known is asked for once."""
    from pup_tui.catalog.catalog import UnknownRunbook
    from pup_tui.catalog.entries import Origin

    try:
        entry = catalog.find(name)
    except UnknownRunbook as error:
        if not catalog.is_elsewhere(name):
            raise Failure(str(error), "", error.hint) from error
        entry = _fetched_entry(settings, catalog, name)
    if entry.origin is Origin.DATADOG:
        from pup_tui.cli.workflows import tell_workflows

        tell_workflows(settings)
    return entry


def _fetched_entry(settings: Settings, catalog: Catalog, name: str) -> Entry:
    from pup_tui.catalog.catalog import UnknownRunbook
    from pup_tui.cli.workflows import refresh_workflows, tell_workflows

    refresh_workflows(settings)
    try:
        return catalog.find(name)
    except UnknownRunbook as error:
        tell_workflows(settings)
        raise Failure(str(error), "", error.hint) from error


def refuse_untrusted(entry: Entry) -> None:
    """Raise Failure for a runbook of which nothing may run until the operator says so."""
    if not entry.trusted:
        raise Failure(
            f"`{entry.id}` lies in the working directory and is not trusted",
            str(entry.path),
            "run it by its path if you know what it does",
        )


def tell_closed(catalog: Catalog) -> None:
    """Say which folders with runbooks cannot be read: what is in them is missing."""
    for error in catalog.closed_folders():
        tell(f"pup-tui: some runbooks are not known: {error}")
    for error in catalog.missed_folders():
        tell(f"pup-tui: {error}")


def load_valid(catalog: Catalog, entry: Entry) -> tuple[Loaded, Runbook]:
    """The runbook of an entry. Prints every error and raises Failure if it cannot be run."""
    loaded = catalog.load(entry.path)
    if loaded.runbook is None:
        refuse_problems(loaded.errors, "the runbook", "fix what is told above", str(entry.path))
    return loaded, loaded.require()
