"""Warnings about scripts and lists of arguments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import assert_never

from pup_tui.runbook.interpreters import shell_of_input
from pup_tui.runbook.lint.loops import endless_loops
from pup_tui.runbook.lint.subject import Finding, Subject, is_true
from pup_tui.runbook.nodes import Mapping, Scalar, Sequence, YamlNode, shown
from pup_tui.runbook.pattern import PatternError, TooCostly, compile_pattern
from pup_tui.runbook.roles import Language, Role
from pup_tui.runbook.shapes import PlacedText
from pup_tui.runbook.steps import StepDraft
from pup_tui.template.blocks import Output
from pup_tui.template.errors import TemplateError
from pup_tui.template.options import options_in_arguments, options_in_script
from pup_tui.template.shell.arithmetic import TextOrigin, Unchecked
from pup_tui.template.shell.command_use import Evaluator
from pup_tui.template.shell.script import ShellTemplate, compile_shell
from pup_tui.template.shell.tables import is_builtin
from pup_tui.template.shell.words import first_word
from pup_tui.template.text import compile_text

_COMMENT = re.compile(r"(?:^|(?<=\s))#[^\n]*")
_REST = r"[^\n;|&]{0,120}"
"""The rest of a command; as far as that, so that no script takes long to look through."""

_ENDLESS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(rf"\btail\b{_REST}\s(?:-[a-zA-Z]{{0,9}}[fF]|--follow)\b"),
        "`tail -f` does not end",
    ),
    (
        re.compile(rf"\b(?:journalctl|logs?)\b{_REST}\s(?:-[a-z]{{0,9}}f|--follow)\b"),
        "following a log does not end",
    ),
    (
        re.compile(rf"\bkubectl\b{_REST}\s(?:rollout\s+status|-w|--watch)\b"),
        "`kubectl` may wait for ever",
    ),
    (re.compile(r"(?:^|[;&|\n])[ \t]{0,20}watch\s"), "`watch` does not end"),
    (re.compile(r"\bsleep\s{1,20}inf"), "`sleep infinity` does not end"),
)
_SCRIPTS = (Language.SCRIPT, Language.VALUE_COMMAND)
_LONGEST = 200
"""Characters of a command's name; nothing longer is one."""

_SAFE_TYPES = frozenset({"integer", "number", "boolean", "duration", "url"})
_SAFE_FILTERS = frozenset({"int", "float", "length", "count", "round", "abs", "shell_quote"})


def raw_in_shell(subject: Subject) -> Iterator[Finding]:
    """`raw` puts a value into a script as code."""
    for placed in subject.texts:
        if placed.role.language not in _SCRIPTS or "raw" not in placed.node.text:
            continue
        try:
            outputs = compile_text(placed.node.text).outputs
        except TemplateError:
            continue
        if any("raw" in output.expression.filters for output in outputs):
            hint = "leave `| raw` out: a value then reaches the script as data"
            yield Finding(placed.node, "`| raw` makes a value part of the script", hint)


def evaluated_again(subject: Subject) -> Iterator[Finding]:
    """A command that takes a word, or its standard input, for code runs what a value holds."""
    for step, node, script in _scripts(subject):
        quoted = {f"${name}" for name in step.quoted_env(subject.root.get("defaults"))}
        for found in script.evaluated_again:
            if found.source not in quoted:
                yield _evaluated(node, found.evaluator, found.source, found.line)
    given = {placed.step: placed.node for placed in subject.texts if placed.role is Role.STDIN}
    for step, placed in subject.commands:
        stdin = given.get(placed.step)
        if placed.role is not Role.SCRIPT or stdin is None or "{{" not in stdin.text:
            continue
        try:
            reader = compile_shell(placed.node.text, step.interpreter.name).reader
            outputs = compile_text(stdin.text).outputs
        except TemplateError:
            continue
        for output in outputs:
            if reader is not None and "shell_quote" not in output.expression.filters:
                yield _evaluated(stdin, reader, output.expression.source, output.line)


def _evaluated(node: Scalar, by: Evaluator, source: str, line: int) -> Finding:
    code = f"{by.language} code" if by.language else "code"
    told = f"{shown(by.command)} evaluates {shown(source)} once more, as {code}"
    hint = "hand the value over as data (`env`, `stdin`, an argument), or use `| shell_quote`"
    return Finding(node, told, hint, line, source)


def unchecked_arithmetic(subject: Subject) -> Iterator[Finding]:
    """Calculating with a text runs what stands in it, in bash, ksh and zsh."""
    for _, node, script in _scripts(subject):
        for found in script.unchecked:
            told, hint = _unchecked(found)
            yield Finding(node, told, hint, found.line, found.variable)


def _unchecked(found: Unchecked) -> tuple[str, str]:
    taken = f"the script takes {shown(found.variable)} for a number or a name"
    check = "check first that it is a number, for example with `case $X in *[!0-9]*) exit 1;; esac`"
    match found.origin:
        case TextOrigin.COMMAND:
            return f"{taken}, and a command has given it that", check
        case TextOrigin.PART:
            return f"{taken}, and it is a part of a value", check
        case TextOrigin.UNREAD:
            told = (
                f"the script cannot be read as shell near this line, so it is not checked what it "
                f"does with {shown(found.variable)} of `env`"
            )
            return (
                told,
                "write the line in plainer shell, or see to it that it takes the value as data",
            )
        case _:
            assert_never(found.origin)


def option_injection(subject: Subject) -> Iterator[Finding]:
    """A value such as `-rf` at the beginning of a word is an option, not what the author meant.

    Variables that cannot begin with `-` by their type, choices or pattern are safe. Of captures all but `pup`
    subcommands are judged: the positionals of the Datadog client are ids.
    """
    for step, placed in subject.commands:
        with_captures = placed.role is not Role.SUBCOMMAND
        for output in _option_places(step, placed):
            yield from _option(step, placed.node, output, with_captures=with_captures)


def _option_places(step: StepDraft, placed: PlacedText) -> tuple[Output, ...]:
    source = placed.node.text
    if "{{" not in source or placed.role is Role.PROGRAM:
        return ()
    try:
        if placed.role is Role.ARGUMENT:
            return compile_text(source).outputs if source.startswith("{{") else ()
        if placed.role.language is Language.ARGUMENTS:
            return options_in_arguments(source)
        return options_in_script(source, step.interpreter.name)
    except TemplateError:
        return ()


def _option(
    step: StepDraft, node: Scalar, output: Output, *, with_captures: bool
) -> Iterator[Finding]:
    expression = output.expression
    if expression.filters & _SAFE_FILTERS:
        return
    for name in sorted(expression.names | expression.optional_names):
        declared = step.frame.names.entries.get(name) if step.frame.names else None
        if declared is not None:
            if not _may_be_option(declared.value):
                continue
        elif not with_captures or not _is_captured(step, name):
            continue
        told = f"a value of {shown(name)} that begins with - would be an option"
        hint = "write -- before it"
        if declared is not None:
            hint += f", or give {name[:60]} a pattern such as [a-z0-9][a-z0-9-]*"
        yield Finding(node, told, hint, output.line, name)


def _is_captured(step: StepDraft, name: str) -> bool:
    return name == "steps" or name in step.frame.made


def _may_be_option(variable: YamlNode) -> bool:
    """Whether a declared variable may have a value that begins with `-`."""
    if not isinstance(variable, Mapping):
        return True
    kind = variable.text("type") or "string"
    if kind in _SAFE_TYPES:
        return False
    if kind == "enum":
        choices = variable.get("choices")
        items = choices.items if isinstance(choices, Sequence) else []
        texts = [item.text("value") if isinstance(item, Mapping) else item for item in items]
        given = [text.text if isinstance(text, Scalar) else str(text) for text in texts]
        return any(text.startswith("-") for text in given)
    pattern = variable.text("pattern")
    if pattern is None:
        return True
    try:
        return compile_pattern(pattern).may_begin_with("-")
    except (PatternError, TooCostly):
        return False


def unbounded_wait(subject: Subject) -> Iterator[Finding]:
    """A command that waits for ever stops the run until somebody cancels it.

    Only scripts and `pup` commands without a `timeout` of their own or of `defaults` are meant: a poll, a
    request, a workflow and a wait are bounded as they are, and a question is a person's.
    """
    if subject.default("timeout") is not None:
        return
    loops = {id(found.node): found for found in endless_loops(subject)}
    for step, placed in subject.commands:
        node = placed.node
        if step.node.get("timeout") is not None or "timeout" in node.text:
            continue
        if id(node) in loops:
            yield loops[id(node)]
            continue
        script = _COMMENT.sub("", node.text[:20_000])
        for form, told in _ENDLESS:
            if form.search(script):
                yield Finding(node, told, "give the step a `timeout`, or use `poll`")
                break


def missing_tool(subject: Subject) -> Iterator[Finding]:
    """A script whose first command is not there fails at once."""
    if subject.is_installed is None:
        return
    for step, placed in subject.commands:
        node = placed.node
        word = first_word(node.text) if placed.role is Role.SCRIPT else None
        if placed.role is Role.PROGRAM:
            word = step.interpreter.words[0]
        if word is None or len(word) > _LONGEST or _is_function(word, node.text):
            continue
        if is_true(step.node, "optional") or _is_builtin(step, word):
            continue
        if step.node.get("env") is None and not subject.is_installed(word):
            told = f"{shown(word)} is not installed on this machine"
            yield Finding(node, told, "install it, or write `optional: true`")


def _is_builtin(step: StepDraft, word: str) -> bool:
    return is_builtin(step.interpreter.name, word)


def _is_function(word: str, script: str) -> bool:
    return re.search(rf"(?:^|[\s;]){re.escape(word)}\s*\(\s*\)", script) is not None


def _scripts(subject: Subject) -> Iterator[tuple[StepDraft, Scalar, ShellTemplate]]:
    """The scripts of steps that hold values, or get some by their environment."""
    for step, placed in subject.commands:
        node = placed.node
        if placed.role is not Role.SCRIPT:
            continue
        try:
            env = step.valued_env(subject.root.get("defaults"))
            if env or "{{" in node.text:
                yield step, node, compile_shell(node.text, step.interpreter.name, env)
        except TemplateError:
            continue
    for step, placed in subject.texts_in((Role.INPUT_SCRIPT,)):
        shell = shell_of_input(step)
        if shell is not None and "{{" in placed.node.text:
            with suppress(TemplateError):
                yield step, placed.node, compile_shell(placed.node.text, shell, is_input=True)
