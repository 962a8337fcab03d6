"""What was typed before a question stood on the terminal: it was meant for something else."""

from __future__ import annotations

import select
import sys
import termios

UNUSED = "(what was typed before this was asked is not used)"


def forget_typed() -> bool:
    """Throw away what was typed on the terminal and nobody has read; whether there was an answer in it.

    Where standard input is no terminal nothing happens: what a pipe holds was meant for what is asked.
    """
    terminal = sys.stdin.fileno()
    try:
        termios.tcgetattr(terminal)
        waits, _, _ = select.select([terminal], [], [], 0)
        termios.tcflush(terminal, termios.TCIFLUSH)
    except (OSError, termios.error):
        return False
    return bool(waits)
