from __future__ import annotations

from collections.abc import Callable

from pup_tui.core.actions import Question
from pup_tui.tui.dialogs.confirm import ConfirmScreen
from pup_tui.tui.dialogs.dialog import Answer, Dialog
from pup_tui.tui.widgets.open_questions import OpenQuestions
from tests.support.dialogs import question


class Desk:
    """Where dialogs come up: which ones did, and how the one that is up is closed."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.answered: list[tuple[str, str]] = []
        self._close: Callable[[Answer | None], None] | None = None
        self.questions = OpenQuestions(self._make, self._answered, self._push)

    def _make(self, asked: Question) -> Dialog:
        self.seen.append(asked.step)
        return ConfirmScreen(asked)

    def _answered(self, asked: Question, answer: Answer) -> None:
        self.answered.append((asked.step, answer.answer))

    def _push(self, dialog: Dialog, close: Callable[[Answer | None], None]) -> None:
        self._close = close

    def ask(self, *steps: str) -> None:
        for step in steps:
            self.questions.add(question(step=step))

    def close(self, answer: str | None = None) -> None:
        assert self._close is not None
        close, self._close = self._close, None
        close(None if answer is None else Answer(answer))


def test_several_questions_come_one_after_the_other_the_selected_steps_first() -> None:
    desk = Desk()
    desk.ask("a", "b", "c")
    desk.questions.put_fresh_forward("b")
    desk.questions.put_fresh_forward("b")
    assert desk.seen == ["b"]
    desk.close("yes")
    desk.questions.put_fresh_forward("b")
    desk.close("no")
    desk.questions.put_fresh_forward("b")
    desk.close("yes")
    assert desk.answered == [("b", "yes"), ("a", "no"), ("c", "yes")]
    assert not desk.questions


def test_what_was_put_away_does_not_come_back_by_itself_nor_do_those_that_waited_behind_it() -> (
    None
):
    desk = Desk()
    desk.ask("a", "b")
    desk.questions.put_fresh_forward("a")
    desk.close()
    desk.questions.put_fresh_forward("a")
    assert desk.seen == ["a"]
    assert len(list(desk.questions)) == 2
    desk.ask("c")
    desk.questions.put_fresh_forward("a")
    assert desk.seen == ["a", "c"]
    desk.close("yes")
    desk.questions.put_forward("b")
    desk.close("yes")
    desk.questions.put_fresh_forward("b")
    assert desk.seen == ["a", "c", "b", "a"]


def test_a_step_that_asks_again_comes_up_again() -> None:
    desk = Desk()
    desk.ask("a")
    desk.questions.put_fresh_forward()
    desk.close()
    desk.ask("a")
    desk.questions.put_fresh_forward()
    assert desk.seen == ["a", "a"]


def test_a_question_that_is_gone_gives_no_answer_and_lets_the_next_one_come() -> None:
    desk = Desk()
    desk.ask("a", "b")
    desk.questions.put_fresh_forward("a")
    desk.questions.withdraw("a")
    desk.close("yes")
    assert not desk.answered
    desk.questions.put_fresh_forward("a")
    assert desk.seen == ["a", "b"]
