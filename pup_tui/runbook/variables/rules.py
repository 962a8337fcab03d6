"""What must hold when a file is loaded: of variables as they are declared, and of what calls give them."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as MappingOf
from typing import Any

import msgspec

from pup_tui.late_pattern import late_pattern
from pup_tui.runbook.closed_names import EARLY, check_fields, closed_among
from pup_tui.runbook.nodes import Mapping, OutOfRange, Scalar, Sequence, YamlNode, described, shown
from pup_tui.runbook.parts import Variable
from pup_tui.runbook.report import Report, listed
from pup_tui.runbook.role_check import RoleCheck
from pup_tui.runbook.roles import Role
from pup_tui.runbook.rules import check_name
from pup_tui.runbook.scope import ALWAYS, ScopeCheck, check_default_names, report_unknown
from pup_tui.runbook.secret_names import report_exposure
from pup_tui.runbook.shapes import KeyPath, PlacedText
from pup_tui.runbook.steps import StepDraft
from pup_tui.runbook.value_places import command_of, sources_of
from pup_tui.runbook.variables.checks import MADE_TEXT, ItemCheck, check_count, check_value
from pup_tui.runbook.variables.items import MAX_ITEMS
from pup_tui.template.limits import is_spent
from pup_tui.template.text import compile_text
from pup_tui.template.usage import UsesNames
from pup_tui.typed import convert

MAX_VARIABLES = 1000
_MATCHED_AT_LOAD = 200
"""Characters of a default up to which its pattern is tried when the file is loaded."""

_FITS: dict[str, frozenset[str]] = {
    "choices": frozenset({"enum", "list"}),
    "choices_from": frozenset({"enum", "list", "string"}),
    "min": frozenset({"integer", "number"}),
    "max": frozenset({"integer", "number"}),
    "min_length": frozenset({"string", "text", "json", "secret", "url", "file", "list"}),
    "max_length": frozenset({"string", "text", "json", "secret", "url", "file", "list"}),
    "pattern": frozenset({"string", "text", "json", "secret", "url", "file", "list", "duration"}),
}
_KEYRING = late_pattern(r".+/[^/]+\Z")
_SOURCES = ("env", "file", "keyring", "command")


def check_variables(
    node: YamlNode | None,
    made: MappingOf[KeyPath, dict[str, Any]],
    roles: RoleCheck,
    scope: ScopeCheck,
    secrets: frozenset[str],
    report: Report,
    *,
    path: KeyPath = ("vars",),
    step: StepDraft | None = None,
) -> None:
    """Check `vars` at `path`; `made` is what the walk made of every map that has the right shape.

    Where a `step` asks for them, their texts may use what that step knows, beside the variables above;
    `secrets` are secret there.
    """
    if not isinstance(node, Mapping):
        return
    if len(node.entries) > MAX_VARIABLES:
        report.error(node, f"more than {MAX_VARIABLES:,} variables")
        return

    def is_known(name: str) -> bool:
        return name in ALWAYS or (step is not None and scope.is_known_to(step, name))

    def read(role: Role, place: KeyPath, text: Scalar) -> UsesNames | None:
        placed = PlacedText(role, (*path, *place), text, () if step is None else step.path)
        used = roles.check(placed)
        if used is not None:
            check_fields(text, used, EARLY if step is None else closed_among(step.items), report)
            scope.check_results(step, placed, used)
            report_exposure(placed, secrets, report)
        return used

    uses: list[tuple[str, Scalar, UsesNames]] = []
    above: dict[str, YamlNode] = {}
    for name, entry in node.entries.items():
        check_name(name, entry.key, "a variable", report)
        if isinstance(entry.value, Mapping):
            _check_keys(entry.value, report)
            for place, source in sources_of(entry.value):
                if (command := command_of(source)) is not None:
                    read_as = read(Role.VALUE_COMMAND, (name, *place), command)
                    used = read_as.names.difference(above) if read_as is not None else ()
                    for other in sorted(each for each in used if not is_known(each)):
                        report_unknown(other, source, above, report)
        above[name] = entry.value
        texts = [
            (text, read(Role.TEXT, (name, *place), text))
            for place, text in default_texts(entry.value)
        ]
        uses += [(name, text, used) for text, used in texts if used is not None and used.names]
        literal = all(used is not None and not used.names for _, used in texts)
        if texts and literal and (*path, name) in made:
            _check_default(entry.value, made[(*path, name)], report)
    check_default_names(node.entries, uses, report, is_known)


def default_texts(node: YamlNode) -> Iterator[tuple[KeyPath, Scalar]]:
    """The texts of a variable's default, each with its place below the variable."""
    value = node.get("default") if isinstance(node, Mapping) else node
    if isinstance(value, Scalar) and not value.is_null:
        yield ("default",), value
    elif isinstance(value, Sequence):
        # One too many is enough to refuse them all.
        for number, item in enumerate(value.items[: MAX_ITEMS + 1]):
            if isinstance(item, Scalar):
                yield ("default", number), item


def _check_keys(node: Mapping, report: Report) -> None:
    kind = node.text("type") or "string"
    for key, kinds in _FITS.items():
        if node.get(key) is not None and kind not in kinds:
            hint = f"it belongs to {listed(sorted(kinds))}"
            report.error(node.entries[key].key, f"`{key}` does not fit type {shown(kind)}", hint)
    default = node.get("default")
    if kind != "list" and isinstance(default, Sequence):
        told = f"`default` of type {shown(kind)} must be one value, not a list"
        report.error(default, told, "write `type: list`")
    has_choices = node.get("choices") is not None or node.get("choices_from") is not None
    if kind == "enum" and not has_choices:
        report.error(
            node, "an enum has no `choices`", "for example `choices: [staging, production]`"
        )
    if node.get("choices") is not None and node.get("choices_from") is not None:
        both = node.entries["choices_from"].key
        report.error(both, "`choices_from` and `choices` exclude each other")
    _check_choices_from(node.get("choices_from"), report)
    for low, high in (("min", "max"), ("min_length", "max_length")):
        _check_order(node, low, high, report)
    for _, source in sources_of(node):
        check_source(source, report)


def _check_choices_from(given: YamlNode | None, report: Report) -> None:
    """A command or a list, and a time limit for the command only."""
    if not isinstance(given, Mapping):
        return
    if (given.get("run") is None) == (given.get("items") is None):
        told = "`choices_from` has either `run`, a command, or `items`, an expression for a list"
        report.error(given, told, "write one of them")
    elif given.get("run") is None and given.get("timeout") is not None:
        report.error(given.entries["timeout"].key, "`timeout` is that of a command", "leave it out")


def _check_order(node: Mapping, low: str, high: str, report: Report) -> None:
    try:
        lowest, highest = float(node.text(low) or "nan"), float(node.text(high) or "nan")
    except ValueError:
        return
    if lowest > highest:
        report.error(node.entries[high].key, f"`{high}` is below `{low}`")
    if low == "min_length" and (lowest < 0 or highest < 0):
        report.error(node, "a length cannot be below 0")


def check_source(source: Scalar, report: Report) -> None:
    """Report what is wrong with one place under `from`."""
    kind, _, place = source.text.partition(":")
    if kind not in _SOURCES or not place.strip():
        hint = "write env:NAME, keyring:SERVICE/USER, command:… or file:PATH"
        report.error(source, f"{shown(source.text)} names no place to take a value from", hint)
    elif kind == "keyring" and not _KEYRING.match(place):
        told = f"{shown(source.text)} does not name a service and a user of the keyring"
        report.error(source, told, "write keyring:SERVICE/USER")


def _check_default(node: YamlNode, built: Any, report: Report) -> None:
    """Judge a default in which no template names anything."""
    try:
        variable = convert(built, Variable)
        texts = variable.default_texts
        wrong_type = isinstance(variable.default, tuple) and not variable.is_list
        if wrong_type or not all(compile_text(text).is_literal for text in texts):
            return
        if sum(map(len, texts)) > _MATCHED_AT_LOAD:
            variable = msgspec.structs.replace(variable, pattern=None)
        check_value(variable, variable.default)
    except msgspec.ValidationError:
        return
    except ValueError as error:
        default = node.get("default") if isinstance(node, Mapping) else None
        report.error(default or node, f"the default does not fit: {error}")


def check_given(
    step: Mapping, key: str, variables: MappingOf[str, Variable], callee: str, report: Report
) -> None:
    """Report values under `key` that `callee` does not have, lacks, or could not take."""
    given = step.get(key)
    if given is not None and not isinstance(given, Mapping):
        return
    entries = given.entries if given is not None else {}
    for name, entry in entries.items():
        variable = variables.get(name)
        if variable is None:
            there = f"it has {listed(variables)}" if variables else "it takes no values"
            hint = report.suggest(name, variables) or there
            report.error(entry.key, f"{callee} has no variable {shown(name)}", hint)
        else:
            _check_given_value(name, entry.value, variable, report)
    missing = [
        name
        for name, variable in variables.items()
        if variable.needed and variable.when is None and name not in entries
    ]
    if missing:
        at = step.entries[key].key if key in step.entries else step
        told = f"{callee} needs {listed(missing)}"
        report.error(at, told, f"give it under `{key}`")


def _check_given_value(name: str, node: YamlNode, variable: Variable, report: Report) -> None:
    """Judge what is literal; what holds a template is judged when it has been rendered."""
    if variable.is_list and isinstance(node, Sequence):
        for at, why in _misfits(variable, node):
            report.error(at, f"{shown(name)} does not fit: {why}")
            if report.full:
                return
        return
    if not isinstance(node, Scalar):
        if variable.type not in MADE_TEXT:
            wanted = "a list of texts" if variable.is_list else "one value"
            told = f"{shown(name)} does not fit: it must be {wanted}, not {described(node)}"
            report.error(node, told)
        return
    try:
        value = node.typed
    except OutOfRange:
        return
    if isinstance(value, str) and _is_template(value):
        return
    try:
        check_value(variable, value)
    except ValueError as error:
        report.error(node, f"{shown(name)} does not fit: {error}")


def _misfits(variable: Variable, node: Sequence) -> Iterator[tuple[YamlNode, str]]:
    """What is wrong with the items that are literal, and with how many there are where all of them are."""
    literal = 0
    try:
        check_item = ItemCheck(variable)
    except ValueError as error:
        yield node, str(error)
        return
    for item in node.items:
        if not isinstance(item, Scalar) or item.is_null:
            yield item, f"each item must be text, not {described(item)}"
        elif not _is_template(item.text):
            literal += 1
            try:
                check_item(item.text)
            except ValueError as error:
                yield item, str(error)
                if is_spent():
                    return
    if literal == len(node.items):
        try:
            check_count(variable, literal)
        except ValueError as error:
            yield node, str(error)


def _is_template(text: str) -> bool:
    return "{{" in text or "{%" in text
