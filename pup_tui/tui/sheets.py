"""The console's style sheets: those that the first frame needs, and those that it does not wait for."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import Any, Final

from textual.app import App

_STYLES: Final = Path(__file__).parent / "styles"

FIRST: Final[list[str | PurePath]] = [
    _STYLES / f"{name}.tcss" for name in ("textual", "app", "main")
]
"""What holds everywhere, and the main screen before there is a page."""

_OTHERS: Final = [
    _STYLES / f"{name}.tcss" for name in ("controls", "pages", "form", "run", "dialogs")
]


def read_others(app: App[Any]) -> None:
    """Read the other sheets, unless that was done: before the first page is shown."""
    sheets = app.stylesheet
    unread = [path for path in _OTHERS if not sheets.has_source(str(path))]
    if not unread:
        return
    sheets.read_all(unread)
    sheets.parse()
    if len(app.screen_stack) > 1:
        # Whoever types faster than the first frame comes has a dialog already.
        for screen in app.screen_stack:
            sheets.update(screen)
