"""What was wanted of an attempt's output: captures, conditions, results, and what counts as a secret."""

from __future__ import annotations

from typing import Any

import pytest

from pup_tui.core.actions import Wanted, WantedAssertion, WantedCapture
from pup_tui.core.events import Findings
from pup_tui.drivers.findings import TOO_MUCH, TOO_SHORT, find
from pup_tui.drivers.masking import Masking
from pup_tui.output.pipeline import Captured
from pup_tui.steps.executor import Outcome
from pup_tui.template.secrets import with_secrets
from pup_tui.template.values import LEFT_OUT


def found(
    stdout: str, *, truncated: bool = False, stderr_truncated: bool = False, **wanted: Any
) -> Findings:
    return find(
        Wanted(**wanted),
        Captured(stdout, "", truncated, stderr_truncated),
        Outcome(ok=True, exit_code=0),
        1.5,
        Masking(["hunter2"]),
    )


def captures(**expressions: str | None) -> tuple[WantedCapture, ...]:
    return tuple(WantedCapture(name, text, False) for name, text in expressions.items())


def asserted(*conditions: str, not_: tuple[str, ...] = ()) -> tuple[WantedAssertion, ...]:
    return (
        *(WantedAssertion(condition) for condition in conditions),
        *(WantedAssertion(condition, False) for condition in not_),
    )


def test_a_bare_capture_is_the_trimmed_output() -> None:
    assert found(" a b\n\n", captures=captures(X=None)).captures == {"X": "a b"}


def test_captures_by_expression_keep_their_types() -> None:
    made = found('{"n": 3, "l": [1]}', captures=captures(N="json.n", L="json.l", T="json.n > 2"))
    assert made.captures == {"N": 3, "L": [1], "T": True}


@pytest.mark.parametrize("expression", ["json.missing", "json.nothing"])
def test_a_capture_that_gives_nothing_says_so(expression: str) -> None:
    made = found('{"nothing": null}', captures=captures(X=expression))
    assert made.captures == {}
    assert list(made.missing) == ["X"]
    assert "`| default(…" in made.missing["X"]
    instead = captures(X=f"{expression} | default('none', true)")
    assert found('{"nothing": null}', captures=instead).captures == {"X": "none"}


def test_a_capture_that_holds_a_secret_is_one() -> None:
    made = found("hunter2\n", captures=captures(X=None, N="exit_code"), results=("output",))
    assert set(made.secrets) == {"X", "steps.output"}


@pytest.mark.parametrize(
    ("condition", "output", "holds"),
    [
        ("empty", "[]", True),
        ("empty", '{"data": []}', True),
        ("empty", "x", False),
        ("status == OK", '{"overall_state": "OK"}', True),
        ("status == ok", '[{"status": "OK"}, {"status": "Alert"}]', False),
        ("status == OK", "[]", None),
        ("value < 5", "3", True),
        ("value < 5", "words", None),
        ("exit_code == 0", "", True),
        ("json.n > LIMIT", '{"n": 3}', True),
    ],
)
def test_conditions(condition: str, output: str, holds: bool | None) -> None:
    made = found(output, until=condition, names={"LIMIT": 2}, declared=frozenset({"LIMIT"}))
    assert made.until is not None
    assert made.until.holds is holds or (holds is None and made.until.holds is not True)


def test_decreasing_compares_with_the_sample_before() -> None:
    series = '{"series": [{"pointlist": [[1, 9.0], [2, 4.0], [3, null]]}]}'
    assert found(series, until="decreasing", history=(5.0,)).until.holds is True  # type: ignore[union-attr]
    assert found(series, until="decreasing", history=(3.0,)).until.holds is False  # type: ignore[union-attr]
    assert found(series, until="decreasing").until.holds is not True  # type: ignore[union-attr]
    assert found(series, until="decreasing").value == 4.0


def test_assertions_see_the_captures_of_their_step() -> None:
    made = found("7", captures=captures(X=None), assertions=asserted("X == '7'", not_=("empty",)))
    assert [judged.holds for judged in made.assertions] == [True, True]
    made = found("", assertions=asserted("empty", not_=("empty",)))
    assert [judged.holds for judged in made.assertions] == [True, False]


def told_by(message: str, stdout: str, **wanted: Any) -> str:
    """The message of an assertion that does not hold."""
    return found(
        stdout, assertions=(WantedAssertion("false", message=message),), **wanted
    ).messages[0]


def test_the_message_of_an_assertion_knows_what_was_printed_and_captured() -> None:
    made = found(
        '{"n": 7}',
        captures=captures(N="json.n"),
        names={"WHO": "ada"},
        assertions=(
            WantedAssertion("N == 7", message="{{ N }}"),
            WantedAssertion("N == 8", message="{{ WHO }}: {{ N }}, {{ json.n + 1 }}, {{ output }}"),
            WantedAssertion("N.x == 8", message="{{ exit_code }} {{ stderr | default('', true) }}"),
        ),
        reminders=("{{ N }}", "plain"),
    )
    assert made.messages == ("", 'ada: 7, 8, {"n": 7}', "0 ")
    assert made.reminders == ("7", "plain")


def test_a_message_that_names_what_is_not_there_is_told_as_it_is_written() -> None:
    message = "{{ json.none }} of {{ NONE }}"
    assert told_by(message, "{}", captures=captures(NONE="json.none")) == message
    assert told_by("{{ output }}", "x", truncated=True) == "{{ output }}"
    assert told_by("code {{ exit_code }}", "x", truncated=True) == "code 0"


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("{{ output }}", "a *** c"),
        ("{{ output.split(' ')[1] }}", "***"),
        ("{{ output[2:5] }}", "***"),
        ("{{ CUT }}", "***"),
        ("{{ TOKEN[:3] }}", "***"),
        ("{{ output | length }} {{ exit_code }}", "7 0"),
    ],
)
def test_a_message_holds_no_part_of_a_secret(message: str, told: str) -> None:
    names = with_secrets({"TOKEN": "hunter2"}, ["TOKEN"])
    cut = captures(CUT="output[2:5]")
    assert told_by(message, "a hunter2 c", captures=cut, names=names) == told


def test_output_over_the_limit_is_an_error_where_it_is_used() -> None:
    made = found(
        "x",
        truncated=True,
        captures=captures(X=None),
        until="empty",
        assertions=asserted("exit_code == 0"),
    )
    assert made.missing == {"X": TOO_MUCH}
    assert (made.until.holds, made.until.reason) == (None, TOO_MUCH)  # type: ignore[union-attr]
    assert made.assertions[0].holds is True


def test_what_is_over_the_limit_is_no_result_for_later_texts() -> None:
    results = ("output", "lines", "json", "status", "stderr", "exit_code")
    made = found("[1]", truncated=True, results=results)
    assert set(made.results) == {"stderr", "exit_code"}


@pytest.mark.parametrize("name", ["output", "json"])
def test_too_many_errors_leave_the_output_usable(name: str) -> None:
    captures_ = captures(X=name, Y="stderr")
    made = found("7", stderr_truncated=True, captures=captures_, results=("output", "stderr"))
    assert made.missing == {"Y": TOO_MUCH}
    assert (set(made.captures), set(made.results)) == ({"X"}, {"output"})


def test_results_that_later_texts_name() -> None:
    made = found('{"a": 1}', results=("output", "json", "exit_code", "duration", "status_code"))
    assert made.results == {"output": '{"a": 1}', "json": {"a": 1}, "exit_code": 0, "duration": 1.5}


@pytest.mark.parametrize("other", ["json", "output", "'x' ~ json.creds.token", "[json.creds]"])
def test_what_holds_a_secret_of_the_same_attempt_is_one(other: str) -> None:
    secret = WantedCapture("CREDS", "json.creds", True)
    made = found(
        '{"creds": {"user": "ada", "token": "swordfish"}, "n": 3}',
        captures=(
            WantedCapture("BEFORE", other, False),
            secret,
            WantedCapture("N", "json.n", False),
        ),
        results=("output", "json", "exit_code"),
    )
    assert set(made.secrets) == {"BEFORE", "CREDS", "steps.output", "steps.json"}


@pytest.mark.parametrize("output", ["12345", "abc", "  abc  ", "       "])
def test_what_is_too_short_to_be_kept_secret_is_not_captured(output: str) -> None:
    made = found(output, captures=(WantedCapture("KEY", "output", True),))
    assert made.captures == {}
    assert made.missing == {"KEY": TOO_SHORT}


def test_what_cannot_be_recorded_is_not_captured() -> None:
    made = found("x", captures=captures(X="[V]"), names={"V": LEFT_OUT})
    assert made.missing == {"X": "`[V]` gives what JSON cannot hold"}


def test_a_capture_that_is_made_out_of_a_secret_is_one() -> None:
    masking = Masking(["hunter2-secret"])
    made = find(
        Wanted(
            captures=captures(PART="T[:4]", LONG="T | upper", OTHER="'yes' if T else 'no'"),
            names=with_secrets({"T": "hunter2-secret"}, ["T"]),
        ),
        Captured("", "", False),
        Outcome(ok=True, exit_code=0),
        1.5,
        masking,
    )
    assert set(made.secrets) == {"PART", "LONG"}
    assert made.captures == {"PART": "hunt", "LONG": "HUNTER2-SECRET", "OTHER": "yes"}
    assert masking.text("hunt HUNTER2-SECRET") == "hunt ***"


def test_all_that_a_step_says_which_captures_a_secret_is_secret() -> None:
    made = found(
        "swordfish\n",
        captures=(WantedCapture("S", "output | upper", secret=True),),
        results=("output", "lines", "exit_code", "duration"),
    )
    assert set(made.secrets) == {"S", "steps.output", "steps.lines"}


def test_a_number_that_is_a_secret_is_no_sample() -> None:
    made = found("1234567\n", captures=(WantedCapture("PIN", "value", secret=True),))
    assert made.value is None


@pytest.mark.parametrize(
    "expression",
    ["output.split(':')[1]", "output[12:]", "lines[0] | upper", "(output | trim)[10:40]"],
)
def test_a_capture_that_cuts_a_part_out_of_a_printed_secret_is_one(expression: str) -> None:
    masking = Masking(["bot:correct-horse"])
    output = Captured("id 7 as bot:correct-horse\nid 8 as guest", "", False)
    made = find(Wanted(captures=captures(PART=expression)), output, Outcome(ok=True), 1.0, masking)
    assert made.secrets == ("PART",)
    assert "horse" not in masking.text(f"pass {made.captures['PART']}").lower()


@pytest.mark.parametrize(
    "expression",
    [
        "output.split()[1]",
        "lines[1].split()[3]",
        "output | length > 3",
        "'known' if 'bot' in output else 'unknown'",
        "stderr[2:]",
    ],
)
def test_a_capture_of_other_words_beside_a_printed_secret_is_none(expression: str) -> None:
    masking = Masking(["bot:correct-horse"])
    output = Captured("id 7 as bot:correct-horse\nid 8 as the-guest", "ok then", False)
    made = find(Wanted(captures=captures(WORD=expression)), output, Outcome(ok=True), 1.0, masking)
    assert made.secrets == ()
    assert masking.text("the-guest is known") == "the-guest is known"


def test_a_capture_of_a_part_of_a_printed_secret_in_json_is_one() -> None:
    masking = Masking(["bot:correct-horse"])
    output = Captured('{"login": "bot:correct-horse", "id": "abcdefgh"}', "", False)
    wanted = Wanted(captures=captures(PASS="json.login.split(':')[1]", ID="json.id"))
    assert find(wanted, output, Outcome(ok=True), 1.0, masking).secrets == ("PASS",)
    assert masking.text("correct-horse abcdefgh") == "*** abcdefgh"
