"""Files of rehearsals: every wrong key is refused, with its place and what to do."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from pup_tui.rehearsal.reading import parse_rehearsals, read_rehearsals

CASES = "write `cases:` and below it one `- name: …` for each"
PATH = Path("_tests/example.yaml")


def problems(text: str) -> list[str]:
    read = parse_rehearsals(PATH, dedent(text).encode())
    assert read.problems or read.cases
    return [str(problem).removeprefix(f"{PATH}:") for problem in read.problems]


def test_a_file_with_every_key_is_read() -> None:
    read = parse_rehearsals(
        PATH,
        dedent("""\
        x-shared: [&look {step: look, sent: "ls *"}]
        cases:
          - name: all keys
            vars: {PORT: 8080, NAMES: [a, b]}
            profile: staging
            missing: [diag-tool]
            answers:
              - *look
              - {step: each, item: 1, attempt: 2, digest: 0123456789abcdef, stdout: {a: 1}, stderr: no}
              - {step: call, sent: "GET *", status: 404, headers: {X-A: b}, body: gone, takes: 2s}
              - {step: call, sent: "GET *", error: connection refused}
            questions: {ask: yes, fill: {NAME: x}, undo: [call]}
            expect: {run: failed, steps: {call: failed}, captures: {A: 1}, undo: [call]}
        """).encode(),
    )
    assert read.problems == ()
    (case,) = read.cases
    assert [each.said.step for each in case.answers] == ["look", "each", "call", "call"]
    assert case.answers[2].takes == 2
    assert case.said.expect.run == "failed"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "- a",
            "1:1: a file of rehearsals must be a map, not a list: " + CASES,
        ),
        (
            "x-a: 1",
            "1:1: a file of rehearsals has no `cases`: " + CASES,
        ),
        ("cases: []", "1:8: `cases` is empty: it needs at least one"),
        ("cases: [{name: a}]\ncase: 1", "2:1: unknown key `case`: did you mean `cases`?"),
        ("cases: [{name: ''}]", "1:16: `name` must not be empty"),
        ("cases: [{vars: {}}]", "1:9: item 1 of `cases` has no `name`"),
        ("cases: [{name: a}, {name: a}]", "1:27: there is a case `a` already"),
        ("cases: [{name: a, answer: []}]", "1:19: unknown key `answer`: did you mean `answers`?"),
        (
            "cases: [{name: a, answers: [{step: x}]}]",
            (
                "1:29: an answer says neither `sent` nor `digest`: write `sent:` with the command as the "
                "plan shows it, `*` for what varies"
            ),
        ),
        ("cases: [{name: a, answers: [{sent: x}]}]", "1:29: item 1 of `answers` has no `step`"),
        (
            "cases: [{name: a, answers: [{step: x, sent: y, attempt: 0}]}]",
            "1:57: `attempt` must be a number from 1",
        ),
        (
            "cases: [{name: a, answers: [{step: x, sent: y, attempt: two}]}]",
            "1:57: `attempt` must be a whole number, not text",
        ),
        (
            "cases: [{name: a, answers: [{step: x, sent: y, status: 20}]}]",
            "1:56: `status` must be an HTTP status from 100 to 599",
        ),
        (
            "cases: [{name: a, answers: [{step: x, digest: abc}]}]",
            (
                "1:47: `digest` must have 16 digits from 0 to f: it is written by `pup-tui run --record`; "
                "by hand write `sent`"
            ),
        ),
        (
            "cases: [{name: a, answers: [{step: x, sent: y, takes: soon}]}]",
            (
                "1:55: 'soon' is not a duration; write 500ms, 30s, 5m, 1h30m, 7d, 1w, `5 minutes`, "
                "or a number of seconds"
            ),
        ),
        (
            "cases: [{name: a, answers: [{step: x, sent: y, error: no, status: 500}]}]",
            "1:59: an answer with an `error` has no `status`: leave one of them out",
        ),
        (
            "cases: [{name: a, expect: {run: done}}]",
            "1:33: `run` cannot be `done`: one of `aborted`, `cancelled`, `failed`, `succeeded`",
        ),
        (
            "cases: [{name: a, expect: {steps: {x: fail}}}]",
            "1:39: `x` cannot be `fail`: did you mean `failed`?",
        ),
        (
            "cases: [{name: a, expect: {runs: failed}}]",
            "1:28: unknown key `runs`: did you mean `run`?",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_what_to_do(text: str, told: str) -> None:
    assert problems(text) == [told]


def test_all_that_is_wrong_is_told_at_once() -> None:
    assert len(problems("cases: [{name: a, foo: 1, expect: {bar: 2}}, {nam: b}]")) == 4


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    (problem,) = read_rehearsals(tmp_path / "none.yaml").problems
    assert "the rehearsals cannot be read: " in str(problem)
    (problem,) = read_rehearsals(tmp_path).problems
    assert "Is a directory" in str(problem)
