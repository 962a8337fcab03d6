"""`shell` steps: a script on a shell or another interpreter, which reads it from a file without a name."""

from __future__ import annotations

import contextlib
import os
import shutil
from typing import TYPE_CHECKING

from pup_tui.steps.executor import Context, Outcome, OutputSink, Stop
from pup_tui.steps.files import nameless_file
from pup_tui.steps.process import ProcessCommand, run_process
from pup_tui.steps.shell_script import EMPTY, GIVEN, SCRIPT, begun_with, needed_by, started_by
from pup_tui.steps.start_errors import told

if TYPE_CHECKING:
    from pup_tui.core.requests import ShellRequest
    from pup_tui.steps.remote.scripts import RemoteScripts

# The script is a nameless file on descriptor 0: it shows in no argument list, may have any size,
# and every shell can name that descriptor (dash redirects none above 9). The shell opens it anew
# under a number of its own, which it closes for what it starts; the prologue, on the first line so
# that line numbers stay true, then puts the real standard input there. So nothing inherits the
# script. Not /dev/fd/0: ksh takes that for the descriptor itself, and the prologue would end the
# script. A given standard input is a second such file: its own descriptor is inherited as well,
# since no shell but bash could close it, and who has it may read the text anyway.
_FROM_TERMINAL = "exec </dev/stdout || exit 126; "
# Not before the terminal is its own: a Ctrl-C that came earlier would end the run instead of the step.
_WHEN_IN_FRONT = "read -r _PUP_TUI_GO </dev/fd/{}; unset _PUP_TUI_GO; "
_TERM = {"TERM": "xterm-256color"}
"""What a pseudo-terminal of ours calls itself."""
# What is no shell is started by one that has set up its streams.
_PROGRAM = 'exec "$@"'
_PROGRAM_ON_STDIN = 'exec "$@" </dev/fd/{}'


class ShellExecutor:
    """Runs the script of a `shell` step, here or on another computer."""

    def __init__(self) -> None:
        self._remote: RemoteScripts | None = None

    async def _elsewhere(
        self, request: ShellRequest, sink: OutputSink, stop: Stop, context: Context
    ) -> Outcome:
        from pup_tui.steps.remote.scripts import RemoteScripts

        self._remote = self._remote or RemoteScripts()
        return await self._remote.run(request, sink, stop, context)

    async def run(
        self, request: ShellRequest, sink: OutputSink, stop: Stop, context: Context
    ) -> Outcome:
        if request.remote is not None or context.follow:
            return await self._elsewhere(request, sink, stop, context)
        on_terminal = request.tty and not request.interactive
        environ = context.environment(_TERM if on_terminal else {}, request.env, request.values)
        interpreter = request.interpreter
        name = started_by(request)
        shell = name
        for needed in needed_by(request):
            found = shutil.which(needed, path=environ.get("PATH"))
            if found is None:
                what = "shell" if needed == name else "interpreter"
                missing = f"the {what} {needed} is not on PATH; install it or change `shell`"
                return Outcome(ok=False, reason=missing)
            shell = found
        with contextlib.ExitStack() as files:
            prologue = _FROM_TERMINAL if request.tty or request.interactive else EMPTY
            given: tuple[int, ...] = ()
            what = "its `stdin`"
            try:
                if request.interactive:
                    waiting, go = _pipe(files)
                    given = (waiting,)
                    prologue = _WHEN_IN_FRONT.format(waiting) + prologue
                elif request.stdin is not None:
                    given = (nameless_file(_encoded(request.stdin), files),)
                    prologue = GIVEN.format(*given)
                what = "the script"
                words = interpreter.words[1:]
                if interpreter.is_shell:
                    text = begun_with(prologue, request)
                else:
                    program = nameless_file(_encoded(request.script), files)
                    given = (*given, program)
                    if interpreter.reads_stdin:
                        begin, words = _PROGRAM_ON_STDIN.format(program), interpreter.words
                    else:
                        begin, words = _PROGRAM, (*interpreter.words, f"/dev/fd/{program}")
                    text = prologue + begin
                script = nameless_file(_encoded(text), files)
            except (OSError, UnicodeEncodeError) as error:
                why = told(error) if isinstance(error, OSError) else "it is not valid Unicode"
                return Outcome(ok=False, reason=f"{what} cannot be handed to the shell: {why}")
            command = ProcessCommand(
                executable=shell,
                arguments=(
                    (name, *words, SCRIPT) if interpreter.is_shell else (name, SCRIPT, *words)
                ),
                environ=environ,
                cwd=context.cwd / (request.cwd or ""),
                success_codes=request.success_codes,
                descriptors=given,
            )
            if request.interactive:
                from pup_tui.steps.foreground import run_in_foreground

                return await run_in_foreground(command, sink, stop, context, stdin=script, go=go)
            if request.tty:
                from pup_tui.steps.pseudo_terminal import run_on_terminal

                return await run_on_terminal(command, sink, stop, context, stdin=script)
            return await run_process(command, sink, stop, context, stdin=script)


def _pipe(files: contextlib.ExitStack) -> tuple[int, int]:
    ends = os.pipe()
    for end in ends:
        files.callback(os.close, end)
    return ends


def _encoded(text: str) -> bytes:
    return text.encode(errors="surrogateescape")
