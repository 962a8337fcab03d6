"""Values of the type `list`, on the command line and on a terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.program import Program
from tests.support.terminal import ended, typed

RUNBOOK = """\
name: lists
vars:
  HOSTS: {type: list, description: Hosts to drain, pattern: "[a-z0-9.-]+", max_length: 3}
  ZONES: {type: list, choices: [eu, {value: us, label: The states}], default: [us, eu]}
  COPY: {type: list, default: ["{{ HOSTS[0] }}", "{{ ZONES | length }}"]}
  SAME: {type: list, default: "{{ HOSTS }}"}
steps:
  - {name: Show, kind: shell, run: "echo {{ HOSTS }} {{ ZONES | join('+') }} {{ COPY }} {{ SAME }}"}
  - {name: Each, kind: shell, foreach: HOSTS, run: "echo each {{ item }}"}
  - name: Loop
    kind: shell
    run: for h in {% for h in HOSTS %}{{ h }} {% endfor %}; do echo "loop $h"; done
"""

ASKS = """\
name: asks
steps:
  - name: ask
    kind: input
    vars: {WHICH: {type: list, choices: [p, q, r]}, MORE: {type: list, default: [x y]}}
  - {name: use, kind: shell, run: "echo {{ WHICH }} {{ MORE }}"}
"""


@pytest.mark.parametrize(
    "given",
    [
        ("--arg", "HOSTS=a.b", "--arg", "HOSTS=1.10"),
        ("--arg", 'HOSTS=["a.b", 1.10]'),
        ("--arg", 'HOSTS=["a.b"]', "--arg", "HOSTS=1.10"),
        ("--arg", "HOSTS=", "--arg", "HOSTS=a.b", "--arg", "HOSTS=1.10"),
        ("--arg-file", "values.yaml"),
        ("--arg-file", "other.yaml", "--arg", "HOSTS=a.b", "--arg", "HOSTS=1.10"),
    ],
)
def test_the_ways_to_give_a_list(program: Program, given: tuple[str, ...]) -> None:
    program.write("lists", RUNBOOK)
    (program.cwd / "values.yaml").write_text("HOSTS: [a.b, 1.10]\n")
    (program.cwd / "other.yaml").write_text("HOSTS: other\n")
    done = program("run", "lists.yaml", *given)
    assert done.code == 0, done.err
    assert done.out.splitlines() == [
        '["a.b", "1.10"] us+eu ["a.b", "2"] ["a.b", "1.10"]',
        "each a.b",
        "each 1.10",
        "loop a.b",
        "loop 1.10",
    ]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["HOSTS=a", "HOSTS=B_1"], "`HOSTS`: item 2: `B_1` does not match the pattern"),
        (["HOSTS="], "`HOSTS`: it is required and may not be empty"),
        (["HOSTS=[]"], "`HOSTS`: it is required and may not be empty"),
        (["HOSTS=a", 'HOSTS=["b","c","d"]'], "`HOSTS`: it must have at most 3 items"),
        (['HOSTS=[{"a": 1}]'], "HOSTS: item 1 must be text, not a map"),
        (["HOSTS=a", "ZONES=eu", "ZONES=usa"], "`ZONES`: item 2: `usa` is not one of the choices"),
    ],
)
def test_a_wrong_list_is_told_with_its_item(program: Program, given: list[str], told: str) -> None:
    program.write("lists", RUNBOOK)
    done = program("run", "lists.yaml", *(word for arg in given for word in ("--arg", arg)))
    assert (done.code, done.out) == (2, "")
    assert told in done.err


def test_a_list_in_a_file_of_values_holds_texts_only(program: Program) -> None:
    program.write("lists", RUNBOOK)
    (program.cwd / "values.yaml").write_text("HOSTS: [a, {b: c}]\n")
    done = program("run", "lists.yaml", "--arg-file", "values.yaml")
    assert done.code == 2
    assert (
        "values.yaml:1:12: item 2 of `HOSTS` must be a text, a number or true or false" in done.err
    )


def test_a_list_in_a_file_is_for_lists_only(program: Program) -> None:
    program.write(
        "one", "name: one\nvars: {A: {}}\nsteps: [{name: s, kind: shell, run: 'x {{ A }}'}]\n"
    )
    (program.cwd / "values.yaml").write_text("A: [a]\n")
    done = program("run", "one.yaml", "--arg-file", "values.yaml")
    assert done.code == 2
    assert "A must be one value, not a list: --arg-file" in done.err


def test_a_list_is_told_as_json_everywhere(program: Program) -> None:
    program.write("lists", RUNBOOK)
    described = program("describe", "lists.yaml")
    assert 'default: ["us", "eu"] (any of eu, us)' in described.out
    assert program("describe", "lists.yaml", "--json").json["vars"]["ZONES"]["default"] == [
        "us",
        "eu",
    ]
    given = ("lists.yaml", "--arg", "HOSTS=a", "--arg", "HOSTS=b")
    assert '  HOSTS = ["a", "b"]\n' in program("plan", *given).out
    assert program("plan", *given, "--json").json["vars"]["HOSTS"] == ["a", "b"]
    events = program("run", *given, "--json")
    assert events.event("run.started")["vars"]["HOSTS"] == ["a", "b"]
    run = events.events[0]["run"]
    assert '  HOSTS = ["a", "b"]\n' in program("show", run).out
    assert program("show", run, "--json").json["vars"]["HOSTS"] == ["a", "b"]


def test_the_lock_of_a_list_is_its_json(program: Program) -> None:
    program.write("lists", RUNBOOK.replace("steps:", "lock: 'of {{ HOSTS }}'\nsteps:"))
    run = program("run", "lists.yaml", "--arg", "HOSTS=a", "--json").events[0]["run"]
    assert program("show", run, "--json").json["lock"] == 'of ["a"]'


def test_answers_that_are_lists(program: Program) -> None:
    program.write("asks", ASKS)
    done = program("run", "asks.yaml", "--set", "ask.WHICH=r", "--set", "ask.WHICH=p")
    assert (done.code, done.out) == (0, '["r", "p"] ["x y"]\n')
    (program.cwd / "v.yaml").write_text("answers: {ask: {WHICH: [q], MORE: [1.10]}}\n")
    done = program("run", "asks.yaml", "--arg-file", "v.yaml", "--json")
    assert done.event("step.answered")["values"] == {"WHICH": ["q"], "MORE": ["1.10"]}
    run = done.events[0]["run"]
    assert '    MORE = ["1.10"]\n' in program("show", run).out
    done = program("run", "asks.yaml", "--set", "ask.WHICH=p", "--set", "ask.WHICH=s")
    assert done.code == 2
    assert "ask.WHICH: item 2: `s` is not one of the choices" in done.err


def test_lists_from_a_profile_and_the_environment(program: Program) -> None:
    program.write("lists", RUNBOOK.replace("max_length: 3", 'from: ["env:NONE", "env:FROM"]'))
    environ = {"NONE": "[]", "FROM": '["e1", "e2"]'}
    assert program("run", "lists.yaml", **environ).out.startswith('["e1", "e2"] us+eu')
    assert program("run", "lists.yaml", FROM="e1").out.startswith('["e1"] us+eu')
    profiles = Path(program.environ["PUP_TUI_CONFIG_DIR"]) / "profiles"
    profiles.mkdir(parents=True)
    (profiles / "one.yaml").write_text("vars: {HOSTS: [p1, 1.10]}\n")
    done = program("run", "lists.yaml", "--profile", "one", **environ)
    assert done.out.startswith('["p1", "1.10"] us+eu'), done.err
    (profiles / "two.yaml").write_text("vars: {HOSTS: [p1, P_2]}\n")
    done = program("run", "lists.yaml", "--profile", "two")
    assert done.code == 2
    assert "item 2: `P_2` does not match the pattern" in done.err


def test_lists_of_called_runbooks_and_groups(program: Program) -> None:
    program.write("lists", RUNBOOK.replace("default: [us, eu]", "default: []"))
    (program.cwd / "_templates").mkdir()
    program.write(
        "_templates/group",
        "params: {NAMES: {type: list, max_length: 2}}\n"
        "steps: [{name: Told, kind: shell, foreach: NAMES, run: 'echo told {{ item }}'}]\n",
    )
    program.write(
        "caller",
        """\
name: caller
vars: {A: {type: list}, B: x1}
steps:
  - {name: Call, kind: runbook, runbook: lists, vars: {HOSTS: ["{{ B }}", 1.10], ZONES: [us]}}
  - {name: Group, template: group, with: {NAMES: "{{ A }}"}}
""",
    )
    done = program("run", "caller.yaml", "--arg", "A=a", "--arg", "A=b c")
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert lines[0] == '["x1", "1.10"] us ["x1", "1"] ["x1", "1.10"]'
    assert lines[-2:] == ["told a", "told b c"]
    done = program("run", "caller.yaml", "--arg", "A=[1, 2, 3]")
    assert done.code == 1
    assert "it must have at most 2 items" in done.err


def test_hostile_items_are_data(program: Program) -> None:
    items = [
        "; touch pwned",
        "$(touch pwned)",
        "`touch pwned`",
        "'\"",
        "-n",
        "*",
        "a\nb",
        "{{ 7*7 }}",
    ]
    program.write(
        "hostile",
        """\
name: hostile
vars: {HOSTS: {type: list}}
steps:
  - {name: All, kind: shell, run: "printf '%s\\\\n' {{ HOSTS }}"}
  - name: Loop
    kind: shell
    run: for h in {% for h in HOSTS %}{{ h }} {% endfor %}; do printf '<%s>\\n' "$h"; done
""",
    )
    done = program("run", "hostile.yaml", "--arg", f"HOSTS={json.dumps(items)}")
    assert done.code == 0, done.err
    first, _, rest = done.out.partition("\n")
    assert json.loads(first) == items
    assert rest == "".join(f"<{item}>\n" for item in items)
    assert not (program.cwd / "pwned").exists()


def test_a_list_is_typed_line_by_line(program: Program) -> None:
    program.write("lists", RUNBOOK.replace("max_length: 3", "min_length: 2, max_length: 3"))
    with typed(program, "run", "lists.yaml") as child:
        child.expect("HOSTS \\(Hosts to drain\\) one item a line, an empty line ends: ")
        child.sendline("")
        child.expect("it needs a value")
        child.expect("an empty line ends: ")
        child.sendline("a")
        child.expect("  and: ")
        child.sendline("")
        child.expect("at least 2 items")
        child.sendline("B_1")
        child.expect("item 2: `B_1` does not match the pattern")
        child.sendline('["b", "c"]')
        child.expect("  and: ")
        child.sendline("d")
        child.expect("at most 3 items")
        child.sendline("")
        child.expect('\\["a", "b", "c"\\] us\\+eu')
        assert ended(child) == 0


def test_a_question_takes_a_list_line_by_line(program: Program) -> None:
    program.write("asks", ASKS)
    with typed(program, "run", "asks.yaml") as child:
        child.expect("WHICH \\[p, q, r\\] one item a line, an empty line ends: ")
        child.sendline("s")
        child.expect("`s` is not one of the choices")
        child.expect("an empty line ends: ")
        child.sendline("q")
        child.expect("  and: ")
        child.sendline("p")
        child.expect("  and: ")
        child.sendline("")
        child.expect('MORE {\\["x y"\\]} one item a line')
        child.sendline("")
        child.expect('\\["q", "p"\\] \\["x y"\\]')
        assert ended(child) == 0


LEFT_OUT = """\
name: left-out
vars:
  L: {type: list, required: false}
  ENVIRON: {type: list, required: false, from: "env:SURELY_NOT_SET"}
  UNWANTED: {type: list, when: "1 == 2"}
  COPY: {default: "{% for l in L %}{{ l }}{% endfor %}copy"}
lock: "lock{% for l in L %}/{{ l }}{% endfor %}"
steps:
  - {name: ask, kind: input, vars: {ASKED: {type: list, required: false}}}
  - name: loop
    kind: shell
    run: |
      for x in {% for l in L %}{{ l }} {% endfor %}; do echo "$x"; done
      for x in {% for l in ENVIRON %}{{ l }} {% endfor %}; do echo "$x"; done
      for x in {% for l in UNWANTED %}{{ l }} {% endfor %}; do echo "$x"; done
      for x in {% for l in ASKED %}{{ l }} {% endfor %}; do echo "$x"; done
      echo "{{ COPY }}<{{ L }}>"
  - {name: each, kind: shell, foreach: L, run: "echo {{ item }}"}
  - {name: asked, kind: shell, foreach: "{{ ASKED }}", run: "echo {{ item }}"}
  - {name: group, template: group}
  - {name: groups, template: group, foreach: [1, 2]}
  - name: means
    kind: shell
    if: L is not defined and L | default('x') == 'x' and not L and L == [] and L | length == 0
    run: echo {{ L | tojson }} {{ (L + ['q']) | join }}
"""
GROUP = """\
params: {P: {type: list, required: false}}
steps:
  - {name: each, kind: shell, foreach: P, run: "echo {{ item }}"}
  - {name: loop, kind: shell, run: "echo in{% for p in P %}{{ p }}{% endfor %}"}
"""


def test_one_that_was_left_out_has_no_items(program: Program) -> None:
    program.write("left-out", LEFT_OUT)
    (program.cwd / "_templates").mkdir()
    program.write("_templates/group", GROUP)
    (program.cwd / "values.yaml").write_text("answers: {ask: {}}\n")
    done = program("run", "left-out.yaml", "--arg-file", "values.yaml")
    assert done.code == 0, done.out + done.err
    assert done.out.splitlines() == ["copy<>", "in", "in", "in", "[] q"]
    planned = program("plan", "left-out.yaml")
    assert planned.code == 0
    assert "a list" not in planned.out


COMPARED = """\
name: compared
vars:
  N: {type: integer, required: false}
  B: {type: boolean, required: false}
steps:
  - {name: truth, kind: shell, if: "not B and B is not defined and N == ''", run: "echo {{ B }}false"}
  - {name: more, kind: shell, if: "N > 3", run: "echo {{ N }}"}
"""


def test_any_other_type_that_was_left_out_is_blank(program: Program) -> None:
    program.write("compared", COMPARED)
    done = program("run", "compared.yaml")
    assert (done.code, done.out.splitlines()) == (1, ["false"])
    assert "left out is neither more nor less than another in `N > 3`" in done.err
    assert "`| default(…)` replaces it" in done.err
