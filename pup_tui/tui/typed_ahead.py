"""Keys that arrive together, as over a slow line: each is handled before the next is given on.

Textual gives each key to what has the focus when it arrives. Where a key moves the focus, those behind it
were on their way to the wrong place by then: of `/pull` a `p` opened a plan. And where there is not yet
what a key would act on, it did nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from textual import events
from textual.app import App
from textual.message_pump import MessagePump

PATIENCE = 1.0
"""Seconds after which a key counts as handled, whatever what it was given to is busy with."""


class Hold:
    """Keeps keys for what is not there yet, which `waits_for` names; to end it twice does no harm."""

    def __init__(self, ahead: TypedAhead, waits_for: str) -> None:
        self._ahead = ahead
        self.waits_for = waits_for

    def let_go(self) -> None:
        """What they were held for is there: unless something else holds them they go on, in their order."""
        self._ahead.let_go(self)

    def give_up(self) -> None:
        """What they were held for does not come: nothing else may be done by them, and that is told."""
        self._ahead.give_up(self)


class TypedAhead:
    """Gives keys on, one after the other; `give` returns the key that it has made of one.

    What does not become of keys that were typed is told by `tell`.
    """

    def __init__(
        self,
        app: App[Any],
        give: Callable[[events.Key], Awaitable[events.Key]],
        tell: Callable[[str], None],
    ) -> None:
        self._app = app
        self._give = give
        self._tell = tell
        self._under_way: events.Key | None = None
        self._taker: MessagePump = app
        """What that was given to."""
        self._waiting: deque[events.Key] = deque()
        self._holds: list[Hold] = []
        self._slow: Hold | None = None
        """What keys are known to wait long for, until that is told."""

    async def take(self, key: events.Key) -> None:
        """Give a key on, now or as soon as those before it have been handled."""
        if self._under_way is None and not self._waiting and not self._holds:
            await self._hand(key)
            return
        if key.key == "ctrl+c":
            # Whoever wants out waits for no page.
            for hold in tuple(self._holds):
                hold.give_up()
        self._waiting.append(self._as_typed(key))
        self._tell_slow()
        if len(self._waiting) == 1:
            self._limit()

    def _as_typed(self, key: events.Key) -> events.Key:
        """What was typed before the terminal was ours, it has handed on as a line: its end as a line feed."""
        return stand_in(key, "enter", "\r") if self._holds and key.key == "ctrl+j" else key

    def hold(self, waits_for: str) -> Hold:
        """Keep all keys until they are let go: what they are meant for is not there yet."""
        hold = Hold(self, waits_for)
        self._holds.append(hold)
        return hold

    def let_go(self, hold: Hold) -> None:
        """End a hold; the last one to end gives on what was held."""
        if hold in self._holds:
            self._holds.remove(hold)
            if not self._holds:
                self._app.call_later(self._go_on)

    def give_up(self, hold: Hold) -> None:
        """End a hold, and do nothing of what was held."""
        if hold in self._holds:
            if number := self.forget():
                keys = "one key was" if number == 1 else f"{number} keys were"
                self._tell(f"Not done: {keys} typed before {hold.waits_for}.")
            self.let_go(hold)

    def forget(self) -> int:
        """Do nothing of what still waits; return how many: what they were may be secret."""
        number = len(self._waiting)
        self._waiting.clear()
        return number

    def note_slow(self, hold: Hold) -> None:
        """From now on say that what is typed waits, and how to end that."""
        if hold in self._holds:
            self._slow = hold
            self._tell_slow()

    def _tell_slow(self) -> None:
        if self._slow in self._holds and self._waiting:
            self._slow = None
            self._tell("What you type waits for what is not there yet; ctrl+c gives it up.")

    async def _hand(self, key: events.Key) -> None:
        self._under_way = key
        self._taker = taker = self._app.focused or self._app.screen
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
            self._settle(key, self._taker)
        else:
            self._follow(key, around)

    def _settle(self, key: events.Key, node: MessagePump) -> None:
        """Learn when that is done which nodes tell each other because of a key: it may move the focus."""
        around = None if node is self._app else node._parent
        then = partial(self._handled, key) if around is None else partial(self._settle, key, around)
        if not node.call_later(then):
            self._handled(key)

    def _handled(self, key: events.Key) -> None:
        if key is self._under_way:
            self._under_way = None
            if self._waiting:
                self._app.call_later(self._go_on)

    async def _go_on(self) -> None:
        if self._under_way is None and self._waiting and not self._holds:
            await self._hand(self._waiting.popleft())


def stand_in(event: events.Key, key: str, character: str) -> events.Key:
    """Another key in place of one, typed when that was."""
    other = events.Key(key, character)
    other.time = event.time
    return other
