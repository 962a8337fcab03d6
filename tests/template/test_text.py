"""Text templates: dialect, control flow, limits, names."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pup_tui.template.errors import TemplateError, UndefinedName
from pup_tui.template.limits import MAX_BLOCKS, MAX_ROUNDS, MAX_TEXT
from pup_tui.template.text import Text, Value, compile_text
from pup_tui.template.values import LEFT_OUT

SCOPE: dict[str, Any] = {
    "NAME": "payments",
    "EMPTY": "",
    "LEFT": LEFT_OUT,
    "N": 5,
    "F": 1e-7,
    "T": True,
    "NULL": None,
    "L": [1, "a", None],
    "M": {"items": "key", "data": {"id": "x1"}, "a b": 1},
    "JSON": '{"data": {"id": "abc", "list": [1, 2]}}',
    "ROWS": '[{"k": "a", "v": 1}, {"k": "b", "v": 2}]',
    "steps": {"flag": {"output": "on", "json": {"rate": 1.5}, "lines": ["a", "b"]}},
    "TEMPLATE": "{{ 7*7 }} {% if x %}",
}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("plain {# x #} ${#a[@]}", "plain {# x #} ${#a[@]}"),
        ("{{ NAME }}", "payments"),
        ("{{NAME}}-{{ N }}", "payments-5"),
        ("{{{ NAME }}}", "{payments}"),
        ("{{ T }} {{ NULL }} {{ L }}", 'true null [1, "a", null]'),
        ("{{ M.data }}", '{"id": "x1"}'),
        ("{{ F }}", "0.0000001"),
        ("{{ M.items }} {{ M['a b'] }} {{ M.data.id }}", "key 1 x1"),
        ("{{ JSON.data.id }} {{ JSON['data']['list'][1] }}", "abc 2"),
        ("{{ JSON.data.list | length }}", "2"),
        ("{{ steps.flag.output }} {{ steps.flag.json.rate + 1 }}", "on 2.5"),
        ("{{ steps['flag'].lines[0] }}", "a"),
        ("{{ TEMPLATE }}", "{{ 7*7 }} {% if x %}"),
        ("{{ NAME | upper }} {{ NAME.replace('pay', 'x') }}", "PAYMENTS xments"),
        ("{{ LEFT }}|{{ LEFT is defined }}|{{ LEFT | default('d') }}", "|false|d"),
        ('{{ EMPTY | default: "d" }}|{{ LEFT | default: "d" }}', "|d"),
        ('{{ NOPE | default: "a b" }} {{ NOPE|default:"x"|upper }}', "a b X"),
        ("{{ NOPE | default: prod }} {{ NOPE | default: 60 }}", "prod 60"),
        ("{{ NOPE | d: 'it''s' }}", None),
        ('{{ NAME | replace(":", "|default: x") }}', "payments"),
        ("{{ NOPE.a.b | default('chain') }}", "chain"),
        ("{{ NAME.a.b | default('not JSON') }}", "not JSON"),
        ("{{ 'yes' if T }}{{ 'no' if not T }}", "yes"),
        ("{{ null }} {{ none }} {{ true }}", "null null true"),
        ("{{ 'pay' in NAME }} {{ 'x' not in NAME }} {{ 1 in L }}", "true true true"),
        ("{{ NAME ~ '-' ~ N ~ T }}", "payments-5true"),
        ("{{ 7 // 2 }} {{ 7 % 4 }} {{ 2 * 3 - 1 }} {{ 1 / 4 }} {{ -N }}", "3 3 5 0.25 -5"),
        ("{{ [1] + [2] }} {{ 'a' + 'b' }}", "[1, 2] ab"),
        ("{{ NAME[:3] }} {{ L[1:] }} {{ NAME[0] }}", 'pay ["a", null] p'),
        ("{{ '{\"a\": 1}'[:4] }} {{ '{\"a\": 1}'.a }} {{ '[1, 2]'[:1] }}", '{"a" 1 [1]'),
        ("a\r\n{{ NAME }}\r\n", "a\r\npayments\r\n"),
    ],
)
def test_rendering(source: str, expected: str | None) -> None:
    if expected is None:
        with pytest.raises(TemplateError):
            compile_text(source)
        return
    assert compile_text(source).render(SCOPE) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{% if T %}a{% else %}b{% endif %}", "a"),
        ("{% if not T %}a{% elif N > 4 %}b{% else %}c{% endif %}", "b"),
        ("{% if NOPE is defined %}a{% endif %}b", "b"),
        ("{% for x in L %}{{ loop.index }}{{ x }};{% endfor %}", "11;2a;3null;"),
        ("{% for x in [] %}a{% else %}none{% endfor %}", "none"),
        ("{% for x in L if x is string %}{{ x }}{% endfor %}", "a"),
        ("{% for k, v in M.data.items() %}{{ k }}={{ v }}{% endfor %}", "id=x1"),
        ("{% for k in M.data %}{{ k }}{% endfor %}", "id"),
        ("{% for r in ROWS %}{{ r.k }}{{ r.v }}{% endfor %}", "a1b2"),
        ("{% for a in [1,2] %}{% for b in [3] %}{{ a }}{{ b }} {% endfor %}{% endfor %}", "13 23 "),
        (
            "{% for a in [1] %}{{ loop.first }}{{ loop.last }}{{ loop.length }}{% endfor %}",
            "truetrue1",
        ),
        ("a {%- if T -%} b {%- endif -%} c", "abc"),
        ("{% for NAME in [1] %}{{ NAME }}{% endfor %}{{ NAME }}", "1payments"),
        ("{% raw %}{{ NAME }}{% endraw %}", "{{ NAME }}"),
    ],
)
def test_control_flow(source: str, expected: str) -> None:
    assert compile_text(source).render(SCOPE) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ T }}", True),
        ("{{ N }}", 5),
        ("{{ L }}", [1, "a", None]),
        ("{{ NULL }}", None),
        ("{{ NAME | raw }}", "payments"),
        ("{{ LEFT }}", ""),
        (" {{ T }}", " true"),
        ("{{ T }}{{ N }}", "true5"),
        ("text", "text"),
    ],
)
def test_a_value_alone_keeps_its_type(source: str, expected: Any) -> None:
    value = compile_text(source).value(SCOPE)
    assert value == expected
    assert type(value) is type(expected)


def test_pieces_tell_literals_from_values() -> None:
    pieces = compile_text("a\n {{ NAME | raw }}{{ N }}b").pieces(SCOPE)
    assert pieces == [
        "a\n ",
        Value("payments", "payments", "NAME | raw", 2, 2, is_raw=True),
        Value(5, "5", "N", 2, 18),
        "b",
    ]


def test_raw_counts_only_where_it_comes_last() -> None:
    (first,) = compile_text("{{ (NAME | raw) ~ 'x' }}").pieces(SCOPE)
    (second,) = compile_text("{{ NAME | raw | trim }}").pieces(SCOPE)
    assert isinstance(first, Value)
    assert isinstance(second, Value)
    assert not first.is_raw
    assert not second.is_raw


@pytest.mark.parametrize(
    ("source", "names", "optional"),
    [
        ("plain", "", ""),
        ("{{ A }} {{ B.c.d }}", "A B", ""),
        ("{{ A | default('x') }} {{ B.c | d(C) }}", "C", "A B"),
        ("{{ A | default('x') }} {{ A }}", "A", ""),
        ('{{ A | default: "x" }} {{ B | default: prod }}', "", "A B"),
        ("{{ A is defined and A.b }}", "", "A"),
        ("{% if A is defined %}{{ A }}{% else %}{{ B }}{% endif %}", "B", "A"),
        ("{% if A is not defined %}{{ B }}{% else %}{{ A }}{% endif %}", "B", "A"),
        ("{% if A is undefined or A == 'x' %}y{% endif %}", "", "A"),
        ("{{ A if A is defined else B }}", "B", "A"),
        ("{% for x in A if x.y == B %}{{ x }}{{ loop.index }}{{ C }}{% endfor %}", "A B C", ""),
        ("{% for x in A %}{% endfor %}{{ x }}", "A x", ""),
        ("{% for a, b in A %}{{ a }}{{ b }}{% else %}{{ c }}{% endfor %}", "A c", ""),
        ("{{ A[B] }} {{ C[D.e].f }}", "A B C D", ""),
        ("{{ steps.a.output }}", "steps", ""),
        ("{{ steps.a.output | default('') }}", "", "steps"),
        ("{{ A.lower() ~ B | join(C) }}", "A B C", ""),
        ("{% raw %}{{ A }}{% endraw %}", "", ""),
    ],
)
def test_names(source: str, names: str, optional: str) -> None:
    text = compile_text(source)
    assert text.names == frozenset(names.split())
    assert text.optional_names == frozenset(optional.split())


def test_step_fields() -> None:
    text = compile_text(
        "{{ steps.a.output }}{{ steps['b'].json.x }}{{ steps.c[0].lines | default([]) }}"
        "{{ steps.a.output | default('') }}{{ 'steps.z.output' }}"
    )
    assert text.step_fields == {("a", "output"), ("b", "json"), ("c", "lines")}
    assert text.optional_step_fields == {("c", "lines")}


@pytest.mark.parametrize(
    "source", ["{{ steps }}", "{{ steps.a }}", "{{ steps[X].output }}", "{{ steps.a[0] }}"]
)
def test_steps_must_say_which_and_what(source: str) -> None:
    with pytest.raises(TemplateError, match="needs a step's id and a field"):
        compile_text(source)


def test_a_literal_knows_its_text() -> None:
    assert compile_text("a {{ .X }}").literal == "a {{ .X }}"
    assert compile_text("").literal == ""
    assert compile_text("{{ X }}").literal is None
    assert not compile_text("{{ X }}").is_literal


@pytest.mark.parametrize(
    ("source", "name", "missing"),
    [
        ("{{ NOPE }}", "NOPE", "NOPE"),
        ("{{ NOPE.a.b }}", "NOPE.a.b", "NOPE"),
        ("{{ M.data.nope.x }}", "M.data.nope.x", "M.data.nope"),
        ("{{ M.data.nope.x | upper }}", "M.data.nope.x", "M.data.nope"),
        ("{{ NOPE | upper }}", "NOPE", "NOPE"),
        ("{{ 1 + NOPE }}", "NOPE", "NOPE"),
        ("{{ NOPE ~ 'x' }}", "NOPE", "NOPE"),
        ("{{ 'a' in NOPE }}", "NOPE", "NOPE"),
        ("{{ L[7] }}", "L[7]", "L[7]"),
        ("{{ NAME.id }}", "NAME.id", "NAME.id"),
        ("{% if NOPE %}{% endif %}", "NOPE", "NOPE"),
        ("{% for x in NOPE %}{% endfor %}", "NOPE", "NOPE"),
        ("{{ steps.gone.output }}", "steps.gone.output", "steps.gone"),
    ],
)
def test_what_is_not_defined_is_named(source: str, name: str, missing: str) -> None:
    with pytest.raises(UndefinedName) as caught:
        compile_text(f"first line\n{source}").render(SCOPE)
    assert (caught.value.name, caught.value.missing) == (name, missing)
    assert caught.value.line == 2


def test_an_error_does_not_tell_a_computed_key() -> None:
    with pytest.raises(UndefinedName) as caught:
        compile_text("{{ M[SECRET] }}").render({**SCOPE, "SECRET": "hunter2"})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("\n{% if x %}", 2, "no {% endif %}"),
        ("{% for x in y %}", 1, "no {% endfor %}"),
        ("a\n{% endif %}", 2, "does not close"),
        ("{% if x %}{% endfor %}", 1, "does not close"),
        ("{% else %}", 1, "does not belong"),
        ("{% if x %}{% else %}{% else %}{% endif %}", 1, "does not belong"),
        ("{% for x in y %}{% elif z %}{% endfor %}", 1, "does not belong"),
        ("{% if %}{% endif %}", 1, "needs a condition"),
        ("{% endif x %}", 1, "takes nothing"),
        ("{% for x in y recursive %}{% endfor %}", 1, "recursive"),
        ("{% for x.y in z %}{% endfor %}", 1, "expected token 'in'"),
        ("{% for in z %}{% endfor %}", 1, "syntax error"),
        ("{% for steps in z %}{% endfor %}", 1, "cannot be used"),
        ("{% endraw %}", 1, "no {% raw %}"),
        ("\n\n{{ 1 + }}", 3, "syntax error"),
        ("{{ a b }}", 1, "not expected"),
    ],
)
def test_mistakes_in_blocks_are_told(source: str, line: int, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        compile_text(source)
    assert message in caught.value.message
    assert caught.value.line == line


def _nested(opener: str, closer: str, count: int) -> str:
    return f"{opener * count}x{closer * count}"


@pytest.mark.parametrize("count", [1, MAX_BLOCKS])
def test_blocks_nest(count: int) -> None:
    source = _nested("{% for i in [1] %}", "{% endfor %}", count)
    assert compile_text(source).render({}) == "x"


def test_blocks_do_not_nest_without_end() -> None:
    with pytest.raises(TemplateError, match="nested blocks"):
        compile_text(_nested("{% if 1 %}", "{% endif %}", MAX_BLOCKS + 1))


def test_loops_stop_at_their_limit() -> None:
    text = compile_text("{% for a in L %}{% for b in L %}x{% endfor %}{% endfor %}")
    assert len(text.render({"L": [0] * 99})) == 99 * 99
    with pytest.raises(TemplateError, match="more than 10,000 rounds"):
        text.render({"L": [0] * 100})


def test_a_single_loop_may_use_all_rounds() -> None:
    text = compile_text("{% for a in L %}x{% endfor %}")
    assert len(text.render({"L": [0] * MAX_ROUNDS})) == MAX_ROUNDS
    with pytest.raises(TemplateError, match="more than 10,000 rounds"):
        text.render({"L": [0] * (MAX_ROUNDS + 1)})


def test_the_result_is_limited() -> None:
    text = compile_text("{{ A }}{{ A }}")
    assert len(text.render({"A": "x" * (MAX_TEXT // 2)})) == MAX_TEXT
    with pytest.raises(TemplateError, match="longer than"):
        text.render({"A": "x" * (MAX_TEXT // 2 + 1)})


def test_a_loop_over_text_is_refused() -> None:
    with pytest.raises(TemplateError, match="a loop needs a list, not a text") as caught:
        compile_text("{% for x in NAME %}{% endfor %}").render(SCOPE)
    assert caught.value.hint


def test_compiled_texts_are_shared() -> None:
    assert compile_text("{{ A }} shared") is compile_text("{{ A }} shared")
    assert isinstance(compile_text("{{ A }} shared"), Text)


@given(st.text(alphabet=st.sampled_from("{}%#-|'\"() \nXifelsndraw.:0")))
def test_any_text_compiles_or_is_a_template_error(source: str) -> None:
    with contextlib.suppress(TemplateError):
        compile_text(source).render({"X": "v"})


@given(st.text())
def test_a_value_is_shown_as_it_is_and_never_rendered_again(value: str) -> None:
    assert compile_text("a{{ V }}b").render({"V": value}) == f"a{value}b"
