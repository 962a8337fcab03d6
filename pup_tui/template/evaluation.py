"""What all expressions have in common: they are worked out in a scope, and tell what of it is secret."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pup_tui.template.errors import TemplateError, UndefinedName
from pup_tui.template.limits import Budget
from pup_tui.template.not_yet import not_yet_in
from pup_tui.template.paths import Key, dotted, spelled
from pup_tui.template.secrets import secrets_in
from pup_tui.template.usage import Usage, UsesNames
from pup_tui.template.values import NOTHING, contents, kind_of, plain

if TYPE_CHECKING:
    from jinja2 import nodes

_Result = TypeVar("_Result")

_TOO_MUCH: Final = "the expression is too much to work out"


class Expression(UsesNames):
    """One checked expression. Made by `compile_expression`."""

    def __init__(self, source: str, usage: Callable[[], Usage]) -> None:
        self.source = source.strip()
        self._usage = guarded(self.source, usage)

    @property
    def usage(self) -> Usage:
        """The names that it uses."""
        return self._usage

    @property
    def tree(self) -> nodes.Expr:
        """Its syntax."""
        raise NotImplementedError

    @property
    def last_filter(self) -> str | None:
        """The name of the filter that it ends with."""
        return None

    @property
    def is_constant(self) -> bool:
        """Whether it is one number, text, true, false or none."""
        return False

    @property
    def filters(self) -> frozenset[str]:
        """The names of the filters it uses."""
        return frozenset()

    @property
    def is_number(self) -> bool:
        """Whether it surely gives a number or a truth, whatever its names stand for."""
        return False

    @property
    def defined_if_true(self) -> frozenset[Key]:
        """What is surely defined where it holds."""
        return frozenset()

    @property
    def defined_if_false(self) -> frozenset[Key]:
        """What is surely defined where it does not hold."""
        return frozenset()

    @property
    def _ingredients(self) -> tuple[Expression, ...]:
        return ()

    @cached_property
    def flowing_names(self) -> frozenset[str]:
        """The names that it may be made out of."""
        return spelled(self.flow.all)

    @property
    def is_raw(self) -> bool:
        """Whether ``| raw`` is what it ends with."""
        return self.last_filter == "raw"

    def evaluate(self, scope: Mapping[str, Any]) -> Any:
        """Work out the value. Raises `UndefinedName` or another `TemplateError`.

        What it gives is part of the scope's own data and must not be changed.
        """
        value = plain(self.evaluate_within(scope, Budget()))
        self.is_secret(scope, value)
        return value

    def evaluate_within(self, scope: Mapping[str, Any], budget: Budget) -> Any:
        """Work out the value as a part of a rendering that has this budget."""

        def work() -> Any:
            not_yet = not_yet_in(scope)
            if not_yet is not None:
                not_yet.check(self.usage, scope)
            with budget.expression(self.source):
                try:
                    return self._evaluate(scope)
                except UndefinedName:
                    raise
                except TemplateError:
                    if not_yet is not None:
                        not_yet.blame(self.usage, scope)
                    raise

        return guarded(self.source, work)

    def is_secret(self, scope: Mapping[str, Any], value: Any) -> bool:
        """Whether its value was made out of a secret of the scope; what was made is noted there."""
        secrets = secrets_in(scope)
        if not secrets.names or not self._flows_from(secrets.names, scope):
            return False
        secrets.made.append(value)
        budget = Budget()
        for part in self._ingredients:
            if part._flows_from(secrets.names, scope):
                secrets.made.append(part._value_or_none(scope, budget))
        return True

    def _flows_from(self, names: frozenset[str], scope: Mapping[str, Any]) -> bool:
        if names.isdisjoint(self.flowing_names):
            return False
        flowing = self.flow.taken(lambda test: self._chooses(test, scope))
        return not names.isdisjoint(spelled(flowing))

    def _chooses(self, test: nodes.Expr, scope: Mapping[str, Any]) -> bool | None:
        """What a condition within the expression comes to, as far as that can be told."""
        raise NotImplementedError

    def _value_or_none(self, scope: Mapping[str, Any], budget: Budget) -> Any:
        """The value; None where it has none, which is no matter unless there was no time to find it."""
        try:
            return self.evaluate_within(scope, budget)
        except TemplateError:
            if budget.is_spent:
                raise
            return None

    def _evaluate(self, scope: Mapping[str, Any]) -> Any:
        raise NotImplementedError


_INSTEAD: Final = "`| default(…)` says what to take where it is missing"
INSTEAD_OF_NOTHING: Final = "`| default(…, true)` says what to take where it is null"


def undefined_path(
    path: Sequence[str | int | None], position: int, holder: Any = NOTHING
) -> UndefinedName:
    missing = dotted(path[:position])
    message = None
    if holder is not NOTHING:
        message = f"`{dotted(path[: position - 1])}` has no `{path[position - 1]}`"
        entered = contents(holder)
        if not isinstance(entered, Mapping | list | tuple):
            what = "text that is not JSON" if isinstance(holder, str) else f"a {kind_of(holder)}"
            message += f": it is {what}"
    hint = _INSTEAD if position > 1 else None
    return UndefinedName(dotted(path), missing=missing, message=message, hint=hint)


def guarded(source: str, work: Callable[[], _Result]) -> _Result:
    """Do something with an expression; whatever goes wrong is a `TemplateError` that names it."""
    try:
        return work()
    except TemplateError as error:
        raise error.locate(expression=source.strip()) from None
    except (RecursionError, MemoryError):
        raise TemplateError(_TOO_MUCH, expression=source.strip()) from None
    except ZeroDivisionError:
        raise TemplateError("division by zero", expression=source.strip()) from None
    except Exception as error:
        raise _translated(error, source.strip()) from None


def _translated(error: Exception, source: str) -> TemplateError:
    """Tell an error of Jinja or Python; never its text where that may hold a value."""
    from jinja2.exceptions import TemplateSyntaxError

    if isinstance(error, TemplateSyntaxError):
        return TemplateError(f"syntax error: {error.message}", expression=source)
    if isinstance(error, TypeError):
        return TemplateError("an operation does not fit the kinds of its values", expression=source)
    return TemplateError("the expression cannot be worked out", expression=source)
