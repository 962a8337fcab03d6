"""Choices of `aws:branch` and conditions of loops as expressions."""

from __future__ import annotations

from typing import Any

from pup_tui.convert.errors import Inexpressible
from pup_tui.convert.graph import BranchCondition
from pup_tui.convert.paths import negated, within
from pup_tui.convert.pieces import NewValue, expression, only_value
from pup_tui.convert.ssm.texts import DocumentNames

_NUMERIC = {
    "NumericEquals": "==",
    "NumericGreater": ">",
    "NumericLesser": "<",
    "NumericGreaterOrEquals": ">=",
    "NumericLesserOrEquals": "<=",
}
_KNOWN = ("And", "Or", "Not", "Variable")


def condition(said: Any, names: DocumentNames) -> BranchCondition:
    """What a choice asks. Raises Inexpressible for an operator that is not known."""
    if not isinstance(said, dict):
        raise Inexpressible("a choice is no map")
    if "And" in said:
        return _all([condition(each, names) for each in said["And"]])
    if "Or" in said:
        parts = [condition(each, names) for each in said["Or"]]
        return BranchCondition(" or ".join(within(p.expression, " and ") for p in parts))
    if "Not" in said:
        return BranchCondition(negated(condition(said["Not"], names).expression))
    return _one(said, names)


def _all(parts: list[BranchCondition]) -> BranchCondition:
    equals = {name: value for part in parts for name, value in part.equals.items()}
    return BranchCondition(" and ".join(within(p.expression, " or ") for p in parts), equals)


def _one(said: dict[str, Any], names: DocumentNames) -> BranchCondition:
    operator = next((key for key in said if key not in ("Variable", "NextStep", *_KNOWN)), "")
    pieces = names.pieces(str(said.get("Variable", "")))
    value = only_value(pieces) or NewValue(expression(pieces))
    return compare(value, operator, said.get(operator), names)


def compare(value: NewValue, operator: str, given: Any, names: DocumentNames) -> BranchCondition:
    """One operator between a value and what the document gives."""
    name = value.expression
    if operator == "BooleanEquals":
        return _truth(value, str(given).lower() == "true")
    if operator in _NUMERIC:
        number = _number(given, names)
        asked = name if value.kind == "number" else f"{name} | float"
        return BranchCondition(f"{asked} {_NUMERIC[operator]} {number}")
    other = expression(names.pieces(str(given)))
    literal = str(given) if "{{" not in str(given) else None
    if literal is not None and "'" not in literal and "\\" not in literal and other.startswith('"'):
        other = f"'{literal}'"
    if operator == "StringEquals":
        return BranchCondition(f"{name} == {other}", {} if literal is None else {name: literal})
    if operator == "EqualsIgnoreCase":
        lower = (
            f"'{literal.lower()}'"
            if literal is not None and "'" not in literal
            else f"({other} | lower)"
        )
        return BranchCondition(f"{name} | lower == {lower}")
    if operator == "StartsWith":
        return BranchCondition(f"{_text(value)}.startswith({other})")
    if operator == "EndsWith":
        return BranchCondition(f"{_text(value)}.endswith({other})")
    if operator == "Contains":
        return BranchCondition(f"{other} in {name}")
    raise Inexpressible(f"the operator {operator or '(none)'} of a choice is not known")


def _text(value: NewValue) -> str:
    plain = value.expression.replace("_", "").isalnum()
    return value.expression if plain else f"({value.expression})"


def _truth(value: NewValue, wanted: bool) -> BranchCondition:
    name = value.expression
    if value.kind == "boolean":
        return BranchCondition(name if wanted else negated(name), {name: str(wanted)})
    told = "true" if wanted else "false"
    return BranchCondition(f"{_text(value)} | string | lower == '{told}'", {name: told})


def _number(given: Any, names: DocumentNames) -> str:
    text = str(given)
    try:
        float(text)
    except ValueError:
        return f"{expression(names.pieces(text))} | float"
    return text
