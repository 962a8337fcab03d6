"""How `show` has the output of steps told: on a terminal and to a pipe, as JSON Lines, and of a past run."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.program import Program

PODS = '{"items":[{"name":"web","meta":{"ns":"prod"},"n":1},{"name":"db","meta":{"ns":"x"}}]}'
TABLE = "name | meta.ns | Twice\n-----+---------+------\nweb  | prod    | 2\ndb   | x       |\n(2 rows)\n"


def _steps(*steps: str, head: str = "") -> str:
    listed = "".join(f"  - {{{step}}}\n" for step in steps)
    return f"name: t\n{head}steps:\n{listed}"


def _print(output: str, name: str = "a") -> str:
    return f"name: {name}, kind: shell, stdin: '{output}', run: cat"


def _newest(program: Program) -> str:
    found: str = program("history", "--json").json[0]["run"]
    return found


def test_a_table_is_printed_recorded_beside_the_output_and_shown_again(program: Program) -> None:
    columns = "[name, meta.ns, {title: 'Tw{{ HOW }}', value: row.n * 2}]"
    table = f"show: {{table: {{rows: json.items, columns: {columns}}}}}"
    program.write("t", _steps(f"{_print(PODS)}, {table}", head="vars: {HOW: ice}\n"))
    done = program("run", "t.yaml")
    assert done.code == 0
    assert done.out == TABLE
    shown = program("show", _newest(program))
    assert all(f"   {line}" in shown.out for line in TABLE.splitlines())
    assert PODS not in shown.out.partition("stdin")[2].partition("\n")[2]
    (step,) = program("show", _newest(program), "--json").json["steps"]
    assert Path(step["output"]).read_text() == PODS + "\n"


def test_json_lines_tell_what_was_printed_whatever_is_shown(program: Program) -> None:
    program.write("t", _steps(f"{_print(PODS)}, show: json", f"{_print('x', 'b')}, show: none"))
    events = [json.loads(line) for line in program("run", "t.yaml", "--json").out.splitlines()]
    told = [event["text"] for event in events if event["type"] == "step.output"]
    assert told == [PODS, "x"]


def test_pretty_json_has_no_colours_off_a_terminal(program: Program) -> None:
    program.write("t", _steps(f"{_print('[1.10]')}, show: json"))
    assert program("run", "t.yaml").out == "[\n  1.10\n]\n"


def test_what_is_not_shown_is_kept_and_named(program: Program) -> None:
    step = "name: a, kind: shell, run: echo printed; echo told >&2, show: none"
    program.write("t", _steps(step))
    done = program("run", "t.yaml")
    assert done.out == ""
    (line,) = [line for line in done.err.splitlines() if "its output is not shown" in line]
    assert Path(line.partition("not shown: ")[2]).read_text() == "printed\ntold\n"
    assert "its output is not shown: " in program("show", _newest(program)).out
    assert "\n   told" not in done.err + program("show", _newest(program)).out


def test_a_failure_is_shown_whatever_its_step_says(program: Program) -> None:
    fails = "kind: shell, run: 'echo out {{ item }}; echo err >&2; exit 3', foreach: [1]"
    program.write(
        "t",
        _steps(
            f"name: a, {fails}, show: none, on_failure: warn",
            f"name: b, {fails}, show: json, on_failure: ignore",
            f"name: c, {fails}, show: {{table: {{rows: json}}}}",
        ),
    )
    done = program("run", "t.yaml")
    assert done.out == "out 1\n" * 3
    assert done.err.splitlines().count("err") == 3
    assert program("show", _newest(program)).out.count("out 1\n") == 3


def test_an_attempt_that_failed_is_shown_no_more_once_one_succeeded(program: Program) -> None:
    script = "run: '[ -e there ] && echo 2 || { touch there; echo 1; exit 1; }'"
    program.write(
        "t",
        _steps(f"name: a, kind: shell, {script}, show: none, retry: {{attempts: 2, delay: 1ms}}"),
    )
    done = program("run", "t.yaml")
    assert (done.code, done.out) == (0, "")


def test_what_cannot_be_shown_so_is_shown_as_it_is_with_the_reason(program: Program) -> None:
    wrong = "{title: x, value: 1 + 'a'}"
    program.write(
        "t",
        _steps(
            f"{_print('no json')}, show: json",
            f"{_print('{}', 'b')}, show: {{table: {{rows: json}}}}",
            f"{_print('{}', 'c')}, show: {{table: {{rows: json.nothing}}}}",
            f"{_print('[{}]', 'd')}, show: {{table: {{rows: json, columns: [{wrong}]}}}}",
            "name: e, kind: shell, run: 'yes 1 | head -n 700000', show: json",
        ),
    )
    done = program("run", "t.yaml")
    assert done.code == 0
    assert done.out == "no json\n{}\n{}\n[{}]\n" + "1\n" * 700_000
    told = [line for line in done.err.splitlines() if line.startswith("[pup-tui] shown as it is: ")]
    assert [line.partition(": ")[2] for line in told] == [
        "the output is not JSON",
        "`json` gives no list of rows",
        "`json` has no `nothing`: `| default(…)` says what to take where it is missing",
        told[3].partition(": ")[2],
        "the output is over 1 MiB, more than an expression may look at",
    ]
    assert "in the column `1 + 'a'`" in told[3]


def test_no_secret_reaches_what_is_shown(program: Program) -> None:
    rows = """stdin: '{{ [{"t": WORD, "n": 1}] | tojson }}', run: cat"""
    columns = "[t, {title: '{{ WORD }}', value: 'WORD[:4]'}, {title: U, value: t | upper}, n]"
    program.write(
        "t",
        _steps(
            f"name: a, kind: shell, {rows}, show: {{table: {{rows: json, columns: {columns}}}}}",
            f"name: b, kind: shell, {rows}, show: json",
            "name: c, kind: shell, run: echo, show: {table: {rows: 'WORD.split(`-`)'}}".replace(
                "`", '"'
            ),
            head="vars: {WORD: {type: secret, from: 'env:A_WORD'}}\n",
        ),
    )
    done = program("run", "t.yaml", A_WORD="hunter-of-tests")
    assert done.code == 0
    table = ["t   | *** | U   | n", "----+-----+-----+--", "*** | *** | *** | 1"]
    assert done.out.splitlines()[:3] == table
    assert "is made out of a secret" in done.err
    told = done.out + done.err + program("show", _newest(program)).out
    told += "".join(path.read_text() for path in (program.cwd.parent / "state").rglob("*.log"))
    assert "hunt" not in told.lower()
