"""What a step's own texts use: what it says and does, and the variables that it asks for."""

from __future__ import annotations

from collections.abc import Iterator

from pup_tui.runbook.languages import compiled, uses_of_variable
from pup_tui.runbook.model import Step
from pup_tui.runbook.roles import NOTES
from pup_tui.runbook.texts import texts_of
from pup_tui.template.usage import UsesNames


def uses_of(
    step: Step, declared: frozenset[str], mentioning: str = "", *, with_notes: bool = True
) -> Iterator[UsesNames]:
    """What the texts of a step are once they are read, without nested steps, its undo and what it calls.

    `declared` are the names that a condition means; of its own texts only those `mentioning` a word are read,
    and what is told beside it only `with_notes`. Raises `TemplateError`.
    """
    for text in texts_of(step):
        if mentioning in text.source and (with_notes or text.role not in NOTES):
            yield compiled(text.role, text.source, declared)
    for variable in step.asked.values():
        yield from uses_of_variable(variable)
