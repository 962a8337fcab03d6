"""What a run asks is answered by its case, also what is taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.rehearsed import rehearsed

QUESTIONS = """\
vars: {PLACE: {default: here}}
steps:
  - {name: Ask, id: ask, kind: confirm, message: "Go?", timeout: 10m}
  - {name: Fill, id: fill, kind: input, message: Where?, vars: {TO: {pattern: "[a-z]+"}, N: 3}}
  - {name: Do, id: do, kind: shell, danger: true, run: "go {{ TO }} {{ N }}", on_failure: confirm}
  - {name: Look, id: look, kind: manual, message: "Look", checklist: [a]}
"""


@pytest.mark.parametrize(
    ("questions", "codes", "ended"),
    [
        ("{ask: yes, fill: {TO: there}, do: yes, look: yes}", [0], "succeeded"),
        ("{ask: true, fill: {TO: there, N: 4}, do: yes, look: no}", [0], "aborted"),
        ("{ask: no}", [], "aborted"),
        ("{ask: nobody}", [], "aborted"),
        ("{ask: yes, fill: cancel}", [], "cancelled"),
        ("{ask: yes, fill: {TO: there}, do: no}", [], "aborted"),
        ("{ask: yes, fill: {TO: there}, do: [yes, retry], look: yes}", [1, 0], "succeeded"),
        ("{ask: yes, fill: {TO: there}, do: [yes, continue], look: yes}", [1], "succeeded"),
        ("{ask: yes, fill: {TO: there}, do: [yes, abort]}", [1], "failed"),
    ],
)
def test_questions_are_answered_by_the_case(
    tmp_path: Path, questions: str, codes: list[int], ended: str
) -> None:
    answers = ", ".join(f'{{step: do, sent: "go there *", exit_code: {code}}}' for code in codes)
    cases = f"""\
        cases:
          - name: asked
            answers: [{answers}]
            questions: {questions}
            expect: {{run: {ended}}}
        """
    assert rehearsed(tmp_path, QUESTIONS, cases).told == []


@pytest.mark.parametrize(
    ("questions", "told"),
    [
        ("{}", "`ask` asks, and there is no answer: Go?: add `ask: yes or no` to `questions`"),
        (
            "{ask: perhaps}",
            "this is no answer to what `ask` asks: it takes `yes`, `no`, `nobody`, `cancel`",
        ),
        (
            "{ask: yes, fill: {TO: THERE}}",
            (
                "the values for `fill` are not taken: `TO`: `THERE` does not match the pattern `[a-z]+`: "
                "change them under `questions`"
            ),
        ),
        (
            "{ask: no, look: yes}",
            "the answer for `look` was not asked for: its question did not come at all",
        ),
        (
            "{ask: [no, yes]}",
            "the answer for `ask` was not asked for: its question did not come so often",
        ),
    ],
)
def test_questions_without_an_answer_that_fits_are_told(
    tmp_path: Path, questions: str, told: str
) -> None:
    cases = f"cases: [{{name: asked, questions: {questions}, expect: {{run: aborted}}}}]"
    (line,) = rehearsed(tmp_path, QUESTIONS, cases).told
    assert line.split(": ", 1)[1] == told


UNDO = """\
steps:
  - {name: One, id: one, kind: shell, run: one, undo: {kind: shell, run: not one}}
  - {name: Two, id: two, kind: shell, run: two, undo: {kind: shell, run: not two}}
  - {name: Three, id: three, kind: shell, run: three}
  - {name: Clean, id: clean, kind: shell, when: cleanup, run: clean}
"""
DONE = """\
      - {step: one, sent: one}
      - {step: two, sent: two}
      - {step: three, sent: three, exit_code: 1}
      - {step: clean, sent: clean}
"""
UNDO_ONE = '      - {step: "one:undo", sent: not one}\n'
UNDO_TWO = '      - {step: "two:undo", sent: not two}\n'


@pytest.mark.parametrize(
    ("answers", "rest"),
    [
        (UNDO_ONE + UNDO_TWO, "expect: {run: failed, undo: [two, one]}"),
        (UNDO_ONE + UNDO_TWO, "questions: {undo: yes}\n    expect: {run: failed}"),
        (UNDO_ONE, "questions: {undo: [one]}\n    expect: {run: failed, undo: [one]}"),
        ("", "questions: {undo: no}\n    expect: {run: failed, undo: []}"),
        ("", "expect: {run: failed}"),
    ],
)
def test_what_is_taken_back_is_said_and_judged(tmp_path: Path, answers: str, rest: str) -> None:
    cases = f"cases:\n  - name: undone\n    answers:\n{DONE}{answers}    {rest}\n"
    assert rehearsed(tmp_path, UNDO, cases).told == []


def test_another_undo_than_expected_is_told(tmp_path: Path) -> None:
    cases = (
        f"cases:\n  - name: undone\n    answers:\n{DONE}{UNDO_ONE}"
        "    questions: {undo: [one]}\n    expect: {run: failed, undo: [two, one]}\n"
    )
    assert rehearsed(tmp_path, UNDO, cases).told == [
        "10:33: taken back were `one`, and `two`, `one` was expected"
    ]


def test_the_text_that_must_be_typed_is_a_yes(tmp_path: Path) -> None:
    runbook = "steps: [{name: Ask, id: ask, kind: confirm, message: Go?, expect: payments}]"
    well = "{name: well, questions: {ask: payments}}"
    other = "{name: other, questions: {ask: checkout}}"
    told = rehearsed(tmp_path, runbook, f"cases: [{well}, {other}]").failures
    assert told["well"] == []
    assert "this is no answer to what `ask` asks" in told["other"][0]
