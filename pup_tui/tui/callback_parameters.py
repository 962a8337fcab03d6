"""How many parameters a callback takes, which Textual asks of each that it meets.

It reads a whole signature, with all annotations, for that: of every function once, and of every partial and
lambda anew, since each of them is another. That is a twentieth of what a console does until it is there.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import CO_VARARGS, CO_VARKEYWORDS, signature
from typing import Any

from textual import _callback


def count_parameters(func: Callable[..., Any]) -> int:
    """As many as its signature has."""
    code = getattr(func, "__code__", None)
    told = getattr(func, "__dict__", {})
    if code is None or "__wrapped__" in told or "__signature__" in told:
        return len(signature(func).parameters)
    more = bool(code.co_flags & CO_VARARGS) + bool(code.co_flags & CO_VARKEYWORDS)
    return int(code.co_argcount + code.co_kwonlyargcount + more)


_callback._count_parameters = count_parameters
