"""Why a process could not be started, as a sentence that says what to do."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from pup_tui.quoted import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LONGEST_VALUE = 131_071
"""Bytes that Linux takes for one argument or one `NAME=value` of the environment."""

_LIMITS = {
    errno.EAGAIN: "the limit of processes is reached (ulimit -u); end some and try again",
    errno.ENOMEM: "there is not enough memory for another process; end some programs and try again",
    errno.EMFILE: "the limit of open files is reached (ulimit -n); raise it, or run less side by side",
    errno.ENFILE: "the system's limit of open files is reached; end some programs and try again",
}

_ADVICE = {
    **_LIMITS,
    errno.EACCES: "it may not be executed here; check its permissions (chmod +x)",
    errno.ENOENT: "it is not there, or the interpreter in its first line is not",
    errno.ENOEXEC: "it is no program for this machine; a script needs a first line like #!/bin/sh",
}


def told(error: OSError) -> str:
    """What is wrong; where it is a limit of the system also what to do."""
    return _LIMITS.get(error.errno or 0, error.strerror or type(error).__name__)


def explain(
    error: OSError | ValueError,
    executable: str,
    arguments: Sequence[str],
    environ: Mapping[str, str],
) -> str:
    """The sentence for what starting `executable` raised; it holds names and numbers, never values."""
    if isinstance(error, UnicodeEncodeError):
        return f"cannot start {executable}: {_unfit(environ)} holds text that is not valid Unicode"
    if isinstance(error, ValueError):
        return (
            f"cannot start {executable}: an argument or {_unfit(environ)} holds a NUL character, "
            "which no process can be given; pass it in a file"
        )
    if error.errno == errno.E2BIG:
        return f"cannot start {executable}: {_too_big(arguments, environ)}"
    if error.filename is not None and os.fsdecode(error.filename) != executable:
        where = os.fsdecode(error.filename)
        return f"cannot start {executable}: cannot enter the directory {where}: {error.strerror}"
    return f"cannot start {executable}: {_ADVICE.get(error.errno or 0) or told(error)}"


def _too_big(arguments: Sequence[str], environ: Mapping[str, str]) -> str:
    sizes = {f"argument {at}": len(os.fsencode(each)) for at, each in enumerate(arguments)}
    for name, value in environ.items():
        sizes[f"the environment variable {name}"] = len(os.fsencode(f"{name}={value}"))
    what = max(sizes, key=lambda each: sizes[each], default="")
    if sizes.get(what, 0) > LONGEST_VALUE:
        return (
            f"{what} takes {sizes[what]:,} bytes, and the system's limit is {LONGEST_VALUE:,}; "
            "hand it to the command through the step's `stdin:`, or in a file"
        )
    return "the arguments and the environment together are larger than the system takes"


def _unfit(environ: Mapping[str, str]) -> str:
    for name, value in environ.items():
        if "\0" in name + value:
            return f"the environment variable {quoted(name)}"
        try:
            f"{name}{value}".encode(errors="surrogateescape")
        except UnicodeEncodeError:
            return f"the environment variable {quoted(name)}"
    return "the environment"
