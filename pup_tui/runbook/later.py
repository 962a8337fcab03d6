"""What the format defines and this version does not run.

It is refused by name, never ignored. A feature that arrives takes its row away.
"""

from __future__ import annotations

from collections.abc import Mapping

KINDS = frozenset({"input", "notify", "runbook", "parallel", "group"})

KEYS: Mapping[str, frozenset[str]] = {
    "Runbook": frozenset({"import", "lock"}),
    "Defaults": frozenset({"retry"}),
    "Variable": frozenset({"choices_from", "when"}),
    "Step": frozenset(
        {
            "retry",
            "foreach",
            "as",
            "max_parallel",
            "confirm",
            "undo",
            "idempotent",
            "output_limit",
            "with",
        }
    ),
    "ShellStep": frozenset({"shell", "stdin", "tty", "interactive", "success_codes"}),
}
"""Keys by the struct of the model that will have them."""

GROUP_KEYS = frozenset({"steps", "params", "outputs"})
"""Keys that make a file in `_templates` a group of steps."""

VALUE_SOURCES = frozenset({"keyring", "command"})
"""What a variable's `from` may begin with."""


def keys_of(struct: type) -> frozenset[str]:
    """The refused keys of a struct and of those that it extends."""
    return frozenset().union(*(KEYS.get(cls.__name__, frozenset()) for cls in struct.__mro__))
