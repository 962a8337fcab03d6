"""Where `omit` may stand in a runbook."""

from __future__ import annotations

from pup_tui.runbook.roles import Language, Role
from pup_tui.runbook.shapes import PlacedText
from pup_tui.template.errors import TemplateError
from pup_tui.template.omit import may_omit, may_omit_word
from pup_tui.template.text import compile_text
from pup_tui.template.value_command import is_subcommand

TOLD = "`omit` cannot stand here"
_HINT = (
    "it is what the one template gives that is a whole value of JSON, `query`, `form`, `headers`, `env`, "
    "`with` or `vars`, or a word of an argument list: {{ NAME | default(omit) }}"
)
_IN_A_SCRIPT = (
    "in a script leave out the option with its value: {% if NAME %}--option {{ NAME }}{% endif %}"
)
_ENTRIES = {Role.TEXT: frozenset({"form", "env"}), Role.HEADER: frozenset({"headers"})}
"""Maps whose entries can be left out, by the role of their values."""


def may_stand(placed: PlacedText) -> bool:
    """Whether a text uses `omit` only as a whole value that can be left out, or has a mistake anyway."""
    try:
        return _may_stand(placed)
    except TemplateError:
        return True


def hint_for(placed: PlacedText) -> str:
    """What to write where `omit` may not stand."""
    return _IN_A_SCRIPT if placed.role.language is Language.SCRIPT else _HINT


def _may_stand(placed: PlacedText) -> bool:
    role, source = placed.role, placed.node.text
    if role in (Role.JSON, Role.QUERY) or placed.path[-2:-1] in {
        (key,) for key in _ENTRIES.get(role, ())
    }:
        return may_omit(compile_text(source))
    if role.language is Language.ARGUMENTS or (
        role is Role.VALUE_COMMAND and is_subcommand(source)
    ):
        from pup_tui.template.arguments import compile_arguments

        return all(map(may_omit_word, compile_arguments(source).words))
    return False
