"""Every hostile file ends as its row in the index says, within fixed time and memory."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import pytest

from tests.support.forked import forked
from tests.support.limited import judge

HOSTILE = Path(__file__).parent / "data" / "hostile"
ROWS = [json.loads(line) for line in (HOSTILE / "index.jsonl").read_text().splitlines()]

MEMORY = 400 * 1024 * 1024
"""Address space; 200 MB of it may be used, the rest is the interpreter's mapped libraries."""

CPU_SECONDS = 8
"""One second for the check and one to spare, on a machine that does nothing else.

What shares a core with others takes a multiple of the same work's time.
"""


def load_limited(path: Path) -> dict[str, Any]:
    with NamedTemporaryFile() as told:
        code = forked(judge, path, Path(told.name), MEMORY, CPU_SECONDS)
        assert code == 0, f"it ended with {code}"
        found: dict[str, Any] = json.load(told)
        return found


@pytest.mark.proves("P1", "P2", "P5", "P21")
@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_verdict(row: dict[str, str]) -> None:
    result = load_limited(HOSTILE / row["file"])
    errors = [problem for problem in result["problems"] if problem[3] == "error"]
    assert result["kilobytes"] < 200 * 1024
    assert result["ok"] is not bool(errors)
    assert all(line >= 1 and column >= 1 and message for line, column, message, _ in errors)
    if row["verdict"] != "any":
        assert result["ok"] is (row["verdict"] == "accept"), result["problems"]


def many(line: str, count: int) -> str:
    return "".join(line.replace("#", str(number)) for number in range(count))


HEAD = "name: a\nvars: {A: {default: x}}\nsteps:\n"
HTTP = HEAD + "  - name: s\n    kind: http\n    url: /x\n"
COSTLY = {
    "branches": HEAD
    + "  - name: s\n    kind: shell\n    run: "
    + "{% if A %}rm {{ A }}{% else %}ls {{ A }}{% endif %};" * 700,
    "undefined names": HTTP + "    json:\n" + many('      k#: "{{ B# }}"\n', 30_000),
    "one line": HTTP + "    json: [" + many('"{{ B# }}",', 50_000) + "]\n",
    "filters": HTTP + "    json:\n" + many("      k#: \"{{ A | default('#') }}\"\n", 20_000),
    "long list": HTTP + '    body: "{{ [' + "A," * 300_000 + '] }}"\n',
    "long command": HEAD + "  - {name: s, kind: pup, run: '" + "x " * 500_000 + "'}\n",
    "brackets without end": HTTP + '    body: "' + "{{ ( }}" * 8000 + '"\n',
    "tags of other languages": HTTP + '    body: "' + "{% endcall %}" * 19_000 + '"\n',
    "nested shell": HEAD
    + "  - name: s\n    kind: shell\n    run: "
    + "$(" * 60_000
    + "{{ A }}"
    + ")" * 60_000,
    "pipes": HEAD + "  - {name: s, kind: shell, run: 'echo {{ A }}" + "|a" * 200_000 + "'}\n",
    "userinfo": HEAD + "  - {name: s, kind: http, url: 'http://" + ":" * 900_000 + "'}\n",
    "unknown keys": HEAD + many("  - {name: s, kind: wait, duration: 1s, durati#: 1}\n", 999),
    "patterns": "name: a\nvars:\n"
    + many("  V#: {pattern: '(a+)+b#', default: " + "a" * 199 + "}\n", 999)
    + "steps:\n  - {name: s, kind: wait, duration: 1s}\n",
    "patterns of patterns": "name: a\nvars:\n"
    + many("  V#: {pattern: '((a?){99}){99}#?', default: " + "a" * 20 + "}\n", 990)
    + "steps:\n  - {name: s, kind: wait, duration: 1s}\n",
    "long patterns": "name: a\nvars:\n"
    + many("  V#: {pattern: '" + "(a|b?)" * 75 + "#?', default: " + "a" * 75 + "}\n", 990)
    + "steps:\n  - {name: s, kind: wait, duration: 1s}\n",
    "patterns of questions": "name: a\nsteps:\n  - name: s\n    kind: input\n    vars:\n"
    + many("      V#: {pattern: '((a?){99}){99}#?', default: " + "a" * 20 + "}\n", 990),
    "choices": "name: a\nvars:\n"
    + many("  V#: {type: enum, choices: [" + "x" * 15 + "1, " * 60 + "], default: xx}\n", 900)
    + "steps:\n  - {name: s, kind: wait, duration: 1s}\n",
    "choices that are much alike": "name: a\nvars:\n  V: {type: enum, default: "
    + "ab" * 45
    + ", choices: ["
    + many("ab" * 40 + "#,", 9000)
    + "]}\nsteps:\n  - {name: s, kind: wait, duration: 1s}\n",
    "lists of many choices": "name: a\nx-c: &c ["
    + many("c#, ", 1000)
    + "]\nx-d: &d '["
    + '"c999", ' * 9_999
    + '"c0"]\'\nvars:\n'
    + many("  V#: {type: list, choices: *c, default: *d}\n", 90)
    + "steps:\n  - {name: s, kind: wait, duration: 1s}\n",
    "default circle": "name: a\nvars:\n"
    + many('  V#: "{{ W# }}{{ V1 }}"\n', 999)
    + "steps:\n  - {name: s, kind: wait, duration: 1s}\n",
    "a loop over a long list": "name: a\nsteps:\n  - {name: s, kind: shell, foreach: ["
    + many("i#,", 9000)
    + "], run: 'echo "
    + "{{ item }} " * 9000
    + "'}\n",
    "templates that are all the same": HTTP + "    json:\n" + "      - '{{A}}'\n" * 70_000,
    "merge keys": "x-0: &m0 {a: 1}\n"
    + "".join(f"x-{i}: &m{i} [{f'*m{i - 1},' * 9}]\n" for i in range(1, 12))
    + HEAD,
}


@pytest.mark.proves("P1", "P5")
@pytest.mark.parametrize("name", COSTLY)
def test_costly_file_is_judged_within_the_limits(name: str, tmp_path: Path) -> None:
    path = tmp_path / "costly.yaml"
    path.write_text(COSTLY[name])
    result = load_limited(path)
    assert result["kilobytes"] < 200 * 1024
    assert not result["ok"] or name == "filters"


SCRIPT = HEAD + "  - name: s\n    kind: shell\n    run: |\n      "
COSTLY_TO_LINT = {
    "patterns": "name: a\nvars:\n"
    + many("  V#: {pattern: '((a?){65}){65}#?'}\n", 990)
    + "steps:\n"
    + many("  - {name: s#, kind: shell, run: 'ls {{ V# }}'}\n", 900),
    "loops": SCRIPT + "until x; do " * 80_000,
    "functions": SCRIPT
    + "".join(f"f{i}() {{ f{i + 1}; }}; " for i in range(800))
    + "f0; while true; do x & done",
    "names that are made": SCRIPT
    + "f() { s"
    + many("${V#}", 200)
    + 'z; "$1"; shift; }; f {{ A }}\n',
    "choices": "name: a\nvars:\n  V: {type: enum, choices: ["
    + many("c#,", 1000)
    + "]}\nsteps:\n"
    + many("  - {name: s#, kind: shell, run: 'eval " + "{{ V }} " * 30 + "'}\n", 900),
    "a written list": HEAD
    + many(
        '  - {name: s#, kind: shell, foreach: "{{ ['
        + "'a'," * 150
        + "] }}\", run: 'eval {{ item }} {{ item }}'}\n",
        900,
    ),
    "a large pattern": "name: a\nvars: {V: {pattern: '(([a-z]|[b-f])?){300}'}}\nsteps:\n"
    + many("  - {name: s#, kind: shell, run: 'eval " + "{{ V }} " * 30 + "'}\n", 900),
    "secrets by captures": "name: a\nvars: {S: {type: secret}}\nsteps:\n"
    + "".join(
        f"  - {{name: s{n}, kind: shell, run: x, capture: {{" + many(f"C{n}_#: S,", 30) + "}}\n"
        for n in range(900)
    ),
    "findings": SCRIPT + many('rm -rf "$x#"/*; ', 6000),
    "nested substitutions": HEAD
    + many(
        "  - {name: s#, kind: shell, run: 'echo " + '"$(echo ' * 60 + "x#" + ')"' * 60 + "'}\n", 900
    ),
    "comments": SCRIPT + "# " * 450_000,
    "one word": SCRIPT + "-a" * 450_000,
    "keys": SCRIPT + "token " * 150_000,
    "captures": HEAD
    + "  - {name: s, kind: shell, run: x, capture: {"
    + many("C#: output,", 15_000)
    + "}}\n",
}


@pytest.mark.proves("P1", "P5")
@pytest.mark.parametrize("name", COSTLY_TO_LINT)
def test_costly_file_is_linted_within_the_limits(name: str, tmp_path: Path) -> None:
    path = tmp_path / "costly.yaml"
    path.write_text(COSTLY_TO_LINT[name])
    result = load_limited(path)
    assert result["kilobytes"] < 200 * 1024
    assert result["ok"]


def script(*lines: str) -> str:
    """A runbook of one script that holds values."""
    return (
        HEAD
        + "  - name: s\n    kind: shell\n    shell: bash\n    run: |\n"
        + "".join(f"      {line}\n" for line in lines)
    )


FEW_BYTES = {
    "blocks within blocks": script(*["if x; then"] * 1000, "ls {{ A }}", *["fi"] * 1000),
    "braces within braces": script("{ " * 2000 + "ls {{ A }}; " + "}; " * 2000),
    "substitutions within substitutions": script("$(" * 450 + "ls {{ A }}" + ")" * 450),
    "expansions within expansions": script("${x:-" * 2000 + "{{ A }}" + "}" * 2000),
    "functions within functions": script(
        "".join(f"f{i}() {{ " for i in range(450)) + "ls {{ A }}; " + "}; " * 450
    ),
    "texts that evaluate texts": script("eval " * 2000 + "ls {{ A }}"),
    "a function that runs itself": script('h() { "$@"; }', "h " * 400 + "ls {{ A }}"),
    "functions that shift": script(
        *(f'f{i}() {{ local a=$1; shift; f{i + 1} "$a" "$@"; }}' for i in range(140)),
        *(f"f{i} {{{{ A }}}} a b c" for i in range(140)),
    ),
    "a function that drops all its words": script(
        "f() { " + "shift; " * 1500 + '"$@"; }; f a b c {{ A }}'
    ),
    "functions that run each other": script(
        *(f'h{i}() {{ "$@"; }}' for i in range(300)),
        " ".join(f"h{i}" for i in range(300)) + " ls {{ A }}",
    ),
    "functions that keep the command": script(
        *(f'k{i}() {{ X=$1; "$X" "$@"; }}; k{i} {{{{ A }}}} a' for i in range(120))
    ),
    "quoted words within quoted words, in many scripts": HEAD
    + many(
        "  - {name: s#, kind: shell, run: 'echo "
        + '"$(echo ' * 60
        + "{{ A }} #"
        + ')"' * 60
        + "'}\n",
        160,
    ),
    "conditions within conditions, in many scripts": HEAD
    + many(
        "  - {name: s#, kind: shell, shell: bash, run: '"
        + "if x; then " * 190
        + "echo {{ A }} #"
        + "; fi" * 190
        + "'}\n",
        30,
    ),
    "scripts that get the environment": script(
        *(f'export E{i}={{{{ A }}}}; sh -c "ls $E{i}"' for i in range(250))
    ),
}
"""Files of 1 to 100 kB that would be judged for minutes, or longer than is allowed, or end in a fault."""


@pytest.mark.proves("P1", "P5")
@pytest.mark.parametrize("name", FEW_BYTES)
def test_file_of_a_few_bytes_is_judged_within_the_limits(name: str, tmp_path: Path) -> None:
    path = tmp_path / "costly.yaml"
    path.write_text(FEW_BYTES[name])
    load_limited(path)


@pytest.mark.proves("P1")
def test_script_that_nests_too_deep_is_told_of(tmp_path: Path) -> None:
    path = tmp_path / "deep.yaml"
    path.write_text(script(*["if x; then"] * 150, "ls {{ A }}", *["fi"] * 150))
    assert load_limited(path)["ok"]
    path.write_text(FEW_BYTES["blocks within blocks"])
    told = [message for *_, message, _ in load_limited(path)["problems"]]
    assert any("the script nests deeper than 200 levels" in each for each in told)


@pytest.mark.parametrize("count", [20, 100])
def test_many_calls_of_one_helper_are_judged(count: int, tmp_path: Path) -> None:
    path = tmp_path / "helpers.yaml"
    path.write_text(
        script(
            'step() { local told=$1; shift; echo "$told"; "$@"; }',
            'retry() { local n=$1; shift; until "$@"; do n=$((n - 1)); done; }',
            *(
                f'step "restart {i}" retry 3 ssh web-{i} systemctl restart {{{{ A }}}}'
                for i in range(count)
            ),
        )
    )
    result = load_limited(path)
    assert result["ok"]
    assert not any("takes too long" in problem[2] for problem in result["problems"])


STEP = "{name: w, kind: wait, duration: 1s}"
ONE = "name: r\nsteps: [" + STEP + "]\n"
BILLION = "x-0: &m0 [1,1,1,1,1,1,1,1,1]\n" + "".join(
    f"x-{i}: &m{i} [{f'*m{i - 1},' * 9}]\n" for i in range(1, 5)
)


def calls(count: int, to: str) -> str:
    return HEAD + many("  - {name: s#, " + to + "}\n", count)


def nested(deep: int, inner: str) -> str:
    for _ in range(deep):
        inner = "{name: g, kind: group, steps: [" + inner + "]}"
    return f"name: a\nsteps: [{inner}]\n"


COSTLY_TOGETHER: dict[str, tuple[bool, dict[str, str]]] = {
    "groups that call ever more groups": (
        False,
        {"costly.yaml": calls(99, "template: g0"), "_templates/g9.yaml": f"steps: [{STEP}]\n"}
        | {
            f"_templates/g{n}.yaml": "steps:\n"
            + many("  - {name: s#, template: g" + str(n + 1) + "}\n", 99)
            for n in range(9)
        },
    ),
    "runbooks that call ever more runbooks": (
        False,
        {"costly.yaml": calls(99, "kind: runbook, runbook: g0"), "g9.yaml": ONE}
        | {f"g{n}.yaml": calls(99, f"kind: runbook, runbook: g{n + 1}") for n in range(9)},
    ),
    "called runbooks full of aliases": (
        False,
        {"costly.yaml": calls(500, "kind: runbook, runbook: r#")}
        | {f"r{n}.yaml": BILLION + ONE for n in range(500)},
    ),
    "deep blocks that call deep blocks": (
        True,
        {"costly.yaml": nested(13, "{name: x, kind: runbook, runbook: g0}"), "g9.yaml": ONE}
        | {
            f"g{n}.yaml": nested(13, "{name: x, kind: runbook, runbook: g" + str(n + 1) + "}")
            for n in range(9)
        },
    ),
    "secrets for all variables of a called runbook": (
        True,
        {
            "costly.yaml": "name: a\nvars: {S: {type: secret}}\nsteps:\n"
            "  - name: c\n    kind: runbook\n    runbook: called\n    vars:\n"
            + many("      V#: '{{ S }}#'\n", 1000),
            "called.yaml": "name: called\nvars:\n"
            + many("  V#: {}\n", 1000)
            + "steps:\n"
            + many("  - {name: s#, kind: shell, run: x, env: {A: '{{ V# }}'}}\n", 999),
        },
    ),
    "a thousand steps side by side that want each other": (
        False,
        {
            "costly.yaml": HEAD
            + "  - name: p\n    kind: parallel\n    steps:\n"
            + many(
                "      - {name: s#, kind: shell, run: 'echo {{ X }}', capture: X}\n",
                998,
            )
        },
    ),
    "values asked for by the thousand": (
        True,
        {
            "costly.yaml": HEAD
            + many(
                "  - {name: s#, kind: input, vars: {"
                + ", ".join(f"V#_{i}: {{when: A == 1}}" for i in range(20))
                + "}}\n",
                400,
            )
        },
    ),
    "items by the thousand for a pattern that takes long": (
        False,
        {
            "costly.yaml": HEAD
            + "  - {name: s, kind: runbook, runbook: r, vars: {L: ["
            + many("aaaaaaaaaaaaaaaaaaaa#, ", 9_900)
            + "]}}\n",
            "r.yaml": "vars: {L: {type: list, pattern: '((a?){30}){30}b*'}}\n" + ONE,
        },
    ),
    "items by the thousand that are no choices": (
        False,
        {
            "costly.yaml": HEAD
            + "  - {name: s, kind: runbook, runbook: r, vars: {L: ["
            + many("d#, ", 9_900)
            + "]}}\n",
            "r.yaml": "vars: {L: {type: list, choices: [" + many("c#, ", 1000) + "]}}\n" + ONE,
        },
    ),
    "a thousand templates that are not there": (
        False,
        {"costly.yaml": calls(999, "template: t#")},
    ),
}


@pytest.mark.proves("P1", "P5")
@pytest.mark.parametrize("name", COSTLY_TOGETHER)
def test_costly_files_are_judged_together_within_the_limits(name: str, tmp_path: Path) -> None:
    valid, files = COSTLY_TOGETHER[name]
    (tmp_path / "_templates").mkdir()
    for file, text in files.items():
        (tmp_path / file).write_text(text)
    result = load_limited(tmp_path / "costly.yaml")
    assert result["kilobytes"] < 200 * 1024
    assert result["ok"] is valid
