"""What another computer gets for a step: the script, what surrounds it, what it reads, with their lengths."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

from pup_tui.datadog.configuration import READ_ONLY_VARIABLE
from pup_tui.quoted import quoted
from pup_tui.steps.remote.programs import call_of
from pup_tui.steps.shell_script import EMPTY, GIVEN, SCRIPT, begun_with, needed_by
from pup_tui.steps.start_errors import LONGEST_VALUE

if TYPE_CHECKING:
    from pup_tui.core.requests import ShellRequest
    from pup_tui.steps.executor import Context

_STDIN: Final = 4
_PROGRAM: Final = "/dev/fd/3"
"""Where what begins a script there has what it reads, and the file of a program that is no shell."""


class UnfitError(Exception):
    """Why a step cannot be handed to another computer, as a sentence."""


def parcel(request: ShellRequest, mark: str, context: Context) -> bytes:
    """All that is sent for a step before it is told to go on. Raises UnfitError."""
    interpreter, how, text = request.interpreter, "script", request.script
    words = interpreter.words
    if interpreter.is_shell:
        text = begun_with(EMPTY if request.stdin is None else GIVEN.format(_STDIN), request)
        words = (*words, SCRIPT)
    elif not interpreter.reads_stdin:
        how, words = "program", (*words, _PROGRAM)
    script = _encoded(text, "the script")
    around = _around(request, words, context)
    stdin = _encoded(request.stdin or "", "its `stdin`")
    head = call_of("begin.sh", mark, how, len(script), len(around), len(stdin))
    return b"".join((head, script, around, stdin))


def _around(request: ShellRequest, words: tuple[str, ...], context: Context) -> bytes:
    """What is read by the shell that will be the script: environment, directory, the words of the command."""
    given: dict[str, str | None] = {**request.env, **request.values, **context.marks_elsewhere}
    if context.read_only:
        given[READ_ONLY_VARIABLE] = "true"
    lines = [_variable(name, text) for name, text in given.items()]
    lines += [f"_pup_tui_need {shlex.quote(tool)}" for tool in needed_by(request)]
    if request.cwd:
        # A name may begin with a dash, and `cd -` is another directory.
        where = request.cwd if request.cwd.startswith(("/", "./")) else f"./{request.cwd}"
        lines.append(f"_pup_tui_enter {shlex.quote(where)}")
    lines.append(f"set -- {shlex.join(words)}")
    return _encoded("".join(f"{line}\n" for line in lines), "the environment or `cwd`")


def _variable(name: str, text: str | None) -> str:
    if text is None:
        return f"unset {name}"
    if "\0" in text:
        raise UnfitError(
            f"the environment variable {quoted(name)} holds a NUL character, which no process can be given; "
            "pass it in a file"
        )
    size = len(f"{name}={text}".encode(errors="surrogatepass"))
    if size > LONGEST_VALUE:
        raise UnfitError(
            f"the environment variable {name} takes {size:,} bytes, and the limit is {LONGEST_VALUE:,}; "
            "hand it to the command through the step's `stdin:`, or in a file"
        )
    return f"export {name}={shlex.quote(text)}"


def _encoded(text: str, what: str) -> bytes:
    try:
        return text.encode(errors="surrogateescape")
    except UnicodeEncodeError:
        raise UnfitError(f"{what} cannot be handed over: it is not valid Unicode") from None
