from __future__ import annotations

import asyncio
from unittest.mock import patch

from textual import events
from textual.app import App, ComposeResult
from textual.widget import Widget

from pup_tui.tui import typed_ahead
from pup_tui.tui.typed_ahead import TypedAhead


class Busy(Widget, can_focus=True):
    """What gets a key, and is busy with it until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = asyncio.Event()

    async def on_key(self, event: events.Key) -> None:
        event.stop()
        await self.let_go.wait()


class Keys(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.given: list[str] = []
        self.all_given = asyncio.Event()
        self.ahead = TypedAhead(self, self._give)

    def compose(self) -> ComposeResult:
        yield Busy()

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key) and not event.is_forwarded:
            await self.ahead.take(event)
        else:
            await super().on_event(event)

    async def _give(self, key: events.Key) -> events.Key:
        self.given.append(key.key)
        await super().on_event(key)
        if len(self.given) == 3:
            self.all_given.set()
        return key


async def test_no_key_waits_forever_for_what_is_busy_with_another() -> None:
    app = Keys()
    with patch.object(typed_ahead, "PATIENCE", 0.001):
        async with app.run_test():
            busy = app.query_one(Busy)
            busy.focus()
            for key in "abc":
                app.post_message(events.Key(key, key))
            await asyncio.wait_for(app.all_given.wait(), 20)
            busy.let_go.set()
    assert app.given == ["a", "b", "c"]
