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


def check_trusted(settings: Settings, entry: Entry) -> None:
    """Refuse a runbook that nobody has trusted, and a copy that is not what was; of one that has changed
    since it was trusted it is said that the copy runs.
    """
    from pup_tui.catalog.entries import Origin

    if not entry.trusted:
        lies = (
            "comes from a pack" if entry.origin is Origin.PACK else "lies in the working directory"
        )
        told = f"`{entry.id}` {lies} and is not trusted"
        todo = f"`pup-tui trust {entry.id}` shows what it does, and asks"
        if entry.origin is not Origin.PACK:
            todo += "; or run it by its path if you know what it does"
        raise Failure(told, str(entry.path), todo)
    if entry.is_copy:
        from pup_tui.cli.trusting import pack_failures
        from pup_tui.packs.store import check_copy

        with pack_failures():
            check_copy(entry.path)
    if entry.changed:
        told = f"`{entry.id}` has changed since it was trusted; what was trusted runs"
        tell(f"pup-tui: {told}: `pup-tui trust {entry.id}` shows what changed")


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
