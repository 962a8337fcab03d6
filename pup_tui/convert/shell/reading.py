"""A script as its statements, and what each of them reads, sets and calls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from pup_tui.convert.errors import ConversionError

if TYPE_CHECKING:
    from tree_sitter import Node

MOST_STATEMENTS = 3000
"""Commands at the top of a script that is converted."""

OUTPUT_COMMANDS = frozenset({"echo", "printf", ":", "true"})
_LOGGERS = re.compile(
    r"log|logger|info|warn|warning|notice|debug|say|msg|message|print|banner|section|step|header|title"
)
_QUIET_SUBSTITUTIONS = frozenset(
    {"date", "basename", "hostname", "dirname", "whoami", "id", "pwd", "uname"}
)


@dataclass(frozen=True)
class ScriptStatement:
    """One statement of a script: its node, and the comments before it."""

    node: Node
    comments: tuple[str, ...] = ()

    @property
    def type(self) -> str:
        """What kind of statement it is, by the grammar."""
        return self.node.type

    @cached_property
    def text(self) -> str:
        """What is written."""
        return text_of(self.node)

    @cached_property
    def uses(self) -> frozenset[str]:
        """The variables that it reads."""
        return frozenset(_uses(self.node)) - self._loop_variables

    @cached_property
    def _loop_variables(self) -> frozenset[str]:
        """What its own loops run over: nobody needs their values from before."""
        loops = (each for each in walk(self.node) if each.type == "for_statement")
        names = (each.child_by_field_name("variable") for each in loops)
        return frozenset(text_of(each) for each in names if each is not None)

    @cached_property
    def sets(self) -> frozenset[str]:
        """The variables that it sets in this shell."""
        return frozenset(_sets(self.node))

    @cached_property
    def commands(self) -> tuple[str, ...]:
        """The names of the commands that it runs, as they are written."""
        return tuple(filter(None, (command_name(each) for each in commands_in(self.node))))


@dataclass
class ReadScript:
    """A whole script: its first comments, functions by name, and the statements in order."""

    shebang: str = ""
    head: list[str] = field(default_factory=list)
    functions: dict[str, Node] = field(default_factory=dict)
    statements: list[ScriptStatement] = field(default_factory=list)
    source: str = ""

    @cached_property
    def defined(self) -> dict[str, ScriptStatement]:
        """The functions as statements, each of which keeps what it reads, sets and calls."""
        return {name: ScriptStatement(node) for name, node in self.functions.items()}

    def is_output(self, statement: ScriptStatement) -> bool:
        """Whether it only prints something."""
        return _only_prints(statement.node, self)

    def ends_with(self, node: Node) -> str | None:
        """How a run ends with a command that ends the script: `exit`, or a function that does."""
        if node.type == "redirected_statement":
            node = node.named_children[0]
        name = command_name(node) if node.type == "command" else ""
        if name == "exit":
            return "succeeded" if re.fullmatch(r"exit(\s+0)?", text_of(node)) else "failed"
        body = self.functions[name].child_by_field_name("body") if name in self.functions else None
        inner = body.named_children if body is not None else []
        if not inner or not all(_only_prints(each, self) for each in inner[:-1]):
            return None
        return self.ends_with(inner[-1]) if command_name(inner[-1]) == "exit" else None

    def is_logger(self, name: str) -> bool:
        """Whether a command prints what it is given."""
        if name in OUTPUT_COMMANDS:
            return True
        body = self.functions.get(name)
        if body is None:
            return _LOGGERS.fullmatch(name) is not None
        names = {command_name(each) for each in commands_in(body)}
        return bool(names) and names <= OUTPUT_COMMANDS | _QUIET_SUBSTITUTIONS | {"tput", "logger"}


def read_script(source: str, name: str) -> ReadScript:
    """Read a script. Raises ConversionError where the grammar of shell cannot."""
    source = _whole_assignments(source)
    root = parsed(source)
    if root.has_error:
        line = next(
            (n.start_point[0] + 1 for n in walk(root) if n.type == "ERROR" or n.is_missing), 1
        )
        raise ConversionError(
            "the script cannot be read as shell",
            f"{name}:{line}",
            "correct it, or convert it by hand",
        )
    script = ReadScript(source=source)
    lines = source.split("\n")
    script.shebang = lines[0][2:].strip() if lines[0].startswith("#!") else ""
    body = list(root.named_children)
    head: list[Node] = []
    while body and body[0].type == "comment":
        head.append(body.pop(0))
    script.head = [comment_text(each) for each in head if not text_of(each).startswith("#!")]
    for node in body:
        if node.type == "function_definition":
            script.functions[text_of(node.named_children[0])] = node
    script.statements = list(statements_of(body))
    if len(script.statements) > MOST_STATEMENTS:
        told = f"the script has {len(script.statements)} commands"
        raise ConversionError(told, name, f"convert it in parts, of at most {MOST_STATEMENTS}")
    return script


def _whole_assignments(source: str) -> str:
    """A script in which the grammar takes no `f=/x/$a-$b.gz` for an assignment before a command."""
    data = source.encode()
    for node in reversed(list(walk(parsed(source)))):
        found = node.type == "command" and re.fullmatch(r"(\w+)=([^\s'\"`()*?~\[]+)", text_of(node))
        if found:
            own = f'{found[1]}="{found[2]}"'
            data = data[: node.start_byte] + own.encode() + data[node.end_byte :]
    return data.decode()


def parsed(source: str) -> Node:
    """The tree of a script."""
    from tree_sitter import Parser

    from pup_tui.template.shell.language import language

    return Parser(language()).parse(source.encode()).root_node


def statements_of(nodes: list[Node]) -> Iterator[ScriptStatement]:
    """The statements among nodes, with the comments that stand before each."""
    comments: list[str] = []
    last: Node | None = None
    for node in nodes:
        if node.type == "comment":
            is_behind = last is not None and node.start_point[0] == last.end_point[0]
            if is_behind and last is not None and last.type != "function_definition":
                yield ScriptStatement(last, (*comments, comment_text(node)))
                comments, last = [], None
            elif not is_behind:
                if last is not None and last.type != "function_definition":
                    yield ScriptStatement(last, tuple(comments))
                    comments = []
                last = None
                comments.append(comment_text(node))
            continue
        if last is not None and last.type != "function_definition":
            yield ScriptStatement(last, tuple(comments))
            comments = []
        if node.type == "function_definition":
            comments = []
        last = node
    if last is not None and last.type != "function_definition":
        yield ScriptStatement(last, tuple(comments))


def text_of(node: Node) -> str:
    """What is written."""
    return (node.text or b"").decode(errors="replace")


def comment_text(node: Node) -> str:
    """A comment without its mark."""
    return text_of(node).lstrip("#").strip()


def walk(node: Node) -> Iterator[Node]:
    """The node and all within it."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        yield each
        waiting.extend(reversed(each.children))


def commands_in(node: Node) -> Iterator[Node]:
    """All commands within a node."""
    return (each for each in walk(node) if each.type == "command")


def command_name(command: Node) -> str:
    """The name of a command as it is written; empty where something makes it."""
    name = command.child_by_field_name("name")
    return text_of(name) if name is not None else ""


def arguments_of(command: Node) -> list[Node]:
    """The words of a command behind its name."""
    return list(command.children_by_field_name("argument"))


def word_text(node: Node) -> str | None:
    """The text of a word without its quotes; None where something is expanded in it."""
    if any(
        each.type
        in ("simple_expansion", "expansion", "command_substitution", "arithmetic_expansion")
        for each in walk(node)
    ):
        return None
    text = text_of(node)
    if node.type in ("string", "raw_string") and len(text) >= 2:
        return text[1:-1]
    return text.replace("\\", "") if node.type == "word" else text.strip("'\"")


def _uses(node: Node) -> Iterator[str]:
    for each in walk(node):
        if each.type in ("simple_expansion", "expansion"):
            yield from (
                text_of(name)
                for name in each.children
                if name.type in ("variable_name", "special_variable_name")
            )
            yield from (
                text_of(sub.children[0]) for sub in each.children if sub.type == "subscript"
            )
        elif (
            each.type == "variable_name"
            and each.parent is not None
            and each.parent.type
            in (
                "arithmetic_expansion",
                "binary_expression",
                "unary_expression",
                "postfix_expression",
                "parenthesized_expression",
                "ternary_expression",
            )
        ) or (
            each.type == "word"
            and each.parent is not None
            and each.parent.type == "arithmetic_expansion"
        ):
            yield text_of(each)


def _sets(node: Node) -> Iterator[str]:
    for each in walk(node):
        if each.type in ("subshell", "command_substitution") and each is not node:
            continue
        if each.type == "variable_assignment" and not _is_within(
            each, node, ("command", "subshell", "command_substitution")
        ):
            name = each.child_by_field_name("name")
            if name is not None:
                yield text_of(name if name.type == "variable_name" else name.children[0])
        elif each.type in ("for_statement",):
            name = each.child_by_field_name("variable")
            if name is not None:
                yield text_of(name)
        elif each.type == "command" and command_name(each) in ("read", "mapfile", "readarray"):
            yield from (
                text for word in arguments_of(each) if (text := text_of(word)).isidentifier()
            )


def _is_within(node: Node, top: Node, types: tuple[str, ...]) -> bool:
    above = node.parent
    while above is not None and above != top:
        if above.type in types:
            return True
        above = above.parent
    return above is not None and above.type in types and above != node


def _only_prints(node: Node, script: ReadScript) -> bool:
    if node.type == "command":
        if not script.is_logger(command_name(node)):
            return False
        inner = [c for c in commands_in(node) if c != node]
        return all(command_name(each) in _QUIET_SUBSTITUTIONS for each in inner)
    if node.type == "redirected_statement":
        body = node.child_by_field_name("body")
        redirects = [text_of(each) for each in node.children if each.type == "file_redirect"]
        return (
            body is not None
            and _only_prints(body, script)
            and all("&" in each for each in redirects)
        )
    return False


def outputs_only(node: Node, script: ReadScript) -> bool:
    """Whether nothing but printing, and the tests that decide about it, stands in a node."""
    if node.type in ("test_command", "comment", "negated_command"):
        return True
    if node.type == "command" and command_name(node) in ("[", "test"):
        return True
    if node.type in (
        "variable_name",
        "word",
        "string",
        "expansion",
        "simple_expansion",
        "concatenation",
    ):
        return True
    if node.type in (
        *("if_statement", "else_clause", "elif_clause", "compound_statement", "list", "do_group"),
        "for_statement",
    ):
        return all(outputs_only(each, script) for each in node.named_children)
    return _only_prints(node, script)
