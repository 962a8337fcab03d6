"""How a script begins for the shell that reads it: the same on this computer and on others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pup_tui.core.requests import ShellRequest

SCRIPT: Final = "/dev/stdin"
"""Where a shell finds its script. Not /dev/fd/0: ksh takes that for the descriptor itself."""
EMPTY: Final = "exec </dev/null; "
GIVEN: Final = "exec </dev/fd/{} || exit 126; "
# A shell without `pipefail` ends at the attempt, hence the subshell.
_STRICT: Final = "set -e; (set -o pipefail) 2>/dev/null && set -o pipefail || :; "
_INHERIT: Final = "shopt -s inherit_errexit 2>/dev/null || :; "
_NEWER: Final = (
    "case ${BASH_VERSION-} in [123].*) "
    'echo "this script needs bash 4 or later; the bash on PATH is $BASH_VERSION" >&2; exit 126;; esac; '
)


def begun_with(opening: str, request: ShellRequest) -> str:
    """A script of a shell behind what sets up its streams (`opening`), on its first line: lines keep their
    numbers.
    """
    strict = _STRICT + _INHERIT * (request.interpreter.name == "bash") if request.strict else ""
    return f"{opening}{_NEWER * request.needs_bash_4}{strict}{request.script}"


def started_by(request: ShellRequest) -> str:
    """The shell that a script, or what starts it, is read by."""
    interpreter = request.interpreter
    return interpreter.words[0] if interpreter.is_shell else "sh"


def needed_by(request: ShellRequest) -> tuple[str, ...]:
    """The programs that have to be there for a script: what the step names, and what runs it."""
    return tuple(dict.fromkeys((request.shell, started_by(request))))
