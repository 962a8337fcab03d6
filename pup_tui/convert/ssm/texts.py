"""What `{{ … }}` in a document stands for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pup_tui.convert.errors import Inexpressible
from pup_tui.convert.pieces import NewValue, PiecedText, Pieces, in_pieces

_NAMED = re.compile(r"\{\{\s*([A-Za-z][A-Za-z0-9_]*(?::[A-Za-z0-9_]+)?(?:\.[A-Za-z0-9_]+)*)\s*\}\}")

ITEM = "CurrentIteratorValue"


@dataclass(slots=True)
class DocumentNames:
    """What every name of a document stands for.

    `parameters` by their names, `outputs` by `step.Output`, `variables` by their names, `items` by the name
    of their loop. `globals` are those that were asked for and that a command finds.
    """

    parameters: dict[str, NewValue] = field(default_factory=dict)
    outputs: dict[str, NewValue] = field(default_factory=dict)
    variables: dict[str, NewValue] = field(default_factory=dict)
    items: dict[str, NewValue] = field(default_factory=dict)
    globals: dict[str, NewValue] = field(default_factory=dict)

    def knows(self, name: str) -> bool:
        """Whether the document gives this name a value; other braces in a script are the script's own."""
        first = name.partition(".")[0]
        known = {*self.parameters, *self.items, *(out.partition(".")[0] for out in self.outputs)}
        return ":" in name or first in known

    def value(self, name: str) -> NewValue:
        """The value of a name. Raises Inexpressible for what nothing here stands for."""
        if name in self.parameters:
            return self.parameters[name]
        if name in self.outputs:
            return self.outputs[name]
        if name.startswith("variable:"):
            return self._variable(name)
        if name.startswith("global:"):
            return self._global(name.removeprefix("global:"))
        if name == "automation:EXECUTION_ID":
            return NewValue("run.id")
        first, _, rest = name.partition(".")
        if first in self.items and rest.startswith(ITEM):
            return _inside(self.items[first], rest.removeprefix(ITEM).lstrip("."))
        if first in self.parameters and rest:
            return _inside(self.parameters[first], rest)
        raise Inexpressible(f"{{{{ {name} }}}} stands for nothing that a runbook knows")

    def _variable(self, name: str) -> NewValue:
        first, _, rest = name.removeprefix("variable:").partition(".")
        if first not in self.variables:
            raise Inexpressible(
                f"{{{{ {name} }}}} is a variable that changes while the document runs"
            )
        return _inside(self.variables[first], rest)

    def _global(self, name: str) -> NewValue:
        if name == "DATE":
            return NewValue("run.started_at[:10]")
        if name == "DATE_TIME":
            return NewValue(
                '(run.started_at[:10] ~ "_" ~ run.started_at[11:19] | replace(":", "."))'
            )
        if name in ("REGION", "ACCOUNT_ID", "AWS_PARTITION"):
            variable = {"REGION": "AWS_REGION_NAME", "ACCOUNT_ID": "AWS_ACCOUNT"}.get(name, name)
            self.globals[name] = NewValue(variable)
            return self.globals[name]
        raise Inexpressible(f"{{{{ global:{name} }}}} stands for nothing that a runbook knows")

    def pieces(self, text: str) -> Pieces:
        """A text of the document in pieces."""
        return in_pieces(_NAMED, text, lambda named: self.value(named[1]))

    def tree(self, data: Any) -> Any:
        """A tree of the document with its texts in pieces."""
        if isinstance(data, dict):
            return {key: self.tree(value) for key, value in data.items()}
        if isinstance(data, list):
            return [self.tree(item) for item in data]
        return PiecedText(self.pieces(data)) if isinstance(data, str) else data


def _inside(value: NewValue, path: str) -> NewValue:
    if not path:
        return value
    made = value.data
    for part in path.split("."):
        made += f"[{part}]" if part.isdigit() else f'["{part}"]'
    return NewValue(made)


def names_in(data: Any) -> Iterator[str]:
    """All names that the texts of a tree have."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from names_in(key)
            yield from names_in(value)
    elif isinstance(data, list):
        for item in data:
            yield from names_in(item)
    elif isinstance(data, str):
        yield from (named[1] for named in _NAMED.finditer(data))
