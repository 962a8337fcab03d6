"""Jinja's sandbox, made narrower: what runs when an expression is evaluated.

The expression's syntax was checked before (`syntax`); what is here bounds the work at run time and
keeps every access within the data: no attribute of a Python object is ever looked up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context, StrictUndefined, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import pass_context

from pup_tui.spelling import SpelledFloat, spelled
from pup_tui.template import filters
from pup_tui.template.errors import TemplateError
from pup_tui.template.limits import spend_on
from pup_tui.template.methods import call_method
from pup_tui.template.numbers import check_number
from pup_tui.template.operands import need_defined, text_of
from pup_tui.template.predicates import TESTS, compare, is_in
from pup_tui.template.values import NOTHING, enter, is_list, kind_of

METHOD_FILTER: Final = ".method"
CONCAT_FILTER: Final = ".concat"
IN_FILTER: Final = ".in"
SLICE_FILTER: Final = ".slice"
_RESULT: Final = "_result_"

Evaluate = Callable[[Mapping[str, Any]], Any]


class Missing(StrictUndefined):
    """What an unknown name stands for; any use but ``default`` and ``is defined`` is an error.

    The text of that error is the missing name alone, so that `parsed` can tell the path.
    """

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        return str(self._undefined_name)


def _charged(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make a filter or test pay for the values it looks at."""

    def charged(*args: Any, **kwargs: Any) -> Any:
        spend_on(*(a for a in args if not isinstance(a, Undefined)))
        return function(*args, **kwargs)

    return charged


_TESTS: Final = {name: _charged(function) for name, function in TESTS.items()}


class _Generator(CodeGenerator):
    """Has comparisons made by the sandbox, which pays for them."""

    def visit_Compare(self, node: nodes.Compare, frame: Frame) -> None:  # noqa: N802 - Jinja's name
        self.write("environment.compare(")
        self.visit(node.expr, frame)
        for operand in node.ops:
            self.write(f", {operand.op!r}, ")
            self.visit(operand.expr, frame)
        self.write(")")

    def visit_Const(self, node: nodes.Const, frame: Frame) -> None:  # noqa: N802 - Jinja's name
        if isinstance(node.value, SpelledFloat):
            self.write(f"environment.spelled({float(node.value)!r}, {node.value.spelling!r})")
        else:
            super().visit_Const(node, frame)


class TemplateEnvironment(ImmutableSandboxedEnvironment):
    """The environment in which expressions are compiled and evaluated."""

    code_generator_class = _Generator
    intercepted_binops = frozenset(ImmutableSandboxedEnvironment.default_binop_table)

    def __init__(self) -> None:
        super().__init__(
            undefined=Missing, optimized=False, autoescape=False, cache_size=0, finalize=_finalize
        )
        self.globals.clear()
        self.filters = {name: _charged(function) for name, function in _all_filters().items()}
        self.tests = dict(_TESTS)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Enter a map by key."""
        return self._enter(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Enter a map by key, a list by index, a text by position."""
        return self._enter(obj, argument)

    def _enter(self, obj: Any, key: Any) -> Any:
        if isinstance(obj, Undefined):
            return obj
        found = enter(obj, key)
        return Missing(obj=obj, name=str(key)) if found is NOTHING else found

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805
        """Refuse: methods were turned into filters, and nothing else can be called."""
        raise TemplateError("this cannot be called")

    spelled = staticmethod(spelled)

    def compare(self, left: Any, *others: Any) -> bool:
        """Compare each value with the next: `others` are the operators and the values behind them."""
        for name, right in zip(others[::2], others[1::2], strict=True):
            if not compare(left, name, right):
                return False
            left = right
        return True

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Calculate with numbers; ``+`` also puts texts and lists together."""
        need_defined(left, right)
        spend_on(left, right)
        if operator == "+" and isinstance(left, str) and isinstance(right, str):
            return filters.concat([left, right])
        if operator == "+" and is_list(left) and is_list(right):
            return filters.add_lists(left, right)
        for operand in (left, right):
            if isinstance(operand, bool) or not isinstance(operand, int | float):
                raise TemplateError(
                    f"`{operator}` needs numbers, not a {kind_of(operand)}",
                    hint="`| int` and `| float` read a number, `~` puts texts together",
                )
        result = super().call_binop(context, operator, left, right)
        return check_number(result)


@pass_context
def _finalize(context: Context, value: Any) -> Any:
    """Keep Jinja from folding constants: a finalizer that needs a context forbids it."""
    return value


def _applied(name: Any, item: Any, args: tuple[Any, ...]) -> Any:
    if not isinstance(name, str) or name not in filters.FILTERS:
        raise TemplateError(f"there is no filter `{name}`")
    return ENVIRONMENT.filters[name](item, *args)


def _map(value: Any, *args: Any, attribute: Any = None, **kwargs: Any) -> Any:
    """Take an attribute of each item, or apply a filter to each."""
    items = filters.items_of(value)
    if attribute is not None:
        return [_item_attribute(item, attribute, kwargs) for item in items]
    if not args:
        raise TemplateError("map needs a filter's name or `attribute=`")
    return [_applied(args[0], item, args[1:]) for item in items]


def _item_attribute(item: Any, attribute: Any, options: dict[str, Any]) -> Any:
    if "default" in options:
        return filters.attribute_of(item, attribute, options["default"])
    return filters.attribute_of(item, attribute)


def _tested(value: Any, args: tuple[Any, ...]) -> bool:
    """Whether a value passes the named test; without a test whether it counts as true."""
    if not args:
        return bool(value)
    name = args[0]
    if not isinstance(name, str) or name not in TESTS:
        raise TemplateError(f"there is no test `{name}`")
    return bool(_TESTS[name](value, *args[1:]))


def _select(value: Any, *args: Any) -> list[Any]:
    return [item for item in filters.items_of(value) if _tested(item, args)]


def _reject(value: Any, *args: Any) -> list[Any]:
    return [item for item in filters.items_of(value) if not _tested(item, args)]


def _select_attribute(value: Any, attribute: Any, *args: Any) -> list[Any]:
    return [
        item
        for item in filters.items_of(value)
        if _tested(filters.attribute_of(item, attribute, None), args)
    ]


def _reject_attribute(value: Any, attribute: Any, *args: Any) -> list[Any]:
    return [
        item
        for item in filters.items_of(value)
        if not _tested(filters.attribute_of(item, attribute, None), args)
    ]


def _concat(*parts: Any) -> str:
    """Put the text forms of values together (``a ~ b``)."""
    return filters.concat([text_of(part) for part in parts])


def _slice(value: Any, start: Any, stop: Any, step: Any) -> Any:
    """Cut a part out of a list or text (``a[1:3]``), also of a text that is the JSON of a map."""
    need_defined(value)
    part = slice(start, stop, step)
    found = enter(value, part)
    if found is NOTHING and isinstance(value, str):
        return value[part]
    if found is NOTHING:
        raise TemplateError(f"a {kind_of(value)} cannot be sliced")
    return found


def _method(value: Any, name: str, *args: Any, **kwargs: Any) -> Any:
    return call_method(value, name, *args, **kwargs)


def _all_filters() -> dict[str, Callable[..., Any]]:
    return {
        **filters.FILTERS,
        "map": _map,
        "select": _select,
        "reject": _reject,
        "selectattr": _select_attribute,
        "rejectattr": _reject_attribute,
        METHOD_FILTER: _method,
        CONCAT_FILTER: _concat,
        IN_FILTER: is_in,
        SLICE_FILTER: _slice,
    }


FILTER_NAMES: Final = frozenset(name for name in _all_filters() if not name.startswith("."))


ENVIRONMENT: Final = TemplateEnvironment()


def compiled(expression: nodes.Expr) -> Evaluate:
    """Compile a checked expression; the function takes a scope, and spends the budget it runs under."""
    expression.set_environment(ENVIRONMENT)
    body: list[nodes.Node] = [nodes.Assign(nodes.Name(_RESULT, "store"), expression, lineno=1)]
    code = ENVIRONMENT.compile(nodes.Template(body, lineno=1))
    template = ENVIRONMENT.template_class.from_code(ENVIRONMENT, code, {}, None)

    def evaluate(scope: Mapping[str, Any]) -> Any:
        context = template.new_context(dict(scope), shared=True)
        for _ in template.root_render_func(context):
            pass
        return context.vars[_RESULT]

    return evaluate
