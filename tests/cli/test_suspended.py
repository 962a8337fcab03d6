"""A program that is stopped for a while (Ctrl-Z, SIGSTOP) with steps under way, and then goes on."""

from __future__ import annotations

import os
import select
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.forked import Begun
from tests.support.program import Ended, Program


def until(holds: Callable[[], bool], process: Begun) -> None:
    """Wait for a condition, for as long as the program is there."""
    while not holds():
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)


def is_stopped(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def suspended(
    program: Program,
    text: str,
    began: Callable[[], bool],
    seconds: float,
    goes_on: Callable[[], bool],
) -> Ended:
    """A run that is stopped when it `began`; it goes on after `seconds`, and when `goes_on` holds."""
    program.write("x", text)
    process = program.start("run", "x.yaml", "--json")
    try:
        until(began, process)
        process.send_signal(signal.SIGSTOP)
        until(lambda: is_stopped(process.pid), process)
        since = time.monotonic()
        until(goes_on, process)
        until(lambda: time.monotonic() > since + seconds, process)
        process.send_signal(signal.SIGCONT)
        out, err = process.communicate(timeout=200)
    finally:
        process.kill()
        process.communicate()
    assert "Traceback" not in err
    return Ended(process.returncode, out, err)


@pytest.mark.proves("P31")
@pytest.mark.proves("F08b", "P11", "P23")
def test_what_ended_while_the_program_was_stopped_is_not_run_again(program: Program) -> None:
    text = """
name: x
steps:
  - name: a
    kind: shell
    run: ": >began; while [ ! -e go ]; do sleep 0.05; done; echo x >>effects"
    timeout: 2s
    retry: {attempts: 3, delay: 10ms}
"""
    effects = program.cwd / "effects"

    def goes_on() -> bool:
        (program.cwd / "go").touch()
        return effects.exists()

    done = suspended(program, text, (program.cwd / "began").exists, 2.2, goes_on)
    assert (done.code, done.statuses()) == (0, {"a": "succeeded"})
    assert effects.read_text() == "x\n"
    assert done.event("step.finished")["attempts"] == 1


@pytest.mark.proves("F08b", "P23")
def test_the_time_in_which_the_program_was_stopped_counts(program: Program) -> None:
    text = """
name: x
steps:
  - name: a
    kind: shell
    run: echo $$ >new; mv new pid; exec sleep 1000
    timeout: 2s
"""
    pid = program.cwd / "pid"
    done = suspended(program, text, pid.exists, 2.2, lambda: True)
    assert done.code == 1
    assert done.event("step.finished")["reason"] == "timed out after 2 s"
    assert not _lives(int(pid.read_text()))


@pytest.mark.proves("P31")
def test_an_answer_that_came_while_the_program_was_stopped_counts(program: Program) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        text = f"""
name: x
steps:
  - name: a
    kind: http
    url: http://127.0.0.1:{server.getsockname()[1]}/
    method: POST
    timeout: 2s
    retry: {{attempts: 3, delay: 10ms}}
    capture: {{X: output}}
"""
        asked: list[socket.socket] = []

        def began() -> bool:
            if select.select([server], [], [], 0)[0]:
                asked.append(server.accept()[0])
            return bool(asked)

        def goes_on() -> bool:
            for connection in asked:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone")
                connection.close()
            asked.clear()
            return True

        done = suspended(program, text, began, 2.2, goes_on)
    assert (done.code, done.statuses()) == (0, {"a": "succeeded"})
    assert done.event("step.finished")["attempts"] == 1


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
