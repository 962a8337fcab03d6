"""A warning about steps that may wait for ever."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from pup_tui.runbook.lint.endless import Wait, is_listed, wait_of, waits_for_inner
from pup_tui.runbook.lint.inner_scripts import DEEPEST, StandardInput, inner_scripts, words_of
from pup_tui.runbook.lint.loops import endless_loops, is_within, not_waited_for
from pup_tui.runbook.lint.subject import Finding, Subject, found_in
from pup_tui.runbook.nodes import shown
from pup_tui.template.shell.command_use import CommandUse
from pup_tui.template.shell.language import SUBSTITUTIONS, nodes_of
from pup_tui.template.shell.script_parts import (
    ScriptParts,
    function_name,
)
from pup_tui.template.shell.synopsis import Kind

if TYPE_CHECKING:
    from tree_sitter import Node

_HINT: Final = "give the step a `timeout`, or use `poll`"
_CODE: Final = (Kind.CODE, Kind.FILE)
_ENDS: Final = (";", "+")
"""What ends a command that `find` runs."""


def unbounded_wait(subject: Subject) -> Iterator[Finding]:
    """A command that waits for ever stops the run until somebody cancels it.

    Only scripts without a `timeout` of their own or of `defaults` are meant: a poll, a request, a workflow
    and a wait are bounded as they are, and a question is a person's.
    """
    if subject.default("timeout") is not None:
        return
    for script in subject.scripts:
        if script.step.node.get("timeout") is not None:
            continue
        for loop in endless_loops(script.parts, script.root):
            if not _is_only_bounded(script.parts, script.root, loop.node):
                yield found_in(script, loop.node, f"this loop {loop.told}", _HINT, loop.word)
        for node, wait in _waits(script.parts, script.root):
            told = f"{shown(wait.command)} {wait.told}"
            fragment = wait.command.split(" ", 1)[0]
            yield found_in(script, node, told, _HINT, fragment)


def _waits(
    parts: ScriptParts, root: Node, given: StandardInput | None = None, depth: int = 0
) -> Iterator[tuple[Node, Wait]]:
    """The commands of a script that wait for ever, also those of scripts that they run."""
    given = given or StandardInput()
    beside: list[Node] | None = None
    for loop in endless_loops(parts, root) if depth else ():
        yield loop.node, Wait(loop.word, loop.told, prints=False)
    for node in nodes_of(root, "command"):
        use = parts.use(node)
        waits = list(_waits_of(use, parts))
        fed = given.code_for(node, parts)
        if (use.script or fed) and depth < DEEPEST and _waits_for_code(use):
            for inner, inside, stdin in inner_scripts(use, fed):
                waits += (wait for _, wait in _waits(inner, inside, stdin, depth + 1))
        if not waits:
            continue
        if beside is None:
            beside = not_waited_for(parts, root)
        if not is_within(node, beside):
            is_cut = _is_cut(node, parts)
            yield from ((node, wait) for wait in waits if not (is_cut and wait.prints))


def _waits_of(use: CommandUse, parts: ScriptParts) -> Iterator[Wait]:
    """How the program that a command comes down to waits for ever."""
    places = _names(use)
    name = use.words[places[-1]] if places else b""
    if is_listed(name.decode(errors="replace")) and name not in parts.functions:
        words = words_of(use)[places[-1] :]
        end = next((at for at, word in enumerate(words) if word in _ENDS), len(words))
        wait = wait_of(words[:end])
        if wait is not None and _all_wait(use, places):
            yield wait


def _waits_for_code(use: CommandUse) -> bool:
    """Whether a command waits for the scripts that it runs."""
    code = (at for at, what in enumerate(use.uses) if what.kind in _CODE)
    names = _names(use)
    return bool(names) and _all_wait(use, [*names, next(code, len(use.words))])


def _is_only_bounded(parts: ScriptParts, root: Node, loop: Node) -> bool:
    """Whether a loop stands in a function that only scripts call which are not waited for to their end."""
    function = parts.function_around(loop)
    if function is None:
        return False
    name = re.compile(rb"(?<![\w-])%b(?![\w-])" % re.escape(function_name(function)))
    others = (each for each in nodes_of(root, "command") if not is_within(each, [function]))
    callers = [parts.use(each) for each in others if name.search(each.text or b"")]
    return bool(callers) and all(each.script and not _waits_for_code(each) for each in callers)


def _names(use: CommandUse) -> list[int]:
    return [at for at, what in enumerate(use.uses) if what.kind is Kind.NAME]


def _all_wait(use: CommandUse, places: list[int]) -> bool:
    """Whether each of the commands that begin at these places, but the last, waits for what is behind."""
    words = words_of(use)
    return all(waits_for_inner(words[at:behind]) for at, behind in pairwise(places))


def _is_cut(node: Node, parts: ScriptParts) -> bool:
    """Whether `head` reads what a command prints, and goes after some lines."""
    inner, around = node, node.parent
    while around is not None and around.type not in (*SUBSTITUTIONS, "function_definition"):
        is_last = inner.next_named_sibling is None
        if around.type == "pipeline":
            reader = inner.next_named_sibling
            while reader is not None:
                if _program(reader, parts) == b"head":
                    return True
                reader = reader.next_named_sibling
        elif around.type == "list" and not is_last:
            return False
        inner, around = around, around.parent
    return False


def _program(statement: Node, parts: ScriptParts) -> bytes:
    """The first program of a statement."""
    commands = nodes_of(statement, "command")
    return next(iter(parts.use(commands[0]).words), b"") if commands else b""
