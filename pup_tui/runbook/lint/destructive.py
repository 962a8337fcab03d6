"""A warning about commands and statements that destroy in steps that are not marked so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from pup_tui.runbook.lint.destroyers import is_destroyer
from pup_tui.runbook.lint.sql import destroyer, destroyer_in_template
from pup_tui.runbook.lint.statements import StepScript, nodes_of
from pup_tui.runbook.lint.subject import Finding, Subject
from pup_tui.runbook.lint.tidying import OwnThings, pid_files_of
from pup_tui.runbook.nodes import Scalar, shown
from pup_tui.runbook.roles import INPUTS, Role
from pup_tui.runbook.steps import StepDraft
from pup_tui.template.errors import TemplateError
from pup_tui.template.shell.command_use import Evaluator
from pup_tui.template.shell.grammar import read
from pup_tui.template.shell.markers import MARKER, Marked, variants
from pup_tui.template.shell.script_parts import ScriptParts
from pup_tui.template.shell.synopsis import Kind
from pup_tui.template.sql.engines import Engine
from pup_tui.template.text import compile_text

if TYPE_CHECKING:
    from tree_sitter import Node

_DEEPEST: Final = 4
"""Scripts in the words of scripts, such as those of `ssh`."""

_FED: Final = "{{...}}"
"""Stands for what `xargs` and the like put behind the words of a command."""

_ENGINES: Final[dict[str, Engine]] = {
    **dict.fromkeys(("mysql", "mariadb", "mycli", "mysqlsh"), "mysql"),
    **dict.fromkeys(("sqlite", "sqlite3", "litecli", "sqlcipher"), "sqlite"),
}
"""Whose dialect a client of databases takes; any other one is taken for one of PostgreSQL."""


def destructive_without_danger(subject: Subject) -> Iterator[Finding]:
    """A step that destroys something should be marked, so that plan and dialogs show it."""
    for found in _unmarked(subject):
        found.hint = "write `danger: true`, so that the plan shows it and the operator is asked"
        yield found


def _unmarked(subject: Subject) -> Iterator[Finding]:
    given = {placed.step: placed.node for placed in subject.texts if placed.role in INPUTS}
    pid_files = pid_files_of(script.node.text for script in subject.scripts)
    for script in subject.scripts:
        found = None
        if not _is_marked(script.step):
            found = destroys(script, given.get(script.step.path), pid_files)
        if found is not None:
            yield found
    by_path = {step.path: step for step in subject.steps}
    for placed in subject.texts:
        step = by_path.get(placed.step)
        if placed.role is Role.STATEMENTS and step is not None and not _is_marked(step):
            engine = step.sql_use.engine or "postgresql"
            statement = destroyer_in_template(placed.node.text, engine)
            if statement is not None:
                yield _finding(placed.node, statement.told, statement.line)


def _is_marked(step: StepDraft) -> bool:
    return any(each.node.truth("danger") for each in step.lineage())


def destroys(
    script: StepScript, stdin: Scalar | None, pid_files: frozenset[str] = frozenset()
) -> Finding | None:
    """The first command or statement of a script, or in what it reads, that may destroy something.

    `pid_files` are files that the runbook wrote the ids of its own processes to.
    """
    found = next(_within(script.root, pid_files), None)
    if found is not None:
        node, told = found
        return _finding(script.node, told, script.line(node))
    return None if stdin is None else _in_stdin(script, stdin)


def _finding(node: Scalar, told: str, line: int) -> Finding:
    message = f"{shown(told)} may destroy something"
    return Finding(node, message, line=line, fragment=told.split(" ", 1)[0])


def _in_stdin(script: StepScript, stdin: Scalar) -> Finding | None:
    """What destroys in the text that a shell or a client of databases reads from the step's `stdin`."""
    reader = script.tree.reader()
    if reader is None:
        return None
    if reader.language == "SQL":
        statement = destroyer_in_template(stdin.text, _engine(reader.command))
        return None if statement is None else _finding(stdin, statement.told, statement.line)
    try:
        marked = Marked(next(iter(variants(compile_text(stdin.text).blocks)), []))
    except TemplateError:
        return None
    _, tree = read(marked.script)
    inside = _within(tree.root_node) if tree is not None and reader.is_shell else iter(())
    return next((_finding(stdin, told, node.start_point.row + 1) for node, told in inside), None)


def _engine(command: str) -> Engine:
    return _ENGINES.get(command.rsplit("/", 1)[-1], "postgresql")


def _within(
    root: Node, pid_files: frozenset[str] = frozenset(), depth: int = 0
) -> Iterator[tuple[Node, str]]:
    """The commands and statements that destroy, each with what is told of it."""
    parts = ScriptParts(root)
    own = OwnThings((root.text or b"").decode(errors="replace"), pid_files)
    for node in nodes_of(root, "command"):
        use = parts.use(node)
        words = [word.decode(errors="replace").replace("\x01", "{{...}}") for word in use.words]
        fed = [] if use.fed_from is None else [_FED]
        for at, what in enumerate(use.uses):
            command = words[at:] + fed
            is_destroying = what.kind is Kind.NAME and is_destroyer(command)
            if is_destroying and not own.are_all_that_goes(command):
                yield node, " ".join(words[at:])
            if what.evaluator is not None and what.evaluator.language == "SQL":
                text = use.words[at].decode(errors="replace")
                yield from _statement(node, text, what.evaluator)
        if use.reader is not None and use.reader.language == "SQL":
            yield from _fed(node, use.reader)
        if use.script and depth < _DEEPEST:
            _, tree = read(use.script)
            inner = _within(tree.root_node, depth=depth + 1) if tree is not None else iter(())
            yield from ((node, told) for _, told in inner)


def _statement(node: Node, text: str, client: Evaluator) -> Iterator[tuple[Node, str]]:
    found = destroyer(text, _engine(client.command))
    if found is not None:
        yield node, found.told


def _fed(command: Node, client: Evaluator) -> Iterator[tuple[Node, str]]:
    """The statements of a command's here-document or here-string."""
    owner = command.parent if command.parent is not None else command
    for part in nodes_of(owner, "heredoc_body", "herestring_redirect"):
        text = MARKER.sub(b"x", part.text or b"").decode(errors="replace")
        if part.type == "herestring_redirect":
            text = text.removeprefix("<<<").strip(" \"'")
        yield from _statement(command, text, client)
