"""Which variables the outputs of steps become."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from pup_tui.convert.errors import Inexpressible
from pup_tui.convert.naming import unique, variable_name
from pup_tui.convert.pieces import NewValue, ValueKind, literal, only_value, quoted_text
from pup_tui.convert.ssm.document import SsmDocument, SsmStep
from pup_tui.convert.ssm.texts import ITEM, DocumentNames, names_in

_IMPLICIT = {
    "runCommand": ("Output", "CommandId", "Status", "ResponseCode"),
    "createImage": ("ImageId",),
    "copyImage": ("ImageId",),
    "runInstances": ("InstanceIds",),
    "createStack": ("StackId", "StackStatus"),
    "executeAutomation": ("Output", "ExecutionId", "Status"),
    "executeStateMachine": ("executionArn", "output", "status"),
    "invokeLambdaFunction": ("Payload", "StatusCode"),
    "executeScript": ("OutputPayload",),
    "executeAwsApi": ("OutputPayload",),
    "changeInstanceState": ("InstanceStates",),
}
"""Outputs that actions have without saying so."""

_LISTS = frozenset({"InstanceIds", "InstanceStates"})


def all_steps(steps: Iterable[SsmStep]) -> Iterator[SsmStep]:
    """The steps with those inside loops."""
    for step in steps:
        yield step
        yield from all_steps(step.inside)


def name_outputs(
    document: SsmDocument, names: DocumentNames, taken: set[str]
) -> dict[str, dict[str, str]]:
    """Give every output a variable; returns them by step and output.

    An output is called as in the document where no other has that name, else with its step before it.
    """
    steps = list(all_steps(document.steps))
    used = set(names_in([step.raw for step in steps])) | set(document.outputs)
    wanted: list[tuple[SsmStep, str]] = [
        (step, output) for step in steps for output in _outputs(step, used)
    ]
    counts: dict[str, int] = {}
    for _, output in wanted:
        counts[variable_name(output)] = counts.get(variable_name(output), 0) + 1
    found: dict[str, dict[str, str]] = {}
    for step, output in wanted:
        own = variable_name(output)
        if (
            counts[own] > 1
            or own in taken
            or own in ("OUTPUT", "PAYLOAD", "OUTPUT_PAYLOAD", "STATUS")
        ):
            own = variable_name(f"{step.name}_{output}")
        own = unique(own, taken)
        taken.add(own)
        found.setdefault(step.name, {})[output] = own
        names.outputs[f"{step.name}.{output}"] = NewValue(own, _kind(step, output))
    return found


def _outputs(step: SsmStep, used: set[str]) -> list[str]:
    declared = list(step.outputs)
    implicit = [
        output
        for output in _IMPLICIT.get(step.action, ())
        if f"{step.name}.{output}" in used and output not in declared
    ]
    return declared + implicit


def _kind(step: SsmStep, output: str) -> ValueKind:
    types = {
        str(each.get("Name")): str(each.get("Type") or "String")
        for each in step.raw.get("outputs") or []
        if isinstance(each, dict)
    }
    type_ = types.get(output, "")
    if type_ == "StringList" or (output in _LISTS and not type_):
        return "list"
    if type_ == "Integer":
        return "number"
    return "text"


def name_variables(document: SsmDocument, names: DocumentNames, taken: set[str]) -> dict[str, str]:
    """What the document's own variables stand for.

    One that is set once to an output stands for that; one that is never set for its default; one that is
    set outside of loops is a capture of the steps that set it, which are returned by their names. All
    others have no counterpart.
    """
    setters: dict[str, list[tuple[SsmStep, bool]]] = {}
    outside = {step.name for step in document.steps if step.action != "loop"}
    for step in all_steps(document.steps):
        if step.action == "updateVariable":
            setters.setdefault(step.variable, []).append((step, step.name in outside))
    captured: dict[str, str] = {}
    for name, said in document.variables.items():
        own = setters.get(name, [])
        if not own:
            _constant(names, name, said)
            continue
        alias = _alias(own, names)
        if alias is not None and len(own) == 1:
            names.variables[name] = alias
        elif all(is_outside for _, is_outside in own) and not _grows(own):
            variable = unique(variable_name(name), taken)
            taken.add(variable)
            default = literal(str(said.get("default") or ""))
            names.variables[name] = NewValue(f"({variable} | default({default}))")
            captured |= {step.name: variable for step, _ in own}
    return captured


def is_alias(step: SsmStep, names: DocumentNames) -> bool:
    """Whether the variable that a step sets stands for what it is set to."""
    alias = _alias([(step, True)], names)
    return alias is not None and names.variables.get(step.variable) == alias


def _alias(own: list[tuple[SsmStep, bool]], names: DocumentNames) -> NewValue | None:
    given = own[0][0].inputs.get("Value")
    if not isinstance(given, str):
        return None
    if ITEM in given:
        return None
    try:
        return only_value(names.pieces(given))
    except Inexpressible:
        return None


def _grows(own: list[tuple[SsmStep, bool]]) -> bool:
    return any(isinstance(step.inputs.get("Value"), list | dict) for step, _ in own)


def _constant(names: DocumentNames, name: str, said: dict[str, object]) -> None:
    default = said.get("default", "")
    text = default if isinstance(default, str) else json.dumps(default)
    names.variables[name] = NewValue(quoted_text(text) if isinstance(default, str) else text)
