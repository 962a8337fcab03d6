"""What runs on the other computer before and beside a script: small programs for any POSIX shell.

The command that `ssh` is given is a literal, the same for every step: whatever the login shell is (sh, bash,
zsh, fish, csh), it finds one word in single quotes, without a backslash, an exclamation mark or a line's end.
What it starts reads its program from the standard input, and that the rest. So nothing of a runbook stands in
an argument list, here or there.
"""

from __future__ import annotations

import secrets
from functools import cache
from typing import Final

from pup_tui.own_files import own_text

_READS_PROGRAM: Final = (
    'IFS=" " read -r _pup_tui_n && eval "$(dd bs=1 count="$_pup_tui_n" 2>/dev/null)"'
)
COMMAND: Final = f"exec sh -c '{_READS_PROGRAM}'"
AS_ROOT: Final = f"exec sudo -n -- sh -c '{_READS_PROGRAM}'"
"""The same as root. It never asks for a password: nobody could answer."""


def new_mark() -> str:
    """What a program begins its own words with: nobody can tell it before, and no output holds it."""
    return f"pup-tui:{secrets.token_hex(16)}"


def call_of(name: str, *words: object) -> bytes:
    """What the command reads to run the program of this name with a line of words, which hold no blanks."""
    text = _program(name)
    return b"%d\n%s%s\n" % (len(text), text, " ".join(map(str, words)).encode())


@cache
def _program(name: str) -> bytes:
    return "".join(own_text(__package__, each) for each in ("born.sh", name)).encode()
