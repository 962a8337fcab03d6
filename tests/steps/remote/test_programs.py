"""The command for the other side, and what it leaves there where it is ended before it has everything."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from pathlib import Path

import pytest

from pup_tui.steps.remote.programs import AS_ROOT, COMMAND, call_of
from tests.support.needed import needs_program
from tests.support.sshd import POSIX_SHELLS


@pytest.mark.parametrize("command", [COMMAND, AS_ROOT])
def test_one_literal_for_every_login_shell(command: str) -> None:
    before, quoted, after = command.split("'")
    assert after == ""
    assert not set("\\!\n'") & set(quoted)
    assert not set('$"`\\!') & set(before)


# ksh heeds a signal half a minute after the program that it waits for has died of it.
@pytest.mark.parametrize(
    ("shell", "number"),
    [
        pytest.param(shell, number, marks=[pytest.mark.long] * (shell == "ksh" and number != 9))
        for shell in POSIX_SHELLS
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGKILL)
    ],
)
async def test_no_file_stays_where_it_is_ended(
    shell: str, number: signal.Signals, tmp_path: Path
) -> None:
    needs_program(shell)
    sh = tmp_path / "sh"
    sh.symlink_to(shutil.which(shell) or "")
    held = tmp_path / "held"
    held.mkdir()
    environ = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "TMPDIR": str(held)}
    process = await asyncio.create_subprocess_exec(
        "sh", "-c", COMMAND, env=environ, stdin=-1, stdout=-1, stderr=-1, start_new_session=True
    )
    assert process.stdin is not None
    process.stdin.write(call_of("begin.sh", "mark", "script", 1000, 10, 0) + b"the beginning")
    await process.stdin.drain()
    # It has made its files when it waits for the rest of the script.
    while not _reads(process.pid):  # noqa: ASYNC110 -- there is nothing to wait on
        await asyncio.sleep(0.02)
    os.killpg(process.pid, number)
    await process.wait()
    assert list(held.iterdir()) == []


def _reads(group: int) -> bool:
    """Whether `dd` of a group waits for the script."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            _, _, told = path.read_text().rpartition(") ")
            name = path.read_text().partition("(")[2].partition(")")[0]
            files = os.listdir(path.parent / "fd")
        except OSError:
            continue
        if int(told.split()[2]) == group and name in ("dd", "busybox") and "9" in files:
            return True
    return False


async def test_nothing_begins_where_only_a_part_arrived(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        "sh", "-c", COMMAND, stdin=-1, stdout=-1, stderr=-1
    )
    content = call_of("begin.sh", "mark", "script", 30, 10, 0) + b"echo begun >begun"
    told, _ = await process.communicate(content)
    assert told == b""
    assert process.returncode != 0
