"""What is shown of integrations before anybody trusts them: what they read, and who gets it."""

from __future__ import annotations

from collections.abc import Container, Iterator
from pathlib import Path, PurePosixPath

from msgspec import Struct

from pup_tui.catalog.effects import effect_word, mutates
from pup_tui.catalog.entries import Origin
from pup_tui.integrations.calling import calling_all
from pup_tui.integrations.library import IntegrationPlace, integration_from
from pup_tui.integrations.sending import SentSetting, settings_sent
from pup_tui.packs.tree import PackTree
from pup_tui.runbook.files import INTEGRATIONS
from pup_tui.runbook.suffixes import SUFFIXES


class ToldIntegration(Struct, frozen=True, kw_only=True):
    """An integration as people read it before they trust it. With an `error` none of it can be used.

    `actions` has what each does outside, in a word; `commands` find values before any step.
    """

    name: str
    path: str
    title: str = ""
    error: str = ""
    actions: tuple[tuple[str, str], ...] = ()
    sent: tuple[SentSetting, ...] = ()
    commands: tuple[str, ...] = ()


def told_integrations(
    tree: PackTree, only: Container[str] | None = None
) -> Iterator[ToldIntegration]:
    """The integrations of a tree in the order of their paths; of the paths in `only` where that is given."""
    for path, file in sorted(tree.files.items()):
        if only is not None and path not in only:
            continue
        parts = PurePosixPath(path)
        if parts.parent.name == INTEGRATIONS and parts.suffix in SUFFIXES:
            yield _told(path, file.data)


def _told(path: str, data: bytes) -> ToldIntegration:
    place = IntegrationPlace(
        name=PurePosixPath(path).stem, path=Path(path), origin=Origin.PACK, trusted=False
    )
    found = integration_from(place, data)
    if found.said is None:
        return ToldIntegration(name=found.name, path=path, error=str(found.problems[0]))
    loaded = calling_all(found)
    if loaded.runbook is None:
        return ToldIntegration(name=found.name, path=path, error=str(loaded.errors[0]))
    variables = [
        *found.said.settings.values(),
        *(each for action in found.said.actions.values() for each in action.params.values()),
    ]
    return ToldIntegration(
        name=found.name,
        path=path,
        title=found.said.title,
        # Nobody believes what a file says of itself before it is trusted.
        actions=tuple(
            (step.action.action, effect_word(step, mutates(step)))
            for step in loaded.runbook.steps
            if step.action is not None
        ),
        sent=tuple(settings_sent(found, loaded.runbook)),
        commands=tuple(dict.fromkeys(text for each in variables for text in each.commands)),
    )
