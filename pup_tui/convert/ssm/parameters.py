"""Parameters of a document as variables of a runbook."""

from __future__ import annotations

import json
import re
from typing import Any

from pup_tui.convert.draft import NewRunbook
from pup_tui.convert.naming import variable_name
from pup_tui.convert.pieces import NewValue, ValueKind, raw

ROLE = "AutomationAssumeRole"
_ROLE_TYPE = "AWS::IAM::Role::Arn"
_AWS_PATTERNS = {
    "AWS::EC2::Instance::Id": "i-[0-9a-f]{8,17}",
    "AWS::EC2::Image::Id": "ami-[0-9a-f]{8,17}",
    "AWS::EC2::SecurityGroup::Id": "sg-[0-9a-f]{8,17}",
    "AWS::EC2::Subnet::Id": "subnet-[0-9a-f]{8,17}",
    "AWS::EC2::VPC::Id": "vpc-[0-9a-f]{8,17}",
    "AWS::EC2::Volume::Id": "vol-[0-9a-f]{8,17}",
    "AWS::EC2::Snapshot::Id": "snap-[0-9a-f]{8,17}",
    "AWS::EC2::KeyPair::KeyName": "[^-].*",
    "AWS::IAM::Role::Arn": "arn:aws[a-z-]*:iam::[0-9]{12}:role/.+",
    "AWS::S3::Bucket::Name": "[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
}
_STORE = re.compile(
    r"^\{\{\s*(?P<store>ssm|ssm-secure|resolve:ssm|resolve:ssm-secure):(?P<path>[A-Za-z0-9_./-]+)\s*\}\}$"
)
_TYPED = {"Boolean": "boolean", "Integer": "integer"}


def is_list(type_: str) -> bool:
    """Whether a parameter of this type holds a list of texts."""
    return type_ == "StringList" or type_.startswith("List<")


def is_tree(type_: str) -> bool:
    """Whether a parameter of this type holds maps."""
    return type_ in ("MapList", "StringMap")


def declare(
    runbook: NewRunbook, parameters: dict[str, dict[str, Any]], role: str
) -> dict[str, NewValue]:
    """Add a variable for each parameter; gives the value that stands for each. `role` is the document's."""
    values: dict[str, NewValue] = {}
    for name, said in parameters.items():
        if _is_role(name, said, role):
            why = "a run has the operator's own AWS credentials; AWS_PROFILE chooses others"
            runbook.tell("dropped", f"parameter {name} / assumeRole", why)
            continue
        variable = variable_name(name, runbook.vars)
        runbook.vars[variable] = _variable(runbook, name, said)
        values[name] = NewValue(variable, _kind(str(said.get("type") or "String")))
        runbook.tell("kept", f"parameter {name}", f"variable {variable}")
    return values


def _is_role(name: str, said: dict[str, Any], role: str) -> bool:
    named = re.fullmatch(r"\{\{\s*([\w.:]+)\s*\}\}", role.strip())
    return name == ROLE or (
        named is not None and named[1] == name and said.get("type") in ("String", _ROLE_TYPE)
    )


def _kind(type_: str) -> ValueKind:
    if is_list(type_):
        return "list"
    if is_tree(type_):
        return "json"
    return {"Boolean": "boolean", "Integer": "number"}.get(type_, "text")  # type: ignore[return-value]


def _variable(runbook: NewRunbook, name: str, said: dict[str, Any]) -> dict[str, Any]:
    type_ = str(said.get("type") or "String")
    made: dict[str, Any] = {}
    description = re.sub(
        r"^\s*\((?:Required|Optional)\)\s*", "", str(said.get("description") or "")
    ).strip()
    if description:
        made["description"] = raw(description)
    if type_ in _TYPED:
        made["type"] = _TYPED[type_]
    elif is_list(type_):
        made["type"] = "list"
    elif is_tree(type_):
        made["type"] = "text"
        runbook.tell("changed", f"parameter {name} ({type_})", "a text that is JSON")
    _add_checks(said, type_, made)
    _add_default(runbook, name, said, type_, made)
    return made


def _add_checks(said: dict[str, Any], type_: str, made: dict[str, Any]) -> None:
    allowed = said.get("allowedValues")
    pattern = said.get("allowedPattern") or _AWS_PATTERNS.get(_item_type(type_))
    if isinstance(allowed, list) and allowed and type_ not in ("Boolean", "StringMap", "MapList"):
        if "type" not in made or made["type"] == "integer":
            made["type"] = "enum"
        made["choices"] = [raw(_text(each)) for each in allowed]
    elif (pattern and "type" not in made) or (pattern and is_list(type_)):
        made["pattern"] = _whole_pattern(str(pattern))
    limits = (
        ("minChars", "min_length"),
        ("maxChars", "max_length"),
        ("minItems", "min_length"),
        ("maxItems", "max_length"),
    )
    for theirs, ours in limits:
        if theirs in said and made.get("type") not in ("enum", "integer", "boolean"):
            made[ours] = said[theirs]


def _item_type(type_: str) -> str:
    return type_.removeprefix("List<").removesuffix(">") if type_.startswith("List<") else type_


def _whole_pattern(pattern: str) -> str:
    """Ours matches the whole value; one that is not anchored at both ends may match a part of it there."""
    begins, ends = pattern.startswith("^"), pattern.endswith("$") and not pattern.endswith("\\$")
    inner = pattern[1 if begins else 0 : -1 if ends else None]
    if (
        "|" in inner
        and (begins or ends)
        and not re.fullmatch(r"\(.*\)|[^|()]*(\([^()]*\)[^|()]*)*", inner)
    ):
        inner = f"(?:{inner})"
    return inner


def _add_default(
    runbook: NewRunbook, name: str, said: dict[str, Any], type_: str, made: dict[str, Any]
) -> None:
    if "default" not in said:
        return
    default = said["default"]
    stored = _STORE.match(default) if isinstance(default, str) else None
    if stored:
        command = (
            f"aws ssm get-parameter --name {stored['path']} --query Parameter.Value --output text"
        )
        if "secure" in stored["store"]:
            made["type"] = "secret"
            command += " --with-decryption"
        made["from"] = f"command:{command}"
        runbook.tell(
            "changed", f"default of {name}", "it is read from the Parameter Store when a run begins"
        )
    elif default in ("", [], {}):
        made["required"] = False
    elif made.get("type") == "list":
        items = default if isinstance(default, list) else [default]
        made["default"] = [raw(_text(each)) for each in items]
    elif is_tree(type_):
        made["default"] = raw(
            default if isinstance(default, str) else json.dumps(default, ensure_ascii=False)
        )
    else:
        made["default"] = default if isinstance(default, bool | int) else raw(_text(default))
    _drop_pattern_that_refuses(runbook, name, made)


def _drop_pattern_that_refuses(runbook: NewRunbook, name: str, made: dict[str, Any]) -> None:
    """A type's pattern is ours: the document's own default counts more."""
    default, pattern = made.get("default"), made.get("pattern")
    given = default if isinstance(default, list) else [default]
    if pattern is None or default is None:
        return
    try:
        fits = all(re.fullmatch(pattern, str(each)) for each in given)
    except re.error:
        fits = True
    if not fits:
        del made["pattern"]
        runbook.tell("changed", f"pattern of {name}", "its default does not match it")


def _text(given: Any) -> str:
    if isinstance(given, bool):
        return "true" if given else "false"
    return given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
