"""What leaves a run is masked, wherever in it a secret stands."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from pup_tui.core.actions import Question, UndoOffer
from pup_tui.core.events import (
    Answered,
    AnyEvent,
    CancelRequested,
    Interrupted,
    LockAnswered,
    Moment,
    PollAccepted,
    UndoChosen,
    ValuesResolved,
)
from pup_tui.drivers.masking import Masking

AT = Moment(0.0, 0.0)
SECRET = "hunter2-secret"


@pytest.mark.parametrize(
    "event",
    [
        Answered(at=AT, step="a", answer="yes", by="ada", note=SECRET),
        CancelRequested(at=AT, by="ada", reason=SECRET),
        Interrupted(at=AT, reason=SECRET),
        LockAnswered(at=AT, step="a", held=False, problem=SECRET),
        PollAccepted(at=AT, step="a", by="ada", reason=SECRET),
        UndoChosen(at=AT, steps=(), by="ada", note=SECRET),
        ValuesResolved(at=AT, step="a", problems=(SECRET,)),
    ],
)
def test_words_in_an_event_are_masked(event: AnyEvent) -> None:
    masked = msgspec.json.encode(Masking([SECRET]).event(event)).decode()
    assert "***" in masked
    assert "hunter2" not in masked


def test_what_would_be_undone_is_masked_and_can_still_be_chosen() -> None:
    step = f"{SECRET}:undo"
    question = Question(
        step=":undo",
        title="Undo",
        kind="undo",
        message="",
        offers=(UndoOffer(step=step, name="Log in", command=f"logout {SECRET}"),),
    )
    (offer,) = Masking([SECRET]).question(question).offers
    assert (offer.command, offer.step) == ("logout ***", step)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"user": {"password": "swordfish"}}, "swordfish"),
        (["swordfish", 7], "swordfish"),
        ('{"user": "ada", "password": "swordfish"}', "swordfish"),
        (1234567, "1234567"),
    ],
)
def test_every_text_in_a_secret_value_is_masked(value: Any, text: str) -> None:
    masking = Masking()
    masking.keep(value)
    assert masking.text(f"login {text}") == "login ***"


@pytest.mark.parametrize("value", ["", "abc", "  abc  ", "        ", True, None, 7, ["on"]])
def test_what_is_too_short_masks_no_ordinary_text(value: Any) -> None:
    masking = Masking(["  abc  "])
    masking.keep(value)
    assert masking.text("  abc  on 7 True") == "  abc  on 7 True"


def test_what_is_made_out_of_a_secret_is_masked_where_nothing_in_it_is_anyway() -> None:
    masking = Masking(["hunter2-secret"])
    masking.keep_made([["HUNTER2-SECRET", "Bearer hunter2-secret", "hunt"], 1234567, None, True])
    assert masking.text("Bearer HUNTER2-SECRET hunter2-secret") == "Bearer *** ***"
    assert masking.text("hunt 1234567 true") == "hunt *** true"


KEY = "-----BEGIN KEY-----\nabcdefgh-123\nzyxwvuts-987\n-----END KEY-----"


def test_a_text_of_several_lines_is_masked_though_a_part_of_it_is_masked_already() -> None:
    masking = Masking([KEY])
    masking.keep_made(["ABCDEFGH-123"])
    masking.keep_made([KEY.upper(), KEY])
    assert masking.text("ABCDEFGH-123 ZYXWVUTS-987") == "*** ***"


def test_what_holds_one_secret_and_another_one_in_another_form_is_masked() -> None:
    masking = Masking(["to-ken-secret", "12345678", '{"a": "ADMIN-1234", "b": "pass-word"}'])
    masking.keep_made(
        ["tokensecret:12345678", "to-ken-secret:12345678", "to-ken-secret", "12345678"]
    )
    masking.keep_made(['{"A": "ADMIN-1234", "B": "PASS-WORD"}'])
    assert masking.text("tokensecret:12345678 PASS-WORD") == "*** ***"


def test_of_lines_that_were_printed_around_a_secret_only_the_secret_is_masked() -> None:
    masking = Masking(["hunter2-secret"])
    masking.keep_made(["HUNTER2-SECRET"])
    printed = "deployed payments\nwith HUNTER2-SECRET\nall is well"
    masking.leave_words(printed)
    masking.keep_made([printed, "hunter2-secret"])
    masking.keep_made(["config of it\nhost: payments\npassword: hunter2-secret", "hunter2-secret"])
    assert masking.text(printed) == "deployed payments\nwith ***\nall is well"
    assert masking.text("host: payments") == "host: payments"


def test_what_a_program_prints_does_not_decide_that_a_part_of_a_secret_is_none() -> None:
    masking = Masking(["hunter2-secret"])
    masking.leave_words("hunter2-secret\nHUNTER2-SECRET")
    masking.keep_made(["HUNTER2-SECRET", "hunter2-secret"])
    assert masking.text("HUNTER2-SECRET") == "***"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("HTTP 404 from http://x/a1/b%2F2", "HTTP 404 from http://x/***/***"),
        ("no a1; a11, xa1", "no ***; a11, xa1"),
        ("a-b: not-there", "a-b: not-there"),
    ],
)
def test_what_is_said_of_a_request_hides_short_parts_that_stand_alone(
    said: str, shown: str
) -> None:
    assert Masking().told(said, ["a1", "b/2", "-"]) == shown
