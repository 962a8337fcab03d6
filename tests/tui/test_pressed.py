"""What is pressed with the mouse is clicked, whatever that moves."""

from __future__ import annotations

from typing import Any

import pytest
from textual import events
from textual.app import ComposeResult
from textual.geometry import Offset
from textual.screen import Screen
from textual.widgets import Static

from pup_tui.tui.coloured_app import ColouredApp
from pup_tui.tui.dialogs.before_undo import DoneBeforeUndoScreen
from pup_tui.tui.dialogs.dialog import Answer, Dialog, ValuesAnswer
from pup_tui.tui.dialogs.failure import WAYS, FailureFacts, FailureScreen
from tests.support.dialogs import answer_of, asked, question


def mouse(event: type[events.MouseEvent], at: Offset) -> events.MouseEvent:
    return event(None, *at, 0, 0, 1, False, False, False, *at)


@pytest.mark.parametrize(
    ("asks", "width", "focused", "clicked", "answer"),
    [
        # The words of what gets the focus are longer, so that the keys beside them get a line of their own.
        (DoneBeforeUndoScreen(question()), 100, "later", "done", ValuesAnswer("done")),
        (DoneBeforeUndoScreen(question()), 100, "later", "skip", Answer("skip")),
        (DoneBeforeUndoScreen(question()), 100, "done", "later", None),
        # And those of what loses it are shorter: what stands behind them has room in their line again.
        (
            FailureScreen(question(danger=True), FailureFacts(undoable=2), ways=WAYS),
            96,
            "retry",
            "later",
            Answer("later"),
        ),
    ],
)
async def test_a_choice_is_clicked_that_moves_when_it_is_pressed(
    asks: Dialog, width: int, focused: str, clicked: str, answer: Answer | None
) -> None:
    async with asked(asks, size=(width, 24)) as (app, pilot):
        asks.query_one(f"#{focused}").focus()
        await pilot.pause()
        button = asks.query_one(f"#{clicked}")
        at = button.region.offset
        app.post_message(mouse(events.MouseDown, at))
        await pilot.pause()
        assert not button.region.contains_point(at), "it does not move: nothing is shown by this"
        app.post_message(mouse(events.MouseUp, at))
        assert await answer_of(pilot, app) == answer


class Rows(ColouredApp[None]):
    """Rows, of which those above one are gone or have come by the time it was pressed."""

    CSS = "Row { height: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self.clicked = list[tuple[Any, Offset]]()

    def compose(self) -> ComposeResult:
        yield Static("above", id="above")
        yield from (Row(word) for word in ("first", "second", "third"))


class Row(Static):
    def on_click(self, event: events.Click) -> None:
        rows = self.app
        assert isinstance(rows, Rows)
        rows.clicked.append((self.content, event.offset))


@pytest.mark.parametrize("presses", ["first", "second", "third"])
async def test_what_moves_by_itself_is_clicked_where_it_was_pressed(presses: str) -> None:
    app = Rows()
    async with app.run_test() as pilot:
        row = next(row for row in app.query(Row) if row.content == presses)
        at = row.region.offset + Offset(3, 0)
        app.post_message(mouse(events.MouseDown, at))
        app.query_one("#above").display = False
        await pilot.pause()
        assert not row.region.contains_point(at)
        app.post_message(mouse(events.MouseUp, at))
        await pilot.pause()
        assert app.clicked == [(presses, Offset(3, 0))]
        # Once is enough, and what stays where it is is clicked once as well.
        app.post_message(mouse(events.MouseDown, row.region.offset))
        app.post_message(mouse(events.MouseUp, row.region.offset))
        await pilot.pause()
        assert app.clicked[1:] == [(presses, Offset(0, 0))]


@pytest.mark.parametrize("happens", ["drawn away", "gone", "hidden", "behind"])
async def test_what_was_not_let_go_where_it_was_pressed_is_not_clicked(happens: str) -> None:
    app = Rows()
    async with app.run_test() as pilot:
        row = app.query(Row).first()
        at = row.region.offset
        app.post_message(mouse(events.MouseDown, at))
        await pilot.pause()
        if happens == "gone":
            await row.remove()
        elif happens == "hidden":
            row.display = False
        elif happens == "behind":
            await app.push_screen(Screen[None]())
        await pilot.pause()
        let_go = at + Offset(0, 1) if happens == "drawn away" else at
        app.post_message(mouse(events.MouseUp, let_go))
        await pilot.pause()
        assert app.clicked == []
