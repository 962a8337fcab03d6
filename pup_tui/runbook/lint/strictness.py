"""Warnings about commands whose failure nobody sees, and about what `strict` does not see."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from pup_tui.runbook.lint.endings import (
    FILTERS,
    HARMLESS,
    branches,
    does_nothing,
    file_reader,
    name_of,
    seen_to_fail,
    then_of,
)
from pup_tui.runbook.lint.errexit import sets_errexit, stops_at_failures
from pup_tui.runbook.lint.judged import is_judged
from pup_tui.runbook.lint.statements import StepScript, source_of
from pup_tui.runbook.lint.subject import Finding, Subject, found_in
from pup_tui.runbook.nodes import Scalar, shown
from pup_tui.runbook.nodes import Sequence as YamlSequence
from pup_tui.runbook.steps import StepDraft
from pup_tui.template.shell.language import LOOPS, nodes_of
from pup_tui.template.shell.script_parts import function_name
from pup_tui.template.shell.tables import is_builtin

if TYPE_CHECKING:
    from tree_sitter import Node

_NEGATION: Final = re.compile(rb"(?<![^\s;&|(){}`])!\s+(?:time\s+(?:-p\s+)?(?:--\s+)?)*\Z")
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
_JOINING: Final = frozenset({"list", "negated_command", "redirected_statement"})
"""What a statement of several commands is."""
_NEAR: Final = 6
"""Statements within which a variable is tested that a command has given a text."""


_WELL: Final = frozenset({"true", ":"})
"""What is written last where the failure of what stands before it is meant to count for nothing."""
_LOOKS_BACK: Final = re.compile(r"\$\?|\$\{\?|\bPIPESTATUS\b|\bpipestatus\b")
"""What tells how the command before ended."""


def unseen_failure(subject: Subject) -> Iterator[Finding]:
    """Without `set -e` a script goes on behind a command that failed, and its last one decides.

    A declaration that assigns what a command prints ends well whatever became of that, for `set -e` too.
    """
    for script in subject.scripts:
        declared = {each.id: each for each in _declared(script)}
        is_strict = _is_strict(subject, script.step) or stops_at_failures(script)
        unseen = [] if is_strict else _unseen(script, script.root.named_children, is_last=True)
        for found in sorted((*unseen, *declared.values()), key=lambda each: each.start_byte):
            name = name_of(found) or file_reader(found)
            told = f"{shown(name)} may fail unseen: only the last command decides how the step ends"
            hint = "give the step `strict: true`, or write `|| exit` behind the command"
            if found.id in declared:
                declaring = source_of((found.parent or found).children[0])
                told = f"{shown(name)} may fail unseen: {shown(declaring)} ends well all the same"
                hint = "assign by a line of its own (`NAME=$(…) || exit`), and declare by another"
            yield found_in(script, found, told, hint, name)


def strict_pipeline(subject: Subject) -> Iterator[Finding]:
    """`strict` sees the last command of a pipeline only, where the shell has no `pipefail`."""
    for script in subject.scripts:
        if script.shell not in _WITHOUT_PIPEFAIL or not _is_strict(subject, script.step):
            continue
        for found in _hidden_by_pipes(script):
            name = name_of(found)
            told = f"{shown(name)} may fail unseen: {script.shell} has no `pipefail` for `strict`"
            hint = "write `shell: bash`, or let the command write to a file first"
            yield found_in(script, found, told, hint, name)


def _hidden_by_pipes(script: StepScript) -> Iterator[Node]:
    """The commands of pipelines that pipe into others and may fail."""
    for node in nodes_of(script.root, "pipeline"):
        for part in () if _is_looked_at(node) else node.named_children[:-1]:
            inner = part.named_children[0] if part.type == "redirected_statement" else part
            if inner.type == "list":  # of `a && b | c` the grammar takes `a && b` together
                inner = inner.named_children[-1]
            if inner.type == "command" and _may_fail(script, name_of(inner)):
                yield inner


def _is_looked_at(pipeline: Node) -> bool:
    """Whether a pipeline is a condition, or a part of one, for which `strict` means nothing."""
    if _holds_list(pipeline) or _is_negated(pipeline):
        return True
    part, around = pipeline, pipeline.parent
    while around is not None and around.type != "function_definition":
        then = then_of(around)
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
    told = [node for node in statements if not does_nothing(node)]
    for number, node in enumerate(told):
        last = (is_last and number + 1 == len(told)) or _stands_negated(script, node)
        behind = source_of(told[number + 1]) if number + 1 < len(told) else ""
        if not (
            _LOOKS_BACK.search(behind)
            or (behind in _WELL and number + 2 == len(told))
            or _is_in_background(node)
            or script.parts.is_coprocess(node)
            or is_judged(node, told[number + 1 : number + _NEAR])
        ):
            yield from _within(script, node, is_last=last)


def _within(script: StepScript, node: Node, *, is_last: bool) -> Iterator[Node]:
    if node.type == "redirected_statement":
        yield from _within(script, node.named_children[0], is_last=is_last)
    elif node.type == "pipeline":
        yield from _within_pipeline(script, node, is_last=is_last)
    elif node.type == "function_definition":
        if not _is_for_trap(script, node):
            yield from _within(script, node.named_children[-1], is_last=True)
    elif node.type in LOOPS:
        for body in node.named_children:
            if body.type == "do_group":
                yield from _unseen(script, body.named_children, is_last=False)
    elif node.type in _MADE_OF and not (is_last and _is_strict_inside(script, node)):
        yield from _in_parts(script, node, is_last=is_last)
    elif node.type in ("command", "variable_assignment") and not is_last:
        yield from [node] if _may_fail(script, name_of(node)) else ()


def _declared(script: StepScript) -> Iterator[Node]:
    """What declarations assign of commands whose failure nobody sees, wherever they stand."""
    for declaration in nodes_of(script.root, "declaration_command"):
        if is_judged(declaration, _behind(declaration)) or _is_in_handler(script, declaration):
            continue
        for each in declaration.named_children:
            if each.type == "variable_assignment" and (
                _may_fail(script, name_of(each)) or file_reader(each)
            ):
                yield each


def _behind(node: Node) -> list[Node]:
    """The statements behind the one that a command stands in."""
    while node.parent is not None and node.parent.type in _JOINING:
        node = node.parent
    behind: list[Node] = []
    while len(behind) < _NEAR and node.next_named_sibling is not None:
        node = node.next_named_sibling
        behind += [] if does_nothing(node) else [node]
    return behind


def _is_in_handler(script: StepScript, node: Node) -> bool:
    """Whether a command stands in a function that is run by a `trap` only."""
    around = node.parent
    while around is not None and around.type != "function_definition":
        around = around.parent
    return around is not None and _is_for_trap(script, around)


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
        elif not is_last and (part.id == piped[0].id or name_of(part) not in FILTERS):
            yield from _within(script, part, is_last=False)
    if is_last or name_of(last) not in FILTERS:
        yield from _within(script, last, is_last=is_last)


def _is_strict_inside(script: StepScript, node: Node) -> bool:
    """Whether a subshell or group makes itself strict."""
    commands = (each for each in node.named_children if each.type == "command")
    return any(sets_errexit(script, each) for each in commands)


def _fails_pipeline(script: StepScript, part: Node) -> bool:
    """Whether a part of a pipeline that stops at failures fails the whole of it."""
    return "pipefail" in script.node.text and _is_strict_inside(script, part)


def _may_fail(script: StepScript, name: str) -> bool:
    if not name or name in HARMLESS or is_builtin(script.shell, name):
        return False
    return name.encode() not in seen_to_fail(script.parts)


def _in_parts(script: StepScript, node: Node, *, is_last: bool) -> Iterator[Node]:
    """Within a compound statement, but not in the conditions of its branches."""
    for row in branches(node):
        yield from _unseen(script, row, is_last=is_last)


def _stands_negated(script: StepScript, statement: Node) -> bool:
    """Whether ``!`` stands before a statement: the tree has none before ``time`` and compound commands."""
    return _NEGATION.search(script.tree.survey.written[: statement.start_byte]) is not None


def _is_in_background(statement: Node) -> bool:
    """Whether the shell goes on while a statement runs."""
    after = statement.next_sibling
    return after is not None and after.type == "&"
