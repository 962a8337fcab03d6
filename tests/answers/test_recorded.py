"""What is read in answers that Datadog once gave: data/read.yaml has for each what a person reads in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from pup_tui.template.condition import ConditionResult, parse_condition
from pup_tui.template.reading import reading_scope

_DATA = Path(__file__).with_name("data")
ANSWERS: dict[str, Any] = {
    each["id"]: each["body"]
    for each in map(json.loads, (_DATA / "recorded.jsonl").read_text("utf-8").splitlines())
}
READ: dict[str, dict[str, Any]] = yaml.safe_load((_DATA / "read.yaml").read_text("utf-8"))


def _judge(source: str, answer: Any, *history: float) -> ConditionResult:
    output = "" if answer is None else json.dumps(answer)
    return parse_condition(source).judge(reading_scope(output), history)


def _not_known(expected: Any) -> str | None:
    return expected["not known"] if isinstance(expected, dict) else None


def test_every_answer_is_in_the_table() -> None:
    assert set(READ) == set(ANSWERS)


@pytest.mark.parametrize("which", READ)
def test_the_status_is_what_a_person_reads(which: str) -> None:
    answer, expected = ANSWERS[which], READ[which]["status"]
    judged = _judge("status == nothing of the kind", answer)
    if (why := _not_known(expected)) is not None:
        assert judged.holds is None
        assert answer is None or judged.reason == why
    elif isinstance(expected, list):
        alike = len(set(expected)) == 1
        assert judged.holds is False
        assert _judge(f"status == {expected[0]}", answer).holds is alike if expected else True
        assert "status" not in reading_scope(json.dumps(answer))
    else:
        assert judged.holds is False
        assert _judge(f"status == {expected}", answer).holds is True
        assert reading_scope(json.dumps(answer))["status"] == expected


@pytest.mark.parametrize("which", READ)
def test_the_number_is_what_a_person_reads(which: str) -> None:
    answer, expected = ANSWERS[which], READ[which]["value"]
    for source in ("value < 1e300", "decreasing"):
        judged = _judge(source, answer, 1e299)
        if (why := _not_known(expected)) is not None:
            assert judged.holds is None
            assert answer is None or judged.reason == why
        else:
            assert judged.holds is True
    if _not_known(expected) is None:
        assert _judge(f"value == {expected}", answer).holds is True
        assert _judge("decreasing", answer, expected - 1).holds is False
        assert _judge("decreasing", answer).holds is None


@pytest.mark.parametrize("which", READ)
def test_emptiness_is_what_a_person_reads(which: str) -> None:
    expected = READ[which]["empty"]
    judged = _judge("empty", ANSWERS[which])
    if (why := _not_known(expected)) is not None:
        assert (judged.holds, judged.reason) == (None, why)
    else:
        assert judged.holds is expected
