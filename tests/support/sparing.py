"""What an application in a test need not do: parse all sheets, draw what nobody sees, call idle widgets, look
through all that a widget is in, wait until the process has been idle for a while.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from math import inf
from typing import Any
from unittest.mock import patch
from weakref import WeakKeyDictionary

from textual import app as textual_app
from textual import dom
from textual import pilot as textual_pilot
from textual._compositor import Compositor
from textual._context import active_app, visible_screen_stack
from textual._queue import Queue
from textual.app import App
from textual.css import query, stylesheet
from textual.css.match import match
from textual.css.model import RuleSet, SelectorSet
from textual.css.parse import parse
from textual.css.tokenize import tokenize_values
from textual.dom import DOMNode
from textual.message import Message
from textual.message_pump import MessagePump
from textual.pilot import Pilot
from textual.screen import Screen

from pup_tui.tui import remembering_stylesheet
from pup_tui.tui.remembering_stylesheet import Memory
from pup_tui.tui.widgets.run_view import RunView
from tests.support.console import PATIENCE

render_update = Compositor.render_update
"""Textual's own, for a test of what is sent to a terminal."""

run_in_executor = asyncio.BaseEventLoop.run_in_executor

AT_MOST = 10.0
"""Seconds in which a console gets still, also on a loaded machine."""

RINGS = 5
"""How often it is drawn at once; what is to be drawn again and again is left to its timer."""

BESIDE = 0.5
"""Seconds for which is waited for what threads do: some of that ends with the test only."""

SOON = 0.02
"""Seconds within which the ring of a timer belongs to what has been begun."""

_tokens: dict[tuple[tuple[str, str], ...], dict[str, list[Any]]] = {}
_parsed: dict[tuple[object, ...], list[RuleSet]] = {}
_memories: dict[tuple[int, ...], Memory] = {}
_beside: WeakKeyDictionary[asyncio.AbstractEventLoop, set[asyncio.Future[Any]]] = (
    WeakKeyDictionary()
)
"""What threads work at for an event loop."""


@contextmanager
def sparing() -> Iterator[None]:
    """Applications in a process share what comes of their sheets, send no frames, and wait for few."""
    with ExitStack() as stack:
        for owner, name, instead in (
            (stylesheet, "tokenize_values", _tokens_of),
            (stylesheet, "parse", _parsed_of),
            (remembering_stylesheet, "Memory", _memory_of),
            (dom, "match", _matched),
            (query, "match", _matched),
            (Compositor, "render_update", _nothing_to_send),
            (Pilot, "_wait_for_screen", _wait_for_busy),
            (textual_app, "wait_for_idle", _wait_until_still),
            (textual_pilot, "wait_for_idle", _wait_until_still),
            (asyncio.BaseEventLoop, "run_in_executor", _noted_in_executor),
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


def _matched(selector_sets: Iterable[SelectorSet], node: DOMNode) -> bool:
    """The last of a row of selectors is about the node itself, and few nodes are what is asked for."""
    likely = [each for each in selector_sets if each.selectors[-1].check(node)]
    return bool(likely) and match(likely, node)


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
    app: Any = pilot.app
    if not app.screen_stack:
        return False
    screen = app.screen
    busy = (each for each in screen.walk_children() if not _is_idle(each))
    unheard: set[MessagePump] = set()

    def heard(pump: MessagePump) -> None:
        unheard.discard(pump)

    for each in (app, screen, *busy):
        if each.call_later(heard, each):
            unheard.add(each)
    loop: Any = asyncio.get_running_loop()
    async with asyncio.timeout(PATIENCE):
        while unheard and not app._exception_event.is_set():
            await asyncio.sleep(0 if loop._ready else 0.001)
            # One that ends meanwhile, such as a dialog that was answered, hears nothing any more.
            unheard.difference_update([each for each in unheard if each._closed])
    return not unheard


async def _wait_until_still(*_: float) -> None:
    """In place of a look at how busy the process is, which says little where others keep it from being so:
    all is done, on the event loop and beside it, and what a timer is about to ring for.
    """
    loop: Any = asyncio.get_running_loop()
    app = active_app.get(None)
    views = (
        [] if app is None else [v for each in app.screen_stack for v in each.walk_children(RunView)]
    )
    began, soon, rings = loop.time(), None, RINGS
    while (now := loop.time()) < began + AT_MOST:
        await asyncio.sleep(0)
        # What else is ready to be done stands behind this.
        if loop._ready:
            continue
        if now < began + BESIDE and _is_worked_beside(loop):
            await asyncio.sleep(0.001)
            continue
        if rings and _ring(app, views):
            rings, views = rings - 1, []
            continue
        soon = soon or now + SOON
        due = min((timer.when() for timer in loop._scheduled if not timer.cancelled()), default=inf)
        if due > soon:
            return
        await asyncio.sleep(due - now)


def _is_worked_beside(loop: asyncio.AbstractEventLoop) -> bool:
    return bool(_beside.get(loop)) or any(each.name == "aside" for each in threading.enumerate())


def _ring(app: App[Any] | None, views: list[RunView]) -> bool:
    """Do at once what is done many times a second: draw what has changed, take in what a run tells."""
    for view in views:
        view.take_in()
    screens = (
        [] if app is None else [s for s in app.screen_stack if s._update_timer._active.is_set()]
    )
    for screen in screens:
        screen._on_timer_update()
    return bool(views or screens)


def _noted_in_executor(
    loop: asyncio.BaseEventLoop, executor: Any, call: Callable[..., Any], *args: Any
) -> asyncio.Future[Any]:
    future = run_in_executor(loop, executor, call, *args)
    working = _beside.setdefault(loop, set())
    working.add(future)
    future.add_done_callback(working.discard)
    return future


def _is_idle(pump: MessagePump) -> bool:
    queue: Queue[Message | None] = pump._message_queue
    return queue.empty() and bool(queue.ready_event._waiters) and not pump._next_callbacks
