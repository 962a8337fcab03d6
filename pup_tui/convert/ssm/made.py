"""What an action becomes, and what it is made with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pup_tui.convert.draft import NewRunbook, NewStep
from pup_tui.convert.scripts import started
from pup_tui.convert.ssm.document import SsmStep
from pup_tui.convert.ssm.durations import from_seconds
from pup_tui.convert.ssm.texts import DocumentNames


@dataclass(slots=True)
class Making:
    """The step that is made, and all that its action may ask.

    `inputs` are the action's with their texts in pieces, `captures` the variables of its outputs by their
    names in the document.
    """

    runbook: NewRunbook
    names: DocumentNames
    step: SsmStep
    id: str
    inputs: dict[str, Any]
    captures: dict[str, str]
    notes: list[str] = field(default_factory=list)

    def told(self, why: str) -> None:
        """Say in the report, and above the step, what is other than it was."""
        self.runbook.tell("changed", self.step.name, why)
        self.notes.append(f"review: {why}")

    def shell(self, script: str, **keys: Any) -> NewStep:
        """A shell step; a script of more than one command begins with `set -e`."""
        return NewStep(
            self.step.name, "shell", {"run": started(script), **keys}, id=self.id, notes=self.notes
        )

    def asked(self, what: str) -> dict[str, Any]:
        """The keys of a step that changes something: it asks before."""
        return {"confirm": f"{self.step.name}: {what}?", "danger": True}

    def captured(self, known: Mapping[str, str]) -> dict[str, Any]:
        """The key of what is read from the output: known outputs by their expressions, others as it is."""
        made = {name: known.get(output, "output") for output, name in self.captures.items()}
        return {"capture": made} if made else {}

    def seconds(self, otherwise: str) -> str:
        """How long an attempt may take."""
        return from_seconds(self.step.timeout, self.names) or otherwise


def output_of(making: Making, output: str, selector: str = "") -> str:
    """The expression of an output: of several things that fit a text or a number is the first."""
    from pup_tui.convert.ssm.selectors import expression_of

    found, is_list = expression_of(selector or making.step.outputs[output])
    types = {
        str(each.get("Name")): str(each.get("Type") or "String")
        for each in making.step.raw.get("outputs") or []
        if isinstance(each, dict)
    }
    is_one = types.get(output, "String") in ("String", "Integer", "Boolean")
    return f"({found}) | first" if is_list and is_one else found
