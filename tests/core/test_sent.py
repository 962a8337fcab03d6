"""What goes into a step beside its command, as it is told before the step, at its start and in the plan."""

from __future__ import annotations

import pytest

from pup_tui.core.notices import StepStarted
from pup_tui.core.plan import plan
from pup_tui.core.sent import MOST_KEPT, Sent, Shown
from tests.support.player import FAILS, Player, Result
from tests.support.runbooks import program_of

TEXT = """
vars: {X: db}
steps:
  - {name: look, kind: shell, run: look, capture: OUT}
  - {name: sure, kind: confirm, message: Sure?}
  - {name: drop, kind: shell, danger: true, run: psql -XAt, stdin: "drop {{ X }};\\nselect 1;"}
  - {name: tell, kind: http, method: POST, confirm: Tell?, url: "https://example.com/{{ OUT }}",
     json: {dropped: "{{ X }}"}}
  - {name: each, kind: shell, foreach: [a, b], danger: true, run: cat, stdin: "{{ item }}"}
"""


def test_the_statement_of_an_sql_step_goes_in_beside_its_database() -> None:
    program = program_of(
        """
        vars: {X: a, P: {type: secret}}
        steps:
          - name: drop
            kind: sql
            url: "postgresql://app:{{ P }}@db/shop"
            query: "delete from t where n = {{ X }} and p = {{ P }};\\nselect 1"
            danger: true
            capture: R
          - {name: later, kind: sql, service: shop, query: "select {{ R }}"}
        """
    )
    values = {"X": "db", "P": "hunter2-secret"}
    told = {step.id: step for step in plan(program, values, (), "ada", lambda _: None)}
    assert told["drop"].command == "postgresql://app:***@db/shop"
    assert told["drop"].statement == "delete from t where n = 'db' and p = ***;\nselect 1"
    assert (told["later"].command, told["later"].statement) == ("service shop", "select {{ R }}")
    player = Player(program, answers={"drop": ["yes"]}).create(**values, secrets=("P",)).play()
    (question,) = (ask.question for ask in player.asked)
    assert question.upcoming is not None
    assert question.upcoming.splitlines() == [
        "postgresql://app:***@db/shop",
        "statement:",
        "  delete from t where n = 'db' and p = ***;",
        "  select 1",
    ]
    (sent, *_) = (started.sent for started in player.started)
    assert sent.statement == told["drop"].statement


def test_a_question_tells_what_goes_in() -> None:
    answers = {step: ["yes"] for step in ("sure", "tell", "each")}
    player = Player(
        program_of(TEXT), answers=answers, results={"look": [Result(captures={"OUT": "1"})]}
    )
    player.create(X="db").play()
    assert [asked.question.upcoming for asked in player.asked] == [
        "psql -XAt\nstdin:\n  drop db;\n  select 1;",
        'POST https://example.com/1\nbody: {"dropped":"db"}',
        "for each of 2 items:\ncat\nstdin: a\ncat\nstdin: b",
    ]


def test_a_question_about_a_failure_tells_what_went_in() -> None:
    program = program_of(
        "steps: [{name: a, kind: shell, run: cat, stdin: '{{ run.operator }}', on_failure: confirm}]"
    )
    player = Player(program, results={"a": [FAILS]}, answers={"a": ["abort"]}).create().play()
    assert player.asked[0].question.upcoming == "cat\nstdin: ada"


def test_what_can_be_taken_back_tells_what_goes_in() -> None:
    program = program_of(
        """
        steps:
          - {name: a, kind: shell, run: x, undo: {kind: shell, run: psql, stdin: restore}}
          - {name: b, kind: shell, run: y}
        """
    )
    player = Player(program, results={"b": [FAILS]}).create().play()
    (offer,) = player.asked[0].question.offers
    assert offer.command == "psql\nstdin: restore"


def test_a_url_without_a_password_is_shown_as_it_is() -> None:
    program = program_of(
        """
        vars: {P: {type: secret}}
        steps:
          - {name: a, kind: sql, url: "postgresql://app@db/shop", query: select 1}
          - {name: b, kind: sql, url: "postgresql://app@db/shop?password={{ P }}", query: select 1}
        """
    )
    told = [step.command for step in plan(program, {"P": "hunter2"}, (), "ada", lambda _: None)]
    assert told == ["postgresql://app@db/shop", "postgresql://app@db/shop?password=***"]


@pytest.mark.parametrize("url", ["mysql://db/shop", "{{ X }}", "{{ S }}"])
def test_statements_are_shown_as_their_database_reads_them(url: str) -> None:
    program = program_of(
        f"""
        vars: {{X: {{}}, S: {{type: secret}}, N: {{}}}}
        steps:
          - {{name: a, kind: sql, url: "{url}", query: "select {{{{ N | sql_name }}}}, {{{{ 1.50 }}}}"}}
        """
    )
    values = {"X": "mysql://db/shop", "S": "mysql://db/secret", "N": 'we`i"rd'}
    player = Player(program).create(**values, secrets=("S",)).play()
    (started,) = player.started
    assert started.sent.statement == 'select `we``i"rd`, 1.5'


def test_of_a_poll_the_first_attempt_tells_what_goes_in() -> None:
    program = program_of(
        """
        steps: [{name: a, kind: shell, run: cat, stdin: x, poll: {interval: 1s, until: exit_code == 0}}]
        """
    )
    player = (
        Player(program, results={"a": [Result(until=False), Result(until=True)]}).create().play()
    )
    assert [action.sent for action in player.started] == [Sent(stdin="x"), Sent()]
    (started,) = (n for n in player.notices if isinstance(n, StepStarted))
    assert started.shown == Shown("cat", Sent(stdin="x"))
    assert player.machine.state.steps["a"].sent == Sent(stdin="x")


def test_a_plan_tells_what_goes_in_as_far_as_it_is_known() -> None:
    steps = plan(program_of(TEXT), {"X": "db"}, (), "ada", lambda step: None)
    told = {step.id: (step.known, step.shown.text) for step in steps}
    assert told["drop"] == (True, "psql -XAt\nstdin:\n  drop db;\n  select 1;")
    assert told["tell"] == (False, 'POST https://example.com/{{ OUT }}\nbody: {"dropped":"db"}')
    assert told["each[1]"] == (True, "cat\nstdin: b")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("json: {v: '{{ T }}', w: x}", '{"v":"***","w":"x"}'),
        ("json: []", "[]"),
        ("form: {v: '{{ T }}', w: 'x y'}", "v=***&w=x+y"),
        ("body: 'v={{ T }}', content_type: text/plain", "v=***"),
        ('body: \'{"v": "{{ T }}"}\'', '{"v": "***"}'),
    ],
)
def test_what_is_made_out_of_a_secret_is_hidden_in_a_body(body: str, told: str) -> None:
    program = program_of(
        f"""
        vars: {{T: {{type: secret}}}}
        steps: [{{name: a, kind: http, method: POST, url: "https://example.com", {body}}}]
        """
    )
    player = Player(program).create(T="hunter2-token", secrets=("T",)).play()
    assert player.started[0].sent == Sent(body=told)


def test_what_is_kept_is_masked_before_it_is_cut() -> None:
    text = "x" * (MOST_KEPT - 2) + "secret" + "y" * 10
    kept = Sent(stdin=text, body_file="f").as_kept(lambda text: text.replace("secret", "***"))
    assert kept.body_file == "f"
    assert kept.stdin == "x" * (MOST_KEPT - 2) + "**\n… 11 more characters are not kept"


def test_before_a_block_is_told_what_the_steps_in_it_do() -> None:
    program = program_of("""
vars: {A: {default: a}, T: {type: secret}}
steps:
  - {name: look, kind: shell, run: look, capture: X}
  - name: g
    kind: group
    danger: true
    steps:
      - {name: in, kind: shell, run: cat, stdin: 'x {{ A }} {{ T }}', capture: Y}
      - {name: many, kind: shell, run: 'rm {{ item }}', foreach: [1, 2]}
      - {name: h, kind: group, steps: [{name: deep, kind: shell, run: 'rm {{ A }} {{ Y }}'}]}
""")
    player = Player(program, answers={"g": ["yes"]}).create(A="a b", T="hunter2", secrets=("T",))
    player.play()
    (question,) = [asked.question for asked in player.asked]
    assert question.upcoming is not None
    assert question.upcoming.splitlines() == [
        "in, many, h",
        "  in: cat",
        "    stdin: x a b ***",
        "  many: for each of 2 items:",
        "    rm 1",
        "    rm 2",
        "  h: deep",
        "    deep: rm 'a b' {{ Y }}",
    ]


CALLED = """
name: called
vars:
  A: {required: true}
  B: {default: "b of {{ A }}"}
  N: {type: integer, default: 2}
  E: {from: "env:SOME_NAME"}
  O: {required: false}
  T: {type: secret}
  L: {when: "A == 'other'", default: never, required: false}
steps:
  - {name: rm, kind: shell, run: "rm {{ A }} {{ B }} {{ N + 1 }} {{ E }} x{{ O }}{{ L }} {{ T }}", capture: X}
  - {name: later, kind: shell, run: "echo {{ X | default('none') }} {{ A }}", env: {V: "{{ X }}"}}
  - {name: deep, kind: group, steps: [{name: q, kind: confirm, message: "Sure of {{ A }} and {{ X }}?"}]}
  - {name: g, template: inner, with: {P: "{{ A }}!", Q: "{{ X }}"}}
"""
INNER = """
params: {P: {}, Q: {}, R: {default: r}}
steps: [{name: i, kind: shell, run: "drop {{ P }} {{ Q }} {{ R }}"}]
"""


@pytest.mark.parametrize("asks", ["danger: true", "confirm: Really?"])
@pytest.mark.parametrize("loop", ["", "foreach: [a b], "])
def test_before_a_called_runbook_is_told_what_is_known_of_the_steps_in_it(
    asks: str, loop: str
) -> None:
    item = "{{ item }}" if loop else "a b"
    program = program_of(
        f"""
vars: {{S: {{type: secret}}}}
steps:
  - {{name: r, kind: runbook, runbook: called, {asks}, {loop}vars: {{A: "{item}", T: "{{{{ S }}}}"}}}}
""",
        files={"called.yaml": CALLED, "_templates/inner.yaml": INNER},
    )
    player = Player(program, answers={"r": ["yes"]}).create(S="hunter2", secrets=("S",)).play()
    (question,) = [asked.question for asked in player.asked if asked.question.step == "r"]
    assert question.upcoming is not None
    assert question.upcoming.splitlines()[-7:] == [
        "  rm: rm 'a b' 'b of a b' 3 {{ E }} x'''' ***",
        "  later: echo {{ X | default('none') }} 'a b'",
        "    env: V={{ X }}",
        "  deep: q",
        "    q: Sure of a b and {{ X }}?",
        "  g: i",
        "    i: drop 'a b!' {{ Q }} r",
    ]


AROUND = """
vars: {H: {default: web 1}, T: {type: secret}, U: {required: false}}
defaults: {env: {COMMON: c}, cwd: "/srv/{{ H }}"}
steps:
  - {name: look, kind: shell, run: look, capture: OUT}
  - name: rm
    kind: shell
    run: rm "$TARGET"
    env: {TARGET: "{{ H }}", TOKEN: "{{ T }}", GONE: "{{ omit }}"}
    stdin: x
    %(asks)s
  - name: send
    kind: http
    method: DELETE
    url: https://example.com
    headers: {Authorization: "Bearer {{ T }}", X-Host: "{{ H }}"}
    accept: text/plain
    %(asks)s
  - {name: plain, kind: http, url: https://example.com, confirm: Sure?}
  - {name: later, kind: shell, run: x, env: {A: "{{ OUT }}"}, cwd: "/x/{{ OUT }}"}
  - name: block
    kind: group
    danger: true
    env: {OUTER: "{{ H }}"}
    cwd: /block
    steps:
      - {name: in, kind: shell, run: x, env: {A: a}}
      - {name: n, kind: shell, run: x}
"""


@pytest.mark.parametrize("asks", ["danger: true", "confirm: Sure?"])
def test_a_question_and_a_plan_tell_what_processes_and_requests_get(asks: str) -> None:
    program = program_of(AROUND % {"asks": asks})
    values = {"H": "web 1", "T": "hunter2-token"}
    answers = {step: ["yes"] for step in ("rm", "send", "plain", "block")}
    results = {"look": [Result(captures={"OUT": "1"})]}
    player = Player(program, answers=answers, results=results)
    player.create(**values, left_out=("U",), secrets=("T",)).play()
    told = [asked.question.upcoming for asked in player.asked]
    block = "in /block env: COMMON=c OUTER='web 1'"
    assert [" ".join((each or "").split()) for each in told] == [
        "rm \"$TARGET\" in /srv/web 1 env: COMMON=c TARGET='web 1' TOKEN='***' GONE unset stdin: x",
        "DELETE https://example.com headers: Authorization: Bearer *** X-Host: web 1 Accept: text/plain",
        "GET https://example.com",
        f"in, n in: x {block} A=a n: x {block}",
    ]
    steps = plan(program, values, ("U",), "ada", lambda _: None)
    planned = {step.id: step for step in steps}
    assert list(planned["rm"].rules[1:3]) == ["  COMMON=c", "  TARGET='web 1'"]
    assert planned["rm"].where == "on this computer in /srv/web 1"
    assert planned["send"].rules[1] == "  Authorization: Bearer ***"
    assert list(planned["later"].rules) == ["env:", "  COMMON=c", "  A={{ OUT }}"]
    assert planned["later"].where == "on this computer in /x/{{ OUT }} (not known yet)"
    assert planned["block/in"].where == "on this computer in /block"


def test_the_plan_tells_of_an_item_only_what_is_its_own() -> None:
    program = program_of(
        """
        steps:
          - {name: same, kind: shell, foreach: [1, 2], run: x, env: {A: a}}
          - {name: own, kind: shell, foreach: [1, 2], run: x, env: {A: "{{ item }}"}}
        """
    )
    rules = {step.id: step.rules for step in plan(program, {}, (), "ada", lambda _: None)}
    assert rules == {
        "same": ("env: A=a",),
        "same[0]": (),
        "same[1]": (),
        "own": ("env: A={{ item }}",),
        "own[0]": ("env: A=1",),
        "own[1]": ("env: A=2",),
    }


def test_where_a_step_runs_that_cannot_be_rendered_is_told_as_it_was_written() -> None:
    program = program_of(
        """
        defaults: {cwd: /srv}
        vars: {V: {default: x}}
        steps:
          - {name: send, kind: http, url: 'https://example.com', headers: {X: "{{ V | int }}"}}
          - {name: run, kind: shell, run: x, env: {A: "{{ V | int }}"}}
          - name: block
            kind: group
            cwd: '/{{ V | int }}'
            steps: [{name: in, kind: shell, run: x}]
        """
    )
    steps = plan(program, {"V": "x"}, (), "ada", lambda _: None)
    assert {step.id: step.where for step in steps} == {
        "send": "",
        "run": "on this computer in /srv",
        "block": "",
        "block/in": "on this computer in /{{ V | int }}",
    }
