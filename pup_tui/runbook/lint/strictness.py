"""Warnings about commands whose failure nobody sees, and about what `strict` does not see."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import dropwhile
from typing import TYPE_CHECKING, Final

from pup_tui.runbook.lint.errexit import sets_errexit, stops_at_failures
from pup_tui.runbook.lint.statements import StepScript, source_of
from pup_tui.runbook.lint.subject import Finding, Subject
from pup_tui.runbook.nodes import Scalar, shown
from pup_tui.runbook.nodes import Sequence as YamlSequence
from pup_tui.runbook.steps import StepDraft
from pup_tui.template.shell.heredocs import ANEW
from pup_tui.template.shell.language import nodes_of
from pup_tui.template.shell.script_parts import function_name
from pup_tui.template.shell.tables import is_builtin

if TYPE_CHECKING:
    from tree_sitter import Node

_NEGATION: Final = re.compile(rb"(?<![^\s;&|(){}`])!\s+(?:time\s+(?:-p\s+)?(?:--\s+)?)*\Z")
_RUNS: Final = frozenset({"time", "command", "builtin", "noglob", "nocorrect"})
"""Words of shells that run the command behind them."""

_HARMLESS: Final = frozenset(
    {
        *("sleep", "date", "hostname", "whoami", "id", "uname", "basename", "dirname", "seq"),
        "expr",
        *("logger", "tput", "clear", "cat", "printf", "echo", "exit", "nproc", "uptime", "mktemp"),
    }
)
"""Programs that do not fail, or whose failure is seen by what they do not print."""

_FILTERS: Final = frozenset(
    {*("awk", "sed", "cut", "tr", "head", "tail", "sort", "uniq", "wc", "column", "tee", "xxd")}
)
"""Programs that do not fail behind a pipe."""

_MADE_OF: Final = frozenset(
    {
        *(
            "program",
            "compound_statement",
            "subshell",
            "if_statement",
            "elif_clause",
            "else_clause",
        ),
        *("case_statement", "case_item"),
    }
)
_CONDITIONS: Final = frozenset({"while_statement", "list", "negated_command"})
_WITHOUT_PIPEFAIL: Final = frozenset({"sh", "dash"})
_LOOPS: Final = frozenset({"while_statement", "for_statement", "c_style_for_statement"})
_NEAR: Final = 6
"""Statements within which a variable is tested that a command has given a text."""
_EXITS: Final = re.compile(r"\bexit\b")
_RETURNS: Final = re.compile(r"\breturn\s+[^0\s]")


def unseen_failure(subject: Subject) -> Iterator[Finding]:
    """Without `set -e` a script goes on behind a command that failed, and its last one decides."""
    for script in subject.scripts:
        if _is_strict(subject, script.step) or stops_at_failures(script):
            continue
        for found in _unseen(script, script.root.named_children, is_last=True):
            name = _name(found)
            told = f"{shown(name)} may fail unseen: only the last command decides how the step ends"
            hint = "give the step `strict: true`, or write `|| exit` behind the command"
            yield Finding(
                script.node, told, hint, script.line(found), name, group=script.step.group
            )


def strict_pipeline(subject: Subject) -> Iterator[Finding]:
    """`strict` sees the last command of a pipeline only, where the shell has no `pipefail`."""
    for script in subject.scripts:
        if script.shell not in _WITHOUT_PIPEFAIL or not _is_strict(subject, script.step):
            continue
        for found in _hidden_by_pipes(script):
            name = _name(found)
            told = f"{shown(name)} may fail unseen: {script.shell} has no `pipefail` for `strict`"
            hint = "write `shell: bash`, or let the command write to a file first"
            yield Finding(
                script.node, told, hint, script.line(found), name, group=script.step.group
            )


def _hidden_by_pipes(script: StepScript) -> Iterator[Node]:
    """The commands of pipelines that pipe into others and may fail."""
    for node in nodes_of(script.root, "pipeline"):
        for part in () if _is_looked_at(node) else node.named_children[:-1]:
            inner = part.named_children[0] if part.type == "redirected_statement" else part
            if inner.type == "list":  # of `a && b | c` the grammar takes `a && b` together
                inner = inner.named_children[-1]
            if inner.type == "command" and _may_fail(script, _name(inner)):
                yield inner


def _is_looked_at(pipeline: Node) -> bool:
    """Whether a pipeline is a condition, or a part of one, for which `strict` means nothing."""
    if _holds_list(pipeline) or _is_negated(pipeline):
        return True
    part, around = pipeline, pipeline.parent
    while around is not None and around.type != "function_definition":
        then = _then(around)
        is_before = then is not None and part.end_byte <= then.start_byte
        is_condition = around.type in _CONDITIONS and part.type != "do_group"
        if is_before or (is_condition and not _ends(around, part)):
            return True
        part, around = around, around.parent
    return False


def _ends(statement: Node, part: Node) -> bool:
    """Whether a part is the last of ``a && b``, whose failure counts."""
    return statement.type == "list" and statement.named_children[-1].id == part.id


def _holds_list(pipeline: Node) -> bool:
    """Whether ``a | b | c || d`` stands there: the grammar takes that for ``a | (b | c || d)``."""
    return pipeline.named_children[-1].type == "list"


def _is_negated(pipeline: Node) -> bool:
    return pipeline.named_children[0].type == "negated_command"


def strict_codes(subject: Subject) -> Iterator[Finding]:
    """A strict script ends with the code of whatever failed, which may be one that counts as success."""
    for script in subject.scripts:
        node = script.step.node
        codes = node.get("success_codes")
        given = codes.items if isinstance(codes, YamlSequence) else []
        others = [code for code in given if isinstance(code, Scalar) and code.text != "0"]
        if not others or not _is_strict(subject, script.step):
            continue
        if node.truth("strict") or len(script.root.named_children) > 1:
            told = f"any command of this strict script that ends with {others[0].text} is a success"
            hint = "leave `strict` out, or look at the code in the script (`|| [ $? -eq 1 ]`)"
            yield Finding(others[0], told, hint)


def _is_strict(subject: Subject, step: StepDraft) -> bool:
    """Whether the step, or else `defaults`, says `strict: true`."""
    if step.node.get("strict") is not None:
        return step.node.truth("strict") is True
    default = subject.default("strict")
    return isinstance(default, Scalar) and default.style == "plain" and default.text == "true"


def _unseen(script: StepScript, statements: Sequence[Node], *, is_last: bool) -> Iterator[Node]:
    """The commands among statements in a row whose exit code nothing looks at."""
    told = [node for node in statements if not _does_nothing(node)]
    for number, node in enumerate(told):
        last = (is_last and number + 1 == len(told)) or _stands_negated(script, node)
        behind = source_of(told[number + 1]) if number + 1 < len(told) else ""
        if not (
            "$?" in behind
            or _is_in_background(node)
            or script.parts.is_coprocess(node)
            or _is_judged(node, told[number + 1 : number + _NEAR])
        ):
            yield from _within(script, node, is_last=last)


def _does_nothing(node: Node) -> bool:
    """Whether this is a comment or the text of a here-document, be it one that begins anew."""
    return node.type in ("comment", "heredoc_body") or source_of(node).startswith(
        f"{ANEW.decode()} <<"
    )


def _within(script: StepScript, node: Node, *, is_last: bool) -> Iterator[Node]:
    if node.type == "redirected_statement":
        yield from _within(script, node.named_children[0], is_last=is_last)
    elif node.type == "pipeline":
        yield from _within_pipeline(script, node, is_last=is_last)
    elif node.type == "function_definition":
        if not _is_for_trap(script, node):
            yield from _within(script, node.named_children[-1], is_last=True)
    elif node.type in _LOOPS:
        for body in node.named_children:
            if body.type == "do_group":
                yield from _unseen(script, body.named_children, is_last=False)
    elif node.type in _MADE_OF and not (is_last and _is_strict_inside(script, node)):
        yield from _in_parts(script, node, is_last=is_last)
    elif node.type in ("command", "variable_assignment") and not is_last:
        yield from [node] if _may_fail(script, _name(node)) else ()


def _is_for_trap(script: StepScript, function: Node) -> bool:
    """Whether a function is run by a `trap` only: as the text of one is, it comes behind what decides."""
    name = function_name(function)
    handlers = script.parts.mentions(b"trap")
    handled = re.compile(rb"[\"']?\b%b\b" % re.escape(name))
    is_handler = any(handled.search(trap.text or b"") for trap, _ in handlers)
    return is_handler and not script.parts.calls(name)


def _within_pipeline(script: StepScript, pipeline: Node, *, is_last: bool) -> Iterator[Node]:
    *piped, last = pipeline.named_children
    if _holds_list(pipeline):
        yield from _within(script, last, is_last=is_last)
        return
    if _is_negated(pipeline):
        return
    for part in piped:
        if is_last and part.type in _MADE_OF and not _fails_pipeline(script, part):
            yield from _in_parts(script, part, is_last=True)
        elif not is_last and (part.id == piped[0].id or _name(part) not in _FILTERS):
            yield from _within(script, part, is_last=False)
    if is_last or _name(last) not in _FILTERS:
        yield from _within(script, last, is_last=is_last)


def _is_strict_inside(script: StepScript, node: Node) -> bool:
    """Whether a subshell or group makes itself strict."""
    commands = (each for each in node.named_children if each.type == "command")
    return any(sets_errexit(script, each) for each in commands)


def _fails_pipeline(script: StepScript, part: Node) -> bool:
    """Whether a part of a pipeline that stops at failures fails the whole of it."""
    return "pipefail" in script.node.text and _is_strict_inside(script, part)


def _may_fail(script: StepScript, name: str) -> bool:
    if not name or name in _HARMLESS or is_builtin(script.shell, name):
        return False
    function = script.parts.functions.get(name.encode())
    return function is None or not (_EXITS.search(source_of(function)) or _ends_well(function))


def _ends_well(function: Node) -> bool:
    """Whether a function says something in the end and gives no other code, as one that logs does."""
    body = function.child_by_field_name("body")
    inside = () if body is None else body.named_children
    statements = [each for each in inside if each.type != "comment"]
    last = _deciding(statements[-1]) if statements else function
    return _name(last) in _HARMLESS and _RETURNS.search(source_of(function)) is None


def _deciding(statement: Node) -> Node:
    """The command that may fail in a statement: of a pipeline the last that is no filter."""
    while statement.type in ("redirected_statement", "pipeline"):
        parts = statement.named_children
        if statement.type == "redirected_statement":
            statement = parts[0]
            continue
        others = (part for part in reversed(parts[1:]) if _name(_deciding(part)) not in _FILTERS)
        statement = next(others, parts[0])
    return statement


def _is_judged(node: Node, behind: Sequence[Node]) -> bool:
    """Whether what a variable is given is tested behind it, so that nothing is no answer.

    It may be printed first.
    """
    tests = list(dropwhile(_prints, behind))
    if node.type != "variable_assignment" or not tests:
        return False
    variable = re.escape(source_of(node.children[0]))
    statement, source = tests[0], source_of(tests[0])
    then = _then(statement)
    if f"${{{source_of(node.children[0])}:?" in source:
        return True
    if statement.type == "case_statement":
        return re.match(rf"case\s+[\"']?\$\{{?{variable}\b", source) is not None and any(
            source_of(each) in ("''", '""')
            for item in nodes_of(statement, "case_item")
            for each in item.children_by_field_name("value")
        )
    if then is None:
        form = rf"\A(?:!\s*)?(?:test|\[\[?)\s[^\n;]*\$\{{?{variable}\b"
    elif any(child.type == "else_clause" for child in statement.children):
        condition = (statement.text or b"")[: then.start_byte - statement.start_byte]
        source = condition.decode(errors="replace")
        form = rf"(?:\btest|\[\[?)\s[^\n;]*\$\{{?{variable}\b"
    else:
        form = rf"-[zn]\s+[\"']?\$\{{?{variable}\b|\$\{{?{variable}\b\}}?[\"']?\s+!="
    return re.search(form, source) is not None


def _prints(statement: Node) -> bool:
    return statement.type == "command" and _name(statement) in ("echo", "printf")


def _in_parts(script: StepScript, node: Node, *, is_last: bool) -> Iterator[Node]:
    """Within a compound statement, but not in the conditions of its branches."""
    parts = node.named_children
    then = _then(node)
    if then is not None:
        parts = [part for part in parts if part.start_byte > then.start_byte]
    elif node.type in ("case_statement", "case_item"):
        parts = parts[1:]
    branches = ("elif_clause", "else_clause", "case_item")
    row = [part for part in parts if part.type not in branches]
    yield from _unseen(script, row, is_last=is_last)
    for part in parts:
        if part.type in branches:
            yield from _in_parts(script, part, is_last=is_last)


def _then(statement: Node) -> Node | None:
    """Where the conditions of a branch end."""
    return next((child for child in statement.children if child.type == "then"), None)


def _reads_text(command: Node) -> bool:
    """Whether a command reads a text of the script: a here-string or a here-document."""
    around = command.parent
    is_redirected = around is not None and around.type == "redirected_statement"
    redirected = around.children if around is not None and is_redirected else []
    texts = ("herestring_redirect", "heredoc_redirect")
    return any(each.type in texts for each in (*command.children, *redirected))


def _name(node: Node) -> str:
    """The name of a command, or of the one whose output a variable is given; none of a filter of a text."""
    if node.type == "command":
        name = _program(node)
        return "" if name in _FILTERS and _reads_text(node) else name
    value = node.named_children[-1] if node.named_children else None
    if value is not None and value.type == "string" and len(value.named_children) == 1:
        value = value.named_children[0]
    if value is None or value.type != "command_substitution" or not value.named_children:
        return ""
    inner = _deciding(value.named_children[-1])
    return _name(inner) if inner.type == "command" else ""


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


def _stands_negated(script: StepScript, statement: Node) -> bool:
    """Whether ``!`` stands before a statement: the tree has none before ``time`` and compound commands."""
    return _NEGATION.search(script.tree.survey.written[: statement.start_byte]) is not None


def _is_in_background(statement: Node) -> bool:
    """Whether the shell goes on while a statement runs."""
    after = statement.next_sibling
    return after is not None and after.type == "&"
