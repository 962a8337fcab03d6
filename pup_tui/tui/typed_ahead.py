"""Keys that arrive together, as over a slow line: each is handled before the next is given on.

Textual gives each key to what has the focus when it arrives. Where a key moves the focus, those behind it
were on their way to the wrong place by then: of `/pull` a `p` opened a plan. And where there is not yet
what a key would act on, it did nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeAlias

from textual import events
from textual.app import App
from textual.message_pump import MessagePump

LetGo: TypeAlias = Callable[[], None]
"""Lets go of keys that are held; more than once does no harm."""

PATIENCE = 0.25
"""Seconds after which a key counts as handled, whatever what it was given to is busy with."""


class TypedAhead:
    """Gives keys on, one after the other; `give` returns the key that it has made of one."""

    def __init__(self, app: App[Any], give: Callable[[events.Key], Awaitable[events.Key]]) -> None:
        self._app = app
        self._give = give
        self._under_way: events.Key | None = None
        self._waiting: deque[events.Key] = deque()
        self._holds: set[LetGo] = set()

    async def take(self, key: events.Key) -> None:
        """Give a key on, now or as soon as those before it have been handled."""
        if self._under_way is None and not self._waiting and not self._holds:
            await self._hand(key)
            return
        self._waiting.append(self._as_typed(key))
        if key.key == "ctrl+c":
            # Whoever wants out waits for no page.
            for let_go in tuple(self._holds):
                let_go()
        if len(self._waiting) == 1:
            self._limit()

    def _as_typed(self, key: events.Key) -> events.Key:
        """What was typed before the terminal was ours, it has handed on as a line: its end as a line feed."""
        return events.Key("enter", "\r") if self._holds and key.key == "ctrl+j" else key

    def hold(self) -> LetGo:
        """Keep all keys until they are let go: what they are meant for is not there yet.

        What holds them last gives on, when it lets go, what was held, in its order.
        """

        def let_go() -> None:
            if let_go in self._holds:
                self._holds.remove(let_go)
                if not self._holds:
                    self._app.call_later(self._go_on)

        self._holds.add(let_go)
        return let_go

    async def _hand(self, key: events.Key) -> None:
        self._under_way = key
        taker = self._app.focused or self._app.screen
        self._under_way = given = await self._give(key)
        if given.is_forwarded:
            self._follow(given, taker)
            if self._waiting:
                self._limit()
        else:
            self._handled(given)

    def _limit(self) -> None:
        """Let no key wait for longer than that for the one that is under way."""
        if self._under_way is not None:
            self._app.set_timer(PATIENCE, partial(self._handled, self._under_way))

    def _follow(self, key: events.Key, node: MessagePump) -> None:
        """Learn when a node has done with a key: it has, when it comes to what it was told after that."""
        if not node.call_later(self._went_through, key, node):
            self._handled(key)

    def _went_through(self, key: events.Key, node: MessagePump) -> None:
        """A node that did not stop a key has handed it to what it stands in, at last to the application."""
        around = node._parent
        # Textual marks as stopped what a screen hands to the application, which acts on most keys.
        stopped = key._stop_propagation and around is not self._app
        if stopped or node is self._app or around is None:
            self._handled(key)
        else:
            self._follow(key, around)

    def _handled(self, key: events.Key) -> None:
        if key is self._under_way:
            self._under_way = None
            if self._waiting:
                self._app.call_later(self._go_on)

    async def _go_on(self) -> None:
        if self._under_way is None and self._waiting and not self._holds:
            await self._hand(self._waiting.popleft())
