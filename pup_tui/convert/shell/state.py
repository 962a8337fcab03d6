"""What later steps need of a script's state: variables, functions, folder."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pup_tui.convert.pieces import literal
from pup_tui.convert.shell.growing import GrowingVariable
from pup_tui.convert.shell.reading import (
    ReadScript,
    ScriptStatement,
    command_name,
    commands_in,
    parsed,
    text_of,
    walk,
)

ENDED = "::ENDED"
"""The line by which a step tells that the script would have ended there."""
_WELL = re.compile(r"(^|[;&|{(]\s*|\b(?:then|else|do)\s+|\n\s*)exit(?:\s+0)?(?=\s*(?:$|[;&|})\n]))")


@dataclass
class ScriptPiece:
    """A part of the script that runs as one step.

    `ends` is the capture that tells whether it ended the script well, where it may do so.
    """

    statements: list[ScriptStatement]
    name: str = ""
    ends: str = ""

    @property
    def text(self) -> str:
        """What is written; where it ends the script well it says so, by its own mark."""
        text = joined([*self.statements[:-1], *map(_as_if, self.statements[-1:])])
        return _WELL.sub(rf"\1{{ echo '{ENDED}'; exit 0; }}", text) if self.ends else text

    @property
    def uses(self) -> frozenset[str]:
        return frozenset().union(*(each.uses for each in self.statements))

    @property
    def sets(self) -> frozenset[str]:
        return frozenset().union(*(each.sets for each in self.statements))

    @property
    def commands(self) -> frozenset[str]:
        return frozenset(name for each in self.statements for name in each.commands)


def _as_if(statement: ScriptStatement) -> ScriptStatement:
    """`test && command` as an `if`: at the end of a step a test that does not hold would be its failure."""
    node = statement.node
    if node.type != "list" or [text_of(n) for n in node.children if not n.is_named] != ["&&"]:
        return statement
    test, body = node.named_children
    if test.type != "test_command" and command_name(test) not in ("[", "test"):
        return statement
    inner = text_of(body)
    if body.type == "compound_statement" and inner.startswith("{"):
        inner = inner[1:-1].strip().removesuffix(";")
    (made,) = parsed(f"if {text_of(test)}; then\n  {inner}\nfi").named_children
    return ScriptStatement(made, statement.comments)


def ends_well(statement: ScriptStatement) -> bool:
    """Whether a statement may end the script well, somewhere inside it."""
    exits = (each for each in commands_in(statement.node) if command_name(each) == "exit")
    return any(re.fullmatch(r"exit(\s+0)?", text_of(each)) for each in exits)


def joined(statements: Iterable[ScriptStatement]) -> str:
    """Statements, each on lines of its own, with their comments."""
    lines = []
    for statement in statements:
        lines += [f"# {each}" for each in statement.comments if each]
        lines.append(_dedented(statement))
    return "\n".join(lines)


def _dedented(statement: ScriptStatement) -> str:
    """A statement as if it stood at the top: what stands in a here-document stays."""
    indent = statement.node.start_point[1]
    behind = statement.node.next_sibling
    mark = " &" if behind is not None and behind.type == "&" else ""
    if indent == 0 or "<<" in statement.text:
        return statement.text + mark
    return re.sub(rf"\n[ \t]{{1,{indent}}}", "\n", statement.text) + mark


@dataclass
class Prelude:
    """What stands before the statements of a step.

    `values` are the assignments that give a variable of the shell its value, `functions` those of the
    script, `always` what every step from here on needs (a folder, options), in order.
    """

    values: dict[str, str] = field(default_factory=dict)
    constants: dict[str, ScriptStatement] = field(default_factory=dict)
    functions: dict[str, ScriptStatement] = field(default_factory=dict)
    always: list[ScriptStatement] = field(default_factory=list)
    exported: set[str] = field(default_factory=set)

    def needed(self, uses: Iterable[str], commands: Iterable[str]) -> tuple[list[str], set[str]]:
        """The lines that a step needs first, and all variables that they and it read."""
        functions = self._functions(set(commands))
        variables = set(uses) | self.exported
        for statement in self.always:
            variables |= statement.uses
            functions |= self._functions(set(statement.commands))
        for name in functions:
            variables |= self.functions[name].uses
        variables = self._all_variables(variables)
        more = set()
        for name in variables & set(self.constants):
            more |= self._functions(set(self.constants[name].commands))
        functions |= more
        lines = [self.values[name] for name in self.values if name in variables]
        lines += [each.text for name, each in self.constants.items() if name in variables]
        marked = {name for name in self.exported if f"export {name}=" not in "\n".join(lines)}
        known = sorted(marked & (set(self.values) | set(self.constants)))
        lines += [f"export {' '.join(known)}"] if known else []
        lines += [self.functions[name].text for name in self.functions if name in functions]
        lines += [each.text for each in self.always]
        return lines, variables

    def _functions(self, commands: set[str]) -> set[str]:
        found: set[str] = set()
        waiting = [name for name in commands if name in self.functions]
        while waiting:
            name = waiting.pop()
            if name in found:
                continue
            found.add(name)
            waiting += [each for each in self.functions[name].commands if each in self.functions]
        return found

    def _all_variables(self, variables: set[str]) -> set[str]:
        """With those that constants are made of."""
        found: set[str] = set()
        waiting = list(variables)
        while waiting:
            name = waiting.pop()
            if name in found:
                continue
            found.add(name)
            if name in self.constants:
                waiting += self.constants[name].uses
        return found


def arrays_of(script: ReadScript) -> dict[str, str]:
    """The variables that are arrays: `list`, or `map` for those with names as keys."""
    found: dict[str, str] = {}
    for statement in script.statements:
        for node in walk(statement.node):
            if node.type == "declaration_command" and re.search(r"\s-\w*A", text_of(node)):
                found |= {text_of(n): "map" for n in walk(node) if n.type == "variable_name"}
            elif node.type == "variable_assignment":
                name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
                if name is not None and value is not None and value.type == "array":
                    found.setdefault(text_of(name), "list")
    return found


def so_far(name: str, variable: str, kind: str, start: str) -> str:
    """The assignment with which a step of a round goes on with what a step before it has captured."""
    if kind not in ("list", "map"):
        return f"{name}={{{{ {variable} | default({literal(start)}) }}}}"
    return _array(name, kind, f"{variable} | default([])")


def _array(name: str, kind: str, items: str) -> str:
    """The assignment of an array: of its items, or of its keys and values as `key=value`."""
    if kind == "list":
        return f"{name}=({{% for each in {items} %}}{{{{ each }}}} {{% endfor %}})"
    return (
        f"declare -A {name}\n{{% for each in {items} %}}{name}[{{{{ each.partition('=')[0] }}}}]="
        f"{{{{ each.partition('=')[2] }}}}\n{{% endfor %}}"
    )


def export(
    piece: ScriptPiece,
    names: Iterable[str],
    arrays: dict[str, str],
    called: dict[str, str],
    growing: Mapping[str, GrowingVariable],
) -> tuple[list[str], dict[str, str], dict[str, str]]:
    """How a step hands variables on: lines behind it, captures, and assignments in later steps."""
    lines: list[str] = []
    captures: dict[str, str] = {}
    values: dict[str, str] = {}
    wanted = list(names)
    for name in wanted:
        variable = called[name]
        mark = f"::{variable}="
        pattern = f"'{mark}([^\\n]*)'"
        # Of rounds there are the lists of all of them, and nothing for those that had none.
        items = (
            f"{variable} | default([]) | select | list | flatten" if name in growing else variable
        )
        if arrays.get(name) == "list":
            lines.append(f'for each in "${{{name}[@]}}"; do printf \'{mark}%s\\n\' "$each"; done')
            captures[variable] = f"output | regex_findall({pattern})"
            values[name] = _array(name, "list", items)
        elif arrays.get(name) == "map":
            lines.append(
                f'for each in "${{!{name}[@]}}"; do '
                f'printf \'{mark}%s=%s\\n\' "$each" "${{{name}[$each]}}"; done'
            )
            captures[variable] = f"output | regex_findall({pattern})"
            values[name] = _array(name, "map", items)
        elif (
            name not in growing
            and len(wanted) == 1
            and all(s.type == "variable_assignment" for s in piece.statements)
        ):
            lines.append(f"printf '%s\\n' \"${name}\"")
            captures[variable] = "output | trim"
            values[name] = f"{name}={{{{ {variable} }}}}"
        else:
            lines.append(f"printf '{mark}%s\\n' \"${name}\"")
            captures[variable] = f"output | regex_search({pattern}, 1)"
            whole = growing[name].after(variable) if name in growing else variable
            values[name] = f"{name}={{{{ {whole} }}}}"
    return lines, captures, values
