"""What stands in a rehearsal for the settings of integrations, which the operator's surroundings give."""

from __future__ import annotations

from msgspec.structs import replace

from pup_tui.core.actions import ResolveValues
from pup_tui.runbook.parts import Variable

_OF_TYPE = {"url": "https://{}.example.com", "integer": "1", "number": "1", "boolean": "false"}


def with_stand_ins(call: ResolveValues) -> ResolveValues:
    """The same with a value for each setting that needs one and has no default: the same each time.

    No setting is looked for anywhere, so one that needs no value has its default, or is left out.
    """
    made = {
        name: _value(call.integration, name, call.variables[name])
        for name in call.settings
        if _is_needed(call.variables[name])
    }
    here = {name: replace(call.variables[name], from_=None) for name in call.settings}
    return replace(call, variables={**call.variables, **here}, given={**made, **call.given})


def _is_needed(variable: Variable) -> bool:
    return variable.required and not variable.has_default


def _value(integration: str, name: str, variable: Variable) -> str:
    if variable.options:
        return str(variable.options[0].value)
    return _OF_TYPE.get(variable.type, f"a-{name.lower()}").format(integration)
