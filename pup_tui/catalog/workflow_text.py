"""A Datadog Workflow as a runbook: one step that starts and follows it, with its inputs as variables.

Whatever Datadog tells of a workflow is somebody's text: it stands in the file as data, in quotes, and
where the format knows templates none is made of it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from typing import TYPE_CHECKING, Any

import msgspec
import yaml
from msgspec import Struct

from pup_tui.private import open_private
from pup_tui.runbook.literal_text import literal
from pup_tui.runbook.rules import MAX_NAME, is_usable
from pup_tui.typed import decode_json

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pup_tui.datadog.workflow_list import DatadogWorkflow, WorkflowInput

PATIENCE = "24h"
"""How long an instance is followed: whoever started it can end that, and the instance with it."""

_OWN_NAME = "# lint: ok name-differs because Datadog names it, and its file has a mark as well"

_UNSHOWABLE = "\N{REPLACEMENT CHARACTER}"
_LONGEST_SLUG = 48
_MARK = 8

_EMPTY: tuple[Any, ...] = ("", [], {})
"""Defaults that stand for none."""

_CHOOSABLE = {"STRING": "STRING", "NUMBER": "NUMBER", "ARRAY_STRING": "STRING"}
"""Types whose values can be chosen out of a list, with the type of each."""

_PLAIN = {"STRING": "string", "NUMBER": "number", "BOOLEAN": "boolean"}
_CANNOT_START = {
    "draft": "the workflow is not published: Datadog starts a draft only by hand",
    "trigger": "the workflow has no API trigger: Datadog starts it only by its own triggers",
}


class WorkflowLine(Struct, frozen=True):
    """What a list of runbooks tells of one. To read all of many takes long, so it is their first line."""

    name: str
    description: str
    tags: dict[str, str]
    steps: int


def stem_of(workflow: DatadogWorkflow) -> str:
    """What the workflow's file is called: its name, and what tells it from others of that name."""
    return "-".join(filter(None, [slug(workflow.name), _mark(workflow.id)]))


def _mark(id_: str) -> str:
    return hashlib.sha256(id_.encode("utf-8", "replace")).hexdigest()[:_MARK]


def slug(name: str) -> str:
    """A name in lower case, with dashes for all that is no letter or digit of ASCII."""
    words = re.sub(r"[^a-z0-9]+", "-", name.lower())
    return words.strip("-")[:_LONGEST_SLUG].rstrip("-")


def stems_meant(wanted: str, stems: Iterable[str]) -> list[str]:
    """The stems that have a name before their mark."""
    return [stem for stem in stems if stem[: -_MARK - 1] == slug(wanted) != ""]


def is_of(path: Path, id_: str) -> bool:
    """Whether a file is that of the workflow with this id."""
    marked = path.stem.rpartition("-")[2] == _mark(id_)
    return marked and literal(id_) in path.read_text("utf-8")


def runbook_text(workflow: DatadogWorkflow) -> str:
    """The text of the workflow's runbook."""
    name = _line(workflow.name)[:MAX_NAME] or _line(workflow.id)[:MAX_NAME]
    variables = _named(workflow.parameters)
    steps: list[dict[str, Any]] = []
    for why in _why_not(workflow):
        told = literal(_CANNOT_START[why])
        steps.append(
            {"name": "Cannot be started", "kind": "stop", "status": "failed", "message": told}
        )
    start: dict[str, Any] = {
        "name": name,
        "kind": "datadog-workflow",
        "workflow_id": literal(_line(workflow.id)),
        "poll": {"timeout": PATIENCE},
    }
    if variables:
        start["inputs"] = {
            p.name.encode("utf-8", "replace").decode(): _value(variable, p)
            for variable, p in variables.items()
        }
    document: dict[str, Any] = {"name": name}
    description = _description(workflow)
    if description:
        document["description"] = description
    if workflow.tags:
        document["tags"] = dict(_tag(tag) for tag in workflow.tags)
    if variables:
        document["vars"] = {name: _variable(p) for name, p in variables.items()}
    document["steps"] = [*steps, start]
    facts = WorkflowLine(name, description, document.get("tags", {}), len(document["steps"]))
    text = yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=1 << 20)
    named, _, rest = text.partition("\n")
    # In ASCII: nothing in it ends the line.
    return f"# {json.dumps(msgspec.to_builtins(facts))}\n{named}  {_OWN_NAME}\n{rest}"


def facts_of(path: Path) -> WorkflowLine:
    """What a file of `runbook_text` says of its runbook. Raises OSError and ValueError."""
    with open(open_private(path, os.O_RDONLY), "rb") as file:
        return decode_json(file.readline().removeprefix(b"#"), WorkflowLine)


class _Dumper(yaml.SafeDumper):
    """Writes every value where it stands, and every text in quotes."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def represent_str(self, data: str) -> yaml.ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:str", data, style='"')


_Dumper.add_representer(str, _Dumper.represent_str)


def _why_not(workflow: DatadogWorkflow) -> list[str]:
    """Why Datadog would not start it for us."""
    if not workflow.published:
        return ["draft"]
    return ["trigger"] if workflow.starts_by_api is False else []


def _description(workflow: DatadogWorkflow) -> str:
    told = _whole(workflow.description).strip()
    marks = [_CANNOT_START[why] for why in _why_not(workflow)]
    return "\n\n".join(
        [*(f"{mark[0].upper()}{mark[1:]}." for mark in marks), *filter(None, [told])]
    )


def _tag(tag: str) -> tuple[str, str]:
    key, _, value = _line(tag).partition(":")
    return key, value


def _named(parameters: Iterable[WorkflowInput]) -> dict[str, WorkflowInput]:
    """The parameters by the names of their variables: their own, as far as a variable may have it."""
    found: dict[str, WorkflowInput] = {}
    for parameter in parameters:
        if any(known.name == parameter.name for known in found.values()):
            continue
        name = re.sub(r"[^A-Za-z0-9_]", "_", parameter.name)
        if not is_usable(name):
            name = f"input_{name}"
        name = name[: MAX_NAME - 4]
        number, own = 2, name
        while name in found:
            name, number = f"{own}_{number}", number + 1
        found[name] = parameter
    return found


def _variable(parameter: WorkflowInput) -> dict[str, Any]:
    """What is asked for a parameter. What is neither text, number nor truth value is asked for as JSON.

    So is one whose default is not of its type: it is sent as it is told.
    """
    notes = []
    variable: dict[str, Any] = {"type": _kind(parameter)}
    choices = list(dict.fromkeys(map(_typed, filter(_is_plain, parameter.allowed))))
    if _is_closed(parameter):
        variable["choices"] = choices
    elif choices:
        notes.append(f"for example {', '.join(choices)}")
    if variable["type"] == "json":
        notes.append(f"as JSON: {_line(parameter.type)}")
    told = ": ".join(filter(None, [_line(parameter.label), _line(parameter.description)]))
    described = " ".join(filter(None, [told, f"({'; '.join(notes)})" if notes else ""]))
    if described:
        variable["description"] = described
    default = parameter.default
    if default is msgspec.UNSET:
        return variable
    if default in _EMPTY:
        variable["required"] = False
    elif variable["type"] == "list":
        variable["default"] = [literal(_typed(item)) for item in default]
    elif variable["type"] == "json":
        variable["default"] = literal(json.dumps(default, ensure_ascii=False))
    else:
        variable["default"] = literal(_typed(default))
    return variable


def _kind(parameter: WorkflowInput) -> str:
    if not _has_fitting_default(parameter):
        return "json"
    if parameter.type == "ARRAY_STRING":
        return "list"
    return "enum" if _is_closed(parameter) else _PLAIN.get(parameter.type, "json")


def _has_fitting_default(parameter: WorkflowInput) -> bool:
    """Whether its default, if it has one, is of its type."""
    default = parameter.default
    return default in (msgspec.UNSET, *_EMPTY) or _is_of(parameter.type, default)


def _is_closed(parameter: WorkflowInput) -> bool:
    """Whether only the values that it allows can be chosen, its default among them."""
    item = _CHOOSABLE.get(parameter.type)
    known, default = parameter.allowed, parameter.default
    if item is None or parameter.takes_others or not _has_fitting_default(parameter):
        return False
    if not known or not all(_is_of(item, each) for each in known):
        return False
    values = default if isinstance(default, list) else [default]
    chosen = [] if default in (msgspec.UNSET, "") else values
    return {_typed(each) for each in chosen} <= {_typed(each) for each in known}


def _is_of(type_: str, value: Any) -> bool:
    """Whether a value can be given for a parameter of this type as it is typed."""
    if type_ == "STRING":
        return _is_plain(value)
    if type_ == "ARRAY_STRING":
        return isinstance(value, list)
    if type_ == "BOOLEAN":
        return _typed(value) in ("true", "false")
    return type_ != "NUMBER" or _is_number(_typed(value))


def _is_number(text: str) -> bool:
    try:
        msgspec.json.decode(text, type=float)
    except ValueError:
        return False
    return True


def _value(variable: str, parameter: WorkflowInput) -> str:
    """The template of what is sent for a parameter: nothing where it was left out."""
    kind = _kind(parameter)
    is_json = kind == "json" or (kind == "enum" and parameter.type == "NUMBER")
    known = f"{variable} | fromjson" if is_json else variable
    if parameter.default is msgspec.UNSET:
        return f"{{{{ {known} }}}}"
    if known == variable:
        return f"{{{{ {variable} | default(omit) }}}}"
    return f"{{{{ ({known}) if {variable} is defined else omit }}}}"


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float | bool)


def _typed(value: Any) -> str:
    return _line(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _line(text: str) -> str:
    return " ".join(_whole(text).split())


def _whole(text: str) -> str:
    """A text without what no file can hold."""
    return "".join(c if c.isprintable() or c in "\n\t" else _UNSHOWABLE for c in text)
