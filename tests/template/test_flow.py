"""What a text is made out of: the names that flow into its result, not those that it only looks at."""

from __future__ import annotations

import pytest

from pup_tui.template.arguments import compile_arguments
from pup_tui.template.condition import parse_condition
from pup_tui.template.errors import TemplateError
from pup_tui.template.expression import compile_expression
from pup_tui.template.filters import FILTERS
from pup_tui.template.methods import METHODS, TELLING_METHODS
from pup_tui.template.sandbox import FILTER_NAMES
from pup_tui.template.secrets import watched, with_secrets
from pup_tui.template.shell.script import compile_shell
from pup_tui.template.text import compile_text

MADE_OF_IT = [
    "T",
    "T[:8]",
    "T[0]",
    "T.a.b",
    "T[N]",
    "M[T]",
    "T ~ 'x'",
    "'x' ~ T",
    "T + 'x'",
    "-(T | int)",
    "(T | int) * 2",
    "T.split(':')[1]",
    "T.get('a')",
    "M.get('a', T)",
    "['a', T]",
    "{'a': T}",
    "{T: 'a'}",
    "'x' | replace('x', T)",
    "M | map('replace', 'x', T) | list",
    "[T] | map('upper') | join(',')",
    "['a'] | join(T)",
    "N | default(T)",
    "T | default('none')",
    "T | default('none', true)",
    "T or 'none'",
    "N or T",
    "N and T",
    "T if N else 'none'",
    "'none' if N else T",
    "T.find('a')",
    "(T if N else 'a') | upper",
    "[T] | select('eq', 'a') | list",
    "[T] | reject('eq', N) | first",
    "[{'a': T}] | selectattr('a', 'eq', 'x') | list",
    "M | select('eq', 'a') | map('replace', 'x', T) | list",
]

ONLY_LOOKED_AT = [
    "'yes' if T else 'no'",
    "'yes' if T == 'a' else 'no'",
    "T == 'a'",
    "'a' in T",
    "T not in M",
    "T is defined",
    "N is eq(T)",
    "not T",
    "T | length",
    "T.split(',') | count",
    "(T | length) * 2",
    "T.startswith('a')",
    "T.count('a')",
    "T | contains('a')",
    "T and 'yes' or 'no'",
    "M[T == 'a']",
    "(T | length) ~ ' characters'",
    "[1, 2] if T else []",
    "M | select('ne', T) | list",
    "M | reject('eq', T) | join(',')",
    "M | selectattr('a', 'in', [T]) | map(attribute='b') | list",
    "M | rejectattr(T) | first",
    "N",
]


@pytest.mark.parametrize("source", MADE_OF_IT)
def test_what_is_made_out_of_a_name(source: str) -> None:
    assert "T" in compile_expression(source).flowing_names
    assert "T" in compile_text(f"a {{{{ {source} }}}} b").flowing_names


@pytest.mark.parametrize("source", ONLY_LOOKED_AT)
def test_what_a_name_only_decides(source: str) -> None:
    assert "T" not in compile_expression(source).flowing_names
    assert "T" not in compile_text(f"a {{{{ {source} }}}} b").flowing_names


@pytest.mark.parametrize("name", sorted(FILTER_NAMES - {"length", "count", "contains"}))
def test_every_filter_but_counts_passes_on_what_it_is_given(name: str) -> None:
    arguments = "('upper')" if name in ("map", "select", "reject") else ""
    arguments = "('a')" if name in ("selectattr", "rejectattr") else arguments
    source = f"T | {name}{arguments}".replace("select('upper')", "select('odd')")
    source = source.replace("reject('upper')", "reject('odd')")
    assert "T" in compile_expression(source).flowing_names
    assert name in FILTERS or arguments


@pytest.mark.parametrize("name", sorted(METHODS - TELLING_METHODS))
def test_every_method_but_tests_and_counts_passes_on_what_it_is_given(name: str) -> None:
    assert "T" in compile_expression(f"T.{name}('a')").flowing_names
    assert "T" in compile_expression(f"'a'.{name}(T)").flowing_names


@pytest.mark.parametrize(
    ("source", "made_of"),
    [
        ("{% if T %}a{% else %}b{% endif %}", set()),
        ("{% if N %}{{ T }}{% endif %}", {"T"}),
        ("{% for part in T.split(':') %}{{ part }}{% endfor %}", {"T"}),
        ("{% for part in T.split(':') %}x{% endfor %}", set()),
        ("{% for part in T.split(':') %}{{ loop.index }}{% endfor %}", set()),
        ("{% for a in M if a == T %}{{ a }}{% endfor %}", {"M"}),
        ("{% for a in M %}{% else %}{{ T }}{% endfor %}", {"T"}),
        ("{% for T in M %}{{ T }}{% endfor %}", {"M"}),
        ("{% for a in T %}{% for b in a.split() %}{{ b }}{% endfor %}{% endfor %}", {"T"}),
        ("{{ steps.make.output[:4] }}{{ steps.make.json | length }}", {"steps.make.output"}),
    ],
)
def test_a_text_with_blocks(source: str, made_of: set[str]) -> None:
    assert compile_text(source).flowing_names == made_of
    assert compile_arguments(f"list {source}").flowing_names == made_of
    assert compile_shell(f"list {source}").flowing_names == made_of


def test_a_verdict_is_made_out_of_nothing() -> None:
    assert parse_condition("T == 'a'").flowing_names == set()
    assert parse_condition("value < T", frozenset({"T"})).flowing_names == set()


def test_the_parts_that_an_expression_puts_together_are_noted() -> None:
    scope, made = watched(with_secrets({"T": "user:pass-word", "N": "x"}, ["T"]))
    compile_text("{{ 'a=' ~ T.split(':')[0] ~ N ~ (T.split(':')[1] | upper) }}").render(scope)
    assert {"a=userxPASS-WORD", "user", "PASS-WORD", "pass-word"} <= set(made)
    assert "x" not in made


def test_equal_parts_are_worked_out_once_and_too_many_are_refused() -> None:
    scope = with_secrets({"T": "hunter22"}, ["T"])
    assert compile_expression(" ~ ".join(["T"] * 2000)).evaluate(scope) == "hunter22" * 2000
    many = " ~ ".join(f"T[{number}:]" for number in range(150))
    with pytest.raises(TemplateError, match="more than 100 parts"):
        compile_expression(many).evaluate(scope)
    assert compile_expression(many).evaluate({"T": "hunter22"})
