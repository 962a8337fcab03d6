"""Warnings about scripts and lists of arguments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import assert_never

from pup_tui.runbook.allowance import has_too_many_operators
from pup_tui.runbook.hosts import host_at
from pup_tui.runbook.interpreters import shell_of_input
from pup_tui.runbook.lint.ranges import example_of, is_harmless, may_begin_with_dash
from pup_tui.runbook.lint.subject import Finding, Subject, entries_of
from pup_tui.runbook.nodes import Scalar, YamlNode, shown
from pup_tui.runbook.roles import Language, Role
from pup_tui.runbook.steps import StepDraft
from pup_tui.template.blocks import Output
from pup_tui.template.errors import TemplateError
from pup_tui.template.expression import compile_expression
from pup_tui.template.shell.command_use import Evaluator
from pup_tui.template.shell.first_command import first_tool, is_function
from pup_tui.template.shell.markers import readable
from pup_tui.template.shell.places import TextOrigin, Unchecked
from pup_tui.template.shell.script import ShellTemplate, compile_shell
from pup_tui.template.shell.tables import is_builtin
from pup_tui.template.text import compile_text

_VARIABLE = re.compile(r"\$?\{?([A-Za-z_]\w*|[1-9])\}?", re.ASCII)

_NAME_ALONE = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*\}\}")

_PLAIN = "w/w"
"""A word that stands for values which hold no character of code."""

_FOLDERS = ("OLDPWD", "PWD")
"""The variables that hold the name of a working directory."""

_TESTS = ("[", "test")

_BY_PSQL = "give it by `-v NAME=…` and write `:'NAME'` in a file or on standard input, not in `-c`"
_BY_CLICKHOUSE = "give it by `--param_NAME=…` and write `{NAME:String}`"
_BINDING = {
    **dict.fromkeys(("psql", "ysqlsh", "gsql"), _BY_PSQL),
    **dict.fromkeys(("clickhouse-client", "clickhouse-local", "clickhouse"), _BY_CLICKHOUSE),
    "bq": "give it by `--parameter=NAME::…` and write `@NAME`",
}
"""How clients of databases bind what they are given."""
_OF_OUR_ENGINES = frozenset(
    {
        *("psql", "pgcli", "ysqlsh", "psql2csv", "cockroach"),
        *("mysql", "mariadb", "mycli", "mysqlsh"),
        *("sqlite", "sqlite3", "litecli"),
    }
)
"""Clients of the databases that a step of kind `sql` speaks to."""
_TO_HOSTS = frozenset({"ssh", "slogin", "autossh", "sshpass"})
"""What takes a command to another computer, as a `host` does."""

_SCRIPTS = (Language.SCRIPT, Language.VALUE_COMMAND)
_LONGEST = 200
"""Characters of a command's name; nothing longer is one."""


def not_looked_through(subject: Subject) -> Iterator[Finding]:
    """A file may hold more commands than can be looked through for warnings in a second."""
    if subject.not_looked_at is not None:
        told = "from here on the file holds more commands than are looked through for warnings"
        hint = "put long scripts into files of their own, or split the runbook"
        yield Finding(subject.not_looked_at, told, hint)


def stopped_looking(subject: Subject) -> Finding:
    """Not all of a file was looked through for warnings: it takes too long."""
    node = subject.texts[0].node
    told = "this file takes too long to be looked through for all warnings"
    return Finding(node, told, "put long scripts into files of their own, or split the runbook")


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
    """A command that takes a word, or its standard input, for code runs what a value holds.

    Not what a number, some literals or a pattern without a character of code allow.
    """
    for step, node, script in _scripts(subject):
        env = step.env_texts(subject.root.get("defaults"))
        for found in script.evaluated_again:
            outputs = [found.output] if found.output else env[found.source[1:]].outputs
            if not _are_safe(step, outputs, found.evaluator):
                yield _evaluated(node, found.evaluator, found.source, found.line, found.column)
    yield from _evaluated_folders(subject)
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
            if reader is not None and not _are_safe(step, [output], reader):
                source = output.expression.source
                yield _evaluated(stdin, reader, source, output.line, output.column)


def value_names_command(subject: Subject) -> Iterator[Finding]:
    """What a value names is run: any program, and any builtin of the shell.

    Not of choices, a number or a pattern that allows no character of code.
    """
    for step, node, script in _scripts(subject):
        env = step.env_texts(subject.root.get("defaults"))
        told_of = {each.source for each in script.evaluated_again}
        for found in script.naming_commands:
            if found.source in told_of:
                continue
            outputs = [found.output] if found.output else env[found.source[1:]].outputs
            if not all(is_harmless(step, each.expression) for each in outputs):
                told = f"{shown(found.source)} is the name of the command that is run"
                hint = "write the commands into a `case`, or declare the variable with `choices`"
                nth = node.nth(found.line, found.column, found.source)
                yield Finding(node, told, hint, found.line, found.source, nth)


def _evaluated_folders(subject: Subject) -> Iterator[Finding]:
    """The same of values that come by the name of the working directory."""
    defaults = subject.root.get("defaults")
    for step, placed in subject.commands:
        if placed.role is not Role.SCRIPT or not _may_be_code(step, step.folder(defaults)):
            continue
        with suppress(TemplateError):
            env = step.valued_env(defaults)
            script = compile_shell(placed.node.text, step.interpreter.name, env, is_fed=True)
            for name, evaluator in script.evaluated_of(_FOLDERS).items():
                yield _evaluated(placed.node, evaluator, f"${name}", 1, 1)


def _are_safe(step: StepDraft, outputs: Iterable[Output], by: Evaluator) -> bool:
    """Whether values are quoted for the shell that evaluates them, or cannot be more than a word of code."""
    return all(
        (by.is_shell and "shell_quote" in each.expression.filters)
        or is_harmless(step, each.expression)
        for each in outputs
    )


def _evaluated(node: Scalar, by: Evaluator, source: str, line: int, column: int) -> Finding:
    code = f"{by.language} code" if by.language else "code"
    told = f"{shown(by.command)} evaluates {shown(source)} once more, as {code}"
    checked = "put it into a variable, and check that first, where it is a number or a name"
    if by.is_split:
        told = f"{shown(by.command)} becomes words, of which {shown(source)} may give any, the command too"
        hint = 'write double quotes around it, or fill an array with the words (`"${RUN[@]}"`)'
    elif by.command in _TESTS:
        hint = f'write double quotes around what the command prints, `"$(…)"`; {checked}'
    elif by.command == "[[":
        hint = checked
    elif by.language == "SQL":
        hint = _bound(by.command)
    elif by.is_shell:
        hint = "hand the value over as data (`env`, `stdin`, an argument), or use `| shell_quote`"
        if by.command.rsplit("/", 1)[-1] in _TO_HOSTS:
            hint = f"let the step run there by `host:`, {hint}"
    else:
        hint = "hand the value over as data (`env`, `stdin`, an option such as `-v` or `--arg`)"
    return Finding(node, told, hint, line, source, node.nth(line, column, source))


def _bound(command: str) -> str:
    """How a client of a database takes a value as data, or else a step of its own."""
    client = command.rsplit("/", 1)[-1]
    ways = ["use `kind: sql`, where a value is a parameter"] if client in _OF_OUR_ENGINES else []
    ways += [_BINDING[client]] if client in _BINDING else []
    return ", or ".join(
        ways or ["let a `pattern` or `choices` of the variable allow what is meant"]
    )


def unchecked_arithmetic(subject: Subject) -> Iterator[Finding]:
    """Calculating with a text runs what stands in it, in bash, ksh and zsh."""
    for step, node, script in (*_scripts(subject), *_fed_scripts(subject)):
        given = step.environment(subject.root.get("defaults"))
        suspects = [found for found in script.unchecked if found.inherited not in given]
        for found in _with_examples(subject, step, node, suspects):
            told, hint = _unchecked(found)
            yield Finding(node, told, hint, found.line, found.variable)


def _with_examples(
    subject: Subject, step: StepDraft, node: Scalar, found: Sequence[Unchecked]
) -> Sequence[Unchecked]:
    """What is still unchecked where each number stands for itself and no other value for an option.

    A value that cannot begin with a dash has something before it then.
    """
    numbered = _NAME_ALONE.sub(lambda each: example_of(step, each[1]) or each[0], node.text)
    found = _still_unchecked(subject, step, node.text, numbered, found)
    operands = _NAME_ALONE.sub(lambda each: _as_operand(step, each[0], each[1]), numbered)
    left = _still_unchecked(subject, step, numbered, operands, found)
    return [each for each in found if each in left or each.origin is not TextOrigin.COMMAND]


def _as_operand(step: StepDraft, output: str, name: str) -> str:
    if may_begin_with_dash(step, name):
        return output
    return _PLAIN if is_harmless(step, compile_expression(name)) else f"./{output}"


def _still_unchecked(
    subject: Subject, step: StepDraft, before: str, text: str, found: Sequence[Unchecked]
) -> Sequence[Unchecked]:
    """What is still unchecked in a text that may stand in the place of another one."""
    if not found or text == before:
        return found
    with suppress(TemplateError):
        env = step.valued_env(subject.root.get("defaults"))
        left = compile_shell(text, step.interpreter.name, env, is_fed=True).unchecked
        return [each for each in found if each in left or _holds_value(each)]
    return found


def _holds_value(found: Unchecked) -> bool:
    """Whether a value stands in what is told, which reads otherwise in another text."""
    return _readable(found.variable) != found.variable


def _check(found: Unchecked) -> str:
    """What a script can do so that it is known to be a number or a name: `checks` understands it."""
    text = _readable(found.variable)
    if text.startswith("${!"):
        return "write a `case` of the names that it may be"
    name = _VARIABLE.fullmatch(text)
    if found.origin is TextOrigin.COMPOSED and text.startswith("$"):
        name, text = None, "…"
    of, first = (name[1], "") if name is not None else ("N", f"N={text}; ")
    remedy = f"{first}case ${of} in *[!0-9]*) exit 1;; esac"
    return (
        f"check first that it is a number, `{remedy}`, or that it is a name, with `*[!A-Za-z0-9_]*`"
    )


def _readable(text: str) -> str:
    """A part of a script with `{{...}}` for its values."""
    return readable(text.encode()).decode()


def _unchecked(found: Unchecked) -> tuple[str, str]:
    taken = f"the script takes {shown(_readable(found.variable))} for a number or a name"
    check = _check(found)
    match found.origin:
        case TextOrigin.COMMAND:
            return f"{taken}, and a command has given it that", check
        case TextOrigin.PART:
            return f"{taken}, and it is a part of a value", check
        case TextOrigin.COMPOSED:
            return f"{taken}, and it may name any variable, also one that holds a value", check
        case TextOrigin.ENVIRONMENT:
            return f"{taken}, and only the environment gives it one", check
        case TextOrigin.UNREAD:
            given = f"{shown(found.variable)} of `env`" if found.variable else "`stdin` and `cwd`"
            told = (
                f"the script cannot be read as shell near this line, so it is not checked what it "
                f"does with {given}"
            )
            return (
                told,
                "write the line in plainer shell, or see to it that it takes the value as data",
            )
        case _:
            assert_never(found.origin)


def missing_tool(subject: Subject) -> Iterator[Finding]:
    """A script whose first command is not there fails at once, and a run that requires it does not begin."""
    if subject.is_installed is None:
        return
    defaults = subject.root.get("defaults")
    is_here = {id(step): host_at(step, defaults) is None for step, _ in subject.commands}
    required = entries_of(subject.root.get("requires"))
    for entry in required if any(is_here.values()) or not is_here else ():
        if not subject.is_installed(entry.key.text):
            told = f"{shown(entry.key.text)} is not installed on this machine"
            yield Finding(entry.key, told, "install it", group=entry.key.text)
    for step, placed in subject.commands:
        if not is_here[id(step)]:
            continue
        node = placed.node
        is_script = placed.role is Role.SCRIPT
        word = first_tool(node.text, step.interpreter.name) if is_script else None
        if placed.role is Role.PROGRAM:
            word = step.interpreter.words[0]
        if word is None or len(word) > _LONGEST or is_function(word, node.text):
            continue
        if step.node.truth("optional") or _is_builtin(step, word):
            continue
        if step.node.get("env") is None and not subject.is_installed(word):
            told = f"{shown(word)} is not installed on this machine"
            yield Finding(node, told, "install it, or write `optional: true`", group=word)


def _is_builtin(step: StepDraft, word: str) -> bool:
    return is_builtin(step.interpreter.name, word)


def _fed_scripts(subject: Subject) -> Iterator[tuple[StepDraft, Scalar, ShellTemplate]]:
    """The scripts that get values by their standard input or the name of their working directory only."""
    given = {placed.step: placed.node for placed in subject.texts if placed.role is Role.STDIN}
    defaults = subject.root.get("defaults")
    for step, placed in subject.commands:
        node = placed.node
        fed = (given.get(placed.step), step.folder(defaults))
        if placed.role is not Role.SCRIPT or "{{" in node.text:
            continue
        with suppress(TemplateError):
            if not step.valued_env(defaults) and any(_may_be_code(step, each) for each in fed):
                yield step, node, compile_shell(node.text, step.interpreter.name, is_fed=True)


def _may_be_code(step: StepDraft, text: YamlNode | None) -> bool:
    """Whether a text holds a value that may be more than a word of code."""
    if not isinstance(text, Scalar) or "{{" not in text.text:
        return False
    outputs = compile_text(text.text).outputs
    return not all(is_harmless(step, each.expression) for each in outputs)


def _scripts(subject: Subject) -> Iterator[tuple[StepDraft, Scalar, ShellTemplate]]:
    """The scripts of steps that hold values, or get some by their environment."""
    for step, placed in subject.commands:
        node = placed.node
        if placed.role is not Role.SCRIPT:
            continue
        try:
            env = step.valued_env(subject.root.get("defaults"))
            if (env or "{{" in node.text) and not has_too_many_operators(node.text):
                yield step, node, compile_shell(node.text, step.interpreter.name, env)
        except TemplateError:
            continue
    for step, placed in subject.texts_in((Role.INPUT_SCRIPT,)):
        shell = shell_of_input(step)
        if shell is not None and "{{" in placed.node.text:
            with suppress(TemplateError):
                yield step, placed.node, compile_shell(placed.node.text, shell, is_input=True)
