"""What is secret because of what it is made of, and the refusal of a step that would give a secret away."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from pup_tui.runbook.exposure import all_names, check_exposure
from pup_tui.runbook.languages import compiled
from pup_tui.runbook.model import Step
from pup_tui.runbook.roles import Role
from pup_tui.runbook.texts import texts_of


def check_secrecy(step: Step, secrets: set[str]) -> None:
    """Raise TemplateError if a step would put a secret where others can read it."""
    for text in texts_of(step) if secrets else ():
        check_exposure(text.role, text.source, secrets)


def check_lock(source: str, secrets: Collection[str]) -> None:
    """Raise TemplateError if a `lock` would tell a secret."""
    check_exposure(Role.LOCK, source, secrets)


def names_in(tree: object) -> frozenset[str]:
    """The names that the templates in a value use, results as `steps.ID.FIELD`."""
    return frozenset().union(*(all_names(compiled(Role.JSON, source)) for source in _texts(tree)))


def names_in_items(items: str | tuple[object, ...]) -> frozenset[str]:
    """The names that a `foreach` uses."""
    return all_names(compiled(Role.ITEMS, items)) if isinstance(items, str) else names_in(items)


def names_in_expression(source: str) -> frozenset[str]:
    """The names that an expression uses."""
    return all_names(compiled(Role.EXPRESSION, source))


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
