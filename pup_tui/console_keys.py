"""All that a key of the console can mean: what it is called, which keys there are for it, and where it holds.

Bindings, help, footer, palette, the manual's table and `keys:` in `config.yaml` are made of this table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

from msgspec import Struct


class KeyPlace(StrEnum):
    """Where the focus may be."""

    RUNBOOKS = "runbooks"
    FILTER = "filter"
    OVERVIEW = "overview"
    FORM = "form"
    PLAN = "plan"
    HISTORY = "history"
    STATISTICS = "statistics"
    REPLAY = "replay"
    INBOX = "inbox"
    INTEGRATIONS = "integrations"
    STEPS = "steps"
    FLEET = "fleet"
    OUTPUT = "output"
    SEARCH = "search"
    DIALOG = "dialog"
    ALERT = "alert"
    CONFIRM = "confirmation"
    FAILURE = "failure"
    RESUME = "resuming"
    UNKNOWN = "unknown end"
    LEFT = "still running"
    CHECKLIST = "checklist"
    VALUES = "values"
    LINE = "whole line"
    HELP = "help"


class Aim(StrEnum):
    """What one wants to do: the headings of the help, in their order. How to move one finds out anyway."""

    ANSWER = "Answer"
    BEGIN = "Run something, or look before it"
    STEER = "Steer a run"
    READ = "Read the output"
    FIND = "Find"
    TAKE = "Copy and keep"
    GO = "Go elsewhere"
    MOVE = "Move"


class KeyAction(Struct, frozen=True):
    """`keys` are those it has unless `config.yaml` says otherwise; `hinted` lets the footer show it."""

    name: str
    keys: tuple[str, ...]
    does: str
    aim: Aim
    places: frozenset[KeyPlace]
    hinted: bool = False


TYPED_INTO = frozenset({KeyPlace.FILTER, KeyPlace.SEARCH})
"""Places where whatever can be typed is typed, and only other keys do something."""

P = KeyPlace
_CATALOG = {P.RUNBOOKS, P.OVERVIEW}
_RUN = {P.STEPS, P.FLEET, P.OUTPUT, P.SEARCH}
_REPLAYED = {P.REPLAY} | _RUN
_CHOSEN = {
    P.RUNBOOKS,
    P.FILTER,
    P.OVERVIEW,
    P.FORM,
    P.PLAN,
    P.HISTORY,
    P.STATISTICS,
    P.INBOX,
    P.INTEGRATIONS,
}
_PAGES = _CHOSEN | _REPLAYED
_DIALOGS = {
    P.DIALOG,
    P.ALERT,
    P.CONFIRM,
    P.FAILURE,
    P.RESUME,
    P.UNKNOWN,
    P.LEFT,
    P.CHECKLIST,
    P.VALUES,
}
_ASKS = {P.FORM} | _DIALOGS
_TEXTS = {P.OVERVIEW, P.PLAN, P.STATISTICS, P.HELP}
_LINES = {P.OUTPUT, P.LINE}
_LISTS = {P.RUNBOOKS, P.HISTORY, P.STEPS, P.FLEET} | _TEXTS | _LINES
_MOVED = _LISTS | {P.INBOX, P.INTEGRATIONS}
_SEARCHED = (_LISTS | _DIALOGS) - {P.CONFIRM}
_OPENED = {
    *(P.RUNBOOKS, P.OVERVIEW, P.HISTORY, P.INBOX, P.INTEGRATIONS),
    *(P.STEPS, P.FLEET, P.OUTPUT),
}
_ALL = _PAGES | _DIALOGS | {P.LINE, P.HELP}


def _action(
    name: str, keys: str, does: str, aim: Aim, places: set[KeyPlace], *, hinted: bool = False
) -> KeyAction:
    return KeyAction(name, tuple(keys.split()), does, aim, frozenset(places), hinted)


_TABLE = (
    _action("down", "j down", "Down", Aim.MOVE, _MOVED | _ASKS),
    _action("up", "k up", "Up", Aim.MOVE, _MOVED | _ASKS),
    _action("page_down", "pagedown ctrl+f", "A page down", Aim.MOVE, _MOVED),
    _action("page_up", "pageup ctrl+b", "A page up", Aim.MOVE, _MOVED),
    _action("half_page_down", "ctrl+d", "Half a page down", Aim.MOVE, _LINES),
    _action("half_page_up", "ctrl+u", "Half a page up", Aim.MOVE, _LINES),
    _action("first", "g home", "To the top", Aim.MOVE, _MOVED | _ASKS | {P.REPLAY}),
    _action("last", "G end", "To the end", Aim.MOVE, _MOVED | _ASKS | {P.REPLAY}),
    _action("right", "right", "Right, or open", Aim.MOVE, {P.RUNBOOKS} | _LINES | _ASKS),
    _action("left", "left", "Left, or close", Aim.MOVE, {P.RUNBOOKS} | _LINES | _ASKS),
    _action("unfold", "l right", "Open the block", Aim.MOVE, {P.STEPS}),
    _action("fold", "h left", "Close the block", Aim.MOVE, {P.STEPS}),
    _action("next_cell", "l right", "Next cell", Aim.MOVE, {P.FLEET}),
    _action("cell_before", "h left", "Cell before", Aim.MOVE, {P.FLEET}),
    _action(
        "fold_or_unfold",
        "space",
        "Open or close",
        Aim.MOVE,
        {P.STEPS, P.RUNBOOKS, P.INBOX, P.INTEGRATIONS},
    ),
    _action("open", "enter", "Open", Aim.MOVE, _OPENED, hinted=True),
    _action("next_part", "tab", "Next part", Aim.MOVE, _ALL, hinted=True),
    _action("previous_part", "shift+tab", "Part before", Aim.MOVE, _ALL),
    _action("search", "/", "Search", Aim.FIND, _SEARCHED | {P.CONFIRM}, hinted=True),
    _action("search_typing", "f3", "Search, also from a field", Aim.FIND, _DIALOGS),
    _action("next_match", "n", "Next match", Aim.FIND, _SEARCHED),
    _action("previous_match", "N", "Match before", Aim.FIND, _SEARCHED | {P.CONFIRM}),
    _action("to_list", "down enter", "To the list", Aim.FIND, {P.FILTER}, hinted=True),
    _action("search_plain", "ctrl+t", "As text, or regular expression", Aim.FIND, {P.SEARCH}),
    _action("search_capitals", "ctrl+y", "Capitals matter always", Aim.FIND, {P.SEARCH}),
    _action("status", "s", "Status", Aim.FIND, {P.HISTORY}, hinted=True),
    _action("group", "t", "Group by", Aim.FIND, {P.RUNBOOKS}, hinted=True),
    _action("run", "r", "Run", Aim.BEGIN, _CATALOG, hinted=True),
    _action("plan", "p", "Plan", Aim.BEGIN, _CATALOG | {P.ALERT}, hinted=True),
    _action("go_on", "ctrl+r", "Run, or go on", Aim.BEGIN, {P.FORM, P.PLAN, P.VALUES, P.RESUME}),
    _action("look", "l", "Look first", Aim.BEGIN, {P.PLAN}),
    _action("plan_form", "ctrl+o", "Plan", Aim.BEGIN, {P.FORM}),
    _action("last_values", "ctrl+l", "Last values", Aim.BEGIN, {P.FORM}),
    _action("present_state", "s", "State of what it names", Aim.BEGIN, _CATALOG),
    _action("resume", "r", "Resume", Aim.BEGIN, {P.HISTORY} | _RUN, hinted=True),
    _action("run_again", "ctrl+l", "Run again…", Aim.BEGIN, _RUN, hinted=True),
    _action("play_again", "p", "Play again as it went", Aim.READ, {P.HISTORY} | _RUN),
    _action("pause", "space", "Pause, or go on", Aim.READ, {P.REPLAY}, hinted=True),
    _action("faster", "+", "Faster", Aim.READ, {P.REPLAY}, hinted=True),
    _action("slower", "-", "Slower", Aim.READ, {P.REPLAY}),
    _action("step_on", "right l", "Step on", Aim.READ, {P.REPLAY}, hinted=True),
    _action("step_back", "left h", "Step back", Aim.READ, {P.REPLAY}),
    _action("next_mark", "n", "Next mark", Aim.READ, {P.REPLAY}, hinted=True),
    _action("mark_before", "N", "Mark before", Aim.READ, {P.REPLAY}),
    _action("jump", "t", "Go to…", Aim.READ, {P.REPLAY}, hinted=True),
    _action("trust", "T", "Trust, or what has changed", Aim.BEGIN, _CATALOG),
    _action("new_runbook", "+", "New runbook", Aim.BEGIN, _CATALOG),
    _action("alert", "A", "What fits the alert", Aim.BEGIN, _CATALOG, hinted=True),
    _action(
        "put_alert_aside",
        "x",
        "Put banner or alert aside",
        Aim.GO,
        _CATALOG | {P.ALERT, P.INBOX},
    ),
    _action("inbox", "i", "Inbox of alerts", Aim.GO, _PAGES),
    _action("profile", "P", "Profile", Aim.BEGIN, _PAGES, hinted=True),
    _action("follow_run", "f", "Follow the run", Aim.STEER, _RUN, hinted=True),
    _action("waiting", "!", "Answer what waits", Aim.STEER, _PAGES | _DIALOGS, hinted=True),
    _action("cancel_run", "ctrl+x", "Cancel run", Aim.STEER, _RUN, hinted=True),
    _action("note", "ctrl+n", "Note", Aim.STEER, _RUN | _DIALOGS),
    _action("now", "c", "Check now, go on now", Aim.STEER, _RUN),
    _action("extend_poll", "x", "5 min more", Aim.STEER, _RUN),
    _action("stop_poll", "s", "Stop polling", Aim.STEER, _RUN),
    _action("accept_poll", "m", "Accept as met", Aim.STEER, _RUN),
    _action("yes", "y", "Yes", Aim.ANSWER, {P.CONFIRM}),
    _action("no", "n", "No", Aim.ANSWER, {P.CONFIRM}),
    _action("retry", "r", "Run again", Aim.ANSWER, {P.FAILURE, P.UNKNOWN}),
    _action("only_failed", "o", "Run what failed of all items", Aim.ANSWER, {P.FAILURE}),
    _action("edit", "e", "Edit…", Aim.ANSWER, {P.FAILURE, P.UNKNOWN}),
    _action("variables", "v", "Values…", Aim.ANSWER, {P.FAILURE, P.UNKNOWN}),
    _action("skip", "s", "Skip…", Aim.ANSWER, {P.FAILURE, P.UNKNOWN}),
    _action("continue", "c", "Continue", Aim.ANSWER, {P.FAILURE}),
    _action("undo", "u", "Undo", Aim.ANSWER, {P.FAILURE, P.RESUME, P.CHECKLIST}),
    _action("what_failed", "f", "What failed…", Aim.ANSWER, {P.RESUME}),
    _action("later", "l", "Later", Aim.ANSWER, {P.DIALOG, P.FAILURE}),
    _action("leave", "ctrl+x", "Quit all the same", Aim.ANSWER, {P.DIALOG}),
    _action("abort", "a", "Abort", Aim.ANSWER, {P.FAILURE, P.UNKNOWN, P.CHECKLIST}),
    _action("abort_typing", "ctrl+g", "Abort, also from a field", Aim.ANSWER, {P.VALUES}),
    _action("end_left", "e", "End what still runs", Aim.ANSWER, {P.LEFT}),
    _action("done", "d", "It was done", Aim.ANSWER, {P.UNKNOWN, P.CHECKLIST}),
    _action(
        "tick",
        "space enter",
        "Tick, or choose",
        Aim.ANSWER,
        {P.FORM, P.DIALOG, P.ALERT, P.VALUES, P.CHECKLIST},
    ),
    _action("tick_all", "*", "All, or none", Aim.ANSWER, {P.CHECKLIST}),
    _action(
        "evidence_down",
        "pagedown",
        "The output that it is about, or its text: down",
        Aim.ANSWER,
        _DIALOGS,
    ),
    _action("evidence_up", "pageup", "The output, or its text: up", Aim.ANSWER, _DIALOGS),
    _action("other_evidence", "ctrl+t", "Output of another step", Aim.ANSWER, _DIALOGS),
    _action("follow_output", "space", "Follow/pause", Aim.READ, {P.OUTPUT}, hinted=True),
    _action("next_error", "e", "Next error", Aim.READ, {P.STEPS, P.FLEET, P.OUTPUT}, hinted=True),
    _action("next_attempt", "}", "Next attempt", Aim.READ, {P.STEPS, P.OUTPUT}),
    _action("previous_attempt", "{", "Attempt before", Aim.READ, {P.STEPS, P.OUTPUT}),
    _action("view", "v", "As printed, JSON, table, plot", Aim.READ, {P.STEPS, P.OUTPUT, P.ALERT}),
    _action("fold_all", "F", "Fold or unfold all", Aim.READ, {P.STEPS, P.OUTPUT}),
    _action("sort", ".", "Sort by the next column", Aim.READ, {P.STEPS, P.OUTPUT}),
    _action("sort_back", ",", "Sort the other way round", Aim.READ, {P.STEPS, P.OUTPUT}),
    _action("wrap", "w", "Wrap", Aim.READ, _LINES),
    _action("times", "T", "Time of each line", Aim.READ, {P.STEPS} | _LINES),
    _action("overwritten", "u", "What was overwritten", Aim.READ, {P.STEPS} | _LINES),
    _action("lay_out", "p", "Lay out JSON", Aim.READ, {P.LINE}),
    _action("enlarge", "z", "Enlarge", Aim.READ, _RUN, hinted=True),
    _action("mark", "V", "Mark lines", Aim.TAKE, _LINES),
    _action("copy", "y", "Copy what is marked", Aim.TAKE, _LINES),
    _action("copy_all", "Y", "Copy all of it", Aim.TAKE, {P.STEPS} | _LINES),
    _action("copy_step", "y", "Copy as a step", Aim.TAKE, {P.INTEGRATIONS}, hinted=True),
    _action("save", "W", "Write to a file", Aim.TAKE, {P.STEPS, P.OUTPUT}),
    _action("report", "D", "Report as a document", Aim.TAKE, {P.HISTORY} | _RUN),
    _action("try_it", "t", "Try it", Aim.BEGIN, {P.INTEGRATIONS}, hinted=True),
    _action("pager", "o", "Open in the pager", Aim.TAKE, {P.STEPS, P.OUTPUT}),
    _action(
        "editor", "E", "Open in the editor", Aim.TAKE, _CATALOG | {P.STEPS, P.OUTPUT}, hinted=True
    ),
    _action("back", "escape", "Back", Aim.GO, _ALL, hinted=True),
    _action("history", "h", "History", Aim.GO, _CATALOG, hinted=True),
    _action("statistics", "S", "Statistics", Aim.GO, _CATALOG | {P.HISTORY}, hinted=True),
    _action("integrations", "I", "Integrations", Aim.GO, _CATALOG),
    _action("interrupted", "R", "Interrupted runs", Aim.GO, _PAGES),
    _action("asked", "K", "Runs that agents ask for", Aim.GO, _PAGES),
    _action("next_tab", "]", "Next tab", Aim.GO, _PAGES),
    _action("previous_tab", "[", "Previous tab", Aim.GO, _PAGES),
    _action("close_tab", "ctrl+w", "Close the tab", Aim.GO, _REPLAYED),
    _action("sidebar", "b", "Show or hide the runbooks", Aim.GO, _PAGES),
    _action("narrower", "<", "Less for the left side", Aim.GO, _PAGES),
    _action("wider", ">", "More for the left side", Aim.GO, _PAGES),
    _action("palette", "ctrl+p", "Every action, every runbook", Aim.GO, _ALL),
    _action("help", "? f1", "Help", Aim.GO, _ALL, hinted=True),
    _action("interrupt", "ctrl+c", "Cancel run", Aim.GO, _ALL),
    _action("suspend", "ctrl+z", "To the shell", Aim.GO, _ALL),
    _action("quit", "q ctrl+q", "Quit", Aim.GO, _ALL),
)

ACTIONS: Mapping[str, KeyAction] = {action.name: action for action in _TABLE}
"""By name, in the order in which they are told."""

ChosenKeys = Mapping[str, tuple[str, ...]]
"""The keys of some actions, by their names."""


class Clash(Struct, frozen=True):
    """Two actions that one key would mean in the same place."""

    key: str
    action: str
    other: str
    place: KeyPlace


def clashes(chosen: ChosenKeys) -> Iterator[Clash]:
    """Where a key means two things: with those that are `chosen`, and the usual ones of all other actions."""
    meant: dict[tuple[KeyPlace, str], str] = {}
    told: set[tuple[str, str, str]] = set()
    ordered = sorted(ACTIONS.values(), key=lambda action: action.name in chosen)
    for action in ordered:
        for key in chosen.get(action.name, action.keys):
            for place in sorted(action.places - TYPED_INTO if len(key) == 1 else action.places):
                other = meant.setdefault((place, key), action.name)
                if other != action.name and (action.name, other, key) not in told:
                    told.add((action.name, other, key))
                    yield Clash(key, action.name, other, place)


_MOVING = frozenset({"up", "down", "left", "right", "home", "end", "pageup", "pagedown"})
_NAMED = _MOVING | {"enter", "escape", "space", "tab", "backspace", "delete", "insert"}
_FUNCTIONS = frozenset(f"f{number}" for number in range(1, 13))
_SENT_ALIKE = {"h": "backspace", "i": "tab", "j": "enter", "m": "enter"}

_LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>~"
_LAYOUTS = (
    "йцукенгшщзхъфывапролджэячсмитьбюёЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮЁ",
    "йцукенгшщзхїфівапролджєячсмитьбю'ЙЦУКЕНГШЩЗХЇФІВАПРОЛДЖЄЯЧСМИТЬБЮʼ",
    "йцукенгшўзх'фывапролджэячсмітьбюёЙЦУКЕНГШЎЗХ'ФЫВАПРОЛДЖЭЯЧСМІТЬБЮЁ",
    ";ςερτυθιοπ[]ασδφγηξκλ΄'ζχψωβνμ,.`:΅ΕΡΤΥΘΙΟΠ{}ΑΣΔΦΓΗΞΚΛ¨\"ΖΧΨΩΒΝΜ<>~",
)
"""The keys of Russian, Ukrainian, Belarusian and Greek keyboards, in the order of `_LATIN`."""

BY_POSITION: Mapping[str, str] = {
    typed: latin
    for layout in _LAYOUTS
    for typed, latin in zip(layout, _LATIN, strict=True)
    if not typed.isascii()
}
"""What stands in the same place of a US keyboard. What both layouts can type means what it says."""


def why_no_key(key: str) -> str:
    """Why something cannot be a key, with what to write instead; empty where it can."""
    if key in BY_POSITION:
        return f"{key} is the key {BY_POSITION[key]} by its position: write that"
    if len(key) == 1:
        return (
            "" if key.isprintable() and key != " " else "write the name of the key, such as space"
        )
    *modifiers, base = key.split("+")
    if not modifiers and (base in _NAMED or base in _FUNCTIONS):
        return ""
    if modifiers == ["alt"]:
        return "most terminals send alt as escape before the key, which are two keys"
    if modifiers == ["ctrl"] and base in _SENT_ALIKE:
        return f"terminals send it as {_SENT_ALIKE[base]}"
    is_letter = len(base) == 1 and base.isascii() and base.islower()
    if modifiers == ["ctrl"] and (is_letter or base in _MOVING):
        return ""
    if modifiers == ["shift"] and base in _MOVING | {"tab"}:
        return ""
    return f"use one character, ctrl+LETTER, f1 to f12, or one of {', '.join(sorted(_NAMED))}"
