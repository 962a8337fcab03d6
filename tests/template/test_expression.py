"""Expressions: what is allowed, how data is entered, what is refused before it costs anything."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pup_tui.template.errors import TemplateError, UndefinedName
from pup_tui.template.expression import compile_expression
from pup_tui.template.limits import MAX_DEPTH, MAX_EXPRESSION, MAX_NESTING, MAX_TEXT
from pup_tui.template.values import LEFT_OUT, to_text


@pytest.mark.parametrize(
    ("source", "scope", "expected"),
    [
        ("A", {"A": 1}, 1),
        ("A.b.c", {"A": {"b": {"c": [1]}}}, [1]),
        ("A.b", {"A": '{"b": {"c": true}}'}, {"c": True}),
        ("A[0].id", {"A": '[{"id": 7}]'}, 7),
        ("A.0.id", {"A": [{"id": 7}]}, 7),
        ("A[-1]", {"A": [1, 2]}, 2),
        ("A[:2]", {"A": "abc"}, "ab"),
        ("A[:1]", {"A": "[1, 2]"}, [1]),
        ("A.values", {"A": {"values": 3}}, 3),
        ("A.values()", {"A": {"values": 3}}, [3]),
        ("A.items()", {"A": '{"x": 1}'}, [["x", 1]]),
        ("A.get('x', 5)", {"A": {}}, 5),
        ("A['_id']", {"A": {"_id": 1}}, 1),
        ("A.upper().strip()", {"A": " x "}, "X"),
        ("A.split(',')", {"A": "a,b"}, ["a", "b"]),
        ("A.splitlines()", {"A": "a\r\nb\u2028\n"}, ["a", "b\u2028"]),
        ("A.startswith('x') and not A.endswith('y')", {"A": "xz"}, True),
        ("', '.join(A)", {"A": [1, True]}, "1, true"),
        ("A.count('a')", {"A": "banana"}, 3),
        ("A | int > 4", {"A": "5"}, True),
        ("A == ''", {"A": LEFT_OUT}, True),
        ("A is defined", {"A": LEFT_OUT}, False),
        ("A is undefined", {}, True),
        ("A is none or A is mapping", {"A": {}}, True),
        ("3 is odd and 4 is even and 1.5 is float and 1 is integer", {}, True),
        ("A in ['x', 'y']", {"A": "y"}, True),
        ("A == '3.9' and '3.9' == A and A in ['3.9'] and A not in ['3.90']", {"A": 3.9}, True),
        ("A != '4' or A == '04' or A is ne('4')", {"A": 4}, False),
        ("A == 4 and [A] | select('eq', 4) == [A] and 4 in [A]", {"A": "4"}, True),
        ("A == 'true' or 1 == '1.0' or 1.0 == '1'", {"A": True}, False),
        ("A == 1.1", {"A": "1.10"}, False),
        ("A not in B", {"A": "y", "B": "xyz"}, False),
        ("1 < 2 < 3", {}, True),
        ("{'a': [1, 2]}.a[1]", {}, 2),
        ("A | default(B | default('c'))", {}, "c"),
        ("(A | default({})).b | default(2)", {}, 2),
        ("range", {"range": 1}, None),
    ],
)
def test_evaluation(source: str, scope: dict[str, Any], expected: Any) -> None:
    if expected is None:
        with pytest.raises(TemplateError):
            compile_expression(source)
        return
    assert compile_expression(source).evaluate(scope) == expected


@pytest.mark.parametrize(
    ("source", "scope", "written"),
    [
        ("3.10", {}, "3.10"),
        ("-3.10", {}, "-3.10"),
        ("- -3.10", {}, "3.10"),
        ("1_000.50", {}, "1000.50"),
        ("A | default(1.50)", {}, "1.50"),
        ("[3.9, 3.10][1]", {}, "3.10"),
        ("{'a': 2.00}.a ~ 'x'", {}, "2.00x"),
        ("1.50 + 1.50", {}, "3.0"),
        ("A.v ~ ' ' ~ A.w[0]", {"A": '{"v": 1.10, "w": [2.50]}'}, "1.10 2.50"),
        ("A.v + 1", {"A": '{"v": 1.10}'}, "2.1"),
    ],
)
def test_numbers_stay_as_they_were_written(
    source: str, scope: dict[str, Any], written: str
) -> None:
    assert to_text(compile_expression(source).evaluate(scope)) == written


@pytest.mark.proves("P5")
@pytest.mark.parametrize(
    "source",
    [
        "''.__class__",
        "''.__class__.__mro__[1].__subclasses__()",
        "A._x",
        "A.b._c.d",
        "'{a}'.format(a=1)",
        "'{a}'.format_map({})",
        "'%s' % 'x'",
        "'%900000000d' % 1",
        "'a' * 10",
        "10 * 'a'",
        "[1] * 3",
        "2 ** 3",
        "'a'*10**9",
        "'x' | center(900000000)",
        "'x' | indent(900000000)",
        "'x' | format",
        "[1] | slice(10) | list",
        "[1] | batch(10)",
        "'x'.ljust(10)",
        "'x'.rjust(10)",
        "'x'.zfill(10)",
        "'x'.center(10)",
        "'x'.expandtabs(10)",
        "'x'.encode()",
        "'x'.translate({})",
        "'x'.maketrans('a', 'b')",
        "[].append(1)",
        "{}.update({})",
        "range(10)",
        "lipsum(n=10)",
        "dict(a=1)",
        "cycler(1)",
        "namespace()",
        "self",
        "super()",
        "caller()",
        "__import__('os')",
        "A()",
        "A.b()()",
        "A['b']()",
        "A.lower(*B)",
        "A.lower(**B)",
        "A | upper(*B)",
        "A | nope",
        "A | attr('__class__')",
        "A | map(attribute='x') | nope",
        "A | map('nope')",
        "A | map(B)",
        "A | select('nope')",
        "A | selectattr('x', 'nope')",
        "A | pprint",
        "A | tojson | safe",
        "A | random",
        "A is nope",
        "A is callable",
        "a < b in c",
        "{{ A }}",
        "A b",
        "A +",
        "",
        " ",
        "'unclosed",
        "%}",
        "9" * 5000,
        "0x" + "f" * 5000,
        "1e999",
        "a; b",
        "a := 1",
        "lambda: 1",
        "[x for x in y]",
        "*a",
        "\x00",
    ],
)
def test_what_is_not_in_the_language_is_refused_at_load(source: str) -> None:
    with pytest.raises(TemplateError) as caught:
        compile_expression(source)
    assert caught.value.message


@pytest.mark.parametrize(
    ("source", "scope"),
    [
        ("A * 3", {"A": "x" * 100}),
        ("A * 3", {"A": [1]}),
        ("A % 3", {"A": "%d"}),
        ("1 / 0", {}),
        ("1 // 0", {}),
        ("1 % 0", {}),
        ("A + 1", {"A": "x"}),
        ("A + 1", {"A": None}),
        ("A + 1", {"A": True}),
        ("A < 1", {"A": "x"}),
        ("1 in A", {"A": "x"}),
        ("1 in 5", {}),
        ("A | int", {"A": "x"}),
        ("A | join(1, 2, 3, 4)", {"A": []}),
        ("A | round(99)", {"A": 1}),
        ("A | first", {"A": []}),
        ("A | sort", {"A": [1, "a"]}),
        ("A.upper(1)", {"A": "x"}),
        ("A.items()", {"A": "x"}),
        ("A | fromjson", {"A": "{"}),
        ("A ~ B", {"A": object(), "B": "x"}),
        ("A.b", {"A": 5}),
        ("A * A * A * A * A * A * A * A", {"A": 10**50}),
        ("1e308 * 10 | float", {}),
    ],
)
def test_what_goes_wrong_while_evaluating_is_a_template_error(
    source: str, scope: dict[str, Any]
) -> None:
    expression = compile_expression(source)
    with pytest.raises(TemplateError) as caught:
        expression.evaluate(scope)
    assert caught.value.expression == source


@pytest.mark.parametrize(
    "source",
    [
        "A ~ A",
        "A + A",
        "[A, A] | join",
        "[A, A] | tojson",
        "A | replace('x', 'yy')",
        "A.replace('x', 'yy')",
        "'x'.join([A, A])",
        "A | b64encode | b64encode",
        "A | replace('x', '%') | urlencode",
    ],
)
def test_a_long_text_is_refused_before_it_is_made(source: str) -> None:
    expression = compile_expression(source)
    assert expression.evaluate({"A": "x"}) is not None
    with pytest.raises(TemplateError, match="longer than"):
        expression.evaluate({"A": "x" * (MAX_TEXT - 10)})


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("A >= 3", r"`>=` cannot compare text with number .*\| int"),
        ("3 < A", r"`<` cannot compare number with text .*\| int"),
        ("[A] | select('<=', 3)", r"`<=` cannot compare text with number .*\| int"),
        ("none > 3", "`>` cannot compare null with number in `none > 3`$"),
        ("A < [3]", r"`<` cannot compare text with list in `A < \[3\]`$"),
    ],
)
def test_a_comparison_tells_of_what_kinds_its_values_are(source: str, told: str) -> None:
    with pytest.raises(TemplateError, match=told):
        compile_expression(source).evaluate({"A": "3"})


@pytest.mark.proves("P5")
def test_work_is_limited_over_a_whole_rendering() -> None:
    expression = compile_expression("A" + " | upper" * 20)
    assert expression.evaluate({"A": "a"}) == "A"
    with pytest.raises(TemplateError, match="too much work"):
        expression.evaluate({"A": "a" * MAX_TEXT})


def test_nothing_is_evaluated_when_an_expression_is_compiled() -> None:
    expression = compile_expression("1 / 0 ~ ('x' | replace('x', 'y')) ~ [1, 2] | join")
    with pytest.raises(TemplateError, match="division by zero"):
        expression.evaluate({})


@pytest.mark.parametrize("brackets", ["()", "[]"])
def test_parentheses_nest_up_to_the_limit(brackets: str) -> None:
    opening, closing = brackets[0], brackets[1]
    compile_expression(f"{opening * MAX_NESTING}1{closing * MAX_NESTING}").evaluate({})
    with pytest.raises(TemplateError, match="nested parentheses"):
        compile_expression(f"{opening * (MAX_NESTING + 1)}1{closing * (MAX_NESTING + 1)}")


@pytest.mark.parametrize(
    "source",
    [
        " + ".join(["1"] * MAX_DEPTH),
        " and ".join(["1"] * MAX_DEPTH),
        "1" + " | string" * (MAX_DEPTH - 1),
        "not " * (MAX_DEPTH - 1) + "1",
        "1" + " if 1 else 1" * 30,
        "(1 + " * MAX_NESTING + "1" + ")" * MAX_NESTING,
        "({'a': [1, -2 * 3][0]}.a if 1 else 2 | string ~ " * 8 + "1" + ")" * 8,
    ],
)
def test_what_loads_also_evaluates(source: str) -> None:
    compile_expression(source).evaluate({})


@pytest.mark.parametrize(
    "source",
    [
        " + ".join(["1"] * (MAX_DEPTH + 10)),
        " + ".join(["1"] * 5000),
        "1" + " | string" * 5000,
        "not " * 5000 + "1",
        "-" * 5000 + "1",
        "A" + ".b" * 5000 + "()",
        "A" + "[0]" * 5000,
        "1" + " if 1 else 1" * 5000,
    ],
)
def test_deep_expressions_are_refused_at_load(source: str) -> None:
    with pytest.raises(TemplateError):
        compile_expression(source)


def test_a_captured_text_that_is_too_deep_is_not_json() -> None:
    with pytest.raises(UndefinedName, match="text that is not JSON"):
        compile_expression("A.b").evaluate({"A": "[" * 100_000})


def test_the_source_of_an_expression_is_limited() -> None:
    padding = " " * (MAX_EXPRESSION - 3)
    assert compile_expression(f"1{padding}+1").evaluate({}) == 2
    with pytest.raises(TemplateError, match="longer than"):
        compile_expression(f"1{padding} +1")


def test_names() -> None:
    expression = compile_expression("A.b == B and (C | default(1)) > 0 and steps.x.exit_code == 0")
    assert expression.names == {"A", "B", "steps"}
    assert expression.optional_names == {"C"}
    assert expression.step_fields == {("x", "exit_code")}
    assert not expression.is_raw
    assert expression.filters == {"default"}
    assert compile_expression("A | raw").is_raw


def test_a_suggestion_is_made() -> None:
    with pytest.raises(TemplateError) as caught:
        compile_expression("A | uper")
    assert caught.value.hint == "did you mean `upper`?"


def test_an_error_tells_message_expression_and_place() -> None:
    error = TemplateError("wrong", expression="x" * 200, line=3, hint="do this")
    assert str(error) == f"wrong in `{'x' * 79}…` (line 3); do this"


_TOKENS = [
    *("A", "B", "1", "0.5", "'x'", "[", "]", "(", ")", "{", "}", ".", ",", ":", "|", "=", "_x"),
    *("+", "-", "*", "/", "%", "~", "==", "<", "in", "not", "and", "or", "if", "else", "for"),
    *("is", "defined", "default", "upper", "join", "items"),
]


@given(st.lists(st.sampled_from(_TOKENS), max_size=14).map(" ".join))
def test_any_expression_gives_a_value_or_a_template_error(source: str) -> None:
    with contextlib.suppress(TemplateError):
        compile_expression(source).evaluate({"A": "[1, 2]", "B": {"x": 1}})


@pytest.mark.parametrize(
    ("source", "is_number"),
    [
        ("X | int", True),
        ("X | trim | int(0)", True),
        ("X | int(Y)", False),
        ("X | int + 1", True),
        ("X + Y", False),
        ("X * 2", True),
        ("-X", True),
        ("X == 'a'", True),
        ("X is defined", True),
        ("X | length if Y else 0", True),
        ("X | length if Y else Z", False),
        ("X or 1", False),
        ("X | int ~ Y", False),
        ("X", False),
        ("3", True),
        ("'3'", False),
    ],
)
def test_what_surely_gives_a_number(source: str, is_number: bool) -> None:
    assert compile_expression(source).is_number is is_number


def test_a_single_equals_sign_is_told_what_compares() -> None:
    with pytest.raises(TemplateError) as caught:
        compile_expression("A = 'x'")
    assert "`=` is not expected here" in caught.value.message
    assert caught.value.hint == "`==` compares"
