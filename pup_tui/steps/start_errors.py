"""Why a process could not be started, as a sentence that says what to do."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from pup_tui.quoted import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_VALUE = 131_071
"""Bytes that Linux takes for one argument or one `NAME=value` of the environment."""

_ADVICE = {
    errno.EACCES: "it may not be executed here; check its permissions (chmod +x)",
    errno.ENOENT: "it is not there, or the interpreter in its first line is not",
    errno.ENOEXEC: "it is no program for this machine; a script needs a first line like #!/bin/sh",
    errno.EAGAIN: "the limit of processes is reached (ulimit -u); end some and try again",
    errno.ENOMEM: "there is not enough memory for another process",
    errno.EMFILE: "the limit of open files is reached (ulimit -n)",
    errno.ENFILE: "the system's limit of open files is reached",
}


def explain(error: OSError | ValueError, executable: str, environ: Mapping[str, str]) -> str:
    """The sentence for what starting `executable` raised; it holds names, never values."""
    if isinstance(error, UnicodeEncodeError):
        return f"cannot start {executable}: {_unfit(environ)} holds text that is not valid Unicode"
    if isinstance(error, ValueError):
        return (
            f"cannot start {executable}: an argument or {_unfit(environ)} holds a NUL character, "
            "which no process can be given; pass it in a file"
        )
    if error.errno == errno.E2BIG:
        return f"cannot start {executable}: {_too_big(environ)}"
    if error.filename is not None and os.fsdecode(error.filename) != executable:
        where = os.fsdecode(error.filename)
        return f"cannot start {executable}: cannot enter the directory {where}: {error.strerror}"
    advice = _ADVICE.get(error.errno or 0, error.strerror or type(error).__name__)
    return f"cannot start {executable}: {advice}"


def _too_big(environ: Mapping[str, str]) -> str:
    sizes = {name: len(os.fsencode(f"{name}={value}")) for name, value in environ.items()}
    name = max(sizes, key=lambda each: sizes[each], default="")
    if sizes.get(name, 0) > LONGEST_VALUE:
        return (
            f"the environment variable {name} takes {sizes[name]:,} bytes, "
            f"and the system's limit is {LONGEST_VALUE:,}; hand it to the command through the step's "
            "`stdin:`, or in a file"
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
