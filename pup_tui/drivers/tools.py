"""Which commands there are on this machine."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pup_tui.core.actions import LookUpTool
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


class _Nobody:
    """Takes output that nobody reads."""

    def write(self, stream: Stream, data: bytes) -> None:
        pass
