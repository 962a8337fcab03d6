"""Warnings about loops: those that may never end, and those that have one round only."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pup_tui.runbook.lint.endings import exiting_functions
from pup_tui.runbook.lint.statements import StepScript, source_of
from pup_tui.runbook.lint.subject import Finding, Subject
from pup_tui.runbook.nodes import Mapping, shown
from pup_tui.template.blocks import Block, For, If
from pup_tui.template.shell.language import LOOPS, nodes_of
from pup_tui.template.shell.redirections import path_to
from pup_tui.template.shell.script_parts import ScriptParts, function_name
from pup_tui.template.text import compile_text

if TYPE_CHECKING:
    from tree_sitter import Node

_ALWAYS: Final = re.compile(r"\s*(?:true|:|\[\s*1\s*\]|\(\(\s*1\s*\)\)|1)\s*\Z")
_SLEEPS: Final = re.compile(r"\bsleep\b")
_READS: Final = re.compile(r"(?:^|[\s;&|(])(?:read|mapfile|readarray|getopts)\b")
_SHIFTS: Final = re.compile(r"\bshift\b")
_FIRST_WORD: Final = re.compile(r"\$(?:1|\{1)(?![0-9])")
_CLOCK: Final = re.compile(r"\bSECONDS\b|\bEPOCHSECONDS\b|\bdate\s+[^;|&]*\+")
_COMPARES: Final = re.compile(r"-(?:lt|le|gt|ge|eq|ne)\b|[<>]|[!=]=|=|\b(?:case|let)\b")
_COUNTS: Final = re.compile(
    r"\b([A-Za-z_]\w*)(?:(?:\+\+|--)(?!\w)|\s*[-+*/]=)|(?:\+\+|(?:\(\(|\$\[|\blet\s)[^()\n;]*?--)([A-Za-z_]\w*)|"
    r"\b([A-Za-z_]\w*)=\"?(?:\$\(\(|\$\[|\$\(\s*expr\b|`\s*expr\b)|"
    r"\b([A-Za-z_]\w*)=[^\n;]*\$(?:\{#?)?\4\b|\bprintf\s+-v\s+([A-Za-z_]\w*)\s+[\"']?%\(|"
    r"\(\(\s*([A-Za-z_]\w*)\s*=|\blet\s+[\"']?([A-Za-z_]\w*)|"
    r"\b([A-Za-z_]\w*)=\"?(?:\$\(\s*date\s+[^;|&)]*\+|\$\{?(?:EPOCH)?SECONDS\b)|"
    r"\b([A-Za-z_]\w*)=\(\s*\"\$\{[A-Za-z_]\w*\[@\]:"
)
"""What gives a variable another number in each round, the time, a longer text, or an array without its
first elements.
"""

_SHORTENS: Final = re.compile(r"\b([A-Za-z_]\w*)=\"?\$\{\1(?:[%#]|:[0-9])")
"""What takes something away from a text in each round."""
_VALUES: Final = re.compile(r"\$\{?([A-Za-z_]\w*)")

_LEAVES: Final = re.compile(r"\b(?:break|exit|return)\b")
_WAITS: Final = re.compile(r"(?:^|[\s;&|({])(?:wait|fg)\b")
_KILLS: Final = re.compile(r"(?:^|[\s;&|({'\"])(?:p?kill|killall)\b")
_LATER: Final = re.compile(r"(?:trap|eval)\b")


@dataclass(frozen=True, slots=True)
class EndlessLoop:
    """A loop that no counter, clock, file or `read` ends, and what is told of it."""

    node: Node
    told: str

    @property
    def word(self) -> str:
        """The word by which it begins."""
        return self.node.children[0].type


def endless_loops(parts: ScriptParts, root: Node) -> Iterator[EndlessLoop]:
    """The loops of a script that is waited for which may never end."""
    loops = nodes_of(root, "while_statement", "c_style_for_statement")
    beside = not_waited_for(parts, root) if loops else []
    for node in loops:
        told = "" if is_within(node, beside) else _endless(parts, node)
        if told:
            yield EndlessLoop(node, told)


def not_waited_for(parts: ScriptParts, root: Node) -> list[Node]:
    """What a script leaves in the background; nothing if a `wait` waits for it, and no `kill` ends it.

    Functions are among it that are called nowhere else.
    """
    if _WAITS.search(source_of(root)) and not _KILLS.search(source_of(root)):
        return []
    ends = [node.prev_sibling for node in nodes_of(root, '"&"')]
    beside = [node for node in ends if node is not None]
    evaluated = [each for each in parts.commands if _LATER.match(source_of(each))]
    functions: dict[Node, list[set[int]]] = {}
    for node in nodes_of(root, "function_definition"):
        calls = _calls(parts, node, evaluated)
        if calls:
            functions[node] = [{each.id for each in path_to(root, call)} for call in calls]
    while True:
        found = [*beside, *functions]
        ids = {node.id for node in found}
        only_beside = {
            node: places
            for node, places in functions.items()
            if not any(map(ids.isdisjoint, places))
        }
        if len(only_beside) == len(functions):
            return found
        functions = only_beside


def _calls(parts: ScriptParts, function: Node, evaluated: Sequence[Node]) -> list[Node]:
    """What runs a function: the commands of its name, and those that evaluate a text with it later."""
    name = function_name(function)
    word = re.compile(rb"(?<![\w-])%b(?![\w-])" % re.escape(name))
    return [*parts.calls(name), *(e for e in evaluated if word.search(e.text or b""))]


def is_within(node: Node, statements: Sequence[Node]) -> bool:
    """Whether a node stands in one of some statements."""
    return any(each.start_byte <= node.start_byte < each.end_byte for each in statements)


def _endless(parts: ScriptParts, loop: Node) -> str:
    body = loop.child_by_field_name("body")
    if body is None:
        return ""
    if loop.type == "c_style_for_statement":
        decides = loop.child_by_field_name("condition")
        condition, is_always = "" if decides is None else source_of(decides), decides is None
    else:
        tests = (child for child in loop.named_children if child.id != body.id)
        condition = " ".join(map(source_of, tests))
        is_always = loop.children[0].type == "while" and _ALWAYS.match(condition) is not None
    if not is_always and not _SLEEPS.search(_with_functions(parts, source_of(loop))):
        return ""
    if (
        _READS.search(condition)
        or _SHIFTS.search(condition)
        or _is_bounded(parts, loop, condition, body)
    ):
        return ""
    return "has no end" if is_always else "may wait for ever"


def _is_bounded(parts: ScriptParts, loop: Node, condition: str, body: Node) -> bool:
    """Whether the condition, or a test that leaves the loop, looks at a counter or at the clock."""
    if any(_LEAVES.match(source_of(statement)) for statement in body.named_children):
        return True
    found = _COUNTS.findall(_with_functions(parts, source_of(loop)))
    counted = {name for names in found for name in names if name}
    shifts = _SHIFTS.search(source_of(body)) is not None
    if shifts:
        counted.add("#")
    shortened = {found[1] for found in _SHORTENS.finditer(source_of(loop))}
    is_waiting = _SLEEPS.search(_with_functions(parts, source_of(loop))) is not None
    going_on = set() if is_waiting else _going_on(parts, body, counted)
    for test in (condition, *_ways_out(parts, body)):
        if shifts and _FIRST_WORD.search(test):
            return True
        told = _with_functions(parts, test)
        is_counted = not counted.isdisjoint(re.findall(r"[A-Za-z_]\w*|#", told))
        compares = "((" in told or _COMPARES.search(told) is not None
        moves = any(name in shortened or name in going_on for name in _VALUES.findall(told))
        if (is_counted and compares) or moves or _CLOCK.search(told):
            return True
    return False


def _going_on(parts: ScriptParts, body: Node, counted: Collection[str]) -> set[str]:
    """The variables that are something else in each round, as the page behind the next number or token.

    They are made of what is counted, or of what the round before made of them.
    """
    made: dict[str, set[str]] = {}
    for node in nodes_of(body, "variable_assignment"):
        name, _, value = source_of(node).partition("=")
        made.setdefault(name, set()).update(_VALUES.findall(_with_functions(parts, value)))
    found = set()
    for name in made:
        reached: set[str] = set()
        ahead = [name]
        while ahead:
            new = made.get(ahead.pop(), set()) - reached
            reached |= new
            ahead += new
        if name in reached or not reached.isdisjoint(counted):
            found.add(name)
    return found


def _with_functions(parts: ScriptParts, text: str) -> str:
    """A part of the script with the functions behind it that it names."""
    functions = parts.functions.items()
    words = set(re.findall(r"[\w-]+", text)) if functions else set()
    called = (source_of(body) for name, body in functions if name.decode() in words)
    return "\n".join([text, *called])


def _ways_out(parts: ScriptParts, body: Node) -> Iterator[str]:
    """The statements of a loop's body that may leave it, each with the test that decides it."""
    leaving = {
        around.id
        for command in nodes_of(body, "command")
        if _leaves(parts, command, body)
        for around in path_to(body, command)
    }
    for node in nodes_of(body, "if_statement", "list", "case_statement"):
        text = source_of(node)
        if node.id in leaving or _READS.search(text):
            is_case = node.type == "case_statement"
            yield f"case {source_of(node.named_children[0])}" if is_case else text


def _leaves(parts: ScriptParts, command: Node, body: Node) -> bool:
    """Whether a command leaves the loop around it, and not only one within that."""
    name, *words = source_of(command).split()[:2] or [""]
    if name != "break":
        return name in ("exit", "return") or name.encode() in exiting_functions(parts)
    loops = sum(each.type in LOOPS for each in path_to(body, command)[1:])
    return loops < (int(words[0]) if words and words[0].isdecimal() else 1)


def one_round(subject: Subject) -> Iterator[Finding]:
    """A value is one word, so a loop over it has one round, whatever the value holds."""
    for script in subject.scripts:
        given = _targets(compile_text(script.node.text).blocks)
        outputs = {
            start: output
            for start, output in script.outputs.items()
            if not output.expression.names & given
        }
        for start, path in script.tree.paths():
            loop = next((node for node in reversed(path) if node.type == "for_statement"), None)
            output = outputs.get(script.tree.outer(start))
            if loop is None or output is None:
                continue
            body = [child for child in loop.named_children if child.type == "do_group"]
            words = [child for child in loop.named_children[1:] if child not in body]
            source = script.tree.root.text or b""
            alone = len(words) == 1 and words[0].start_byte <= start < words[0].end_byte
            if alone and _is_one_value(source[words[0].start_byte : words[0].end_byte]):
                told = f"this loop has one round: {shown(output.expression.source)} is one word"
                hint = _instead_of_one_round(output.expression.source, script)
                name = output.expression.source
                yield Finding(
                    script.node,
                    told,
                    hint,
                    output.line,
                    name,
                    script.node.nth(output.line, output.column, name),
                )


def _instead_of_one_round(source: str, script: StepScript) -> str:
    names = script.step.frame.names
    declared = names.get(source.strip()) if names is not None else None
    foreach = "use `foreach` on the step, with the list as items"
    if isinstance(declared, Mapping) and declared.text("type") == "list":
        each = f"{{% for each in {source.strip()[:60]} %}}{{{{ each }}}} {{% endfor %}}"
        return f"write {each} in its place, or {foreach}"
    return foreach


def _targets(blocks: Sequence[Block]) -> frozenset[str]:
    """The names that the loops of a template give to their items."""
    found: set[str] = set()
    for block in blocks:
        if isinstance(block, For):
            found.update(block.targets, _targets(block.body))
        elif isinstance(block, If):
            found.update(*(_targets(branch.body) for branch in block.branches))
    return frozenset(found)


def _is_one_value(word: bytes) -> bool:
    return re.fullmatch(rb"\"?PUPVALUEX*[0-9]+E\"?", word) is not None
