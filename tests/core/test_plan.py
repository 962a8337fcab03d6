"""What a run would do."""

from __future__ import annotations

import pytest

from pup_tui.core.plan import MOST_STEPS, PlannedStep, plan
from pup_tui.runbook.model import Step
from pup_tui.template.errors import UndefinedName
from pup_tui.template.not_yet import StandIns
from tests.support.player import Player
from tests.support.runbooks import program_of

PROGRAM = program_of(
    """
    vars: {X: "a b", GO: {type: boolean, default: false}, GONE: {required: false}}
    steps:
      - {name: look, kind: shell, run: "echo {{ X }}", capture: {ID: json.id}}
      - {name: use, kind: shell, run: "use {{ ID }} of {{ X }}"}
      - {name: maybe, kind: shell, if: GO, run: go}
      - {name: later, kind: shell, if: ID == 'x', run: go}
      - {name: ask, kind: confirm, message: "Go on with {{ X }}{{ GONE }}?"}
      - {name: rest, kind: wait, duration: 90s}
      - {name: who, kind: shell, run: "echo {{ run.operator }} {{ run.id }}"}
    """
)


def _plan() -> dict[str, PlannedStep]:
    def unknown(step: Step) -> bool | None:
        return None

    steps = plan(PROGRAM, {"X": "a b", "GO": False}, ("GONE",), "ada", unknown)
    return {step.id: step for step in steps}


def test_what_can_be_known_is_rendered() -> None:
    steps = _plan()
    assert (steps["look"].command, steps["look"].known) == ("echo 'a b'", True)
    assert (steps["ask"].command, steps["ask"].known) == ("Go on with a b?", True)
    assert steps["rest"].command == "wait 90 s"


def test_what_cannot_be_known_yet_says_why() -> None:
    steps = _plan()
    assert steps["use"].known is False
    assert steps["use"].command == "use {{ ID }} of 'a b'"
    assert steps["use"].reason == "it needs ID, which `look` has yet to capture"
    assert (steps["later"].known, steps["later"].command) == (False, "go")
    assert steps["who"].known is False


def test_a_step_that_will_be_skipped_says_so() -> None:
    step = _plan()["maybe"]
    assert (step.known, step.reason) == (True, "skipped: its `if` does not hold: GO")


def test_a_condition_that_a_variable_without_a_value_decides_says_so() -> None:
    program = program_of(
        """
        vars: {N: {type: integer, required: false}, M: {required: false}}
        steps:
          - {name: a, kind: shell, run: x, if: N == 0}
          - {name: b, kind: shell, run: x, if: N == M and N}
          - {name: c, kind: shell, run: x, if: N | default(1) == 0}
        """
    )
    player = Player(program).create(left_out=("N", "M"))
    player.play()
    told = "skipped: its `if` does not hold"
    reasons = [step.reason for step in plan(program, {}, ("N", "M"), "ada", lambda _: None)]
    assert reasons == [
        f"{told}: N == 0: `N` was left out",
        f"{told}: N == M and N: `M`, `N` were left out",
        f"{told}: N | default(1) == 0",
    ]
    steps = player.machine.state.steps
    assert [f"skipped: {steps[id_].reason}" for id_ in ("a", "b", "c")] == reasons


def test_a_plan_shows_what_a_run_starts() -> None:
    planned = _plan()
    player = Player(PROGRAM, answers={"ask": ["yes"]}).create(X="a b", GO=False, left_out=("GONE",))
    player.play(until=lambda p: bool(p.started))
    assert player.started[0].shown == planned["look"].command


def test_lists_in_lists_are_unfolded_only_as_far_as_somebody_could_read() -> None:
    hundred = list(range(100))
    program = program_of(
        f"""
        steps:
          - name: a
            kind: group
            foreach: {hundred}
            steps:
              - name: b
                kind: group
                foreach: {hundred}
                as: inner
                steps: [{{name: c, kind: shell, run: ls, foreach: {hundred}, as: innermost}}]
        """
    )
    steps = plan(program, {}, (), "ada", lambda step: None)
    assert len(steps) <= 2 * MOST_STEPS
    assert steps[-1].id.startswith("a[99]/b")


LIMITED = """
vars: {EVERY: 2s, TRIES: 3, WHERE: /srv}
steps:
  - {name: a, kind: shell, run: a, capture: FOUND, cwd: '{{ WHERE }}'}
  - name: b
    kind: shell
    run: b
    poll: {until: exit_code == 0, interval: '{{ EVERY }}', timeout: '{{ FOUND }}'}
  - {name: c, kind: shell, run: c, retry: {attempts: '{{ TRIES }}', delay: 1.5}}
"""


def test_limits_are_told_with_the_values_that_are_known() -> None:
    program = program_of(LIMITED)
    values = {"EVERY": "2s", "TRIES": 3, "WHERE": "/srv"}
    a, b, c = plan(program, values, (), "ada", lambda _: None)
    assert a.where == "on this computer in /srv"
    assert b.rules == ("until exit_code == 0, every 2s, for at most {{ FOUND }} (not known yet)",)
    assert c.rules == ("up to 3 attempts, 1.5s between them",)


def test_a_secret_in_what_is_asked_before_a_step_is_hidden() -> None:
    text = """
vars: {PLACE: {type: secret}}
steps: [{name: a, kind: shell, run: a, confirm: 'At {{ PLACE }}?'}]
"""
    (only,) = plan(program_of(text), {"PLACE": "/hunter2"}, (), "ada", lambda _: None)
    assert only.rules == ("asks first: At ***?",)


def test_a_number_alone_is_told_as_seconds() -> None:
    program = program_of("""
vars: {P: 90}
steps:
  - {name: a, kind: shell, run: a, timeout: 90}
  - {name: b, kind: shell, run: b, timeout: '{{ P }}'}
  - {name: c, kind: shell, run: c, poll: {until: exit_code == 0, interval: 2, max_attempts: 3}}
  - {name: d, kind: shell, run: d, retry: {attempts: 2, delay: 1500000.5}}
""")
    planned = plan(program, {"P": "90"}, (), "ada", lambda _: None)
    assert [line for step in planned for line in step.rules] == [
        "for at most 90s",
        "for at most 90s",
        "until exit_code == 0, every 2s, at most 3 attempts",
        "up to 2 attempts, 1500000.5s between them",
    ]


PARTLY_KNOWN = """
vars:
  HOSTS: {type: list, default: []}
  FORCE: {type: boolean, default: false}
  WHO: {default: a}
steps:
  - {name: a, kind: shell, run: a, capture: FOUND}
  - {name: b, kind: shell, run: 'echo {{ HOSTS }} {{ FORCE }} "{{ WHO }}" {{ FOUND }}'}
  - name: c
    kind: http
    url: 'https://example.com/{{ WHO }}'
    method: POST
    form: {w: '{{ WHO }}', f: '{{ FOUND }}'}
  - {name: d, kind: sql, url: 'sqlite:///x.db', query: 'select {{ WHO }}, {{ HOSTS }}, {{ FOUND }}'}
  - {name: e, kind: confirm, message: 'Do {{ FOUND }} with {{ HOSTS }} and {{ FORCE }}?'}
  - {name: f, kind: shell, run: 'echo {{ WHO }} {{ FOUND | upper }}'}
  - {name: g, kind: shell, run: 'echo {{ HOSTS }} $(({{ FOUND }} + 1))'}
"""


def test_what_is_known_stands_in_a_plan_as_it_will_be_beside_what_is_not() -> None:
    program = program_of(PARTLY_KNOWN)
    values = {"HOSTS": ["x", "it's"], "FORCE": True, "WHO": "a b"}
    told = [step.shown.text for step in plan(program, values, (), "ada", lambda _: None)[1:]]
    assert told == [
        """echo '["x", "it'"'"'s"]' true ""'a b'"" {{ FOUND }}""",
        "POST https://example.com/a%20b\nbody: w=a+b&f={{ FOUND }}",
        "sqlite:///x.db\nstatement: select 'a b', 'x', 'it''s', {{ FOUND }}",
        """Do {{ FOUND }} with ["x", "it's"] and true?""",
        "echo 'a b' {{ FOUND | upper }}",
        """echo '["x", "it'"'"'s"]' $(({{ FOUND }} + 1))""",
    ]


def test_items_that_are_not_known_yet_stand_there_as_they_were_written() -> None:
    program = program_of("""
vars: {WHO: {default: a b}}
steps:
  - {name: a, kind: shell, run: a, capture: FOUND}
  - {name: b, kind: shell, run: 'echo {{ item }}', foreach: ['{{ FOUND }}', '{{ WHO }}', 3]}
""")
    _, b = plan(program, {"WHO": "a b"}, (), "ada", lambda _: None)
    assert b.shown.command == "for each of {{ FOUND }}, a b, 3: echo {{ item }}"


def test_what_a_foreach_does_for_an_item_is_told_as_it_will_be() -> None:
    program = program_of("""
vars: {NS: {default: a}, FORCE: {type: boolean, default: true}}
steps:
  - {name: a, kind: shell, run: a, capture: {PODS: json}}
  - {name: b, kind: shell, foreach: PODS, run: 'rm {{ item }} {{ loop.index }} -n {{ NS }}'}
  - name: c
    kind: http
    method: POST
    foreach: PODS
    url: 'https://example.com/{{ NS }}/{{ item }}'
    json: {force: '{{ FORCE }}', pod: '{{ item }}'}
  - {name: d, kind: sql, url: 'sqlite:///x', foreach: PODS, query: 'select {{ NS }}, {{ item }}'}
""")
    _, *steps = plan(program, {"NS": "team a", "FORCE": True}, (), "ada", lambda _: None)
    assert [step.shown.text for step in steps] == [
        "for each of PODS: rm {{ item }} {{ loop.index }} -n 'team a'",
        """for each of PODS: POST https://example.com/team%20a/{{ item }}
body: {"force":true,"pod":"{{ item }}"}""",
        "for each of PODS: sqlite:///x\nstatement: select 'team a', {{ item }}",
    ]


JUDGED = """
vars:
  HOSTS: {type: list, default: []}
  WHO: {default: a}
  N: {type: integer, default: 1}
  GO: {type: boolean, default: true}
steps:
  - {name: get, kind: shell, run: a, capture: {FOUND: output, J: json}}
  - {name: pick, kind: input, message: Which?, vars: {Q: {default: '{{ FOUND }}'}}}
  - name: a
    kind: shell
    run: "STEP"
"""
JUDGED_STEPS = {
    "echo {{ WHO }} {{ FOUND[0] }} {{ J.x }} {{ J['a'] }} {{ not FOUND }}": (
        "echo 'a b' {{ FOUND[0] }} {{ J.x }} {{ J['a'] }} {{ not FOUND }}",
        "it needs FOUND, which `get` has yet to capture",
    ),
    "echo {% if FOUND %}--all {{ WHO }}{% else %}x{% endif %} {{ WHO }}": (
        "echo {% if FOUND %}--all {{ WHO }}{% else %}x{% endif %} 'a b'",
        "it needs FOUND, which `get` has yet to capture",
    ),
    "for h in {% for l in J %}{{ l }} {% endfor %}; do x $h {{ WHO }}; done": (
        "for h in {% for l in J %}{{ l }} {% endfor %}; do x $h 'a b'; done",
        "it needs J, which `get` has yet to capture",
    ),
    "echo {% for h in HOSTS if h != FOUND %}{{ h }}{% endfor %}": (
        "echo {% for h in HOSTS if h != FOUND %}{{ h }}{% endfor %}",
        "it needs FOUND, which `get` has yet to capture",
    ),
    "echo {% for h in HOSTS %}{{ h }}={{ FOUND ~ h }} {% endfor %}": (
        "echo x={{ FOUND ~ h }} y={{ FOUND ~ h }} ",
        "it needs FOUND, which `get` has yet to capture",
    ),
    "echo {{ WHO }} {{ steps.get.exit_code }}": (
        "echo 'a b' {{ steps.get.exit_code }}",
        "it needs steps.get.exit_code, and `get` has yet to run",
    ),
    "echo {{ WHO }} {{ steps.get.stderr | default('x') }}": (
        "echo 'a b' {{ steps.get.stderr | default('x') }}",
        "it needs steps.get.stderr, and `get` has yet to run",
    ),
    "echo {{ WHO }} {{ run.id | default('x') }}": (
        "echo 'a b' {{ run.id | default('x') }}",
        "it needs run.id, which is known when it runs",
    ),
    "echo {{ WHO }} {{ FOUND | default(WHO) }} {{ FOUND is defined }}": (
        "echo 'a b' {{ FOUND | default(WHO) }} {{ FOUND is defined }}",
        "it needs FOUND, which `get` has yet to capture",
    ),
    "echo {{ WHO }} {{ Q | upper }}": (
        "echo 'a b' {{ Q | upper }}",
        "it needs Q, which `pick` has yet to ask for",
    ),
    "echo {{ 'x' if GO else FOUND }}": ("echo x", ""),
    "echo $(({{ FOUND | int }} + {{ N }})) {{ WHO }}": (
        "echo $(({{ FOUND | int }} + 1)) 'a b'",
        "it needs FOUND, which `get` has yet to capture",
    ),
}


@pytest.mark.parametrize("script", JUDGED_STEPS)
def test_an_expression_that_cannot_be_known_stands_in_the_place_of_its_value(script: str) -> None:
    program = program_of(JUDGED.replace("STEP", script))
    values = {"HOSTS": ["x", "y"], "WHO": "a b", "N": 1, "GO": True}
    *_, step = plan(program, values, (), "ada", lambda _: None)
    assert (step.command, step.reason) == JUDGED_STEPS[script]
    assert step.known is (not step.reason)


def test_a_fallback_is_known_where_what_would_make_the_name_is_skipped() -> None:
    program = program_of("""
vars: {GO: {type: boolean, default: false}}
steps:
  - {name: a, kind: shell, if: GO, run: a, capture: {X: output, Y: output}}
  - {name: b, kind: shell, if: not GO, run: b, capture: {Y: output}}
  - {name: c, kind: shell, run: "echo {{ X | default('none') }}"}
  - {name: d, kind: shell, run: "echo {{ Y | default('none') }}"}
""")
    *_, c, d = plan(program, {"GO": False}, (), "ada", lambda _: None)
    assert (c.command, c.known) == ("echo none", True)
    assert (d.command, d.known) == ("echo {{ Y | default('none') }}", False)


def test_conditions_and_lists_with_a_fallback_for_what_is_not_known_yet_are_not_known() -> None:
    program = program_of("""
steps:
  - {name: a, kind: shell, run: a, capture: X}
  - {name: b, kind: shell, if: X is defined, run: b}
  - {name: c, kind: shell, foreach: 'X | default([])', run: 'c {{ item }}'}
""")
    _, b, c = plan(program, {}, (), "ada", lambda _: None)
    reason = "it needs X, which `a` has yet to capture"
    assert (b.known, b.reason) == (False, reason)
    assert (c.known, c.reason) == (False, reason)
    assert c.command == "for each of X | default([]): c {{ item }}"


def test_what_is_asked_and_where_a_step_runs_are_told_as_they_will_be() -> None:
    program = program_of("""
vars: {WHO: {default: a}, N: {type: integer, default: 3}}
steps:
  - {name: a, kind: shell, run: a, capture: X}
  - {name: b, kind: shell, run: b, confirm: 'Sure {{ WHO | upper }}?', cwd: '/x/{{ WHO | length }}'}
  - {name: c, kind: shell, run: c, confirm: '{{ WHO | upper }} {{ X | upper }}?', timeout: '{{ N * 2 }}s'}
""")
    _, b, c = plan(program, {"WHO": "a b", "N": 3}, (), "ada", lambda _: None)
    assert (b.where, b.rules) == ("on this computer in /x/3", ("asks first: Sure A B?",))
    asked = "asks first: A B {{ X | upper }}? (not known yet)"
    assert c.rules == (asked, "for at most 6s")


def test_values_of_every_kind_of_step_stand_beside_what_is_not_known_yet() -> None:
    program = program_of("""
vars: {WHO: {default: a}, GO: {type: boolean, default: true}}
steps:
  - {name: a, kind: shell, run: a, capture: {X: output}}
  - name: b
    kind: http
    method: POST
    url: 'https://{{ X }}/{{ WHO }}/{{ X | lower }}'
    body: '{"go": {{ GO }}, "x": {{ X | int }}, "who": "{{ WHO }}-{{ X }}"}'
  - name: c
    kind: http
    method: POST
    url: 'https://example.com'
    json: {go: '{{ GO }}', x: '{{ X | int }}', all: ['{{ GO }}', 'x{{ WHO }}{{ X }}']}
  - name: d
    kind: sql
    url: 'sqlite:///x.db'
    query: "select {{ WHO }}, {{ X | upper }} {% if X %}limit 1{% endif %}"
  - {name: e, kind: pup, run: "monitors list --tags {{ WHO }} {% if X %}--x{% endif %}"}
  - {name: f, kind: datadog-workflow, workflow_id: '{{ X }}', inputs: {go: '{{ GO }}', x: '{{ X[0] }}'}}
  - {name: g, kind: shell, run: cat, stdin: '{{ WHO }} {{ X[0] }}'}
  - {name: h, kind: wait, duration: '{{ X }}s'}
""")
    values = {"WHO": "a b", "GO": True}
    told = [step.shown.text for step in plan(program, values, (), "ada", lambda _: None)[1:]]
    assert told == [
        """POST https://{{ X }}/a%20b/{{ X | lower }}
body: {"go": true, "x": {{ X | int }}, "who": "a b-{{ X }}"}""",
        """POST https://example.com
body: {"go":true,"x":"{{ X | int }}","all":[true,"xa b{{ X }}"]}""",
        "sqlite:///x.db\nstatement: select 'a b', {{ X | upper }} {% if X %}limit 1{% endif %}",
        "pup monitors list --tags 'a b' {% if X %}--x{% endif %}",
        'run workflow {{ X }} with {"go":true,"x":"{{ X[0] }}"}',
        "cat\nstdin: a b {{ X[0] }}",
        "wait {{ X }}s",
    ]


NOT_BEGUN = """
vars: {SRC: {from: 'command:echo x'}}
steps:
  - {name: first, id: first, kind: shell, run: "echo {{ SRC }}"}
  - {name: check, id: check, kind: shell, on_failure: ignore, run: test -f x}
  - {name: see, kind: shell, run: 'echo {{ steps.check.outcome }}/{{ steps.first.outcome }}'}
  - {name: ok, kind: shell, if: "steps.check.outcome == 'succeeded'", run: echo}
  - {name: st, kind: stop, if: "steps.check.outcome == 'skipped'", message: m}
  - {name: last, kind: shell, run: echo last}
"""


def test_a_step_that_cannot_be_rendered_yet_has_not_failed() -> None:
    first, check, *others = plan(program_of(NOT_BEGUN), {}, (), "ada", lambda _: None)
    assert first.reason == "it needs SRC, which is known when it runs"
    assert (check.known, check.reason) == (True, "")
    assert [step.known for step in others] == [False] * 4
    needs = "it needs steps.check.outcome, and `check` has yet to run"
    assert [step.reason for step in others[:3]] == [needs] * 3
    assert others[3].reason == "`st` may end the runbook before it"


def test_how_a_step_ended_is_known_where_that_is_skipped() -> None:
    program = program_of("""
vars: {GO: {type: boolean, default: false}}
steps:
  - {name: a, id: a, kind: shell, if: GO, run: a}
  - {name: b, kind: shell, run: "echo {{ steps.a.outcome }} {{ steps.a.output | default('no') }}"}
  - {name: c, kind: shell, if: "steps.a.outcome != 'skipped'", run: c}
  - {name: d, kind: shell, run: "echo {{ NEVER | default('never') }}", if: NEVER is not defined}
""")
    _, b, c, d = plan(program, {"GO": False}, (), "ada", lambda _: None)
    assert (b.command, b.known) == ("echo skipped no", True)
    assert (c.known, c.reason.startswith("skipped")) == (True, True)
    assert (d.command, d.known) == ("echo never", True)


def test_steps_inside_what_may_not_run_may_not_run() -> None:
    program = program_of("""
steps:
  - {name: a, kind: shell, run: a, capture: X}
  - name: g
    id: g
    kind: group
    if: X == 'x'
    steps: [{name: b, kind: shell, run: b}, {name: c, kind: shell, if: false, run: c}]
""")
    *_, b, c = plan(program, {}, (), "ada", lambda _: None)
    assert (b.known, b.reason) == (False, "whether `g` runs is not known yet")
    assert (c.known, c.reason.startswith("skipped")) == (True, True)


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (
            "kind: http, url: '{{ X }}/{{ WHO }}/x?q={{ WHO }}', form: {f: '{{ GO }}', l: '{{ WHO }}'}",
            "GET {{ X }}/a%20b/x?q=a%20b\nbody: f=true&l=a+b",
        ),
        (
            "kind: http, method: POST, url: 'http://127.0.0.1:{{ X }}/{{ WHO }}', json: {b: '{{ GO }}'}",
            'POST http://127.0.0.1:{{ X }}/a%20b\nbody: {"b":true}',
        ),
        (
            "kind: sql, url: 'sqlite:///x', query: 'select * from {{ X | sql_name }} where a = {{ WHO }}'",
            "sqlite:///x\nstatement: select * from {{ X | sql_name }} where a = 'a b'",
        ),
        (
            "kind: sql, url: '{{ X }}', query: 'select {{ WHO }}{% if X %}, b = 1{% endif %}'",
            "{{ X }}\nstatement: select 'a b'{% if X %}, b = 1{% endif %}",
        ),
        (
            "kind: shell, run: \"echo {{ {'a': X, 'b': WHO} | tojson }} {{ [WHO, X] | join }} {{ WHO }}\"",
            "echo {{ {'a': X, 'b': WHO} | tojson }} {{ [WHO, X] | join }} 'a b'",
        ),
        (
            "kind: shell, run: 'echo {% for x in [WHO, X] %}{{ x }} {% endfor %}{{ WHO }}'",
            "echo {% for x in [WHO, X] %}{{ x }} {% endfor %}'a b'",
        ),
        ("kind: shell, run: '{{ X | raw }} {{ WHO }}'", "{{ X | raw }} 'a b'"),
        (
            "kind: shell, foreach: '[WHO, X]', run: 'x {{ item }}'",
            "for each of [WHO, X]: x {{ item }}",
        ),
    ],
)
def test_known_values_are_told_right_wherever_an_unknown_one_stands(step: str, told: str) -> None:
    program = program_of(f"""
vars: {{WHO: {{default: a}}, GO: {{type: boolean, default: true}}}}
steps:
  - {{name: a, kind: shell, run: a, capture: X}}
  - {{name: b, {step}}}
""")
    _, b = plan(program, {"WHO": "a b", "GO": True}, (), "ada", lambda _: None)
    assert (b.shown.text, b.known) == (told, False)
    assert b.reason == "it needs X, which `a` has yet to capture"


def test_a_name_that_a_step_makes_is_not_known_any_more_whatever_it_was() -> None:
    program = program_of("""
vars: {H: {default: h0}, L: {type: list, default: [a]}, N: {type: integer, default: 1}, R: {required: false}}
steps:
  - {name: before, kind: shell, run: 'echo {{ H }} {{ R | default("none") }}'}
  - {name: b, kind: shell, run: echo 5, capture: {H: "'h5'", L: "['p']", N: output, R: output}}
  - {name: url, kind: http, method: DELETE, url: 'http://x/{{ H }}', json: {n: '{{ N }}'}}
  - {name: each, kind: shell, foreach: L, run: 'rm {{ item }}'}
  - {name: if, kind: shell, if: "H == 'h0'", run: go}
  - {name: def, kind: shell, if: R is not defined, run: go}
  - {name: stop, kind: stop, if: "R is not defined"}
  - {name: last, kind: shell, run: last}
""")
    values = {"H": "h0", "L": ["a"], "N": 1}
    before, _, *steps = plan(program, values, ("R",), "ada", lambda _: None)
    assert (before.command, before.known) == ("echo h0 none", True)
    assert [step.known for step in steps] == [False] * 6
    assert steps[0].shown.text == 'DELETE http://x/{{ H }}\nbody: {"n":"{{ N }}"}'


@pytest.mark.parametrize(
    "block",
    [
        "kind: group, steps: [{name: i, kind: shell, run: 'i {{ H }}', capture: H}]",
        "kind: parallel, steps: [{name: i, kind: shell, run: i, capture: H}]",
        "kind: shell, run: b, foreach: [1, 2], capture: H",
    ],
)
def test_what_a_block_makes_is_not_known_behind_it(block: str) -> None:
    program = program_of(f"""
vars: {{H: {{default: h0}}}}
steps:
  - {{name: b, {block}}}
  - {{name: c, kind: shell, run: 'c {{{{ H }}}}'}}
""")
    *_, c = plan(program, {"H": "h0"}, (), "ada", lambda _: None)
    assert (c.command, c.known) == ("c {{ H }}", False)


def test_no_value_is_taken_for_what_stands_in_for_one_that_is_not_known() -> None:
    of_another_plan = StandIns()
    with of_another_plan.given():
        value = of_another_plan.make("{{ A }}", UndefinedName("A"))
    program = program_of(
        """
        vars: {V: x}
        steps:
          - {name: a, kind: shell, run: a, capture: A}
          - {name: b, kind: shell, run: "echo {{ A }} {{ V }}"}
        """
    )
    steps = plan(program, {"V": value}, (), "ada", lambda _: None)
    assert steps[1].command == f"echo {{{{ A }}}} {value}"
