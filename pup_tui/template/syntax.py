"""The expression language: parsed by Jinja, then checked against what the format allows.

Nothing is evaluated or compiled here, so that checking a file costs next to nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

from jinja2 import nodes
from jinja2.exceptions import TemplateSyntaxError
from jinja2.lexer import TOKEN_EOF, Token, TokenStream
from jinja2.parser import Parser
from jinja2.visitor import NodeTransformer

from pup_tui.late_pattern import late_pattern
from pup_tui.spelling import spelled
from pup_tui.template.errors import TemplateError
from pup_tui.template.filters import FILTERS
from pup_tui.template.limits import MAX_DEPTH, MAX_EXPRESSION, MAX_INTEGER_BITS, MAX_NESTING
from pup_tui.template.methods import METHODS
from pup_tui.template.predicates import TESTS
from pup_tui.template.regex_filters import check_pattern
from pup_tui.template.sandbox import (
    CONCAT_FILTER,
    ENVIRONMENT,
    FILTER_NAMES,
    IN_FILTER,
    METHOD_FILTER,
    SLICE_FILTER,
)
from pup_tui.template.suggest import did_you_mean
from pup_tui.template.tag_words import tag_hint

_ALLOWED: Final = (
    nodes.Add,
    nodes.And,
    nodes.Compare,
    nodes.Concat,
    nodes.CondExpr,
    nodes.Const,
    nodes.Dict,
    nodes.Div,
    nodes.Filter,
    nodes.FloorDiv,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Keyword,
    nodes.List,
    nodes.Mod,
    nodes.Mul,
    nodes.Name,
    nodes.Neg,
    nodes.Not,
    nodes.Operand,
    nodes.Or,
    nodes.Pair,
    nodes.Pos,
    nodes.Slice,
    nodes.Sub,
    nodes.Test,
    nodes.Tuple,
)
_RESERVED: Final = frozenset({"self", "super", "caller", "varargs", "kwargs"})
_REFUSED_FUNCTIONS: Final = frozenset(
    {"range", "lipsum", "dict", "cycler", "joiner", "namespace", "super", "caller"}
)
_OWN_FILTERS: Final = frozenset({METHOD_FILTER, CONCAT_FILTER, IN_FILTER, SLICE_FILTER})
_JSON_WORDS: Final = {"null": None}
_JOINTS: Final = frozenset({"and", "or", "not", "in", "if", "else"})
_NO_NAMES: Final = frozenset(
    {
        *(*_JOINTS, *_JSON_WORDS, *_RESERVED, *_REFUSED_FUNCTIONS, "is"),
        *("true", "false", "none", "True", "False", "None", "steps"),
    }
)
"""Words that are no names of values, or, alone, tell no value."""
_OPERATORS: Final = frozenset(
    {
        *("add", "sub", "mul", "div", "floordiv", "mod", "pow", "tilde"),
        *("eq", "ne", "lt", "lteq", "gt", "gteq"),
    }
)
_BEFORE_OPERANDS: Final = _OPERATORS | {"lparen", "comma"}
_BEHIND_OPERANDS: Final = _OPERATORS | {
    *("rparen", "rbracket", "comma", "pipe", "assign", "name", TOKEN_EOF)
}
_OPENERS: Final = frozenset({"lparen", "lbracket", "lbrace"})
_CLOSERS: Final = frozenset({"rparen", "rbracket", "rbrace"})
_PUP_DEFAULT: Final = late_pattern(r"\|\s*(?:default|d)\s*:\s*")
_QUOTED: Final = late_pattern(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)
_BACKSLASH: Final = late_pattern(r"\\(?:[\\'\"abfnrtvxuUN0-7\n]|(?P<other>.))", re.DOTALL)
_BARE_WORD: Final = late_pattern(r"[^|]*")
_NUMBER: Final = late_pattern(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")


def parse(source: str) -> nodes.Expr:
    """Parse and check one expression; the tree is ready to be compiled."""
    parser = _parser(source)
    tree = parser.parse_expression()
    _expect_end(parser)
    return _checked(tree)


def parse_refused(source: str) -> tuple[nodes.Expr, list[TemplateError]]:
    """Parse one expression for the names in it, and for all that it has and the language has not."""
    parser = _parser(source)
    tree = parser.parse_expression()
    _expect_end(parser)
    return _named(tree)


def parse_refused_loop(
    source: str,
) -> tuple[tuple[str, ...], nodes.Expr, nodes.Expr | None, list[TemplateError]]:
    """The same of ``for TARGETS in LIST [if CONDITION]``."""
    names, values, test = _loop(source)
    named, errors = _named(values)
    if test is None:
        return names, named, None, errors
    asked, more = _named(test)
    return names, named, asked, [*errors, *more]


def _named(tree: nodes.Expr) -> tuple[nodes.Expr, list[TemplateError]]:
    errors = {error.message: error for error in _mistakes(tree, 0)}
    named: nodes.Expr = _NamesOnly().visit(tree)
    return named, list(errors.values())


def names_of_broken(source: str) -> nodes.Expr:
    """What surely is the name of a value in an expression whose syntax is wrong, as far as it can be read."""
    tokens: list[Token] = []
    if tag_hint(source) is not None:
        return nodes.List([])
    with suppress(TemplateSyntaxError, TemplateError):
        tokens.extend(_tokens(_pup_spelling(source)))
        tokens.append(Token(1, TOKEN_EOF, ""))
    found = [
        _chain(tokens, at)
        for at, token in enumerate(tokens)
        if token.type == "name" and _begins_operand(tokens[max(0, at - 2) : at])
    ]
    return nodes.List([each for each in found if each is not None])


def _begins_operand(before: list[Token]) -> bool:
    """Whether a value, and no operator, stands behind these tokens: `is not` has a test behind it."""
    if not before:
        return True
    last = before[-1]
    if last.type != "name":
        return last.type in _BEFORE_OPERANDS
    return last.value in _JOINTS and [token.value for token in before] != ["is", "not"]


def _chain(tokens: list[Token], at: int) -> nodes.Expr | None:
    """The name that begins with a token, with what is entered of it; none where it may be something else."""
    name = tokens[at].value
    if name in _NO_NAMES:
        return None
    tree: nodes.Expr = nodes.Name(name, "load")
    behind = at + 1
    while [token.type for token in tokens[behind : behind + 2]] == ["dot", "name"]:
        tree = nodes.Getattr(tree, tokens[behind + 1].value, "load")
        behind += 2
    last = tokens[behind] if behind < len(tokens) else None
    is_keyword = at > 0 and tokens[at - 1].type in ("lparen", "comma")
    if (
        last is None
        or last.type in ("lparen", "lbracket")
        or (is_keyword and last.type == "assign")
    ):
        return None
    is_behind = last.type != "name" or last.value in (*_JOINTS, "is")
    return tree if is_behind and last.type in _BEHIND_OPERANDS else None


class _NamesOnly(NodeTransformer):
    """Takes out of a tree what looks like the name of a value, and is none."""

    def visit_Name(self, node: nodes.Name) -> nodes.Expr:  # noqa: N802 -- named by Jinja
        return nodes.Const(None) if node.name in _JSON_WORDS else node

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 -- named by Jinja
        if isinstance(node.node, nodes.Name):
            node.node = nodes.Const(None)
        return self.generic_visit(node)


def parse_loop(source: str) -> tuple[tuple[str, ...], nodes.Expr, nodes.Expr | None]:
    """Parse ``for TARGETS in LIST [if CONDITION]``: the names, the list, the condition."""
    names, values, test = _loop(source)
    return names, _checked(values), None if test is None else _checked(test)


def _loop(source: str) -> tuple[tuple[str, ...], nodes.Expr, nodes.Expr | None]:
    parser = _parser(source)
    parser.stream.expect("name:for")
    target = parser.parse_assign_target(extra_end_rules=("name:in",))
    parser.stream.expect("name:in")
    values = parser.parse_tuple(with_condexpr=False)
    test = parser.parse_expression() if parser.stream.skip_if("name:if") else None
    if parser.stream.current.test("name:recursive"):
        raise TemplateError("loops cannot be recursive")
    _expect_end(parser)
    names = target.items if isinstance(target, nodes.Tuple) else [target]
    for name in names:
        if not isinstance(name, nodes.Name):
            raise TemplateError("a loop needs plain names before `in`")
        if name.name in _RESERVED or name.name in ("loop", "steps"):
            raise TemplateError(f"`{name.name}` cannot be used as a loop's name")
    return tuple(name.name for name in names if isinstance(name, nodes.Name)), values, test


def _parser(source: str) -> Parser:
    if len(source) > MAX_EXPRESSION:
        raise TemplateError(f"the expression is longer than {MAX_EXPRESSION:,} characters")
    tokens = list(_tokens(_pup_spelling(source)))
    parser = Parser(ENVIRONMENT, "")
    parser.stream = TokenStream(tokens, None, None)
    return parser


def _tokens(source: str) -> Iterator[Token]:
    """Run Jinja's lexer over an expression, watching how deep it nests."""
    depth = 0
    written = _with_backslashes(source)
    lexer = ENVIRONMENT.lexer
    numbers = (
        text
        for _, kind, text in lexer.tokeniter(written, None, state="variable")
        if kind == "float"
    )
    for token in lexer.tokenize(written, state="variable"):
        if token.type in _OPENERS:
            depth += 1
            if depth > MAX_NESTING:
                raise TemplateError(f"more than {MAX_NESTING} nested parentheses")
        elif token.type in _CLOSERS:
            depth -= 1
        elif token.type in ("variable_begin", "variable_end"):
            raise TemplateError("an expression stands here without {{ and }}")
        if token.type == "float":
            text = next(numbers)
            number: Any = spelled(float(text), text.replace("_", ""))
            token = Token(token.lineno, "float", number)
        yield token


def _with_backslashes(source: str) -> str:
    r"""Keep a backslash in a text that is no escape: ``"\d+"`` is what it says."""
    if "\\" not in source:
        return source
    return _QUOTED.sub(lambda text: _BACKSLASH.sub(_kept, text[0]), source)


def _kept(backslash: re.Match[str]) -> str:
    return f"\\{backslash[0]}" if backslash["other"] else backslash[0]


def _expect_end(parser: Parser) -> None:
    if not parser.stream.eos:
        token = parser.stream.current
        hint = "`==` compares" if token.value == "=" else ""
        raise TemplateError(f"syntax error: `{token.value}` is not expected here", hint=hint)


def _pup_spelling(source: str) -> str:
    """Turn ``X | default: "x"`` into ``X | default("x")``.

    As in `pup`, a bare word after the colon is text; a number or truth value stays one.
    """
    if ":" not in source:
        return source
    strings = [match.span() for match in _QUOTED.finditer(source)]
    written = []
    position = 0
    for match in _PUP_DEFAULT.finditer(source):
        start, end = match.span()
        if start < position or any(first <= start < last for first, last in strings):
            continue
        argument = _QUOTED.match(source, end) or _BARE_WORD.match(source, end)
        value = argument[0] if argument else ""
        written.append(f"{source[position:start]}| default({_literal(value.strip())})")
        position = end + len(value)
    return "".join(written) + source[position:]


def _literal(value: str) -> str:
    if _QUOTED.fullmatch(value) or _NUMBER.fullmatch(value) or value in ("true", "false"):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _checked(tree: nodes.Expr) -> nodes.Expr:
    """Refuse what is not in the language, and rewrite what the sandbox has to watch."""
    return _rewrite(tree, 0)


def _mistakes(node: nodes.Node, depth: int) -> Iterator[TemplateError]:
    """What the language does not have of a tree that is not rewritten yet."""
    if depth > MAX_DEPTH:
        return
    children = list(node.iter_child_nodes())
    try:
        if isinstance(node, nodes.Call):
            # Its function is judged with it.
            children[:1] = list(node.node.iter_child_nodes())
            _method_call(node)
        else:
            _check(node)
    except TemplateError as error:
        yield error
    for child in children:
        yield from _mistakes(child, depth + 1)


def _rewrite(node: nodes.Expr, depth: int) -> nodes.Expr:
    if depth > MAX_DEPTH:
        raise TemplateError(f"the expression nests deeper than {MAX_DEPTH} levels")
    if isinstance(node, nodes.Call):
        node = _method_call(node)
    else:
        _check(node)
    for name in node.fields:
        child = getattr(node, name)
        if isinstance(child, nodes.Node):
            setattr(node, name, _rewrite_node(child, depth + 1))
        elif isinstance(child, list):
            setattr(node, name, [_rewrite_node(item, depth + 1) for item in child])
    return _replaced(node)


def _rewrite_node(node: object, depth: int) -> object:
    if isinstance(node, nodes.Expr):
        return _rewrite(node, depth)
    if isinstance(node, nodes.Helper):
        _check(node)
        for name in node.fields:
            child = getattr(node, name)
            if isinstance(child, nodes.Expr):
                setattr(node, name, _rewrite(child, depth))
    elif isinstance(node, nodes.Node):
        _check(node)
    return node


def _replaced(node: nodes.Expr) -> nodes.Expr:
    if isinstance(node, nodes.Concat):
        first, *rest = node.nodes
        return _filter(first, CONCAT_FILTER, rest, [])
    if isinstance(node, nodes.Compare) and any(o.op in ("in", "notin") for o in node.ops):
        return _membership(node)
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Slice):
        part = node.arg
        none = nodes.Const(None, lineno=node.lineno)
        bounds = [part.start or none, part.stop or none, part.step or none]
        return _filter(node.node, SLICE_FILTER, bounds, [])
    if isinstance(node, nodes.Name) and node.name in _JSON_WORDS:
        return nodes.Const(_JSON_WORDS[node.name], lineno=node.lineno)
    if isinstance(node, nodes.CondExpr) and node.expr2 is None:
        node.expr2 = nodes.Const("", lineno=node.lineno)
    return node


def _membership(node: nodes.Compare) -> nodes.Expr:
    """Turn ``x in y`` into a filter, which pays for what it looks at."""
    if len(node.ops) != 1:
        raise TemplateError("`in` cannot be a part of a chain of comparisons")
    operand = node.ops[0]
    found = _filter(node.expr, IN_FILTER, [operand.expr], [])
    return found if operand.op == "in" else nodes.Not(found, lineno=node.lineno)


def _filter(
    value: nodes.Expr, name: str, args: list[nodes.Expr], kwargs: list[nodes.Keyword]
) -> nodes.Filter:
    return nodes.Filter(value, name, args, kwargs, None, None, lineno=value.lineno)


def _method_call(node: nodes.Call) -> nodes.Expr:
    """Turn ``value.method(…)`` into a filter, so that no method object ever exists."""
    if node.dyn_args is not None or node.dyn_kwargs is not None:
        raise TemplateError("`*` and `**` cannot be used in a call")
    method = node.node
    if isinstance(method, nodes.Name):
        raise TemplateError(f"there is no function `{method.name}`")
    if not isinstance(method, nodes.Getattr):
        raise TemplateError("only methods of texts, maps and lists can be called")
    if method.attr not in METHODS:
        raise TemplateError(
            f"there is no method `{method.attr}`", hint=did_you_mean(method.attr, METHODS)
        )
    name = nodes.Const(method.attr, lineno=node.lineno)
    return _filter(method.node, METHOD_FILTER, [name, *node.args], node.kwargs)


def _check(node: nodes.Node) -> None:
    if isinstance(node, nodes.Pow):
        raise TemplateError("`**` is not part of the template language")
    if not isinstance(node, _ALLOWED):
        raise TemplateError("this is not part of the template language")
    if isinstance(node, nodes.Name):
        _check_name(node.name)
    elif isinstance(node, nodes.Getattr):
        _check_attribute(node.attr)
    elif isinstance(node, nodes.Filter):
        _check_filter(node)
    elif isinstance(node, nodes.Test):
        _check_test(node)
    elif isinstance(node, nodes.Const):
        _check_constant(node.value)
    elif isinstance(node, nodes.Mul | nodes.Mod):
        _check_arithmetic(node)


def may_be_name(name: str) -> bool:
    """Whether an expression may have this word as the name of a value."""
    return not (name in _REFUSED_FUNCTIONS | _RESERVED or name.startswith("__"))


def _check_name(name: str) -> None:
    if name in _REFUSED_FUNCTIONS:
        raise TemplateError(f"`{name}` is not part of the template language")
    if not may_be_name(name):
        raise TemplateError(f"`{name}` cannot be used as a name")


def _check_attribute(name: str) -> None:
    if name.startswith("_"):
        raise TemplateError(
            f"names that begin with `_` cannot be used after a dot (`.{name}`)",
            hint=f'a key of a map can be written ["{name}"]',
        )


def _check_arithmetic(node: nodes.Mul | nodes.Mod) -> None:
    """Repetition and ``%`` formatting of a literal show at load; of a value when it is rendered."""
    sign = "*" if isinstance(node, nodes.Mul) else "%"
    for side in (node.left, node.right) if sign == "*" else (node.left,):
        text = isinstance(side, nodes.Const) and isinstance(side.value, str)
        if text or isinstance(side, nodes.List | nodes.Tuple):
            raise TemplateError(f"`{sign}` works on numbers only")


def _check_constant(value: object) -> None:
    if isinstance(value, int) and value.bit_length() > MAX_INTEGER_BITS:
        raise TemplateError("the number is too large")
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        raise TemplateError("the number is too large")


def _check_filter(node: nodes.Filter) -> None:
    if node.name not in FILTER_NAMES and node.name not in _OWN_FILTERS:
        raise TemplateError(
            f"there is no filter `{node.name}`", hint=did_you_mean(node.name, FILTER_NAMES)
        )
    if node.dyn_args is not None or node.dyn_kwargs is not None:
        raise TemplateError("`*` and `**` cannot be used in a call")
    if node.name in ("map", "select", "reject", "selectattr", "rejectattr"):
        _check_named_use(node)
    if node.name.startswith("regex_"):
        _check_pattern(node)


def _check_named_use(node: nodes.Filter) -> None:
    """Check the filter or test that ``map``, ``select`` and their kin name in a text."""
    position, known, what = {
        "map": (0, frozenset(FILTERS), "filter"),
        "select": (0, frozenset(TESTS), "test"),
        "reject": (0, frozenset(TESTS), "test"),
        "selectattr": (1, frozenset(TESTS), "test"),
        "rejectattr": (1, frozenset(TESTS), "test"),
    }[node.name]
    if len(node.args) <= position:
        return
    named = node.args[position]
    if not isinstance(named, nodes.Const) or named.value not in known:
        shown = named.value if isinstance(named, nodes.Const) else "…"
        raise TemplateError(f"there is no {what} `{shown}`", hint=did_you_mean(str(shown), known))


def _check_test(node: nodes.Test) -> None:
    if node.name not in TESTS:
        raise TemplateError(
            f"there is no test `{node.name}`", hint=did_you_mean(node.name, frozenset(TESTS))
        )
    if node.dyn_args is not None or node.dyn_kwargs is not None:
        raise TemplateError("`*` and `**` cannot be used in a call")
    if node.name == "match":
        _check_pattern(node)


def _check_pattern(node: nodes.Filter | nodes.Test) -> None:
    """Check the regular expression of a filter or test, where it is written out."""
    if node.args and isinstance(node.args[0], nodes.Const) and isinstance(node.args[0].value, str):
        check_pattern(node.args[0].value)
