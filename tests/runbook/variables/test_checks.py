from __future__ import annotations

import re

import pytest

from pup_tui.runbook.parts import Choice, Variable, VariableType
from pup_tui.runbook.variables.checks import MAX_VALUE, check_value
from pup_tui.spelling import spelled

ENUM = Variable(type="enum", choices=("staging", Choice(value="production", label="Live")))


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("string", "a b", "a b"),
        ("string", 5, "5"),
        ("string", True, "true"),
        ("text", "a\nb", "a\nb"),
        ("json", '{"a": [1.10]}', '{"a": [1.10]}'),
        ("json", " 5 ", " 5 "),
        ("integer", "5", 5),
        ("integer", " -5 ", -5),
        ("integer", 5, 5),
        ("integer", str(2**63 - 1), 2**63 - 1),
        ("number", "1.5", 1.5),
        ("number", "5", 5),
        ("number", "1e3", spelled(1000.0, "1e3")),
        ("number", "1.10", spelled(1.1, "1.10")),
        ("number", 0.5, 0.5),
        ("boolean", "true", True),
        ("boolean", "No", False),
        ("boolean", "on", True),
        ("boolean", False, False),
        ("duration", "5m", "5m"),
        ("duration", 30, "30"),
        ("duration", " 1h30m ", "1h30m"),
        ("url", "https://example.com/x?y=z", "https://example.com/x?y=z"),
        ("file", "/tmp/x", "/tmp/x"),
        ("secret", "123456", "123456"),
    ],
)
def test_accepted(kind: VariableType, raw: object, value: object) -> None:
    made = check_value(Variable(type=kind), raw)
    assert made == value
    assert type(made) is type(value)


def test_what_only_another_runbook_can_give_becomes_its_json() -> None:
    assert check_value(Variable(), ["a", {"b": None}]) == '["a", {"b": null}]'
    assert check_value(Variable(type="text"), {"a": True}) == '{"a": true}'
    assert check_value(Variable(type="json"), {"a": True}) == '{"a": true}'


@pytest.mark.parametrize(
    ("kind", "raw", "message"),
    [
        ("string", None, "it must be text"),
        ("integer", ["a"], "it must be a whole number"),
        ("string", [float("nan")], "cannot be written as JSON"),
        ("string", "a\x00b", "it holds a NUL character"),
        ("string", "a\ud800", "it is not valid text"),
        ("string", "x" * (MAX_VALUE + 1), "longer than 1,048,576 characters"),
        ("integer", "5.0", "`5.0` is not a whole number"),
        ("integer", True, "`true` is not a whole number"),
        ("integer", 1.5, "`1.5` is not a whole number"),
        ("integer", str(2**63), "is not a whole number"),
        ("integer", "9" * 5000, "is not a whole number"),
        ("integer", "٣", "is not a whole number"),
        ("number", "nan", "`nan` is not a number"),
        ("number", float("inf"), "`inf` is not a number"),
        ("number", "1e999", "is not a number"),
        ("boolean", "maybe", "`maybe` is neither true nor false"),
        ("boolean", "1", "`1` is neither true nor false"),
        ("duration", "soon", "is not a duration"),
        ("duration", "0", "must be over 0"),
        ("url", "ftp://example.com", "http:// or https://"),
        ("url", "https://", "http:// or https://"),
        ("url", "https://example.com/a b", "http:// or https://"),
        ("url", "https://[", "http:// or https://"),
        ("file", " ", "the path of a file"),
        ("json", "{a: 1}", "it is not JSON"),
        ("json", "[NaN]", "it is not JSON"),
        ("json", " ", "may not be blank"),
        ("secret", "12345", "at least 6 characters"),
    ],
)
def test_refused(kind: VariableType, raw: object, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        check_value(Variable(type=kind), raw)


def test_enum() -> None:
    assert check_value(ENUM, "production") == "production"
    with pytest.raises(ValueError, match="did you mean `production`"):
        check_value(ENUM, "Production")
    with pytest.raises(ValueError, match="one of `staging`, `production`"):
        check_value(ENUM, "zzz")


@pytest.mark.parametrize(
    ("variable", "raw", "message"),
    [
        (Variable(type="integer", min=1), 0, "at least 1"),
        (Variable(type="number", max=1.5), "1.6", "at most 1.5"),
        (Variable(min_length=2), "a", "at least 2 characters"),
        (Variable(max_length=2), "abc", "at most 2 characters"),
        (Variable(pattern="[a-z]+"), "a1", "`a1` does not match the pattern `[a-z]+`"),
        (Variable(pattern="[a-z]+"), "a\n", "does not match"),
        (Variable(pattern="a*"), "a" * 2000, "at most 1,024 characters"),
    ],
)
def test_checks(variable: Variable, raw: object, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        check_value(variable, raw)


def test_a_secret_is_never_in_a_message() -> None:
    secret = Variable(type="secret", pattern="[a-z]+")
    for raw in ("1234567890", "12345", "1234567\x00"):
        with pytest.raises(ValueError, match=r"it|secret") as caught:
            check_value(secret, raw)
        assert raw[:5] not in str(caught.value)


def test_control_characters_in_a_message_are_visible() -> None:
    with pytest.raises(ValueError, match=r"`\\x1b\[2J` is not a whole number"):
        check_value(Variable(type="integer"), "\x1b[2J")


@pytest.mark.parametrize("kind", ["integer", "number"])
@pytest.mark.parametrize(("raw", "number"), [("007", 7), (" 08 ", 8), ("+5", 5), ("12", 12)])
def test_a_whole_number_stays_as_it_was_typed(kind: VariableType, raw: str, number: int) -> None:
    made = check_value(Variable(type=kind, max=20), raw)
    assert (made, str(made)) == (number, raw.strip())
