"""The console's keys, as Textual binds and shows them. What there are stands in `console_keys`."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from typing import Any

from textual import events
from textual.app import App
from textual.binding import ActiveBinding, Binding, BindingType, Keymap
from textual.screen import Screen

from pup_tui.console_keys import ACTIONS, BY_POSITION, ChosenKeys, KeyAction
from pup_tui.tui.typed_ahead import stand_in


def bound(
    acts: Mapping[str, str | tuple[str, str]], *, priority: bool = False, hinted: bool = True
) -> list[BindingType]:
    """The bindings of a widget or screen: by the names of actions, what it does for them.

    A second text says what that is there, where the table says it less well. What is not `hinted` the footer
    never shows.
    """
    bindings: list[BindingType] = []
    for name, act in acts.items():
        action = ACTIONS[name]
        does, told = (act, action.does) if isinstance(act, str) else act
        shown = hinted and action.hinted
        keys = _listed(action.keys)
        bindings.append(Binding(keys, does, told, show=shown, priority=priority, id=name))
    return bindings


def _listed(keys: tuple[str, ...]) -> str:
    """Keys as Textual lists them, with commas between them."""
    return ",".join("comma" if key == "," else key for key in keys)


def keymap(chosen: ChosenKeys) -> Keymap:
    """The keys that are chosen for actions, for Textual."""
    return {name: _listed(keys) for name, keys in chosen.items()}


def key_of(app: App[Any], name: str) -> str:
    """The key for an action as it is shown: the first where there are more."""
    chosen: ChosenKeys = getattr(app, "chosen_keys", {})
    return shown_key(app, chosen.get(name, ACTIONS[name].keys)[0])


def with_keys(app: App[Any], hint: str) -> str:
    """A hint of ours with the keys for the actions in braces: `{search} finds`."""
    return re.sub(r"\{(\w+)\}", lambda named: key_of(app, named[1]), hint)


def shown_key(app: App[Any], key: str) -> str:
    """A key as people read it: `^r`, `esc`, `↓`."""
    return app.get_key_display(next(iter(Binding.make_bindings([Binding(_listed((key,)), "")]))))


def own_bindings(screen: Screen[Any]) -> Iterator[tuple[KeyAction, ActiveBinding]]:
    """What can be done where the focus is: one for each key, the nearest to the focus first.

    What is typed into the control with the focus is none, nor is what would only say why it does nothing.
    """
    focused = screen.focused
    idle: frozenset[str] = getattr(screen.app, "idle_keys", frozenset())
    for key, active in screen.active_bindings.items():
        action = ACTIONS.get(active.binding.id or "")
        typed = key if len(key) == 1 else _CHARACTERS.get(key)
        taken = focused is not None and typed and focused.check_consume_key(key, typed)
        if action is not None and action.name not in idle and not taken:
            yield action, active


def is_a_sign(key: str) -> bool:
    """Whether a key is a letter, a figure or another sign, by what Textual calls it."""
    return len(key) == 1 or key in _CHARACTERS


def by_position(app: App[Any], event: events.Key) -> events.Key:
    """The key in the same place of a US keyboard, unless it is typed into a control."""
    latin = BY_POSITION.get(event.character or "")
    if latin is None:
        return event
    nodes = () if app.focused is None else app.focused.ancestors_with_self
    if any(node.check_consume_key(event.key, event.character) for node in nodes):
        return event
    return stand_in(event, _KEYS.get(latin, latin), latin)


_CHARACTERS = {
    binding.key: character
    for character in string.punctuation
    for binding in Binding.make_bindings([Binding(_listed((character,)), "")])
}
"""The signs by what Textual calls their keys."""

_KEYS = {character: key for key, character in _CHARACTERS.items()}
