"""A warning about commands that destroy in steps that are not marked so; the table is `destructive.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Final, NamedTuple

from pup_tui.runbook.lint.statements import StepScript, nodes_of, source_of
from pup_tui.runbook.lint.subject import Finding, Subject, is_true
from pup_tui.runbook.nodes import shown
from pup_tui.runbook.roles import Role
from pup_tui.runbook.steps import StepDraft
from pup_tui.template.shell.grammar import read
from pup_tui.template.shell.script_parts import ScriptParts
from pup_tui.template.shell.synopsis import Kind

if TYPE_CHECKING:
    from tree_sitter import Node

_DEEPEST: Final = 4
"""Scripts in the words of scripts, such as those of `ssh`."""

_TEMPORARY: Final = re.compile(r"(?:/var)?/tmp/.")
_MADE_HERE: Final = re.compile(r"\b([A-Za-z_]\w*)=\"?(?:\$\(|`)\s*mktemp\b")
_VARIABLE: Final = re.compile(r"\$\{?([A-Za-z_]\w*)\}?(?:/.*)?")


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of the table."""

    words: tuple[str, ...]
    wanted: tuple[str, ...]
    harmless: tuple[str, ...]

    def matches(self, words: Sequence[str]) -> bool:
        """Whether this is the command; a word behind an option may be its value."""
        options = [word for word in words if word.startswith("-")]
        if any(_has(options, option) for option in self.harmless):
            return False
        if self.wanted and not any(_has(options, option) for option in self.wanted):
            return False
        return self._begins(words)

    def _begins(self, words: Sequence[str]) -> bool:
        if not _fits(self.words[0], words[0].rsplit("/", 1)[-1]):
            return False
        # How many words of the line were met, and whether the next one may be an option's value.
        states = {(1, False)}
        for word in words[1:]:
            if any(met == len(self.words) for met, _ in states):
                return True
            if word.startswith("-"):
                states = {(met, "=" not in word) for met, _ in states}
            else:
                further = {(met + 1, False) for met, _ in states if _fits(self.words[met], word)}
                states = further | {(met, False) for met, is_value in states if is_value}
        return any(met == len(self.words) for met, _ in states)


def _fits(form: str, word: str) -> bool:
    return any(fnmatchcase(word, each) for each in form.split("|"))


def _has(options: Sequence[str], wanted: str) -> bool:
    """Whether an option is there, with a value or among other letters too."""
    is_letter = re.fullmatch(r"-[a-zA-Z]", wanted) is not None
    return any(
        option.partition("=")[0] == wanted
        or (is_letter and re.fullmatch(r"-[a-zA-Z]+", option) is not None and wanted[1] in option)
        for option in options
    )


class _Table(NamedTuple):
    """The lines by the names of their programs, those whose name is a pattern, and the SQL that destroys."""

    named: Mapping[str, Sequence[_Row]]
    patterns: Sequence[_Row]
    statements: re.Pattern[str]

    def matches(self, words: Sequence[str]) -> bool:
        """Whether a command destroys something."""
        name = words[0].rsplit("/", 1)[-1]
        return any(row.matches(words) for row in (*self.named.get(name, ()), *self.patterns))


@lru_cache(maxsize=1)
def _table() -> _Table:
    text = resources.files("pup_tui.runbook.lint").joinpath("destructive.toml").read_text("utf-8")
    data = tomllib.loads(text)
    statements = "|".join(each.replace(" ", r"\s+") for each in data["statements"])
    pattern = re.compile(rf"(?:\A|;)\s*(?:{statements})\b", re.IGNORECASE)
    named: dict[str, list[_Row]] = {}
    patterns: list[_Row] = []
    for row in map(_row, data["commands"]):
        names = row.words[0].split("|")
        if any("*" in name for name in names):
            patterns.append(row)
        else:
            for name in names:
                named.setdefault(name, []).append(row)
    return _Table(named, patterns, pattern)


def _row(line: str) -> _Row:
    command, _, harmless = line.partition(" -without ")
    words = command.split()
    wanted = tuple(word[1:] for word in words if word.startswith("+"))
    named = tuple(word for word in words if not word.startswith("+"))
    return _Row(named, wanted, tuple(harmless.split()))


def destructive_without_danger(subject: Subject) -> Iterator[Finding]:
    """A step that destroys something should be marked, so that plan and dialogs show it."""
    given = {placed.step: placed.node for placed in subject.texts if placed.role is Role.STDIN}
    for script in subject.scripts:
        if _is_marked(script.step):
            continue
        hint = "write `danger: true`, so that the plan shows it and the operator is asked"
        found = next(_destructive(script), None)
        stdin = given.get(script.step.path)
        if found is not None:
            node, told = found
            fragment = told.split(" ", 1)[0]
            message = f"{shown(told)} may destroy something"
            yield Finding(script.node, message, hint, script.line(node), fragment)
        elif stdin is not None and _reads_sql(script):
            match = _table().statements.search(stdin.text)
            if match is not None:
                statement = match[0].lstrip("; \n")
                yield Finding(stdin, f"{shown(statement)} may destroy something", hint)


def _is_marked(step: StepDraft | None) -> bool:
    while step is not None:
        if is_true(step.node, "danger"):
            return True
        step = step.around or step.frame.caller
    return False


def _reads_sql(script: StepScript) -> bool:
    reader = script.tree.reader()
    return reader is not None and reader.language == "SQL"


def _destructive(script: StepScript) -> Iterator[tuple[Node, str]]:
    """The commands and statements that destroy, each with what is told of it."""
    made = set(_MADE_HERE.findall(script.node.text))
    for node, told in _within(script.root, 0):
        name, *words = told.split()
        operands = [word for word in words if not word.startswith("-")]
        is_rm = name.rsplit("/", 1)[-1] == "rm" and operands != []
        if not (is_rm and all(_is_temporary(word, made) for word in operands)):
            yield node, told


def _is_temporary(word: str, made: set[str]) -> bool:
    variable = _VARIABLE.fullmatch(word)
    is_made = variable is not None and variable[1] in made
    return is_made or _TEMPORARY.match(word) is not None


def _within(root: Node, depth: int) -> Iterator[tuple[Node, str]]:
    table = _table()
    parts = ScriptParts(root)
    for node in nodes_of(root, "command"):
        use = parts.use(node)
        words = [word.decode(errors="replace").replace("\x01", "{{...}}") for word in use.words]
        for at, what in enumerate(use.uses):
            if what.kind is Kind.NAME and table.matches(words[at:]):
                yield node, " ".join(words[at:])
            is_sql = what.evaluator is not None and what.evaluator.language == "SQL"
            match = table.statements.search(words[at]) if is_sql else None
            if match is not None:
                yield node, match[0].lstrip("; \n")
        if use.reader is not None and use.reader.language == "SQL":
            yield from _fed(node, table.statements)
        if use.script and depth < _DEEPEST:
            _, tree = read(use.script)
            inner = _within(tree.root_node, depth + 1) if tree is not None else iter(())
            yield from ((node, told) for _, told in inner)


def _fed(command: Node, statements: re.Pattern[str]) -> Iterator[tuple[Node, str]]:
    """The statements of a command's here-document or here-string."""
    owner = command.parent if command.parent is not None else command
    for part in nodes_of(owner, "heredoc_body", "herestring_redirect"):
        match = statements.search(source_of(part).lstrip("<\"' "))
        if match is not None:
            yield command, match[0].lstrip("; \n")
