"""Answers that need nobody at a terminal."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import pytest

from pup_tui.core.actions import Question, UndoOffer
from pup_tui.headless.answers import Answers, Nobody, SayYes, Undoing
from pup_tui.headless.stream import Outlet, Pump
from pup_tui.runbook.parts import Variable
from tests.support.value_sources import Commands, sources_of


class Heard:
    """Remembers what is answered."""

    def __init__(self) -> None:
        self.answers: list[tuple[str, str, str, str]] = []
        self.values: dict[str, Any] = {}
        self.left_out: list[str] = []
        self.secrets: list[str] = []
        self.undone: list[tuple[list[str], str, str]] = []
        self.answered = asyncio.Event()

    def answer(
        self,
        step: str,
        answer: str,
        by: str,
        note: str = "",
        *,
        values: Mapping[str, Any] | None = None,
        left_out: Iterable[str] = (),
        secrets: Iterable[str] = (),
        made: Iterable[Any] = (),
    ) -> None:
        self.answers.append((step, answer, by, note))
        self.values.update(values or {})
        self.left_out += left_out
        self.secrets += secrets
        self.answered.set()

    def undo(self, steps: Iterable[str], by: str, note: str = "") -> None:
        self.undone.append((list(steps), by, note))

    def interrupt(self, reason: str) -> None:
        raise AssertionError("nothing here reads a terminal")


def question(
    kind: Literal["confirm", "manual", "input", "failure", "undo"], **fields: Any
) -> Question:
    return Question(step="s", title="S", kind=kind, message="?", **fields)


async def answered_by(answers: Answers, asked: Question) -> Heard:
    heard = Heard()
    answers.ask(asked, heard)
    async with asyncio.timeout(30):
        await heard.answered.wait()
    return heard


@pytest.mark.parametrize(
    ("kind", "answer", "note"),
    [("confirm", "yes", ""), ("manual", "yes", "assumed"), ("failure", "abort", "")],
)
async def test_yes(kind: Any, answer: str, note: str) -> None:
    heard = await answered_by(SayYes(sources_of()), question(kind))
    assert heard.answers == [("s", answer, "--yes", note)]


@pytest.mark.proves("P21")
@pytest.mark.parametrize(
    ("kind", "answer"),
    [("confirm", "no"), ("manual", "no"), ("input", "no"), ("failure", "abort")],
)
async def test_nobody(kind: Any, answer: str) -> None:
    heard = await answered_by(Nobody(), question(kind))
    assert heard.answers == [("s", answer, "nobody", "")]


async def test_yes_takes_what_variables_have_by_themselves() -> None:
    asked = question(
        "input",
        variables={
            "A": Variable(default="{{ WHO }}-x"),
            "B": Variable(from_="command:date"),
            "C": Variable(required=False),
            "D": Variable(type="secret", from_="env:TOKEN"),
            "E": Variable(when="A == 'nobody-x'"),
        },
        names={"WHO": "ada"},
    )
    sources = sources_of({"TOKEN": "hunter22"}, commands=Commands({"date": "today"}))
    heard = await answered_by(SayYes(sources), asked)
    assert heard.answers == [("s", "yes", "--yes", "")]
    assert heard.values == {"A": "ada-x", "B": "today", "D": "hunter22"}
    assert heard.left_out == ["C", "E"]
    assert heard.secrets == ["D"]


async def test_yes_cannot_make_a_value_up() -> None:
    asked = question("input", variables={"A": Variable(), "B": Variable(default="b")})
    heard = await answered_by(SayYes(sources_of()), asked)
    why = "--yes takes only what is there: `A` is required: give it a value"
    assert heard.answers == [("s", "no", "--yes", why)]
    assert heard.values == {}


async def test_a_fault_refuses() -> None:
    asked = question("input", variables={"A": Variable(from_="file:x")})
    sources = sources_of(files={"x": RuntimeError("never thought of")})
    heard = await answered_by(SayYes(sources), asked)
    why = "a fault in pup-tui (RuntimeError): please report it"
    assert heard.answers == [("s", "no", "nobody", why)]


async def test_a_question_that_is_withdrawn_is_not_answered() -> None:
    asked = question("input", variables={"A": Variable(default="a")})
    answers, heard = SayYes(sources_of()), Heard()
    answers.ask(asked, heard)
    answers.withdraw("s")
    again = await answered_by(answers, asked)
    assert again.answers
    assert heard.answers == []


OFFERS = (
    UndoOffer(step="b:undo", name="B", command="undo b"),
    UndoOffer(step="a:undo", name="A\x1b[2J", command="undo a"),
)


async def test_with_undo_everything_is_taken_back_in_the_order_of_the_offer() -> None:
    heard = Heard()
    undoing = Undoing(Nobody(), Outlet(io.StringIO(), Pump()), undo=True)
    undoing.ask(question("undo", offers=OFFERS), heard)
    assert heard.undone == [(["b:undo", "a:undo"], "--undo", "")]


async def test_without_undo_nothing_is_and_what_could_be_is_told() -> None:
    told, pump, heard = io.StringIO(), Pump(), Heard()
    undoing = Undoing(Nobody(), Outlet(told, pump), undo=False)
    undoing.ask(question("undo", offers=OFFERS), heard)
    await pump.drain()
    assert heard.undone == [([], "nobody", "--undo was not given")]
    assert "--undo was not given" in told.getvalue()
    assert "B: undo b" in told.getvalue()
    assert "\x1b" not in told.getvalue()


async def test_other_questions_go_to_the_others() -> None:
    undoing = Undoing(SayYes(sources_of()), Outlet(io.StringIO(), Pump()), undo=True)
    heard = await answered_by(undoing, question("confirm"))
    assert heard.answers == [("s", "yes", "--yes", "")]
