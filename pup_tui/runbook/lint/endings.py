"""How the parts of a script end: which command decides that, and which functions never fail unseen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import dropwhile
from typing import TYPE_CHECKING, Final

from pup_tui.runbook.lint.statements import source_of
from pup_tui.template.shell.heredocs import ANEW, DESCRIPTOR

if TYPE_CHECKING:
    from tree_sitter import Node

    from pup_tui.template.shell.script_parts import ScriptParts

_RUNS: Final = frozenset({"time", "command", "builtin", "noglob", "nocorrect"})
"""Words of shells that run the command behind them."""

HARMLESS: Final = frozenset(
    {
        *("sleep", "date", "hostname", "whoami", "id", "uname", "basename", "dirname", "seq"),
        "expr",
        *("logger", "tput", "clear", "cat", "printf", "echo", "exit", "nproc", "uptime", "mktemp"),
    }
)
"""Programs that do not fail, or whose failure is seen by what they do not print."""

FILTERS: Final = frozenset(
    {*("awk", "sed", "cut", "tr", "head", "tail", "sort", "uniq", "wc", "column", "tee", "xxd")}
)
"""Programs that do not fail behind a pipe."""

_WELL: Final = frozenset({"true", ":", "return 0"})
"""Statements that end well."""
_EXITS: Final = re.compile(r"\bexit\b")
_RETURNS: Final = re.compile(r"\breturn\s+[^0\s]")
_WORDS: Final = re.compile(rb"[\w.-]+")
_SUBSTITUTION: Final = re.compile(r"\$\(|`")
_BRANCHING: Final = frozenset({"if_statement", "case_statement", "compound_statement"})
_ASSIGNING: Final = frozenset({"variable_assignment", "declaration_command"})
_ANY: Final = ""
"""The name of a command that is not known."""


@lru_cache(maxsize=1)
def seen_to_fail(parts: ScriptParts) -> frozenset[bytes]:
    """The functions whose failure is seen: they end the script, or end well with something that they say.

    Kept, since each command of a script asks for them.
    """
    return exiting_functions(parts) | _ending_well(parts.functions)


@lru_cache(maxsize=1)
def exiting_functions(parts: ScriptParts) -> frozenset[bytes]:
    """Those that end the script where something fails, be it by others that do."""
    functions = parts.functions
    called = {name: {*_WORDS.findall(node.text or b"")} for name, node in functions.items()}
    found = {name for name, node in functions.items() if _EXITS.search(source_of(node))}
    further = found
    while further:
        further = {n for n, words in called.items() if not further.isdisjoint(words)} - found
        found |= further
    return frozenset(found)


def _ending_well(functions: Mapping[bytes, Node]) -> frozenset[bytes]:
    """Those that say something in the end and give no other code, as one that logs does."""
    waiting = {
        name: {*_deciding_names(node)}
        for name, node in functions.items()
        if _RETURNS.search(source_of(node)) is None
    }
    found: set[bytes] = set()
    well = {*HARMLESS}
    while True:
        further = {name for name, names in waiting.items() if names <= well}
        if not further:
            return frozenset(found)
        found |= further
        well |= {name.decode(errors="replace") for name in further}
        waiting = {name: names for name, names in waiting.items() if name not in further}


def _deciding_names(function: Node) -> Iterator[str]:
    """The commands of which one comes last in a function and may fail."""
    body = function.child_by_field_name("body")
    waiting = [body] if body is not None else []
    while waiting:
        statement = deciding(waiting.pop())
        if statement.type in _BRANCHING:
            for row in branches(statement):
                waiting += [each for each in row if not does_nothing(each)][-1:]
        elif statement.type == "list":
            is_either = any(child.type == "||" for child in statement.children)
            parts = statement.named_children
            waiting += [parts[-1]] if is_either else [parts[0], parts[-1]]
        elif not _is_well(statement):
            yield name_of(statement) or _ANY


def _is_well(statement: Node) -> bool:
    """Whether a plain statement ends well whatever it is about."""
    source = source_of(statement)
    is_plain = statement.type in _ASSIGNING and _SUBSTITUTION.search(source) is None
    return is_plain or source in _WELL


def does_nothing(node: Node) -> bool:
    """Whether this is a comment or the text of a here-document, be it one that begins anew."""
    return node.type in ("comment", "heredoc_body") or source_of(node).startswith(
        f"{ANEW.decode()} <<"
    )


def branches(node: Node) -> Iterator[Sequence[Node]]:
    """The statements of each branch of a compound statement, or else all of them."""
    parts = node.named_children
    then = then_of(node)
    if then is not None:
        parts = [part for part in parts if part.start_byte > then.start_byte]
    elif node.type in ("case_statement", "case_item"):
        words = {value.id for value in node.children_by_field_name("value")}
        parts = [part for part in parts if part.id not in words]
    inner = [part for part in parts if part.type in ("elif_clause", "else_clause", "case_item")]
    if node.type != "case_statement":
        yield [part for part in parts if part not in inner]
    for part in inner:
        yield from branches(part)


def then_of(statement: Node) -> Node | None:
    """Where the conditions of a branch end."""
    return next((child for child in statement.children if child.type == "then"), None)


def deciding(statement: Node) -> Node:
    """The command that may fail in a statement: of a pipeline the last that is no filter."""
    while statement.type in ("redirected_statement", "pipeline"):
        parts = statement.named_children
        if statement.type == "redirected_statement":
            statement = parts[0]
            continue
        others = (part for part in reversed(parts[1:]) if name_of(deciding(part)) not in FILTERS)
        statement = next(others, parts[0])
    return statement


def name_of(node: Node) -> str:
    """The name of a command, or of the one whose output a variable is given; none of a filter of a text."""
    if node.type == "command":
        name = _program(node)
        return "" if name in FILTERS and _reads_text(node) else name
    value = node.named_children[-1] if node.named_children else None
    if value is not None and value.type == "string" and len(value.named_children) == 1:
        value = value.named_children[0]
    if value is None or value.type != "command_substitution" or not value.named_children:
        return ""
    inner = deciding(value.named_children[-1])
    return name_of(inner) if inner.type == "command" else ""


def file_reader(assignment: Node) -> str:
    """What gives a variable the text of a file, which may be missing: `cat`, or `<`; else empty."""
    value = assignment.named_children[-1] if assignment.named_children else assignment
    if value.type == "string" and len(value.named_children) == 1:
        value = value.named_children[0]
    if value.type != "command_substitution" or not value.named_children:
        return ""
    inner = value.named_children[-1]
    if inner.type == "file_redirect":
        return "<"
    is_bare = inner.type == "redirected_statement" and inner.child_by_field_name("body") is None
    if is_bare and inner.named_children[0].type == "file_redirect":
        return "<"
    command = deciding(inner)
    files = [each for each in command.children_by_field_name("argument") if source_of(each) != "-"]
    around = command.parent
    is_read = around is not None and any(
        each.type == "file_redirect" and source_of(each).startswith("<") for each in around.children
    )
    is_cat = command.type == "command" and _program(command) == "cat" and not _reads_text(command)
    return "cat" if is_cat and (files or is_read) else ""


def _reads_text(command: Node) -> bool:
    """Whether a command reads a text of the script: a here-string or a here-document."""
    around = command.parent
    is_redirected = around is not None and around.type == "redirected_statement"
    redirected = around.children if around is not None and is_redirected else []
    texts = ("herestring_redirect", "heredoc_redirect")
    return any(
        each.type in texts or source_of(each).endswith(DESCRIPTOR.decode())
        for each in (*command.children, *redirected)
    )


def _program(command: Node) -> str:
    named = command.child_by_field_name("name")
    words = [source_of(each) for each in command.children_by_field_name("argument")]
    name = source_of(named) if named is not None else ""
    while name in _RUNS:
        words = list(dropwhile(("-p", "--").__contains__, words))
        if not words or words[0].startswith("-"):
            return name
        name, *words = words
    return name
