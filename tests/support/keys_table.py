"""The table of keys in docs/console.md, made of what there is; `make keys` writes it again."""

from __future__ import annotations

from pathlib import Path

from pup_tui.console_keys import ACTIONS, TYPED_INTO, Aim, KeyAction, KeyPlace

CONSOLE = Path(__file__).parents[2] / "docs" / "console.md"
BEGIN, END = "<!-- keys -->\n", "<!-- end of keys -->\n"

_DIALOGS = (
    KeyPlace.DIALOG,
    KeyPlace.ALERT,
    KeyPlace.CONFIRM,
    KeyPlace.FAILURE,
    KeyPlace.RESUME,
    KeyPlace.UNKNOWN,
    KeyPlace.LEFT,
    KeyPlace.CHECKLIST,
    KeyPlace.VALUES,
)
_NO_PAGES = {*_DIALOGS, *TYPED_INTO, KeyPlace.LINE, KeyPlace.HELP}
_PAGES = tuple(place for place in KeyPlace if place not in _NO_PAGES)


def table() -> str:
    """All actions, under a heading for each aim."""
    rows = ["| action | keys | what it does | where |", "| --- | --- | --- | --- |"]
    for aim in Aim:
        rows.append(f"| **{aim}** | | | |")
        rows += [_row(action) for action in ACTIONS.values() if action.aim is aim]
    return "\n".join(rows) + "\n"


def _row(action: KeyAction) -> str:
    keys = " ".join(f"`{key}`" for key in action.keys)
    return f"| `{action.name}` | {keys} | {action.does} | {_where(action)} |"


def _where(action: KeyAction) -> str:
    if len(action.places) == len(KeyPlace):
        return "everywhere"
    typed = TYPED_INTO if all(len(key) == 1 for key in action.keys) else frozenset()
    left = [place for place in KeyPlace if place in action.places - typed]
    told = []
    for group, name in ((_PAGES, "every page"), (_DIALOGS, "every dialog")):
        if all(place in left for place in group):
            left = [place for place in left if place not in group]
            told.append(name)
    return ", ".join([*told, *left])


def documented() -> str:
    """The table as it stands in the manual."""
    return CONSOLE.read_text().partition(BEGIN)[2].partition(END)[0]


if __name__ == "__main__":
    before, _, rest = CONSOLE.read_text().partition(BEGIN)
    CONSOLE.write_text(f"{before}{BEGIN}{table()}{END}{rest.partition(END)[2]}")
