"""What an application in a test need not do: parse all sheets, draw what nobody sees, call idle widgets."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from textual._compositor import Compositor
from textual._context import visible_screen_stack
from textual._queue import Queue
from textual.css import stylesheet
from textual.css.model import RuleSet
from textual.css.parse import parse
from textual.css.tokenize import tokenize_values
from textual.message import Message
from textual.message_pump import MessagePump
from textual.pilot import Pilot
from textual.screen import Screen

from pup_tui.tui import remembering_stylesheet
from pup_tui.tui.remembering_stylesheet import Memory
from tests.support.console import PATIENCE

render_update = Compositor.render_update
"""Textual's own, for a test of what is sent to a terminal."""

_tokens: dict[tuple[tuple[str, str], ...], dict[str, list[Any]]] = {}
_parsed: dict[tuple[object, ...], list[RuleSet]] = {}
_memories: dict[tuple[int, ...], Memory] = {}


@contextmanager
def sparing() -> Iterator[None]:
    """Applications in a process share what comes of their sheets, send no frames, and wait for few."""
    with ExitStack() as stack:
        for owner, name, instead in (
            (stylesheet, "tokenize_values", _tokens_of),
            (stylesheet, "parse", _parsed_of),
            (remembering_stylesheet, "Memory", _memory_of),
            (Compositor, "render_update", _nothing_to_send),
            (Pilot, "_wait_for_screen", _wait_for_busy),
        ):
            stack.enter_context(patch.object(owner, name, instead))
        yield


def _tokens_of(values: dict[str, str]) -> dict[str, list[Any]]:
    key = tuple(values.items())
    if key not in _tokens:
        _tokens[key] = tokenize_values(values)
    return _tokens[key]


def _parsed_of(
    scope: str, css: str, read_from: Any, *, variable_tokens: Any, **options: Any
) -> list[RuleSet]:
    # Tokens stay as long as the process does: no others get the same number.
    key = (scope, css, read_from, id(variable_tokens), *sorted(options.items()))
    if key not in _parsed:
        _parsed[key] = list(
            parse(scope, css, read_from, variable_tokens=variable_tokens, **options)
        )
    return _parsed[key]


def _memory_of(rules: list[RuleSet], never_asked: frozenset[str]) -> Memory:
    key = tuple(map(id, rules))
    if key not in _memories:
        _memories[key] = Memory(rules, never_asked)
    return _memories[key]


def _nothing_to_send(
    compositor: Compositor,
    full: bool = False,
    screen_stack: list[Screen[Any]] | None = None,
    simplify: bool = False,
) -> Any:
    """In place of a frame: without a terminal it goes nowhere, and a test that looks has its own drawn."""
    if full:
        return render_update(compositor, full, screen_stack, simplify)
    visible_screen_stack.set([] if screen_stack is None else screen_stack)
    compositor._dirty_regions.clear()
    return None


async def _wait_for_busy(pilot: Pilot[Any]) -> bool:
    """In place of a call to every widget on the screen: those that wait for messages have handled theirs."""
    app = pilot.app
    if not app.screen_stack:
        return False
    screen, left, all_heard = app.screen, 0, asyncio.Event()

    def heard() -> None:
        nonlocal left
        left -= 1
        if not left:
            all_heard.set()

    busy = (each for each in screen.walk_children() if not _is_idle(each))
    left = sum(each.call_later(heard) for each in (app, screen, *busy))
    if left:
        ends = [asyncio.create_task(event.wait()) for event in (all_heard, app._exception_event)]
        async with asyncio.timeout(PATIENCE):
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.cancel()
    return not left


def _is_idle(pump: MessagePump) -> bool:
    queue: Queue[Message | None] = pump._message_queue
    return queue.empty() and bool(queue.ready_event._waiters) and not pump._next_callbacks
