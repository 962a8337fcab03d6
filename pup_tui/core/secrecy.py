"""What is secret because of what it is made of, and the refusal of a step that would give a secret away."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from pup_tui.runbook.exposure import check_exposure
from pup_tui.runbook.languages import compiled
from pup_tui.runbook.model import Step
from pup_tui.runbook.parts import Inventory
from pup_tui.runbook.roles import Role
from pup_tui.runbook.texts import texts_of
from pup_tui.template.expression import compile_expression
from pup_tui.template.text import compile_text


def check_secrecy(step: Step, secrets: Collection[str]) -> None:
    """Raise TemplateError if a step would put a secret where others can read it."""
    for text in texts_of(step) if secrets else ():
        check_exposure(text.role, text.source, secrets)


def check_lock(source: str, secrets: Collection[str]) -> None:
    """Raise TemplateError if a `lock` would tell a secret."""
    check_exposure(Role.LOCK, source, secrets)


def names_in(tree: object) -> frozenset[str]:
    """The names that the templates in a value are made out of, results as `steps.ID.FIELD`."""
    return frozenset().union(*(compile_text(source).flowing_names for source in _texts(tree)))


def names_in_items(items: str | Inventory | tuple[object, ...]) -> frozenset[str]:
    """The names that the items of a `foreach` are made out of; those of an inventory are refused if any."""
    if isinstance(items, Inventory):
        return frozenset()
    if isinstance(items, str):
        return compiled(Role.ITEMS, items).flowing_names
    return names_in(items)


def names_in_expression(source: str) -> frozenset[str]:
    """The names that the value of an expression is made out of."""
    return compile_expression(source).flowing_names


def _texts(tree: object) -> Iterator[str]:
    match tree:
        case str():
            yield tree
        case dict():
            for item in tree.values():
                yield from _texts(item)
        case list() | tuple():
            for item in tree:
                yield from _texts(item)
