"""`shell` steps: a script for a shell, run in its own session."""

from __future__ import annotations

import os
import shutil
import tempfile
from typing import TYPE_CHECKING

from pup_tui.steps.executor import Context, Outcome, OutputSink, Stop
from pup_tui.steps.process import Command, run_process

if TYPE_CHECKING:
    from pup_tui.core.actions import ShellRequest

# The script is a nameless file on descriptor 0: it shows in no argument list, may have any size,
# and every shell can name that descriptor (dash redirects none above 9). The shell opens it anew
# under a number of its own, which it closes for what it starts; the prologue, on the first line so
# that line numbers stay true, then makes standard input empty. So nothing inherits the script.
# Not /dev/fd/0: ksh takes that for the descriptor itself, and the prologue would end the script.
_SCRIPT = "/dev/stdin"
_PROLOGUE = "exec </dev/null; "


class ShellExecutor:
    """Runs the script of a `shell` step."""

    async def run(
        self, request: ShellRequest, sink: OutputSink, stop: Stop, context: Context
    ) -> Outcome:
        environ = {**context.environ, **request.env, **request.values}
        cwd = context.cwd / request.cwd if request.cwd else context.cwd
        shell = shutil.which(request.shell, path=environ.get("PATH"))
        if shell is None:
            return Outcome(
                ok=False,
                reason=f"the shell {request.shell} is not on PATH; install it or change `shell`",
            )
        command = Command(
            executable=shell, arguments=(request.shell, _SCRIPT), environ=environ, cwd=cwd
        )
        try:
            script = _script_file(request.script)
        except (OSError, UnicodeEncodeError) as error:
            return Outcome(ok=False, reason=f"the script cannot be handed to the shell: {error}")
        try:
            return await run_process(command, sink, stop, context, stdin=script)
        finally:
            os.close(script)


def _script_file(script: str) -> int:
    """A descriptor of a file that has no name, since a script may hold values."""
    content = (_PROLOGUE + script).encode(errors="surrogateescape")
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("script")
    else:
        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    try:
        with open(descriptor, "wb", closefd=False) as file:
            file.write(content)
        os.lseek(descriptor, 0, os.SEEK_SET)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
