"""A warning about commands and statements that destroy in steps that are not marked so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeAlias

from pup_tui.runbook.lint.destroyers import destroyers_in_code, is_change, is_destroyer
from pup_tui.runbook.lint.inner_scripts import (
    DEEPEST,
    VALUE,
    StandardInput,
    handed_to_functions,
    inner_scripts,
    instead_of,
    is_known_by_calls,
    without_option,
    words_of,
    written_scripts,
)
from pup_tui.runbook.lint.sql import destroyers, destroyers_in_template
from pup_tui.runbook.lint.statements import StepScript
from pup_tui.runbook.lint.subject import Finding, Subject
from pup_tui.runbook.lint.tidying import OwnThings, pid_files_of
from pup_tui.runbook.nodes import Scalar, shown
from pup_tui.runbook.roles import INPUTS, Role
from pup_tui.runbook.shapes import PlacedText
from pup_tui.runbook.steps import StepDraft
from pup_tui.template.errors import TemplateError
from pup_tui.template.limits import spend_on_judging
from pup_tui.template.shell.command_use import CommandUse, Evaluator
from pup_tui.template.shell.first_command import RUNNING_OTHERS
from pup_tui.template.shell.interpreter import SHELLS
from pup_tui.template.shell.language import nodes_of
from pup_tui.template.shell.markers import Marked, variants
from pup_tui.template.shell.script_parts import ScriptParts
from pup_tui.template.shell.synopsis import Kind
from pup_tui.template.shell.tree import script_tree
from pup_tui.template.sql.engines import Engine
from pup_tui.template.text import compile_text

if TYPE_CHECKING:
    from tree_sitter import Node

_IsTold: TypeAlias = Callable[[Sequence[str]], bool]
_SQL: Final = frozenset({"SQL", "CQL"})


_HERE: Final = SHELLS | RUNNING_OTHERS | {"sudo", "doas"}
"""Commands that run others on this machine."""

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
        if not _is_marked(script.step):
            yield from destroyers_in(script, given.get(script.step.path), pid_files)
    for step, placed in subject.texts_in((Role.STATEMENTS,)):
        if not _is_marked(step):
            yield from statements_that_destroy(step, placed)
    for step, placed in subject.texts_in((Role.METHOD,)):
        if placed.node.text.strip().upper() == "DELETE" and not _is_marked(step):
            yield _finding(placed.node, placed.node.text.strip(), 1, step.group)


def _is_marked(step: StepDraft) -> bool:
    return any(each.node.truth("danger") for each in step.lineage())


def statements_that_destroy(step: StepDraft, placed: PlacedText) -> Iterator[Finding]:
    """Those of an `sql` step, where this text is its statements."""
    if placed.role is Role.STATEMENTS:
        engine = step.sql_use.engine or "postgresql"
        for statement in destroyers_in_template(placed.node.text, engine):
            yield _finding(placed.node, statement.told, statement.line, step.group)


def destroyers_in(
    script: StepScript, stdin: Scalar | None, pid_files: frozenset[str]
) -> Iterator[Finding]:
    """The commands and statements of a script, and in what it reads, that may destroy something.

    `pid_files` are files that the runbook wrote the ids of its own processes to.
    """
    own = OwnThings(_text(script.root), pid_files)
    for node, told in _within(script.parts, script.root, own):
        nth = script.nth(node, _name(told))
        yield _finding(script.node, told, script.line(node), script.step.group, nth)
    if stdin is not None:
        yield from _in_stdin(script, stdin)


def changes_in(script: StepScript) -> Iterator[str]:
    """The commands of a script that are known to change something, and destroy nothing."""
    for _, told in _within(script.parts, script.root, OwnThings(""), is_told=is_change):
        yield f"{shown(told)} changes something"


def _finding(node: Scalar, told: str, line: int, group: str, nth: int = 0) -> Finding:
    message = f"{shown(told)} may destroy something"
    return Finding(node, message, line=line, fragment=_name(told), nth=nth, group=group)


def _name(told: str) -> str:
    return told.split(" ", 1)[0]


def _in_stdin(script: StepScript, stdin: Scalar) -> Iterator[Finding]:
    """What destroys in the text that a shell or a client of databases reads from the step's `stdin`."""
    reader = script.tree.reader()
    if reader is None:
        return
    group = script.step.group
    if reader.language in _SQL:
        for statement in destroyers_in_template(stdin.text, _engine(reader.command)):
            yield _finding(stdin, statement.told, statement.line, group)
        return
    try:
        marked = Marked(next(iter(variants(compile_text(stdin.text).blocks)), []))
    except TemplateError:
        return
    tree = script_tree(marked.script, "sh", ())
    if tree.is_read and reader.is_shell:
        for node, told in _within(tree.parts, tree.root, OwnThings(_text(tree.root))):
            yield _finding(stdin, told, tree.survey.line(node), group)


def _engine(command: str) -> Engine:
    return _ENGINES.get(command.rsplit("/", 1)[-1], "postgresql")


def _text(root: Node) -> str:
    return (root.text or b"").decode(errors="replace")


def _within(
    parts: ScriptParts,
    root: Node,
    own: OwnThings,
    depth: int = 0,
    given: StandardInput | None = None,
    is_told: _IsTold = is_destroyer,
) -> Iterator[tuple[Node, str]]:
    """The commands and statements of a script that destroy, each with what is told of it.

    Of commands those for whose words `is_told` holds.
    """
    given = given or StandardInput()
    for node in nodes_of(root, "command"):
        spend_on_judging(1)
        use = parts.use(node)
        if is_known_by_calls(parts, root, node):
            continue
        code = given.code_for(node, parts)
        yield from ((node, told) for told in _by(use, code, own, depth, is_told))
        for text in dict.fromkeys(written_scripts(parts, use)) if depth < DEEPEST else ():
            yield from ((node, told) for told in _in_shell(text, own, depth, is_told))
        handed = (*instead_of(parts, use), *handed_to_functions(parts, use))
        # One is enough: how many words a function has dropped is tried, and each try tells of another.
        told_of = (told for each in handed for told in _by(each, (), own, depth, is_told))
        yield from ((node, told) for told in islice(told_of, 1))


def _in_shell(text: bytes, own: OwnThings, depth: int, is_told: _IsTold) -> Iterator[str]:
    """What destroys in a text that the script writes and runs."""
    tree = script_tree(text, "sh", ())
    if tree.is_read:
        inner = _within(tree.parts, tree.root, own, depth + 1, None, is_told)
        yield from (told for _, told in inner)


def _by(
    use: CommandUse, fed: Sequence[bytes], own: OwnThings, depth: int, is_told: _IsTold
) -> Iterator[str]:
    """What a command that is fed some texts destroys, by itself or in the scripts that it runs."""
    words = words_of(use)
    behind = [] if use.fed_from is None else [VALUE]
    destroying = next((at for at in sorted(use.names) if is_told(words[at:] + behind)), None)
    if destroying is not None and not own.are_all_that_goes(words[destroying:] + behind):
        yield " ".join(words[destroying:])
    for at, what in enumerate(use.uses):
        if what.evaluator is not None:
            code = without_option(use.words[at]).decode(errors="replace")
            yield from _in_code(code, what.evaluator)
    if use.reader is not None and not use.reader.is_shell:
        for each in fed:
            yield from _in_code(each.decode(errors="replace"), use.reader)
    for inner, inside, stdin in inner_scripts(use, fed) if depth < DEEPEST else ():
        things = own if _runs_here(use) else OwnThings(_text(inside))
        yield from (told for _, told in _within(inner, inside, things, depth + 1, stdin, is_told))


def _runs_here(use: CommandUse) -> bool:
    """Whether what a command runs runs on this machine, where the script made its own things."""
    names = (word.rsplit(b"/", 1)[-1].decode(errors="replace") for word in use.named(Kind.NAME))
    return use.shell is None or all(name in _HERE for name in names)


def _in_code(text: str, by: Evaluator) -> Iterator[str]:
    """What destroys in a text that a program takes for code, where that is not shell."""
    if by.language in _SQL:
        yield from (found.told for found in destroyers(text, _engine(by.command)))
    elif by.language == "Redis":
        for line in text.splitlines():
            if is_destroyer([by.command, *line.split()]):
                yield line.strip()
    else:
        yield from destroyers_in_code(by.command, text)
