"""What of Datadog a runbook names, as far as the values of its variables tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pup_tui.datadog.named import NamedThing, things_in_url, things_named
from pup_tui.runbook.model import Runbook, Step
from pup_tui.runbook.pup_words import text_with, words_with
from pup_tui.runbook.roles import Role
from pup_tui.runbook.texts import texts_of

__all__ = ["NamedThing", "named_beforehand", "named_things"]


def named_things(runbook: Runbook, values: Mapping[str, Any]) -> list[NamedThing]:
    """The things that the steps of a runbook name, each once, in the order of the file.

    What is not known of a thing is told once for the names that it needs. In steps of other files other
    variables have these names.
    """
    found: dict[tuple[str, str, tuple[str, ...]], NamedThing] = {}
    for thing in _named(runbook.steps, values):
        found.setdefault((thing.kind, thing.id, thing.needs), thing)
    return list(found.values())


def named_beforehand(runbook: Runbook) -> list[NamedThing]:
    """The things that a runbook names as far as the defaults of its variables tell."""
    known = {
        name: variable.default
        for name, variable in runbook.vars.items()
        if isinstance(variable.default, str)
        and not (variable.default_follows or variable.is_secret)
    }
    return named_things(runbook, known)


def _named(steps: Iterable[Step], values: Mapping[str, Any]) -> Iterator[NamedThing]:
    for step in steps:
        for text in texts_of(step):
            if text.role is Role.SUBCOMMAND:
                yield from things_named(words_with(text.source, values))
            elif text.role is Role.URL:
                yield from things_in_url(text_with(text.source, values))
        yield from _named(step.inside, {} if step.inside_from else values)
