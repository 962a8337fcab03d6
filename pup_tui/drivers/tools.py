"""Which commands there are on this machine."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pup_tui.output.sanitize import safe_text

if TYPE_CHECKING:
    from pup_tui.core.actions import LookUpTool
    from pup_tui.core.render import Remote
    from pup_tui.output.passage import Stream
    from pup_tui.steps.executor import Context, Executor

_ASKED = 'command -v "$PUP_TUI_TOOL" >/dev/null'


def is_command(word: str, environ: Mapping[str, str], cwd: Path, shell: str = "sh") -> bool:
    """Whether `shell` started in `cwd` with this environment would find `word`."""
    from pup_tui.template.shell.tables import is_builtin

    return is_builtin(shell, word) or command_path(word, environ, cwd) is not None


def command_path(word: str, environ: Mapping[str, str], cwd: Path) -> str | None:
    """The program that a shell started in `cwd` with this environment would run for `word`."""
    if "/" in word:
        return shutil.which(str(cwd / word))
    return shutil.which(word, path=environ.get("PATH", ""))


async def is_command_there(action: LookUpTool, executor: Executor, context: Context) -> bool:
    """Whether a shell on the other computer finds a tool.

    Where that cannot be asked it is taken to be there: the attempt of its step tells why.
    """
    from pup_tui.core.requests import ShellRequest
    from pup_tui.steps.executor import Stop

    request = ShellRequest(
        script=_ASKED,
        shell=action.shell,
        values={"PUP_TUI_TOOL": action.tool},
        remote=action.remote,
    )
    outcome = await executor.run(request, _Nobody(), Stop(), context)
    return outcome.ok or outcome.exit_code is None


async def printed_there(
    remote: Remote,
    script: str,
    seconds: float,
    executor: Executor,
    environ: Mapping[str, str],
    cwd: Path,
) -> tuple[str, str]:
    """What a script for sh prints on another computer, ended after `seconds`.

    Raises ValueError with a sentence where it fails or does not end in time.
    """
    from pup_tui import late
    from pup_tui.core.requests import ShellRequest
    from pup_tui.drivers.values import PrintedByCommand
    from pup_tui.steps.executor import Context, Stop

    stop = Stop()
    printed = PrintedByCommand(stop, lambda told: None)
    context = Context(environ=environ, cwd=cwd, run=secrets.token_hex(8), step="check", grace=1.0)
    request = ShellRequest(script=script, remote=remote)
    try:
        async with late.timeout(seconds):
            outcome = await executor.run(request, printed, stop, context)
    except TimeoutError:
        raise ValueError(f"no answer within {seconds:g} s") from None
    if not outcome.ok:
        raise ValueError(safe_text(outcome.reason))
    return printed.both()


class _Nobody:
    """Takes output that nobody reads."""

    def write(self, stream: Stream, data: bytes) -> None:
        pass
