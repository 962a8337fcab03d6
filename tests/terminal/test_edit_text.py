"""The text of a step as it is drawn on a real terminal, which shows only what is painted."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.support.screen import Screen

ROOT = Path(__file__).parent.parent.parent
WORDS = (
    'echo zebra; for i in a b; do echo "$i restarting the database replica in eu-west-1 with a very long '
    'command line that does not fit into the window at all"; done; exit 3'
)
"""A text of which the first line has room for one word more once the dialog has its width."""
PROGRAM = f"""
from pup_tui.core.editing import Editable
from pup_tui.tui.dialogs.edit_text import EditTextScreen
from tests.support.dialogs import Host
Host(EditTextScreen("Deploy", Editable({WORDS!r}, {{}}, ".sh", lambda text: None), typed={{}})).run()
"""


def test_each_word_of_a_long_line_is_drawn_once(tmp_path: Path) -> None:
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}
    with Screen([sys.executable, "-c", PROGRAM], cwd=tmp_path, environ=environ) as screen:
        screen.wait_for("exit 3")
        screen.press_until("#", "#echo")
        while "#" in screen.text:
            screen.press("backspace")
        text = " ".join(screen.text.replace("▌", " ").split())
        assert WORDS in text
