"""Processes that begin as copies of one that has imported the program.

A call costs a fork then, and no start of an interpreter, which takes ten times as long as most commands do.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from pathlib import Path
from subprocess import TimeoutExpired
from typing import IO, Any

PATIENCE = 200.0
"""Seconds after which a process that does not end is given up."""

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.support.warm", __name__])
"""Begins processes; what they run must be importable, from a module that imports little."""


def forked(work: Callable[..., None], *args: Any) -> int:
    """Do some work in a process of its own: its exit code, or -N if signal N ended it."""
    process = PROCESSES.Process(target=work, args=args)
    process.start()
    process.join(PATIENCE)
    code = process.exitcode
    if code is None:
        process.kill()
        process.join()
        raise AssertionError(f"it did not end within {PATIENCE:.0f} s")
    process.close()
    return code


def killed(begun: Callable[[], bool], seconds: float, work: Callable[..., None], *args: Any) -> int:
    """Do some work in a process of its own that is killed `seconds` after it has `begun`."""
    process = PROCESSES.Process(target=work, args=args)
    process.start()
    while process.is_alive() and not begun():
        time.sleep(0.01)
    process.join(seconds)
    process.kill()
    process.join()
    code = process.exitcode
    assert code is not None
    process.close()
    return code


class Begun:
    """A process that goes on while the test does, with what it prints; used as a `subprocess.Popen`."""

    def __init__(self, work: Callable[..., None], *args: Any) -> None:
        """Begin work that takes its standard output and error, as connections, behind the other arguments."""
        out, its_out = PROCESSES.Pipe(duplex=False)
        err, its_err = PROCESSES.Pipe(duplex=False)
        with out, err, its_out, its_err:
            self._process = PROCESSES.Process(target=work, args=(*args, its_out, its_err))
            self._process.start()
            self.stdout = os.fdopen(os.dup(out.fileno()))
            self.stderr = os.fdopen(os.dup(err.fileno()))
        assert self._process.pid is not None
        self.pid = self._process.pid

    def __enter__(self) -> Begun:
        return self

    def __exit__(self, *_: object) -> None:
        self.stdout.close()
        self.stderr.close()
        self.wait()

    @property
    def returncode(self) -> int | Any:
        """None, and the exit code, or -N if signal N ended it, once it has ended."""
        return self._process.exitcode

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float = PATIENCE) -> int:
        self._process.join(timeout)
        code = self.returncode
        if code is None:
            raise TimeoutExpired(self._process.name, timeout)
        return code

    def communicate(self, timeout: float = PATIENCE) -> tuple[str, str]:
        """What it prints until it has ended, as far as it has not been read."""
        with ThreadPoolExecutor(max_workers=2) as readers:
            rest = [readers.submit(_rest_of, stream) for stream in (self.stdout, self.stderr)]
            try:
                out, err = (each.result(timeout) for each in rest)
            except TimeoutError:
                self.kill()
                raise
        self.wait(timeout)
        return out, err

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _rest_of(stream: IO[str]) -> str:
    if stream.closed:
        return ""
    with stream:
        return stream.read()


def begun_program(
    args: Sequence[str], cwd: Path, environ: Mapping[str, str], out: Connection, err: Connection
) -> None:
    """Be the program, called in a folder without input, that prints into connections."""
    with open(os.devnull) as nothing, out, err:
        for number, stream in enumerate((nothing.fileno(), out.fileno(), err.fileno())):
            os.dup2(stream, number)
    called(args, cwd, environ)


def program(
    args: Sequence[str], cwd: Path, environ: Mapping[str, str], streams: tuple[Path, Path, Path]
) -> None:
    """Be the program, called in a folder, with files as standard input, output and error."""
    for number, path in enumerate(streams):
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC if number else os.O_RDONLY
        opened = os.open(path, flags, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    called(args, cwd, environ)


def typed_program(
    args: Sequence[str], cwd: Path, environ: Mapping[str, str], terminal: str, taken: Event
) -> None:
    """Be the program, called in a folder, on a terminal of its own; `taken` is set once it has that."""
    os.setsid()
    opened = os.open(terminal, os.O_RDWR)
    for number in range(3):
        os.dup2(opened, number)
    os.close(opened)
    taken.set()
    called(args, cwd, environ)


def called(args: Sequence[str], cwd: Path, environ: Mapping[str, str]) -> None:
    """Be the program, called in a folder, with what the first three descriptors are as its streams."""
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environ)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", errors="backslashreplace", closefd=False)  # noqa: SIM115
    # The console goes by what there was to begin with, which here is that of another process.
    vars(sys).update(__stdin__=sys.stdin, __stdout__=sys.stdout, __stderr__=sys.stderr)
    sys.argv = ["pup-tui", *args]

    from pup_tui.cli.main import main

    main()


def nobodys_program(
    args: Sequence[str], cwd: Path, environ: Mapping[str, str], streams: tuple[Path, Path, Path]
) -> None:
    """Be the program, called by the account that owns nothing; only root can become it."""
    streams[1].parent.chmod(0o777)
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
    program(args, cwd, environ, streams)
