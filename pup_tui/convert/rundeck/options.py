"""Options of a job as variables."""

from __future__ import annotations

import re
from typing import Any

from pup_tui.convert.draft import NewRunbook
from pup_tui.convert.naming import variable_name
from pup_tui.convert.pieces import raw

_DATES = {
    "YYYY": "[0-9]{4}",
    "YY": "[0-9]{2}",
    "MM": "[0-9]{2}",
    "DD": "[0-9]{2}",
    "HH": "[0-9]{2}",
    "hh": "[0-9]{2}",
    "mm": "[0-9]{2}",
    "ss": "[0-9]{2}",
}
_ONLY_NUMBERS = re.compile(r"[\^$()\[\]|{}?,:\d-]+")
_COSTS = re.compile(r"\{\d+,\}|\)[{?]|(?:[{?].*){7}|.{500}", re.DOTALL)
"""Patterns that are not tried on all numbers: how long one takes can grow with what it repeats."""
_MOST = 9999
_REFERENCE = re.compile(r"\$\{option\.([\w-]+)(?:\.value)?\}")
_PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9_:/.%@,+-]*")
"""What needs no quotes in a shell."""


def declare(runbook: NewRunbook, options: Any, timeout: str) -> dict[str, str]:
    """Add a variable for each option; gives the variables by the options' names."""
    named: dict[str, str] = {}
    listed = (
        options
        if isinstance(options, list)
        else [
            {"name": name, **(said if isinstance(said, dict) else {})}
            for name, said in (options or {}).items()
        ]
    )
    for option in listed:
        name = str(option.get("name"))
        if option.get("secure") and option.get("valueExposed") is not True:
            why = "only for the SSH and sudo of Rundeck itself: the operator's own agent does that"
            runbook.tell("manual", f"option {name} (valueExposed false)", why)
            continue
        variable = variable_name(name, runbook.vars)
        named[name] = variable
        runbook.vars[variable] = _variable(runbook, option, name, named, timeout)
        runbook.tell("kept", f"option {name}", f"variable {variable}")
    return named


def _variable(
    runbook: NewRunbook, option: dict[str, Any], name: str, named: dict[str, str], timeout: str
) -> dict[str, Any]:
    made: dict[str, Any] = {}
    description = str(option.get("label") or option.get("description") or "").strip()
    if description:
        made["description"] = raw(description)
    values = _values(option)
    if option.get("secure"):
        made |= _secret(runbook, option, name)
    elif option.get("multivalued"):
        made["type"] = "list"
        if values and option.get("enforced"):
            made["choices"] = [raw(each) for each in values]
        runbook.tell("changed", f"option {name}", "several values are a list")
    else:
        made |= _one_value(option, values, named)
        if f"option.{name}" in timeout:
            made["type"] = "duration"
    if option.get("regex") and made.get("type", "string") == "string":
        made |= _checked(str(option["regex"]))
    if values and not option.get("enforced") and made.get("type") != "secret":
        told = raw(f"for example {', '.join(values)}")
        made["description"] = f"{made['description']} ({told})" if "description" in made else told
    _add_default(option, made)
    return made


def _secret(runbook: NewRunbook, option: dict[str, Any], name: str) -> dict[str, Any]:
    path = option.get("storagePath")
    if not path:
        return {"type": "secret"}
    why = f"the key {path} is looked for in the operator's keyring, else asked for"
    runbook.tell("changed", f"option {name}", why)
    return {"type": "secret", "from": [f"keyring:{path}"]}


def _one_value(option: dict[str, Any], values: list[str], named: dict[str, str]) -> dict[str, Any]:
    if option.get("type") == "file":
        return {"type": "file"}
    if values and option.get("enforced"):
        return {"type": "enum", "choices": [raw(each) for each in values]}
    if option.get("valuesUrl") and option.get("enforced"):
        return {"type": "enum", "choices_from": _choices(str(option["valuesUrl"]), named)}
    if option.get("isDate"):
        return {"pattern": _date_pattern(str(option.get("dateFormat") or "YYYY-MM-DD"))}
    return {}


def _values(option: dict[str, Any]) -> list[str]:
    values = option.get("values")
    if isinstance(values, str):
        return [each.strip() for each in values.split(",") if each.strip()]
    return [str(each) for each in values] if isinstance(values, list) else []


def _add_default(option: dict[str, Any], made: dict[str, Any]) -> None:
    default = option.get("value", option.get("defaultValue"))
    if default not in (None, "") and made.get("type") != "secret":
        text = str(default).lower() if isinstance(default, bool) else str(default)
        separator = str(option.get("delimiter") or ",")
        made["default"] = (
            [raw(each) for each in text.split(separator)]
            if made.get("type") == "list"
            else raw(text)
        )
        if made.get("type") == "enum" and "choices" in made and text not in made["choices"]:
            made["choices"].append(raw(text))
    elif not option.get("required"):
        made["required"] = False


def _choices(url: str, named: dict[str, str]) -> str:
    """The command that fetches choices, in which all of the address but the values of options is text."""
    parts = _REFERENCE.split(url)
    filled = raw(parts[0].replace("'", "'\\''"))
    for name, text in zip(parts[1::2], parts[2::2], strict=True):
        value = f"{{{{ {named[name]} }}}}" if name in named else f"${{option.{name}}}"
        filled += value + raw(text.replace("'", "'\\''"))
    is_plain = all(map(_PLAIN_ADDRESS.fullmatch, parts[::2])) and set(parts[1::2]) <= named.keys()
    option = "" if url.startswith(("http://", "https://")) else "--url "
    return f"curl -fsS {option}{filled}" if is_plain else f"curl -fsS {option}'{filled}'"


def _date_pattern(form: str) -> str:
    made = ""
    while form:
        token = next((each for each in _DATES if form.startswith(each)), "")
        made += _DATES[token] if token else ("\\." if form[0] == "." else form[0])
        form = form[len(token) or 1 :]
    return made


def _checked(pattern: str) -> dict[str, Any]:
    """A pattern, or the bounds of a whole number where the pattern allows nothing else."""
    inner = pattern.removeprefix("^").removesuffix("$")
    if _ONLY_NUMBERS.fullmatch(pattern) and not _COSTS.search(pattern):
        try:
            whole = re.compile(inner)
            numbers = [number for number in range(_MOST + 1) if whole.fullmatch(str(number))]
        except re.error:
            numbers = []
        if (
            len(numbers) > 2
            and numbers[-1] < _MOST
            and numbers == list(range(numbers[0], numbers[-1] + 1))
        ):
            return {"type": "integer", "min": numbers[0], "max": numbers[-1]}
    return {"pattern": inner}
