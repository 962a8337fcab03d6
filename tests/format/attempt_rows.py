"""The keys about a step's attempts: retrying and polling them, and what is kept and must hold of them."""

from __future__ import annotations

from pup_tui.core.notices import StepPolled, StepRetrying
from tests.format.rows import Row
from tests.format.step_rows import step
from tests.support.stage import Played


def below(place: str, key: str, text: str, **told: object) -> Row:
    return Row(place=place, key=key, text=text, **told)  # type: ignore[arg-type]


COUNTING = "echo x >> count; wc -l < count | tr -d ' '"
"""Prints how often it has run."""


def polls(played: Played) -> list[StepPolled]:
    return played.told(StepPolled)


RETRIES = [
    step(
        "retry",
        f'steps: [{{name: a, kind: shell, run: "{COUNTING}; exit 1", retry: {{attempts: 2, delay: 1ms}}}}]',
        ends="failed",
        prints=("1", "2"),
    ),
    below(
        "retry",
        "attempts",
        "steps: [{name: a, kind: shell, run: 'echo x; exit 1', "
        "retry: {attempts: '{{ 2 + 1 }}', delay: 1ms}}]",
        ends="failed",
        prints=("x", "x", "x"),
        sees=lambda played: played.finished["a"].attempts == 3,
    ),
    *(
        below(
            "retry",
            key,
            "steps: [{name: a, kind: shell, run: exit 1, retry: "
            "{attempts: 4, delay: 20ms, backoff: 3, max_delay: 50ms}}]",
            ends="failed",
            sees=lambda played: [n.delay for n in played.told(StepRetrying)] == [0.02, 0.05, 0.05],
        )
        for key in ("delay", "max_delay")
    ),
    below(
        "retry",
        "backoff",
        "steps: [{name: a, kind: shell, run: exit 1, retry: {attempts: 4, delay: 10ms, backoff: 3}}]",
        ends="failed",
        sees=lambda played: [n.delay for n in played.told(StepRetrying)] == [0.01, 0.03, 0.09],
    ),
    below(
        "retry",
        "on",
        """
        steps:
          - name: a
            kind: shell
            run: echo x >> n; exit $(($(wc -l < n) + 73))
            retry: {attempts: 9, delay: 1ms, on: exit_code < 76}
        """,
        ends="failed",
        sees=lambda played: (
            (played.finished["a"].attempts, played.finished["a"].exit_code) == (3, 76)
        ),
    ),
]

POLLS = [
    step(
        "poll",
        f'steps: [{{name: a, kind: shell, run: "{COUNTING}", poll: {{interval: 100ms, until: value == 2}}}}]',
        prints=("1", "2"),
    ),
    below(
        "poll",
        "interval",
        f'steps: [{{name: a, kind: shell, run: "{COUNTING}", poll: {{interval: 100ms, until: value > 2}}}}]',
        sees=lambda played: (
            [n.attempt for n in polls(played)] == [1, 2, 3] and polls(played)[2].elapsed >= 0.2
        ),
    ),
    below(
        "poll",
        "timeout",
        "steps: [{name: a, kind: shell, run: echo 7, "
        "poll: {interval: 100ms, timeout: 250ms, until: value == 1}}]",
        ends="failed",
        reasons={"a": "7"},
        sees=lambda played: all(n.timeout == 0.25 for n in polls(played)),
    ),
    below(
        "poll",
        "until",
        "steps: [{name: a, kind: shell, run: 'echo ok | tee -a n; [ $(wc -l < n) -gt 1 ]', "
        "poll: {interval: 100ms, until: attempt == 2 and 'ok' in lines}}]",
        prints=("ok", "ok"),
        sees=lambda played: [n.met for n in polls(played)] == [False, True],
    ),
    below(
        "poll",
        "fail_if",
        f'steps: [{{name: a, kind: shell, run: "{COUNTING}", '
        "poll: {interval: 100ms, until: value > 9, fail_if: value == 2}}]",
        ends="failed",
        prints=("1", "2"),
    ),
    below(
        "poll",
        "max_attempts",
        "steps: [{name: a, kind: shell, run: echo 1, "
        "poll: {interval: 100ms, until: value > 9, max_attempts: '{{ 2 }}'}}]",
        ends="failed",
        prints=("1", "1"),
    ),
]

RESULTS = [
    step(
        "capture",
        """
        steps:
          - {name: a, kind: shell, run: "echo '  x  '; echo; echo '{{ 7*7 }}' >&2", capture: ALL}
          - {name: b, kind: shell, run: 'echo "<{{ ALL }}>"'}
        """,
        sees=lambda played: played.printed("b") == ["<x>"],
    ),
    step(
        "capture",
        """
        steps:
          - {name: a, kind: shell, run: "echo '{}'", capture: {ID: json.id}}
          - {name: b, when: always, kind: shell, run: 'echo {{ ID }}'}
        """,
        ends="failed",
        steps={"a": "failed", "b": "skipped"},
    ),
    below(
        "capture",
        "value",
        """
        steps:
          - {name: a, kind: shell, run: "echo '{\\"n\\": [1, 2]}'", capture: {N: {value: 'json.n | sum'}}}
          - {name: b, kind: shell, run: 'echo {{ N + 1 }}'}
        """,
        sees=lambda played: played.printed("b") == ["4"],
    ),
    below(
        "capture",
        "secret",
        """
        steps:
          - {name: a, kind: shell, run: echo t0ken-value, capture: {T: {secret: true}}}
          - {name: b, kind: shell, run: 'echo {{ T }} {{ T | b64encode }} {{ T | length }}'}
        """,
        sees=lambda played: played.printed("b") == ["*** *** 11"],
    ),
    step(
        "assert", "steps: [{name: a, kind: shell, run: echo 5, assert: value < 5}]", ends="failed"
    ),
    step(
        "assert",
        "steps: [{name: a, kind: shell, run: echo 5, assert: [value < 6, {that: value > 4}]}]",
    ),
    below(
        "assertion",
        "that",
        "steps: [{name: a, kind: shell, run: seq 3, assert: {that: lines | length == 3}}]",
    ),
    below(
        "assertion",
        "that",
        "steps: [{name: a, kind: shell, run: seq 3, assert: {that: json.x == 3}}]",
        ends="failed",
    ),
    below(
        "assertion",
        "empty",
        "steps: [{name: a, kind: shell, run: 'echo []', assert: {empty: true}}]",
    ),
    below(
        "assertion",
        "empty",
        "steps: [{name: a, kind: shell, run: 'echo []', assert: {empty: false}}]",
        ends="failed",
    ),
    below(
        "assertion",
        "message",
        "vars: {X: y}\nsteps: [{name: a, kind: shell, run: echo 1, "
        "assert: {empty: true, message: 'Not {{ X }}.'}}]",
        ends="failed",
        reasons={"a": "Not y."},
    ),
    below(
        "assertion",
        "message",
        """
        steps:
          - name: a
            kind: shell
            run: |
              echo '{"found": [4, 5]}'
            capture: {FOUND: json.found, NONE: json.none}
            assert:
              - json.found
              - that: json.found | length < 2
                message: "{{ FOUND | length }} ({{ json.found[0] }}), code {{ exit_code }}"
        """,
        ends="failed",
        reasons={"a": "2 (4), code 0 (`json.found | length < 2` does not hold)"},
    ),
    below(
        "assertion",
        "message",
        "steps: [{name: a, kind: shell, run: echo 1, assert: {message: Look at it.}}]",
        reasons={"a": "Look at it."},
    ),
    below(
        "assertion",
        "message",
        "steps: [{name: a, kind: shell, run: seq 3, assert: {message: 'Look at {{ lines[1] }}.'}}]",
        reasons={"a": "Look at 2."},
    ),
]

BLOCKS = [
    step(
        "poll",
        """
        steps:
          - name: g
            kind: group
            poll: {interval: 100ms, timeout: 30s, until: "N == 'xx'", fail_if: attempt > 5}
            steps:
              - {name: a, kind: shell, run: 'printf x >> f; cat f', capture: N}
              - {name: b, kind: shell, run: 'echo {{ N }}'}
          - {name: c, kind: shell, run: 'echo {{ N }} {{ steps.g.outcome }}'}
        """,
        prints=("x", "x", "xx", "xx", "xx succeeded"),
        steps={"g": "succeeded"},
    ),
    step(
        "poll",
        """
        steps:
          - name: r
            kind: runbook
            runbook: other
            poll: {interval: 100ms, timeout: 30s, until: attempt == 2 and elapsed >= 0}
        """,
        files={"other.yaml": "name: other\nsteps: [{name: a, kind: shell, run: echo called}]"},
        prints=("called", "called"),
    ),
    step(
        "retry",
        """
        steps:
          - name: p
            kind: parallel
            retry: {attempts: 2, delay: 100ms}
            steps:
              - {name: a, kind: shell, run: '[ -e f ] || { touch f; exit 1; }'}
        """,
        steps={"p": "succeeded", "p/a": "succeeded"},
    ),
]

ROWS = [*RETRIES, *POLLS, *RESULTS, *BLOCKS]
