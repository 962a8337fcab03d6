"""A plan of the worst file that can be loaded is made within fixed time and memory."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import pytest

from tests.support.forked import forked
from tests.support.limited import plan_of

MEMORY = 400 * 1024 * 1024
CPU_SECONDS = 16
"""One second each for the start, the load, the values and the plan, on a machine that does nothing else."""

NUMBERS = "[" + ",".join(map(str, range(60_000))) + "]"
PAIRS = "[" + ",".join(["[1,2]"] * 30_000) + "]"
ONES = "[" + ",".join("1" * 9999) + "]"


def planned(path: Path) -> dict[str, Any]:
    with NamedTemporaryFile() as told:
        code = forked(plan_of, path, Path(told.name), MEMORY, CPU_SECONDS)
        assert code == 0, f"it ended with {code}"
        found: dict[str, Any] = json.load(told)
        return found


def steps(expression: str, values: str = NUMBERS, count: int = 900) -> str:
    return f"name: a\nvars: {{L: '{values}'}}\nsteps:\n" + "".join(
        f'  - {{name: s{n}, kind: shell, run: "echo {expression.replace("#", str(n))}"}}\n'
        for n in range(count)
    )


def nested_lists() -> str:
    """Lists of the same lists, which are small and stand for a billion values."""
    names = "1abcdefgh"
    loops = "".join(
        f"{{% for {inner} in [[{','.join([outer] * 9)}]] %}}" for outer, inner in pairwise(names)
    )
    return steps(loops + "{{ h == h and [h] == [h[:]] }}" + "{% endfor %}" * 8, "x", 1)


COSTLY = {
    "a test of every item": steps(
        "{{ L | fromjson | select('in', L | fromjson) | length }}", count=1
    ),
    "a test of an attribute": steps(
        "{{ [L] | selectattr(0, 'in', L | fromjson) | list }}{{ L | reject('in', L | list) }}",
        count=1,
    ),
    "a comparison of every item": steps(
        "{{ L | select('eq', L | list) | list | length + # }}", count=500
    ),
    "sort": steps("{{ L | sort | length + # }}"),
    "sort of lists": steps("{{ L | sort | length + # }}", PAIRS),
    "unique": steps("{{ L | unique | length + # }}"),
    "max": steps("{{ L | max + # }}"),
    "map": steps("{{ L | map('string') | list | length + # }}", count=700),
    "long paths": steps(
        "{{ L | map(attribute='" + "a." * 100 + "a', default=1) | list | length + # }}", count=100
    ),
    "join": steps("{{ [L, L, L] | join | length + # }}"),
    "loops": steps("{% for i in L %}x#{% endfor %}", ONES),
    "loops with sums": steps("{% for i in L %}{{ i + i + i + # }}{% endfor %}", ONES, 500),
    "loops with tests": steps(
        "{% for i in L %}{% if i is number and i == # %}x{% endif %}{% endfor %}", ONES, 400
    ),
    "long values": steps("{{ L }} #", "x" * 500_000),
    "lists of the same lists": nested_lists(),
}


@pytest.mark.proves("P1", "P5")
@pytest.mark.parametrize("name", COSTLY)
def test_steps_are_planned_within_the_limits(name: str, tmp_path: Path) -> None:
    path = tmp_path / "costly.yaml"
    path.write_text(COSTLY[name])
    told = planned(path)
    assert told["kilobytes"] < 200 * 1024
    assert "the template does too much work" in told["reasons"][-1]


def test_conditions_of_values_are_judged_within_the_limits(tmp_path: Path) -> None:
    whens = "".join(
        f"  V{n}: {{when: \"L | select('in', L | list) | list | length == {n}\", default: x}}\n"
        for n in range(500)
    )
    path = tmp_path / "costly.yaml"
    wait = "steps: [{name: s, kind: wait, duration: 1s}]\n"
    path.write_text(f"name: a\nvars:\n  L: '{NUMBERS}'\n{whens}{wait}")
    told = planned(path)
    assert told["kilobytes"] < 200 * 1024
    assert "the template does too much work" in told["problems"][-1]


def test_the_patterns_of_all_values_are_tried_within_the_limits(tmp_path: Path) -> None:
    values = "".join(
        f"  V{n}: {{pattern: '(a*)*{n}?', default: {'a' * 900}}}\n" for n in range(900)
    )
    path = tmp_path / "costly.yaml"
    path.write_text(f"name: a\nvars:\n{values}steps: [{{name: s, kind: wait, duration: 1s}}]\n")
    told = planned(path)
    assert "all values together" in told["problems"][-1]
    assert "too much to check" in told["problems"][-1] or "take too long" in told["problems"][-1]
