"""What a runbook file may hold: every key of the format, and the mistakes that authors make."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from pup_tui.runbook.load import Loaded
from pup_tui.runbook.model import HttpStep, ShellStep
from pup_tui.runbook.parts import Capture
from pup_tui.runbook.steps import KINDS
from tests.format.kind_rows import OTHER, SMALLEST

Errors = Callable[..., list[str]]
Check = Callable[..., Loaded]

WITH_OUTPUT = sorted(kind for kind in KINDS if KINDS[kind].has_output)
WITHOUT_OUTPUT = sorted(set(KINDS) - set(WITH_OUTPUT))
BLOCKS = sorted(kind for kind in KINDS if KINDS[kind].is_block)


def step(kind: str, *keys: str, top: str = "") -> str:
    needed = (f"{key}: {value}" for key, value in SMALLEST[kind].items())
    lines = "".join(f"    {key}\n" for key in (*needed, *keys))
    return f"name: runbook\n{top}steps:\n  - name: s\n    kind: {kind}\n{lines}"


def test_the_table_of_needed_keys_covers_every_kind() -> None:
    assert set(SMALLEST) == set(KINDS)


@pytest.mark.parametrize("kind", SMALLEST)
@pytest.mark.parametrize(
    "key",
    [
        "id: own",
        "description: '**look** here'",
        "links: [{title: Board, url: 'https://example.com'}]",
        "when: on_success",
        "when: on_failure",
        "when: always",
        "when: cleanup",
        "if: 1 == 1",
        "if: true",
        "optional: false",
        "on_failure: fail",
        "on_failure: warn",
        "on_failure: ignore",
        "on_failure: confirm",
        "timeout: 30s",
        "timeout: 30",
        "timeout: 1.5",
        "timeout: 1h30m",
        "timeout: 5 minutes",
        "danger: true",
        "description:",
        "timeout: null",
        "timeout: '{{ run.id }}'",
        "confirm: Really?",
        "undo: {kind: shell, run: echo back}",
        "undo: {name: Back, kind: group, steps: [{name: x, kind: wait, duration: 1s}]}",
        "idempotent: true",
        "foreach: [a, 1, {b: '{{ run.id }}'}]",
        "foreach: '[1, 2]'",
        "foreach: '{{ [1, 2] }}'\n    as: host\n    max_parallel: 3",
        "foreach: [a]\n    label: '{{ item }} {{ loop.index }}'\n    keep_going: true",
        "foreach: [a]\n    max_parallel: 10%",
        "foreach: []\n    max_parallel: '{{ run.id }}'",
        "env: {A: 1, B: no}",
        "cwd: /tmp",
        "output_limit: 10 MiB",
        "output_limit: 1000",
        "output_limit: '{{ run.id }}'",
    ],
)
def test_keys_of_every_kind(kind: str, key: str, errors: Errors) -> None:
    refused = (kind, key) == ("stop", "when: cleanup")
    assert len(errors(step(kind, key), OTHER)) == refused


OUTPUT_KEYS = [
    "capture: NAME",
    "capture: {A: json.id, B: output}",
    "capture: {A: {value: json.id, secret: true}}",
    "assert: empty",
    "assert: status == OK",
    "assert: {empty: true, message: none left}",
    "assert: {that: exit_code == 0}",
    "assert: [empty, {that: lines | length > 3}, {message: look}]",
    "poll: {until: empty}",
]
RETRIES = [
    "retry: {attempts: 3}",
    "retry: {attempts: 1, delay: 500ms, backoff: 1.5, max_delay: 1m, on: exit_code == 75}",
    "retry: {attempts: '{{ run.id }}', backoff: '{{ run.id }}'}",
]


@pytest.mark.parametrize("kind", WITH_OUTPUT)
@pytest.mark.parametrize("key", OUTPUT_KEYS)
def test_keys_of_kinds_that_have_an_output(kind: str, key: str, errors: Errors) -> None:
    assert errors(step(kind, key)) == []


@pytest.mark.parametrize("kind", WITHOUT_OUTPUT)
@pytest.mark.parametrize("key", OUTPUT_KEYS)
def test_keys_that_need_an_output(kind: str, key: str, errors: Errors) -> None:
    (told,) = errors(step(kind, key), OTHER)
    assert re.search(rf": an? {kind} step ", told)


@pytest.mark.parametrize("kind", [*WITH_OUTPUT, *BLOCKS])
@pytest.mark.parametrize("key", RETRIES)
def test_retry(kind: str, key: str, errors: Errors) -> None:
    told = errors(step(kind, key), OTHER)
    if kind in BLOCKS and "on:" in key:  # a block as a whole has no output that `on` could judge
        assert [f"{kind} step has no output for `on` to judge" in one for one in told] == [True]
    else:
        assert told == []


@pytest.mark.parametrize("kind", sorted(set(WITHOUT_OUTPUT) - set(BLOCKS)))
@pytest.mark.parametrize("key", RETRIES)
def test_retry_needs_something_that_fails(kind: str, key: str, errors: Errors) -> None:
    (told,) = errors(step(kind, key))
    assert f"{kind} step is not tried again" in told


@pytest.mark.parametrize("kind", SMALLEST)
@pytest.mark.parametrize("key", ["as: x", "label: x", "keep_going: true", "max_parallel: 2"])
def test_keys_that_need_a_foreach(kind: str, key: str, errors: Errors) -> None:
    told = errors(step(kind, key), OTHER)
    if (kind, key) == ("parallel", "max_parallel: 2"):
        assert told == []
    else:
        assert len(told) == 1
        assert f"`{key.partition(':')[0]}` needs a `foreach`" in told[0]


@pytest.mark.parametrize("kind", SMALLEST)
def test_optional_is_refused_on_questions(kind: str, errors: Errors) -> None:
    told = errors(step(kind, "optional: true"), OTHER)
    assert len(told) == KINDS[kind].is_question


@pytest.mark.parametrize("kind", SMALLEST)
def test_with_belongs_to_groups_from_files(kind: str, errors: Errors) -> None:
    (told,) = errors(step(kind, "with: {A: b}"), OTHER)
    assert "`with` belongs to a step whose `template` is a group of steps" in told


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        ("shell", ["shell: bash", "stdin: '{{ run.id }}'", "success_codes: [0, 1, 255]"]),
        ("shell", ["tty: true"]),
        ("shell", ["interactive: true"]),
        ("shell", ["interactive: true", "tty: false", "foreach: [a]", "max_parallel: 1"]),
        ("notify", ["title: Look"]),
        ("input", ["message: Tell"]),
        ("runbook", ["vars: {}"]),
        ("parallel", ["max_parallel: 2", "fail_fast: true"]),
        ("shell", ["poll: {interval: 100ms, timeout: 1m, until: empty, max_attempts: 3}"]),
        ("shell", ["optional: true"]),
        ("pup", ["poll: {until: decreasing over 3, fail_if: value > 9}"]),
        ("http", ["method: post", "query: {a: 1, b: [x, y]}", "headers: {X-A: b}", "json: {a: 1}"]),
        ("http", ["form: {a: b}", "expect_status: 204"]),
        ("http", ["body: text", "content_type: text/plain", "expect_status: [2xx, 404]"]),
        ("http", ["body_file: a.json", "accept: text/csv", "output_file: out.csv"]),
        ("http", ["pages: {by: cursor, items: a.b, next: c, query: d, max: 9}"]),
        ("http", ["pages: {by: link}", "method: GET"]),
        ("http", ["follow_redirects: true", "verify: true", "expect_status: '{{ run.id }}'"]),
        ("datadog-workflow", ["inputs: {a: 1, b: {c: [true]}}", "poll: {timeout: 20m}"]),
        ("confirm", ["expect: yes"]),
        ("manual", ["checklist: [one, two]"]),
    ],
)
def test_keys_of_one_kind(kind: str, keys: list[str], errors: Errors) -> None:
    assert errors(step(kind, *keys), OTHER) == []


@pytest.mark.parametrize("rest", ["b: c", "b"])
def test_text_behind_a_comma_in_braces_is_told_to_belong_into_a_block(
    rest: str, check: Check
) -> None:
    (told,) = check(f"name: r\nsteps:\n  - {{name: A, kind: shell, run: echo a, {rest}}}\n").errors
    assert told.message == "unknown key `b`"
    assert told.hint.startswith("if this is text of `run`, put the whole text in a block (`run: |`")


def test_a_mistyped_key_behind_a_comma_is_told_as_that(check: Check) -> None:
    (told,) = check("name: r\nsteps:\n  - {name: A, kind: shell, run: a b, timout: 3s}\n").errors
    assert told.hint == "did you mean `timeout`?"


@pytest.mark.parametrize("variable", ["{secret: true}", "{required: false, integer: 1}"])
def test_a_value_that_stands_as_a_key_is_told_with_its_key(variable: str, check: Check) -> None:
    (told,) = check(
        f"name: r\nvars: {{X: {variable}}}\nsteps: [{{name: a, kind: shell, run: ls}}]\n"
    ).errors
    assert told.hint in ("write `type: secret`", "write `type: integer`")


@pytest.mark.parametrize(
    ("kind", "key", "message"),
    [
        ("shell", "timout: 5s", "6:5: unknown key `timout`"),
        ("shell", "message: x", "6:5: unknown key `message`"),
        (
            "shell",
            "links: [{title: a, url: b, name: x}]",
            "6:32: unknown key `name`",
        ),
        ("shell", "when: on_sucess", "6:11: `when` cannot be `on_sucess`"),
        ("shell", "on_failure: continue", "6:17: `on_failure` cannot be `continue`"),
        ("shell", "danger: yes", "6:13: `danger` must be true or false, not text"),
        ("shell", "danger: 'true'", "6:13: `danger` must be true or false, not text"),
        ("shell", "danger: 1", "6:13: `danger` must be true or false, not text"),
        ("shell", "timeout: 0", "6:14: `timeout`: a duration must be over 0, not 0"),
        ("shell", "timeout: -5", "6:14: `timeout`: a duration must be over 0, not -5"),
        ("shell", "timeout: 5 minuts", "6:14: `timeout`: '5 minuts' is not a duration"),
        ("shell", "timeout: 366d", "6:14: `timeout`: a duration is at most 365 days"),
        ("shell", "timeout: .inf", "6:14: `timeout` must be a finite number"),
        ("shell", "timeout: true", "6:14: `timeout`: 'true' is not a duration"),
        ("shell", "timeout: [1]", "6:14: `timeout` must be text or a number, not a list"),
        ("shell", "env: [A]", "6:10: `env` must be a map, not a list"),
        ("shell", "env: {A: [1]}", "6:14: `A` must be text, not a list"),
        ("shell", "env: {A: }", "6:14: `A` is empty"),
        ("shell", "env: {A-B: x}", "6:11: `A-B` cannot be the name of an environment variable"),
        ("shell", "links: {title: x, url: y}", "6:12: `links` must be a list, not a map"),
        ("shell", "links: [{title: x}]", "6:13: item 1 of `links` has no `url`"),
        ("shell", "poll: 5s", "6:11: `poll` must be a map, not text"),
        ("shell", "poll: {interval: 5s}", "6:5: `poll` has no `until`"),
        ("shell", "poll: {interval: 50ms, until: empty}", "6:22: the `interval` of a poll"),
        ("shell", "poll: {until: emty}", "is not defined"),
        ("shell", "poll: {until: status = OK}", "6:19:"),
        ("shell", "poll: {until: empty, max_attempts: 0}", "`0` is not a whole number over 0"),
        ("shell", "poll: {until: empty, max_attempts: x}", "is not a whole number over 0"),
        ("shell", "capture: my-name", "6:14: `my-name` cannot be the name of a capture"),
        ("shell", "capture: {in: output}", "6:15: `in` has a meaning of its own in templates"),
        ("shell", "capture: {A: {value: 'json.'}}", "6:27:"),
        ("shell", "assert: {empty: true, that: 1 == 1}", "6:13: `that` and `empty` exclude"),
        ("shell", "assert: {}", "6:13: an assertion needs `that`, `empty` or `message`"),
        ("shell", "if: '1 ='", "6:10:"),
        ("http", "json: {a: 1}\n    body: x", "7:5: `body` and `json` exclude each other"),
        ("http", "pages: {by: cursor, next: n}", "6:12: `pages` by `cursor` needs `query`"),
        ("http", "pages: {by: cursor, query: q}", "6:12: `pages` by `cursor` needs `next`"),
        ("http", "pages: {by: page}", "6:12: `pages` by `page` needs `query`"),
        ("http", "pages: {by: link, query: q}", "6:23: `pages` by `link` has no use for `query`"),
        ("http", "pages: {by: page, query: q, max: 0}", "`0` is not a whole number over 0"),
        (
            "http",
            "method: POST\n    pages: {by: link}",
            "6:5: pages are asked for one after the other",
        ),
        ("http", "output_file: x\n    pages: {by: link}", "6:5: pages are asked for one after"),
        ("http", "json: {a: .nan}", "6:15: `a` must be a finite number"),
        ("http", "method: PO ST", "6:13: `PO ST` is not an HTTP method"),
        ("http", "headers: {'a b': x}", "6:15: `a b` cannot be the name of a header"),
        ("http", 'headers: {A: "a\\nb"}', "6:18: the header `A` cannot hold control characters"),
        ("http", "expect_status: 99", "6:20: `expect_status`: `99` is not a status code"),
        ("http", "expect_status: [2xx, 6xx]", "6:26: item 2 of `expect_status`: `6xx` is not"),
        ("http", "verify: off", "6:13: `verify` must be true or false, not text"),
        ("confirm", "optional: true", "6:5: a confirm step cannot be optional"),
        ("manual", "optional: true", "6:5: a manual step cannot be optional"),
        ("confirm", "poll: {until: empty}", "6:5: a confirm step cannot be polled"),
        ("wait", "poll: {until: empty}", "6:5: a wait step cannot be polled"),
        ("shell", "success_codes: []", "6:20: `success_codes` is empty"),
        ("shell", "success_codes: [0, 256]", "6:24: `256` is not an exit code"),
        ("shell", "success_codes: [-1]", "6:21: `-1` is not an exit code"),
        ("shell", "interactive: true\n    tty: true", "7:5: `interactive` and `tty` exclude"),
        ("shell", "interactive: true\n    stdin: x", "7:5: `interactive` and `stdin` exclude"),
        ("shell", "interactive: true\n    poll: {until: empty}", "7:5: `interactive` and `poll`"),
        (
            "shell",
            "interactive: true\n    foreach: [1, 2]\n    max_parallel: 2",
            "6:5: an interactive step cannot run beside others",
        ),
        ("shell", "retry: {}", "6:12: `retry` has no `attempts`"),
        ("shell", "retry: {attempts: 0}", "6:23: `attempts`: `0` is not a whole number over 0"),
        ("shell", "retry: {attempts: 1.5}", "6:23: `attempts`: `1.5` is not a whole number"),
        ("shell", "retry: {attempts: 2, backoff: 0.5}", "`backoff`: `0.5` is not a number from 1"),
        ("shell", "retry: {attempts: 2, delay: 0}", "`delay`: a duration must be over 0, not 0"),
        ("shell", "retry: {attempts: 2, on: '= 1'}", "6:31:"),
        ("shell", "foreach: [1]\n    max_parallel: 0", "`0` is neither a whole number over 0 nor"),
        ("shell", "foreach: 'a{{ run.id }}'", "6:14: `foreach` must be one value"),
        ("shell", "foreach: [1]\n    as: a-b", "7:9: `a-b` cannot be the name of an item"),
        ("shell", "foreach: [1]\n    as: steps", "7:9: `steps` has a meaning of its own"),
        ("shell", "foreach: [1]\n    as: output", "7:9: `output` has a meaning of its own"),
        ("shell", "foreach: [1]\n    as: '{{ run.id }}'", "7:9: `as` cannot hold a template"),
        ("shell", "output_limit: 5 parsecs", "`output_limit`: '5 parsecs' is not an amount"),
        ("shell", "output_limit: 0", "`output_limit`: an amount of data is over 0"),
        ("shell", "idempotent: maybe", "6:17: `idempotent` must be true or false"),
        ("shell", "expect: x", "6:5: unknown key `expect`"),
        ("shell", "call: {template: x}", "6:5: unknown key `call`"),
        ("group", "call: {template: x}", "6:5: unknown key `call`"),
        ("group", "fail_fast: true", "6:5: unknown key `fail_fast`"),
        ("runbook", "called: {}", "6:5: unknown key `called`"),
        ("confirm", "auto_approve: true", "6:5: unknown key `auto_approve`"),
    ],
)
def test_wrong_key_or_value(kind: str, key: str, message: str, errors: Errors) -> None:
    told = errors(step(kind, key), OTHER)
    assert len(told) == 1
    assert message in told[0]


@pytest.mark.parametrize(
    ("kind", "line", "message"),
    [
        ("shell", "run:", "5:5: `run` must not be empty"),
        ("shell", "run: ''", "5:10: `run` must not be empty"),
        ("shell", "description: x", "3:5: step 1 has no `run`"),
        ("shell", "run: [a]", "5:10: `run` must be text, not a list"),
        ("shell", "run: 'echo {{ X'", "5:16:"),
        ("pup", "run: monitors list --name='x", "5:10:"),
        ("http", "url: ftp://example.com", "5:10:"),
        ("http", "url: example.com/x", "5:10:"),
        ("http", "url: ''", "5:10:"),
        ("wait", "duration: soon", "5:15: `duration`: 'soon' is not a duration"),
        ("group", "steps: []", "5:12: `steps` is empty"),
        ("parallel", "steps: []", "5:12: `steps` is empty"),
        ("group", "steps: [x]", "5:13: step 1.1 must be a map, not text"),
        ("group", "steps: {a: b}", "5:12: `steps` must be a list, not a map"),
        ("input", "vars: {}", "5:11: an input step needs at least one of `vars`"),
        ("input", "vars: [A]", "5:11: `vars` must be a map, not a list"),
        ("input", "message: x", "3:5: step 1 has no `vars`"),
        ("notify", "message: x", "3:5: step 1 has no `to`"),
        ("notify", "to: []\n    message: x", "5:9: `to` is empty"),
        ("notify", "to: somebody\n    message: x", "5:9: `to` must be an Apprise URL"),
        ("notify", "to: [a://b, c]\n    message: x", "5:17: item 2 of `to` must be an Apprise"),
        ("runbook", "runbook: '{{ run.id }}'", "5:14: `runbook` cannot hold a template"),
        ("runbook", "runbook: ''", "5:14: `runbook` must not be empty"),
        ("manual", "danger: true", "3:5: a manual step needs a `message` or a `checklist`"),
    ],
)
def test_wrong_main_key(kind: str, line: str, message: str, errors: Errors) -> None:
    told = errors(f"name: runbook\nsteps:\n  - name: s\n    kind: {kind}\n    {line}\n")
    assert any(message in one for one in told), told


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: runbook\n", "1:1: a runbook has no `steps`"),
        ("name: runbook\nsteps: []\n", "2:8: `steps` is empty"),
        ("name: runbook\nsteps: {a: b}\n", "2:8: `steps` must be a list, not a map"),
        ("name: runbook\nsteps: [x]\n", "2:9: step 1 must be a map, not text"),
        ("name: runbook\nsteps: [{name: s}]\n", "2:9: step 1 has no `kind`"),
        ("name: runbook\nsteps: [{kind: wait, duration: 1s}]\n", "2:9: step 1 has no `name`"),
        ("name: runbook\nsteps: [{name: s, kind: shel, run: x}]\n", "2:25: unknown kind `shel`"),
        ("just text\n", "1:1: a runbook must be a map, not text"),
        ("- a\n", "1:1: a runbook must be a map, not a list"),
    ],
)
def test_wrong_top(text: str, message: str, errors: Errors) -> None:
    assert errors(text) == [message]


@pytest.mark.parametrize(
    ("keys", "kinds"),
    [
        ("steps: []", "one of `group`, `parallel`"),
        ("run: x, optional: true", "one of `pup`, `shell`"),
        ("message: x, checklist: [y]", "one of `manual`"),
    ],
)
def test_a_step_without_a_kind_is_told_those_that_have_its_keys(
    keys: str, kinds: str, check: Check
) -> None:
    problems = check(f"name: runbook\nsteps: [{{name: s, {keys}}}]\n").errors
    assert [(p.message, p.hint) for p in problems] == [("step 1 has no `kind`", kinds)]


@pytest.mark.parametrize(
    ("top", "message"),
    [
        ("version: 1.10\n", "2:1: unknown key `version`"),
        ("mask_secrets: false\n", "2:1: unknown key `mask_secrets`"),
        ("tags: [a]\n", "2:7: `tags` must be a map, not a list"),
        ("defaults: {timeout: 0}\n", "2:21: `timeout`: a duration must be over 0, not 0"),
        ("defaults: {env: {A B: x}}\n", "2:18: `A B` cannot be the name of an environment"),
        ("defaults: {cwd: '{{ NOWHERE }}'}\n", "2:21: `NOWHERE` is not defined"),
        ("links: [{title: x, url: y, z: 1}]\n", "2:28: unknown key `z`"),
        (f"owner: [{'x'}]\n", "2:8: `owner` must be text, not a list"),
    ],
)
def test_wrong_top_key(top: str, message: str, errors: Errors) -> None:
    told = errors(step("wait", top=top))
    assert len(told) == 1
    assert message in told[0]


def test_accepted_top(check: Check) -> None:
    top = (
        "description: about\ntags: {type: incident, version: 1.10, on: no}\nowner: a@example.com\n"
        "links: [{title: t, url: u}]\nx-notes: {anything: [1, 2]}\n"
        "defaults: {timeout: 1m, on_failure: warn, env: {A: '{{ run.id }}'}, cwd: /}\n"
    )
    runbook = check(step("wait", top=top)).require()
    assert runbook.tags == {"type": "incident", "version": "1.10", "on": "no"}
    assert runbook.defaults.env == {"A": "{{ run.id }}"}


def test_texts_and_numbers_become_what_the_model_says(check: Check) -> None:
    text = step("http", "timeout: 90", "json: {a: 1.10, b: no, c: '1', d: 010, e: null}")
    made = check(text).require().steps[0]
    assert isinstance(made, HttpStep)
    assert made.timeout == 90
    assert made.json == {"a": 1.1, "b": "no", "c": "1", "d": "010", "e": None}
    shell = check(step("shell", "env: {A: no, B: 1.10, C: 1_000, D: 22:22}", "capture: X"))
    made_shell = shell.require().steps[0]
    assert isinstance(made_shell, ShellStep)
    assert made_shell.env == {"A": "no", "B": "1.10", "C": "1_000", "D": "22:22"}
    assert made_shell.captures == {"X": Capture()}


def test_all_errors_are_told_at_once(errors: Errors) -> None:
    text = """\
name: runbook
colour: red
vars: {A: {tpye: string}}
steps:
  - name: one
    kind: shell
    run: echo {{ B }}
    timeout: never
  - name: two
    kind: wait
"""
    assert [told.split(": ", 1)[0] for told in errors(text)] == [
        "2:1",
        "3:12",
        "7:18",
        "8:14",
        "9:5",
    ]


def test_suggestions(check: Check) -> None:
    loaded = check(step("shell", "timout: 5s", "when: on_sucess"))
    assert [problem.hint for problem in loaded.errors] == [
        "did you mean `timeout`?",
        "did you mean `on_success`?",
    ]


@pytest.mark.parametrize(
    ("keys", "hint"),
    [
        ("links: [{title: a, url: b, colour: red}]", "a link has `title`, `url`"),
        ("show: {table: {rows: json}, colour: red}", "`show` has `table`"),
    ],
)
def test_what_has_no_such_key_is_told_in_words_of_the_format(
    keys: str, hint: str, check: Check
) -> None:
    assert check(step("shell", keys)).errors[-1].hint == hint


def test_a_key_without_a_likely_meaning_lists_what_there_is(check: Check) -> None:
    hint = check(step("wait", "colour: red")).errors[0].hint
    assert hint.startswith("a wait step has `as`, `assert`, ")


def test_flood_of_unknown_keys_is_summed_up(errors: Errors) -> None:
    told = errors(step("wait", top="".join(f"k{i}: 1\n" for i in range(50))))
    assert len(told) == 11
    assert told[-1].endswith("and 40 more unknown keys in this map")


def test_flood_of_errors_is_cut(errors: Errors) -> None:
    steps = "".join("  - {name: s, kind: wait, duration: x}\n" for _ in range(500))
    told = errors(f"name: runbook\nsteps:\n{steps}")
    assert len(told) <= 201


@pytest.mark.parametrize(("count", "valid"), [(999, True), (1000, True), (1001, False)])
def test_limit_of_steps(count: int, valid: bool, check: Check) -> None:
    steps = "  - {name: s, kind: wait, duration: 1s}\n" * count
    assert check(f"name: runbook\nsteps:\n{steps}").ok is valid


@pytest.mark.parametrize(("length", "valid"), [(199, True), (200, True), (201, False)])
def test_limit_of_names(length: int, valid: bool, check: Check) -> None:
    name = "n" * length
    assert check(f"name: {name}\nsteps: [{{name: s, kind: wait, duration: 1s}}]").ok is valid


def test_a_key_of_another_kind_says_where_it_belongs(check: Check) -> None:
    hints = [p.hint for p in check(step("wait", "expect: x", "fail_fast: true")).errors]
    assert hints == ["it is a key of `confirm` steps", "it is a key of `parallel` steps"]


def test_nobody_has_to_type_a_secret(errors: Errors) -> None:
    text = "name: runbook\nvars: {TOKEN: {type: secret}}\nsteps:\n"
    text += "  - {name: s, kind: confirm, message: Sure?, expect: '{{ TOKEN }}'}\n"
    (told,) = errors(text.replace("Sure?", "'Sure?'"))
    assert "`TOKEN` is a secret and may not stand in `expect`" in told


@pytest.mark.proves("P30")
@pytest.mark.parametrize(
    ("capture", "word", "refused"),
    [
        ("{A: 'TOKEN[:4]'}", "A", True),
        ("{A: {value: 'PART ~ output'}}", "A", True),
        ("{A: TOKEN, B: 'A | upper'}", "B", True),
        ("{A: 'item | lower'}", "A[0]", True),
        ("{A: 'TOKEN | length', B: \"'x' if TOKEN else 'y'\", C: output}", "A ~ B ~ C", False),
    ],
)
def test_a_capture_that_is_made_out_of_a_secret_is_one(
    capture: str, word: str, refused: bool, errors: Errors
) -> None:
    told = errors(f"""\
name: runbook
vars: {{TOKEN: {{type: secret}}, PART: "{{{{ TOKEN[1:] }}}}"}}
steps:
  - {{name: s, kind: shell, run: "true", foreach: "TOKEN.split(':')", capture: {capture}}}
  - {{name: t, kind: pup, run: "monitors get {{{{ {word} }}}}"}}
""")
    assert (
        any("is a secret and may not stand in an argument list" in error for error in told)
        is refused
    )


@pytest.mark.parametrize("key", ["pool: eu", "approvers: {min: 2}"])
def test_a_key_of_a_step_that_is_not_built_is_not_supported_yet(
    key: str, errors: Callable[..., list[str]]
) -> None:
    step = f"{{name: a, kind: shell, run: echo, {key}}}"
    for text in (f"steps: [{step}]", f"steps: [{{name: g, kind: group, steps: [{step}]}}]"):
        (told,) = errors(f"name: runbook\n{text}\n")
        assert told.endswith(f"the key `{key.partition(':')[0]}` is not supported yet")


def test_so_is_one_of_the_runbook(errors: Callable[..., list[str]]) -> None:
    text = "name: runbook\npool: eu\nsteps: [{name: a, kind: shell, run: echo}]\n"
    (found,) = errors(text)
    assert found.endswith("the key `pool` is not supported yet")
