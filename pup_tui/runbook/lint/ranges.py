"""What is known, before anything runs, of the values that a name can have."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Protocol

from pup_tui.runbook.nodes import Mapping, Scalar, Sequence, YamlNode
from pup_tui.runbook.scope import names_in
from pup_tui.runbook.steps import StepDraft
from pup_tui.template.errors import TemplateError
from pup_tui.template.evaluation import Expression
from pup_tui.template.expression import compile_expression
from pup_tui.template.limits import kept_while_judging
from pup_tui.template.regex import PatternError, Regex, TooCostly, compile_regex

_NUMBERS: Final = frozenset({"integer", "number", "boolean", "duration"})
"""Types whose values are digits, letters and dots."""
_NUMBER_NAMES: Final = re.compile(
    r"steps\.\w+\.(?:exit_code|status_code|duration)|loop\.(?:index|length)|run\.id"
)
_NUMBERS_OF_ATTEMPT: Final = frozenset({"exit_code", "status_code", "attempt", "elapsed"})
_HARMLESS: Final = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:,@%+/-"
)
"""Characters that mean nothing to a shell, and cannot end a text of another language."""
_SUSPECT: Final = "".join(chr(code) for code in range(128) if chr(code) not in _HARMLESS)
_SPLIT: Final = re.compile(
    r"[.|]\s*split\b(?!\()|[.|]\s*split\(\s*(?:(['\"])(?P<by>.)\1\s*)?\)"
    r"|\.splitlines\(\)|\|\s*lines\b"
)
"""What makes a list of the words or lines of a text, or of what is between one character and the next."""
_BLANKS: Final = " \t\n\r\v\f"
_FIELD: Final = re.compile(r"\w+(?:\.(?P<name>\w+)|\[(['\"])(?P<key>[^'\"]+)\2\])")
"""An expression that is a field of what a name stands for."""


class ValueRange(Protocol):
    """The values that there can be."""

    def may_begin_with_dash(self) -> bool:
        """Whether one may begin with `-`."""

    def is_harmless(self) -> bool:
        """Whether none holds a character by which it could be more than one word of any code."""


@dataclass(frozen=True, slots=True)
class AnyText:
    """Nothing is known."""

    def may_begin_with_dash(self) -> bool:
        return True

    def is_harmless(self) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class PlainValues:
    """Numbers, times and truths."""

    def may_begin_with_dash(self) -> bool:
        return False

    def is_harmless(self) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Addresses:
    """URLs: they begin with a scheme, and may hold what a shell acts on."""

    def may_begin_with_dash(self) -> bool:
        return False

    def is_harmless(self) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Texts:
    """One of some texts, of which each is asked once what it holds."""

    has_dash: bool
    has_suspect: bool

    @classmethod
    def of(cls, texts: Iterable[str]) -> Texts:
        """What is known of these texts."""
        known = list(texts)
        has_dash = any(text.startswith("-") for text in known)
        return cls(has_dash, not all(_HARMLESS.issuperset(text) for text in known))

    def may_begin_with_dash(self) -> bool:
        return self.has_dash

    def is_harmless(self) -> bool:
        return not self.has_suspect


@dataclass(frozen=True, slots=True)
class Matching:
    """Texts that match a pattern, or what is between the separators in one that does."""

    pattern: Regex
    separators: str = ""

    def may_begin_with_dash(self) -> bool:
        begins = self.pattern.may_begin_with("-")
        return begins or (self.separators != "" and self.pattern.may_hold("-", self.separators))

    def is_harmless(self) -> bool:
        suspect = "".join(each for each in _SUSPECT if each not in self.separators)
        return not self.pattern.may_hold(suspect)


@dataclass(frozen=True, slots=True)
class NamedRange:
    """The values of a name; ``variable`` is the one that a pattern could be given, if there is one."""

    values: ValueRange
    variable: str = ""
    is_split: bool = False
    """Whether the values are parts of that variable's text."""


_ANY: Final = NamedRange(AnyText())


def is_number(expression: Expression) -> bool:
    """Whether an expression gives numbers, whatever its names stand for."""
    return expression.is_number or _NUMBER_NAMES.fullmatch(expression.source) is not None


def is_harmless(step: StepDraft, expression: Expression) -> bool:
    """Whether nothing that an expression of a step can give is more than a word of any code."""
    names = expression.all_names
    return is_number(expression) or (
        bool(names) and all(range_of(step, name, expression).values.is_harmless() for name in names)
    )


def example_of(step: StepDraft, name: str) -> str:
    """One of the values of a name in a step's texts, where all are numbers; else empty."""
    values = range_of(step, name, compile_expression(name)).values
    return "1" if isinstance(values, PlainValues) else ""


def may_begin_with_dash(step: StepDraft, name: str) -> bool:
    """Whether a value of a name in a step's texts may begin with `-`."""
    return range_of(step, name, compile_expression(name)).values.may_begin_with_dash()


def range_of(step: StepDraft, name: str, expression: Expression) -> NamedRange:
    """What is known of a name in a step's texts, as far as an expression uses it."""
    around: StepDraft | None = step
    while around is not None:
        if around.loops and around.item == name:
            return _item(around, expression)
        around = around.around
    variables = step.frame.names
    entry = variables.entries.get(name) if variables is not None else None
    if entry is not None:
        return NamedRange(_declared(entry.value), name)
    maker = step.frame.made.get(name)
    return _ANY if maker is None else _made(maker, name)


def _made(maker: StepDraft, name: str) -> NamedRange:
    """What a step asks a person for, or captures."""
    asked = maker.node.get("vars") if name in maker.asked else None
    if isinstance(asked, Mapping):
        return NamedRange(_declared(asked.entries[name].value), name)
    captured = maker.node.get("capture")
    given = captured.get(name) if isinstance(captured, Mapping) else None
    value = given.get("value") if isinstance(given, Mapping) else given
    expression = _expression(value.text) if isinstance(value, Scalar) else None
    if expression is None:
        return _ANY
    is_plain = expression.source in _NUMBERS_OF_ATTEMPT or is_number(expression)
    return NamedRange(PlainValues()) if is_plain else _ANY


def _declared(variable: YamlNode) -> ValueRange:
    if not isinstance(variable, Mapping):
        return AnyText()
    kind = variable.text("type") or "string"
    if kind in _NUMBERS:
        return PlainValues()
    if kind == "url":
        return Addresses()
    choices = variable.get("choices")
    if isinstance(choices, Sequence):
        return _texts(choices, "value")
    pattern = variable.text("pattern")
    if pattern is None:
        return AnyText()
    try:
        return Matching(compile_regex(pattern))
    except (PatternError, TooCostly):
        return AnyText()


def _texts(items: Sequence, key: str) -> ValueRange:
    """The texts of a list that stands in the file, or those under a key, if all of them are literal."""
    return kept_while_judging(("texts", items, key), partial(_read_texts, items, key))


def _read_texts(items: Sequence, key: str) -> ValueRange:
    found = [item.get(key) if isinstance(item, Mapping) else item for item in items.items]
    texts = [item.text for item in found if isinstance(item, Scalar) and "{" not in item.text]
    return Texts.of(texts) if len(texts) == len(found) else AnyText()


def _item(loop: StepDraft, expression: Expression) -> NamedRange:
    """What is known of the items of a loop, or of their field that an expression is."""
    given = loop.node.get("foreach")
    field = _FIELD.fullmatch(expression.source)
    key = (field["name"] or field["key"]) if field else ""
    if isinstance(given, Sequence):
        return NamedRange(_texts(given, key))
    if not isinstance(given, Scalar):
        return _ANY
    written = kept_while_judging(("constant", given.text), partial(_constant, given.text))
    if written is not None:
        about = ("written", given.text, key)
        return NamedRange(kept_while_judging(about, partial(_written, written, key)))
    names = names_in(given.text) or names_in(f"{{{{ {given.text} }}}}")
    if len(names) != 1 or loop.item in names:
        return _ANY
    (name,) = names
    whole = range_of(loop, name, expression)
    split = _SPLIT.search(given.text)
    if split is None:
        return whole if is_list(loop, name) else _ANY
    values = whole.values
    if isinstance(values, Matching):
        values = Matching(values.pattern, split["by"] or _BLANKS)
    elif not isinstance(values, PlainValues):
        values = AnyText()
    return NamedRange(values, whole.variable, is_split=True)


def _constant(source: str) -> list[Any] | None:
    """The list that an expression gives which names nothing."""
    inside = source.strip().removeprefix("{{").removesuffix("}}")
    expression = _expression(inside)
    if expression is None or expression.all_names:
        return None
    try:
        value = expression.evaluate({})
    except TemplateError:
        return None
    return value if isinstance(value, list) else None


def _written(items: list[Any], key: str) -> ValueRange:
    """What is known of items that are written in an expression, or of what each has under a key."""
    found = [item.get(key) if isinstance(item, dict) else item for item in items]
    texts = [item for item in found if isinstance(item, str | int | float)]
    return Texts.of(map(str, texts)) if len(texts) == len(found) else AnyText()


def is_list(step: StepDraft, name: str) -> bool:
    """Whether a variable is a list, whose pattern and choices are those of its items."""
    names = step.frame.names
    entry = names.entries.get(name) if names is not None else None
    variable = entry.value if entry is not None else None
    return isinstance(variable, Mapping) and variable.text("type") == "list"


def _expression(source: str) -> Expression | None:
    try:
        return compile_expression(source)
    except TemplateError:
        return None
