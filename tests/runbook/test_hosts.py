"""Items of a list in the file that can be no host are found when the file is loaded, each at its place."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pup_tui.runbook.load import Loaded

Check = Callable[..., Loaded]
Errors = Callable[..., list[str]]

HEAD = "name: runbook\nsteps:\n"


def loop(items: str, host: str = "{{ item }}", keys: str = "") -> str:
    return (
        f"{HEAD}  - {{name: s, kind: shell, foreach: {items}, host: '{host}', {keys}run: uptime}}\n"
    )


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ("null", "null, not a name"),
        ("~", "null, not a name"),
        ("true", "true, not a name"),
        ("5", "a number, not a name"),
        ("[a]", "a list, not a name"),
        ("{a: b}", "a map, not a name"),
        ("''", "empty"),
        ("-oProxyCommand=x", "begins with `-`"),
        ("'a b'", "holds a blank"),
    ],
)
def test_an_item_that_is_no_host_is_an_error_at_its_place(
    item: str, said: str, check: Check
) -> None:
    (problem,) = check(loop(f"[web1, {item}, web2]")).errors
    assert said in problem.message
    assert (problem.line, problem.column) == (3, loop("[web1, ").splitlines()[2].index("web1") + 7)
    assert problem.hint


@pytest.mark.parametrize(
    "step",
    [
        loop("[web1, '5', 10.0.0.1]"),
        loop("[1, 2]", "web-{{ item }}"),
        loop("[{ip: a}, {ip: b}]", "{{ item.ip }}"),
        loop("[a, null]", keys="if: item != null, "),
        loop("['{{ run.runbook }}', b]"),
        loop("[a, null]", "web1"),
    ],
)
def test_what_may_be_a_host_passes(step: str, errors: Errors) -> None:
    assert errors(step) == []


def test_the_part_of_an_item_that_is_the_host_is_looked_at(check: Check) -> None:
    problems = check(loop("[{ip: a}, {ip: null}, {name: b}]", "{{ item.ip }}")).errors
    assert ["null" in problems[0].message, "no `ip`" in problems[1].message] == [True, True]


def test_steps_inside_a_loop_are_looked_at_too(errors: Errors) -> None:
    inner = "{name: a, kind: shell, host: '{{ h }}', run: uptime}"
    text = f"{HEAD}  - {{name: g, kind: group, foreach: [a, null], as: h, steps: [{inner}]}}\n"
    assert len(errors(text)) == 1
