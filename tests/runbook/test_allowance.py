from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from pup_tui.known_word import KnownWord
from pup_tui.runbook.allowance import MAX_OPERATORS, Allowance, has_too_many_operators
from pup_tui.runbook.lint import rules
from pup_tui.runbook.load import load
from pup_tui.runbook.nodes import Scalar, SourceText
from pup_tui.runbook.pup_words import NoTable
from pup_tui.runbook.report import Report
from pup_tui.runbook.roles import Role
from pup_tui.template.limits import MAX_JUDGED
from tests.runbook.conftest import Check

SOURCE = SourceText("a.yaml", "")


def _text(text: str) -> Scalar:
    return Scalar(SOURCE, 1, 1, text, "plain", 1)


@pytest.mark.parametrize(
    ("role", "text"),
    [
        (Role.TEXT, "{{ A | upper }}"),
        (Role.TEXT, "{{ A }}"),
        (Role.TEXT, "{% if A %}x{% endif %}"),
        (Role.TEXT, "{{ never closed"),
        (Role.EXPRESSION, "A | length > 3"),
        (Role.CONDITION, "value < 5"),
        (Role.ARGUMENTS, "monitors list"),
        (Role.SCRIPT, "echo {{ A }} | sort"),
        (Role.PATTERN, "[a-z]+"),
    ],
)
def test_what_is_costly_runs_out(role: Role, text: str) -> None:
    allowance = Allowance(Report())
    taken = [allowance.take(role, _text(f"{text} {number}")) for number in range(60_000)]
    assert taken[0]
    assert not taken[-1]
    assert taken == sorted(taken, reverse=True)


@pytest.mark.parametrize(
    ("role", "text"), [(Role.TEXT, "plain"), (Role.SCRIPT, "a | b"), (Role.JSON, "x")]
)
def test_plain_text_costs_nothing(role: Role, text: str) -> None:
    allowance = Allowance(Report())
    assert all(allowance.take(role, _text(f"{text} {number}")) for number in range(60_000))


def test_a_text_that_comes_again_costs_nothing() -> None:
    allowance = Allowance(Report())
    assert all(allowance.take(Role.EXPRESSION, _text("A | length > 3")) for _ in range(60_000))


def test_a_thousand_ordinary_steps_can_be_checked() -> None:
    allowance = Allowance(Report())
    for number in range(1000):
        words = _text(f"monitors search --query='service:{{{{ A }}}}' {number}")
        assert allowance.take(Role.ARGUMENTS, words)
        assert allowance.take(Role.CONDITION, _text(f"json.monitors | length > {number}"))


def test_operators_of_a_script() -> None:
    assert not has_too_many_operators("a | " * MAX_OPERATORS)
    assert has_too_many_operators("a | " * (MAX_OPERATORS + 1))


NEST = "x=$(echo ${a:-$(echo b)}); " * 34


@pytest.mark.parametrize(
    ("keys", "script"),
    [
        ("", NEST + "echo {{ T }} @"),
        ("env: {V: '{{ T }}'}", NEST + "echo $V @"),
        ("env: {V@: '{{ T }}'}", NEST + "echo $V"),
        ("", "echo " + "{{ T }} " * 100 + "@"),
        ("", "{% if T %}a{% endif %} " * 40 + "echo {{ T }} @"),
        ("", "a={{ T }}; b=$a; [[ $b -gt 3 ]]; " * 25 + "@"),
    ],
)
def test_scripts_that_take_long_to_judge_are_refused_where_they_become_too_many(
    keys: str, script: str, check: Check
) -> None:
    steps = (
        f"  - name: s{number}\n    kind: shell\n    shell: bash\n    run: |\n      {script}\n    {keys}\n"
        for number in range(900)
    )
    text = "".join(step.replace("@", str(number)) for number, step in enumerate(steps))
    loaded = check("name: runbook\nvars: {T: {}}\nsteps:\n" + text)
    (told,) = loaded.errors
    assert "more templates and commands than can be checked" in told.message
    assert told.hint.startswith("split the runbook")
    assert 10 < told.line < 4500


def test_three_hundred_steps_of_ordinary_scripts_are_judged_and_looked_through(lint: Check) -> None:
    script = (
        "set -euo pipefail\n"
        'pods=$(kubectl -n {{ T }} get pods -l "app={{ T }}" -o name | sort)\n'
        'for pod in $pods; do kubectl -n {{ T }} logs "$pod" --tail=5 || echo "no logs"; done\n'
    ).replace("\n", "\n      ")
    steps = "".join(
        f"  - name: s{number}\n    kind: shell\n    timeout: 1m\n    run: |\n      {script}echo {number}\n"
        for number in range(300)
    )
    loaded = lint("name: runbook\nvars: {T: {pattern: '[a-z]+'}}\nsteps:\n" + steps)
    assert [str(problem) for problem in loaded.problems] == []


FORWARDERS = 'f300() { "$@"; }; ' + "".join(
    f'f{number}() {{ f{number + 1} "$@"; }}; ' for number in range(300)
)
FOLLOWED = {
    "functions that call each other": FORWARDERS + "f0 echo {{ T }} @",
}
TOO_DEEP = {
    "expansions in each other": "echo " + "${a:-" * 300 + "{{ T }}" + "}" * 300 + " @",
    "loops in each other": "for x in $T; do " * 300 + "echo $x" + "; done" * 300 + " @",
}


def _steps(script: str, count: int) -> str:
    return "name: runbook\nvars: {T: {}}\nsteps:\n" + "".join(
        f"  - name: s{number}\n    kind: shell\n    shell: bash\n    timeout: 1m\n    run: |\n"
        f"      {script.replace('@', str(number))}\n    env: {{T: '{{{{ T }}}}'}}\n"
        for number in range(count)
    )


@pytest.mark.parametrize("shape", FOLLOWED)
def test_values_that_go_too_many_ways_are_refused_or_told_of(shape: str, lint: Check) -> None:
    loaded = lint(_steps(FOLLOWED[shape], 20))
    told = [problem.message for problem in (*loaded.errors, *loaded.warnings)]
    said = ("takes too long to", "more commands than are looked through")
    assert any(each in message for message in told for each in said)
    assert len(loaded.errors) < 2


@pytest.mark.parametrize("shape", TOO_DEEP)
def test_scripts_that_are_too_deep_to_be_followed_are_refused_or_told_of(
    shape: str, lint: Check
) -> None:
    loaded = lint(_steps(TOO_DEEP[shape], 3))
    told = [problem.message for problem in (*loaded.errors, *loaded.warnings)]
    said = ("nests deeper than 200 levels", "cannot be read as shell")
    assert len(told) == 3
    assert all(any(each in message for each in said) for message in told)


def _lines(first: int, count: int, value: str = "{{ T }}") -> str:
    return "".join(
        f"      kubectl -n {value} get pods -l app={value} -o name{number} | sort\n"
        for number in range(first, first + count)
    )


def _long(*scripts: str) -> str:
    return "name: runbook\nvars: {T: {}}\nsteps:\n" + "".join(
        f"  - name: s{number}\n    kind: shell\n    run: |\n{script}"
        for number, script in enumerate(scripts)
    )


def test_a_long_script_with_values_goes_into_several_steps(check: Check) -> None:
    (problem,) = check(_long(_lines(0, 300))).errors
    assert "more templates and commands than can be checked" in problem.message
    parts = (_lines(0, 100), _lines(100, 100), _lines(200, 100))
    assert not check(_long(*parts)).errors
    assert not check(_long(_lines(0, 3000, '"$N"'))).errors


NEARLY_TOO_DEEP = {
    "and": " && ".join(["echo {{ T }}"] * 180),
    "if": "if true; then " * 90 + "echo {{ T }}" + "; fi" * 90,
    "command substitutions": "echo " + "$(echo " * 90 + "{{ T }}" + ")" * 90,
    "expansions": "echo " + "${a:-" * 190 + "{{ T }}" + "}" * 190,
    "arithmetic": "echo $((" + "(" * 180 + "${#T}" + ")" * 180 + ")) {{ T }}",
    "functions": "".join(f'f{n}() {{ f{n + 1} "$1"; }}; ' for n in range(150)) + "f0 {{ T }}",
    "a function that calls itself": 'f() { f "$1"; echo "$1"; }; f {{ T }}',
}


@pytest.mark.parametrize("shape", NEARLY_TOO_DEEP)
def test_scripts_that_are_deep_are_judged(shape: str, lint: Check) -> None:
    loaded = lint(_steps(NEARLY_TOO_DEEP[shape] + "; echo @", 1))
    assert [problem.message for problem in loaded.errors] == []


class _Endless(NoTable):
    def mistake(self, words: Sequence[KnownWord]) -> None:
        self.mistake(words)


def test_a_text_that_nests_too_deep_does_not_end_the_judging(tmp_path: Path) -> None:
    path = tmp_path / "runbook.yaml"
    path.write_text(
        "name: runbook\nsteps:\n  - {name: deep, kind: pup, run: monitors list}\n"
        "  - {name: other, kind: shell, run: 'echo {{ NOPE }}'}\n"
    )
    assert [problem.message for problem in load(path, pup=_Endless()).errors] == [
        "this text nests too deep to be judged",
        "`NOPE` is not defined",
    ]


def test_a_file_that_takes_too_long_to_be_looked_through_says_so_and_keeps_the_warnings_of_single_places(
    lint: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "_PER_FINDING", MAX_JUDGED)
    many = "  - {name: s, kind: shell, timeout: 1m, run: '" + 'rm -rf "$x"/*; ' * 60 + "'}\n"
    last = "  - {name: last, kind: http, url: 'http://ada:secret@example.com/', verify: false}\n"
    loaded = lint("name: runbook\nsteps:\n" + many + last)
    assert loaded.ok
    codes = {problem.code for problem in loaded.warnings}
    assert {"not-looked-through", "verify-off", "password-in-url"} <= codes
