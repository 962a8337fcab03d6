"""Text that is told with every frame is drawn when it says something else."""

from __future__ import annotations

from typing import Any

from textual.app import App, ComposeResult
from textual.content import Content

from pup_tui.tui.widgets.steady_text import SteadyText


class Counted(SteadyText):
    drawn = 0

    def refresh(self, *regions: Any, **how: Any) -> Any:
        self.drawn += 1
        return super().refresh(*regions, **how)


class Host(App[None]):
    def compose(self) -> ComposeResult:
        yield Counted(markup=False)


async def test_only_another_text_or_another_room_is_drawn() -> None:
    async with Host().run_test() as pilot:
        text = pilot.app.query_one(Counted)
        text.update(Content.styled("3 of 6", "dim"), layout=False)
        text.drawn = 0
        text.update(Content.styled("3 of 6", "dim"), layout=False)
        assert text.drawn == 0
        # The same words in another tone are something else.
        text.update(Content.styled("3 of 6", "bold"), layout=False)
        text.update(Content.styled("4 of 6", "bold"), layout=False)
        assert text.drawn == 2
        text.update(Content.styled("4 of 6", "bold"), layout=True)
        assert text.drawn == 3
        assert str(text.render()) == "4 of 6"
