"""Warnings about variables that are written as another language writes them, where they stand for nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pup_tui.runbook.allowance import has_too_many_operators
from pup_tui.runbook.lint.subject import Finding, Subject, entries_of
from pup_tui.runbook.nodes import shown
from pup_tui.runbook.roles import Language, Role
from pup_tui.runbook.shapes import PlacedText
from pup_tui.runbook.steps import StepDraft
from pup_tui.template.errors import TemplateError
from pup_tui.template.shell.markers import Marked, variants
from pup_tui.template.shell.tree import ScriptTree
from pup_tui.template.text import compile_text

if TYPE_CHECKING:
    from pup_tui.template.shell.survey import Survey

_DOTTED = re.compile(r"\{\{-?\s*\.([A-Za-z_]\w*)\s*(?=\||-?\}\})")
_DOLLAR = re.compile(r"\$\{?([A-Za-z_]\w*)")
_EXPANSION = re.compile(rb"\$\{?([A-Za-z_]\w*)(?!\w|:?[-=?+])")
"""Not where the script says what to do if the variable is not set."""
_SETTERS = (
    *(b"read", b"declare", b"typeset", b"local", b"export", b"readonly", b"mapfile"),
    *(b"readarray", b"getopts", b"printf", b"let", b"unset", b"integer", b"float"),
)
"""Builtins that set the variables that their words name."""

_OUTSIDE = (b".", b"source", b"eval")
"""Builtins that run what stands elsewhere, which may set any variable."""


def dotted_name(subject: Subject) -> Iterator[Finding]:
    """`{{ .NAME }}` is a Go template and passes as it is, also where a variable has that name."""
    for step, placed in _texts(subject):
        if placed.role.language is Language.PLAIN:
            continue
        for found in _DOTTED.finditer(placed.node.text):
            name = found[1]
            if name in _variables(subject, step):
                line = placed.node.text.count("\n", 0, found.start()) + 1
                told = f"{shown(found[0] + '}}')} is not replaced: {shown(name)} is a variable"
                hint = f"write {{{{ {name[:60]} }}}}"
                yield Finding(placed.node, told, hint, line, f".{name}")


def dollar_name(subject: Subject) -> Iterator[Finding]:
    """A script knows a variable of the runbook as `{{ NAME }}` only: `$NAME` is empty in it."""
    for step, placed in subject.commands:
        if placed.role is not Role.SCRIPT:
            continue
        source = placed.node.text
        names = {found[1] for found in _DOLLAR.finditer(source)} & step.frame.variables
        names -= step.environment(subject.root.get("defaults")).keys()
        if not names or has_too_many_operators(source):
            continue
        for name, line in _unset(source, step.interpreter.name, names):
            told = f"${name[:60]} is not the variable {shown(name)}, and the script does not set it"
            yield Finding(placed.node, told, f"write {{{{ {name[:60]} }}}}", line, f"${name}")


def _texts(subject: Subject) -> Iterator[tuple[StepDraft | None, PlacedText]]:
    by_path = {step.path: step for step in subject.steps}
    for placed in subject.texts:
        if "{{" in placed.node.text:
            yield by_path.get(placed.step), placed


def _variables(subject: Subject, step: StepDraft | None) -> frozenset[str]:
    if step is not None:
        return frozenset(step.frame.variables)
    return frozenset(entry.key.text for entry in entries_of(subject.root.get("vars")))


def _unset(source: str, shell: str, names: set[str]) -> Iterator[tuple[str, int]]:
    """Those of the names that a script reads without setting them, each with the line of its first use."""
    try:
        script = Marked(next(variants(compile_text(source).blocks))).script
    except TemplateError:
        return
    tree = ScriptTree(script, shell)
    if not tree.is_read or tree.unknown_line:
        return
    survey = tree.survey
    if survey.named(*_OUTSIDE):
        return
    left = {name.encode() for name in names} - _set_by(survey)
    for node in survey.expansions:
        found = _EXPANSION.match(survey.text(node))
        if found is not None and found[1] in left:
            left.discard(found[1])
            yield found[1].decode(), survey.line(node)


def _set_by(survey: Survey) -> set[bytes]:
    """The names that a script gives a value somewhere."""
    found = {
        survey.text(node.children[0]).rstrip(b"+").split(b"[")[0] for node in survey.assignments
    }
    for loop in survey.loops:
        variable = loop.child_by_field_name("variable")
        if variable is not None:
            found.add(survey.text(variable))
    for _, words in survey.named(*_SETTERS):
        found.update(word.text.partition(b"=")[0] for word in words[1:])
    return found
