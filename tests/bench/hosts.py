"""The same command on 32 hosts, 8 at once: by a loop of `ssh`, by a runbook, by ansible if it is there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from tests.support import sshd

AT_ONCE = 8
ROUNDS = 3
MANY = 1000
COMMAND = "hostname"

RUNBOOK = f"""\
name: fleet
vars: {{HOSTS: {{type: list}}}}
steps:
  - {{name: a, kind: shell, foreach: HOSTS, host: "{{{{ item }}}}", max_parallel: {AT_ONCE}, run: {COMMAND}}}
"""
SHARED = """\
#!/bin/sh
exec %s -o ControlMaster=auto -o ControlPath=%s/%%C -o ControlPersist=20 "$@"
"""


def rows(folder: Path, environ: Mapping[str, str]) -> Iterator[tuple[str, float, str]]:
    if sshd.SERVER is None or sshd.CLIENT is None:
        return
    folder = folder / "hosts"
    folder.mkdir()
    with ExitStack() as stack:
        fleet = sshd.started(folder, stack)
        known = {**environ, "PATH": fleet.path}
        (folder / "fleet.yaml").write_text(RUNBOOK)
        ways: list[Callable[[], float]] = [lambda: _loop(known), lambda: _runbook(folder, known)[0]]
        if shutil.which("ansible", path=known["PATH"]):
            ways.append(lambda: _ansible(folder, known))
        # In turn: what else the machine does then falls on all of them.
        times = [[way() for way in ways] for _ in range(ROUNDS)]
        plain, ours, *ansible = (min(each) for each in zip(*times, strict=True))
        yield "ssh on 32 hosts, 8 at once: plain", plain, "s"
        yield "the same by a runbook", ours, "s"
        yield "that by the plain loop", ours / plain, "times"
        for seconds in ansible:
            yield "the same by ansible", seconds, "s"
            yield "  that by the plain loop", seconds / plain, "times"
        yield "memory of the runbook", _runbook(folder, known)[1], "MB"
        shared = _sharing(folder, fleet)
        yield (
            "the same with 1,000 items",
            _runbook(folder, {**known, "PATH": shared}, MANY)[1],
            "MB",
        )


def _loop(environ: Mapping[str, str]) -> float:
    def call(host: str) -> None:
        words = ("ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", host, COMMAND)
        subprocess.run(words, env=environ, check=True, capture_output=True)

    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(call, sshd.HOSTS))
    return time.perf_counter() - began


def _runbook(folder: Path, environ: Mapping[str, str], items: int = 0) -> tuple[float, float]:
    """Seconds and megabytes that a run takes, the program's start included."""
    hosts = [sshd.HOSTS[n % len(sshd.HOSTS)] for n in range(items or len(sshd.HOSTS))]
    (folder / "values.yaml").write_text(f"HOSTS: [{', '.join(hosts)}]\n")
    command = [sys.executable, "-m", "pup_tui", "run", "fleet.yaml", "--arg-file", "values.yaml"]
    began = time.perf_counter()
    with (folder / "out.txt").open("wb") as out:
        process = subprocess.Popen(command, env=environ, cwd=folder, stdout=out, stderr=out)
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, (folder / "out.txt").read_text()[-2000:]
    return time.perf_counter() - began, used.ru_maxrss / 1024


def _ansible(folder: Path, environ: Mapping[str, str]) -> float:
    (folder / "inventory").write_text("\n".join(sshd.HOSTS) + "\n")
    ssh = f"-o BatchMode=yes -F {folder}/config"
    words = ("ansible", "all", "-i", "inventory", "-f", str(AT_ONCE), "-m", "raw", "-a", COMMAND)
    began = time.perf_counter()
    given = {**environ, "ANSIBLE_SSH_ARGS": ssh, "ANSIBLE_HOST_KEY_CHECKING": "False"}
    subprocess.run(words, env=given, cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - began


def _sharing(folder: Path, fleet: sshd.Fleet) -> str:
    """A PATH whose `ssh` shares connections: a thousand of them would take minutes."""
    shared = folder / "shared"
    shared.mkdir()
    (shared / "ssh").write_text(SHARED % (fleet.bin / "ssh", shared))
    (shared / "ssh").chmod(0o755)
    return os.pathsep.join((str(shared), fleet.path))
