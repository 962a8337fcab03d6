"""How a text is read, by the language of its role."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from pup_tui.runbook.parts import Variable
from pup_tui.runbook.roles import Language, Role
from pup_tui.template.condition import parse_condition
from pup_tui.template.expression import compile_expression
from pup_tui.template.text import Text, compile_text
from pup_tui.template.usage import UsesNames

_NOTHING = Text(())


def compiled(role: Role, source: str, declared: frozenset[str] = frozenset()) -> UsesNames:
    """What a text is once it is read; a plain one uses no names. Raises `TemplateError`.

    `declared` are the names that a condition means when it uses them. A script is read as a text, and
    so is SQL: what a shell or a database makes of it is judged elsewhere.
    """
    match role.language:
        case Language.PLAIN:
            return _NOTHING
        case Language.TEMPLATE | Language.SCRIPT | Language.SQL:
            return compile_text(source)
        case Language.ARGUMENTS:
            from pup_tui.template.arguments import compile_arguments

            return compile_arguments(source)
        case Language.VALUE_COMMAND:
            from pup_tui.template.value_command import compile_value_command

            return compile_value_command(source)
        case Language.EXPRESSION:
            return compile_expression(source)
        case Language.CONDITION:
            return parse_condition(source, declared)
        case Language.ITEMS:
            return compile_text(source) if "{{" in source else compile_expression(source)
        case _ as never:
            assert_never(never)


def uses_of_variable(variable: Variable) -> Iterator[UsesNames]:
    """What the texts of a variable are once they are read. Raises `TemplateError`."""
    for text in variable.default_texts:
        yield compile_text(text)
    if variable.when is not None:
        yield compile_expression(variable.when)
    if variable.choices_items is not None:
        yield compile_expression(variable.choices_items)
    for command in variable.commands:
        from pup_tui.template.value_command import compile_value_command

        yield compile_value_command(command)
