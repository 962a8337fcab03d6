"""What a script is given: its arguments, options and environment become variables."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pup_tui.convert.draft import NewRunbook
from pup_tui.convert.naming import spelled_out, variable_name
from pup_tui.convert.pieces import literal, raw
from pup_tui.convert.shell.positions import compared, name_by_use, numbers_in
from pup_tui.convert.shell.reading import (
    ReadScript,
    ScriptStatement,
    command_name,
    commands_in,
    text_of,
    walk,
    word_text,
)
from pup_tui.convert.shell.rest import REST
from pup_tui.convert.shell.secrets import SECRET_NAME

if TYPE_CHECKING:
    from tree_sitter import Node

_INTEGER = re.compile(r"0|[1-9][0-9]*")
_OF_PROGRAMS = re.compile(
    r"(?:PG|MYSQL_|AWS_|AZURE_|GOOGLE_|CLOUDSDK_|KUBE|VAULT_|CONSUL_|NOMAD_|REDISCLI_|DOCKER_|HELM_|GIT|SSH"
    r"|DD_|ANSIBLE_|TF_|PIP_|NPM_|HTTPS?_PROXY|NO_PROXY|OS_|MONGO|ES_)[A-Z_]*"
)
_QUIET_DEFAULT = re.compile(r"\$\((?:date|hostname|whoami|uname|id)\b[^()$]*\)")
"""A default that a command gives which only tells where and when it runs."""
_FLAG = re.compile(r"--?(?:yes|y|force|f|non-interactive|assume-yes|no-confirm|batch)")


@dataclass
class Inputs:
    """Variables of the shell by what a runbook calls them, and how each is set at the beginning of a step."""

    runbook: NewRunbook
    values: dict[str, str] = field(default_factory=dict)
    """Of each variable of the shell that is an input: the assignment that gives it its value."""
    names: dict[str, str] = field(default_factory=dict)
    """Of each variable of the shell: the variable of the runbook."""
    exported: set[str] = field(default_factory=set)
    """Variables of the environment that programs read by themselves."""
    flags: set[str] = field(default_factory=set)
    """Variables that say that nobody wants to be asked."""
    shifted: int = 0
    """How many arguments were shifted away so far."""
    positions: dict[int, str] = field(default_factory=dict)
    """Of each argument that is used by its number: the variable of the shell."""

    def add(self, shell: str, said: dict[str, Any], name: str = "") -> str:
        """Add a variable of the runbook for one of the shell."""
        variable = variable_name(
            name or shell, {v for v in self.runbook.vars if v != self.names.get(shell)}
        )
        if SECRET_NAME.search(variable) and said.keys() <= {"required", "from"}:
            said = {"type": "secret", **said}
        self.runbook.vars[variable] = said
        self.names[shell] = variable
        self.values[shell] = f"{shell}={{{{ {variable} }}}}"
        return variable

    def add_list(self, shell: str, default: list[str]) -> None:
        """Add a list, which is an array of the shell."""
        said: dict[str, Any] = {"type": "list"}
        if default or shell == REST:
            said["default"] = [raw(each) for each in default]
        variable = self.add(shell, said, spelled_out(shell))
        self.values[shell] = (
            f"{shell}=({{% for each in {variable} %}}{{{{ each }}}} {{% endfor %}})"
        )


def take_inputs(script: ReadScript, runbook: NewRunbook) -> tuple[Inputs, list[ScriptStatement]]:
    """The inputs of a script, and the statements that are left."""
    inputs = Inputs(runbook)
    left: list[ScriptStatement] = []
    for statement in script.statements:
        shifted = re.fullmatch(r"shift(?:\s+(\d+|.*OPTIND.*))?", statement.text)
        if shifted:
            count = shifted[1] or "1"
            inputs.shifted += int(count) if count.isdigit() else 0
            continue
        if _take_parsing(statement, inputs) or _is_check(statement, inputs, runbook):
            continue
        if statement.type == "variable_assignment" and _take_assignment(statement.node, inputs):
            continue
        if statement.type == "list" and _take_default(statement, inputs):
            continue
        if (
            statement.type == "command"
            and command_name(statement.node) == ":"
            and _take_required(statement, inputs)
        ):
            continue
        if statement.type == "declaration_command" and _take_declared(statement, inputs):
            continue
        left.append(statement)
    _take_positions(left, inputs, _usage_names(script))
    return inputs, left


def _usage_names(script: ReadScript) -> list[str]:
    """What the usage calls the arguments, in order."""
    for line in [*script.head, *script.source.split("\n")]:
        if re.search(r"(?i)\busage\b", line):
            names = re.findall(r"[<\[]\s*([a-z][\w -]*?)\s*(?:\.\.\.)?[>\]]", line.split(">&2")[0])
            return [each for each in names if each and not each.startswith("-")]
    return []


def _take_assignment(node: Node, inputs: Inputs) -> bool:
    name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
    if name is None or value is None or name.type != "variable_name":
        return False
    shell, text = text_of(name), text_of(value).strip('"')
    if value.type == "array":
        if re.fullmatch(r"\(\s*\"?\$[@*]\"?\s*\)", text_of(value)):
            inputs.add_list(shell, [])
            return True
        return False
    found = re.fullmatch(r"\$\{?(?P<number>[1-9])\}?", text) or re.fullmatch(
        r"\$\{(?:(?P<number>[1-9])|(?P<name>[A-Za-z_]\w*))(?P<how>:?[-?=])?(?P<rest>[^}]*)\}", text
    )
    if found is None or "$" in (found.groupdict().get("rest") or ""):
        return _take_reference_default(shell, found, inputs)
    groups = found.groupdict()
    environment = groups.get("name")
    if environment == shell and _OF_PROGRAMS.fullmatch(shell):
        inputs.exported.add(shell)
    if environment and not groups.get("how"):
        return False
    said = _said(groups.get("how") or "", groups.get("rest") or "")
    if environment in inputs.names and environment != shell:
        return False
    if environment and environment == shell:
        inputs.add(shell, said)
    elif environment and (groups["how"] or "").endswith("?"):
        inputs.add(shell, said, environment)
    elif environment:
        inputs.add(shell, {**said, "from": f"env:{environment}"})
    else:
        inputs.positions[int(found["number"]) + inputs.shifted] = shell
        inputs.add(shell, said, spelled_out(shell))
        if re.fullmatch(r"--?\w[\w-]*", str(said.get("default", ""))):
            inputs.flags.add(shell)
    return True


def _take_reference_default(shell: str, found: re.Match[str] | None, inputs: Inputs) -> bool:
    """`${2:-$NAMESPACE}`: a default that is another input."""
    if found is None:
        return False
    groups = found.groupdict()
    quiet = _QUIET_DEFAULT.fullmatch(groups.get("rest") or "")
    if quiet and (groups.get("how") or "").endswith("-"):
        own = {"from": f"env:{groups['name']}"} if groups["name"] not in (None, shell) else {}
        inputs.add(shell, {"required": False, **own})
        inputs.values[shell] += f"\n{shell}=${{{shell}:-{quiet[0]}}}"
        if groups.get("number"):
            inputs.positions[int(groups["number"]) + inputs.shifted] = shell
        return True
    other = re.fullmatch(r"\$\{?([A-Za-z_]\w*)\}?", groups.get("rest") or "")
    if other is None or other[1] not in inputs.names:
        return False
    inputs.add(shell, {"default": f"{{{{ {inputs.names[other[1]]} }}}}"})
    if groups.get("number"):
        inputs.positions[int(groups["number"]) + inputs.shifted] = shell
    return True


def _said(how: str, rest: str) -> dict[str, Any]:
    rest = rest.strip("'\"")
    if how.endswith(("-", "=")):
        if not rest:
            return {"required": False}
        if _INTEGER.fullmatch(rest):
            return {"type": "integer", "default": int(rest)}
        return {"default": raw(rest)}
    return {}


def _take_required(statement: ScriptStatement, inputs: Inputs) -> bool:
    """`: "${NAME:?…}"` and `: "${NAME:=…}"`."""
    taken = False
    for found in re.finditer(
        r"\$\{(?P<name>[A-Za-z_]\w*)(?P<how>:?[?=])(?P<rest>[^}$]*)\}", statement.text
    ):
        inputs.add(found["name"], _said(found["how"], found["rest"]))
        if _OF_PROGRAMS.fullmatch(found["name"]):
            inputs.exported.add(found["name"])
        taken = True
    return taken


def _take_declared(statement: ScriptStatement, inputs: Inputs) -> bool:
    """`export X=${X:-y}`, `readonly X=$1`: all of them inputs."""
    assignments = [
        each for each in statement.node.named_children if each.type == "variable_assignment"
    ]
    if not assignments or len(assignments) != len(
        [c for c in statement.node.named_children if c.type != "word"]
    ):
        return False
    taken = [_take_assignment(each, inputs) for each in assignments]
    if all(taken) and text_of(statement.node).startswith("export"):
        for each in assignments:
            name = text_of(each.children[0])
            inputs.values[name] = f"export {inputs.values[name]}"
    return all(taken)


def _take_default(statement: ScriptStatement, inputs: Inputs) -> bool:
    """`[ -z "$X" ] && X=y`, `[ ${#X[@]} -eq 0 ] && X=(a b)`: a default of an input."""
    children = statement.node.named_children
    if (
        len(children) != 2
        or children[1].type != "variable_assignment"
        or "&&" not in statement.text
    ):
        return False
    name, value = children[1].child_by_field_name("name"), children[1].child_by_field_name("value")
    test = text_of(children[0])
    if (
        name is None
        or value is None
        or text_of(name) not in inputs.names
        or text_of(name) not in test
    ):
        return False
    said = inputs.runbook.vars[inputs.names[text_of(name)]]
    if value.type == "array":
        said["default"] = [raw(word_text(each) or text_of(each)) for each in value.named_children]
    else:
        default = word_text(value)
        if default is None:
            return False
        said.pop("required", None)
        said["default"] = raw(default)
    return True


def _is_check(statement: ScriptStatement, inputs: Inputs, runbook: NewRunbook) -> bool:
    """A test of the arguments that ends the script: variables do that."""
    if statement.type not in ("if_statement", "list"):
        return False
    if (
        not re.search(r"\bexit\s+[1-9]|\busage\b|\bexit\s*$|\bdie\b", statement.text)
        or "read " in statement.text
    ):
        return False
    first = statement.node.named_children[0]
    if any(command_name(each) not in ("[", "test") for each in commands_in(first)):
        return False
    names = set(re.findall(r"\$\{?(#(?![\w])|[@*1-9]|\w+)", text_of(first)))
    counted = "#" in names or bool(names & set("123456789@*"))
    empties = (
        bool(names)
        and names <= set(inputs.names)
        and re.search(r"-z\b|-n\b|== ?\"\"|= ?\"\"", text_of(first))
    )
    if not counted and not empties:
        return False
    if (
        counted
        and names - {"#", "@", "*"} & set("123456789")
        and re.search(r"=\s*[\"']?\w", text_of(first))
        and not re.search(r"-h\b|--help", text_of(first))
    ):
        return False
    if statement.type == "if_statement" and any(
        each.type == "else_clause" for each in statement.node.named_children
    ):
        return False
    if empties:
        for name in names:
            said = inputs.runbook.vars[inputs.names[name]]
            if said.get("required") is False:
                del said["required"]
    runbook.tell("dropped", "usage, argument check", "variables do that")
    return True


def _take_parsing(statement: ScriptStatement, inputs: Inputs) -> bool:
    """A loop over the options: each one is a variable."""
    if statement.type != "while_statement":
        return False
    condition = statement.node.child_by_field_name("condition")
    told = text_of(condition) if condition is not None else ""
    if "getopts" not in told and not re.search(r"\$#|\$\{#\}|\"\$1\"|\$\{1", told):
        return False
    for item in (each for each in walk(statement.node) if each.type == "case_item"):
        _take_option(item, inputs)
    inputs.runbook.tell("dropped", "parsing of the options", "variables do that")
    return True


def _take_option(item: Node, inputs: Inputs) -> None:
    options = [text_of(each).strip("'\"") for each in item.children_by_field_name("value")]
    is_flag = any(_FLAG.fullmatch(each) for each in options)
    for assignment in (each for each in walk(item) if each.type == "variable_assignment"):
        name, value = (
            assignment.child_by_field_name("name"),
            assignment.child_by_field_name("value"),
        )
        if name is None or value is None or name.type != "variable_name":
            continue
        shell, text = text_of(name), word_text(value)
        if re.search(r"\$\{?(?:2|OPTARG|1[#%])", text_of(value)):
            known = inputs.runbook.vars.get(inputs.names.get(shell, ""), {})
            inputs.add(shell, known or {"required": False}, spelled_out(shell))
            continue
        if text is None:
            continue
        if is_flag and re.search(
            r"yes|force|confirm|interactive|assume", f"{shell} {' '.join(options)}", re.I
        ):
            inputs.flags.add(shell)
        variable = inputs.add(shell, {"type": "boolean", "default": False})
        inputs.values[shell] = f"{shell}={{{{ {literal(text)} if {variable} else '' }}}}"


def _take_positions(left: list[ScriptStatement], inputs: Inputs, usage: list[str]) -> None:
    """Arguments that are used by their numbers."""
    nodes = [each.node for each in left]
    numbers = sorted({int(n) for node in nodes for n in numbers_in(node)} - set(inputs.positions))
    for number in numbers:
        named = usage[number - 1] if number <= len(usage) else name_by_use(nodes, number)
        shell = variable_name(named, inputs.names).replace("-", "_")
        inputs.positions[number] = shell
        choices = list(dict.fromkeys(compared(nodes, number)))
        inputs.add(shell, {"type": "enum", "choices": choices} if len(choices) > 1 else {})


def with_defaults(statements: list[ScriptStatement], inputs: Inputs) -> list[ScriptStatement]:
    """Literals that are only the defaults of options are no statements any more."""
    left = []
    for statement in statements:
        if statement.type == "variable_assignment":
            name = statement.node.child_by_field_name("name")
            value = statement.node.child_by_field_name("value")
            shell = text_of(name) if name is not None else ""
            given = word_text(value) if value is not None else ""
            if shell in inputs.names and given is not None:
                _add_literal(inputs, shell, given)
                continue
        left.append(statement)
    return left


def _add_literal(inputs: Inputs, shell: str, given: str) -> None:
    said = inputs.runbook.vars[inputs.names[shell]]
    if said.get("type") == "boolean":
        variable = inputs.names[shell]
        true = re.search(rf"{{{{ (.*) if {variable} else", inputs.values[shell])
        told = true[1] if true else "'1'"
        inputs.values[shell] = f"{shell}={{{{ {told} if {variable} else {literal(given)} }}}}"
    elif given:
        said.pop("required", None)
        said["default"] = int(given) if _INTEGER.fullmatch(given) else raw(given)
        if _INTEGER.fullmatch(given):
            said["type"] = "integer"
