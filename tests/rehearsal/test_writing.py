"""Answers in the place of others, in whatever way a file is typed."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from pup_tui.rehearsal.model import RecordedAnswer
from pup_tui.rehearsal.reading import parse_rehearsals
from pup_tui.rehearsal.writing import SharedAnswer, case_text, with_answers, with_case

BLOCK = """\
x-shared:
  - &c {step: c, sent: c}
# about the cases
cases:
  - name: first
    answers:
      - step: a
        sent: a
        stdout: |
          one
          two

      # about b
      - &b
        step: b
        sent: b
      - {step: b, sent: b2}   # on one line
      - *c
    expect: {run: failed}
  - name: second
    answers: [{step: a, sent: a}, {step: b, sent: b}, *c]
"""


def steps(text: str, case: int) -> list[str]:
    read = parse_rehearsals(Path("x.yaml"), text.encode())
    assert read.problems == (), [str(problem) for problem in read.problems]
    return [f"{each.said.step}={each.said.sent}" for each in read.cases[case].answers]


def answer(text: str, stdout: str | None = None) -> RecordedAnswer:
    return RecordedAnswer(step=text[0], sent=text, stdout=stdout)


@pytest.mark.parametrize("case", [0, 1])
@pytest.mark.parametrize("number", [0, 1, 2, 3])
@pytest.mark.parametrize("stdout", [None, "one: line\n", "a\n\n  b\n#c\n", "\ttab\r\n'\"\u2028"])
def test_one_is_put_in_the_place_of_one_wherever_it_stands(
    case: int, number: int, stdout: str | None
) -> None:
    before = steps(BLOCK, case)
    if number >= len(before):
        return
    text = with_answers(BLOCK, case, [number], [answer("new", stdout)])
    assert steps(text, case) == [*before[:number], "n=new", *before[number + 1 :]]
    read = parse_rehearsals(Path("x.yaml"), text.encode())
    assert read.cases[case].answers[number].said.stdout == stdout
    assert "# about the cases" in text
    assert "# about b" in text


@pytest.mark.parametrize("case", [0, 1])
def test_more_and_fewer_are_put_in_the_place_of_some(case: int) -> None:
    before = steps(BLOCK, case)
    more = with_answers(BLOCK, case, [1], [answer("x1", "a\nb\n"), answer("x2"), answer("x3")])
    assert steps(more, case) == [before[0], "x=x1", "x=x2", "x=x3", *before[2:]]
    fewer = with_answers(BLOCK, case, [0, 1], [answer("x1")])
    assert steps(fewer, case) == ["x=x1", *before[2:]]
    other = 1 - case
    assert steps(more, other) == steps(fewer, other) == steps(BLOCK, other)


def test_what_an_anchor_shares_stays_one() -> None:
    text = with_answers(BLOCK, 0, [3], [answer("c2")])
    assert steps(text, 0)[3] == steps(text, 1)[2] == "c=c2"
    with pytest.raises(SharedAnswer):
        with_answers(BLOCK, 0, [3], [answer("c2"), answer("c3")])


def test_a_case_is_added_at_the_end() -> None:
    case = {"name": "third", "answers": [{"step": "a", "sent": "a\nb"}], "questions": {"a": "yes"}}
    text = with_case(BLOCK, case)
    assert text is not None
    assert steps(text, 2) == ["a=a\nb"]
    assert with_case("cases: [{name: a}]", case) is None
    assert with_case("cases:\n- name: a\nx-more: 1\n", case) is None
    flat = with_case(dedent("cases:\n- name: a\n"), case)
    assert flat is not None
    assert steps(flat, 1) == ["a=a\nb"]
    assert case_text({"name": "a"}) == "- name: a\n"
