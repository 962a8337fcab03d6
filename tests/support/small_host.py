"""Hosts of which a part is their own, by a real `ssh`: a small disk, a full /tmp, a journal; a load."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.needed import lacking, needs_program, needs_sudo
from tests.support.sshd import Fleet
from tests.support.waiting import until

JOURNALD = "/lib/systemd/systemd-journald"

# What the journal and logrotate keep is that of this host alone; mounts are seen by nobody else.
_BEGIN = """
set -e
for place in /run /var/log /var/lib/logrotate; do mount -t tmpfs -o size={size}m,mode=755 tmpfs "$place"; done
mount -t tmpfs -o size=4k,mode=1777 tmpfs /tmp
head -c 4096 /dev/zero >/tmp/full
mkdir -p /run/systemd/journal /run/systemd/journald.conf.d /run/log /var/log/journal /var/log/app
ln -s systemd/journal /run/own
cat >/run/systemd/journald.conf.d/own.conf <<END
[Journal]
Storage=persistent
ReadKMsg=no
Audit=no
SystemMaxUse=6M
SystemKeepFree=1K
RateLimitBurst=0
END
touch /run/systemd/journal/flushed  # else it would wait until it is told that /var/log is there
exec {journald}
"""


@dataclass(frozen=True)
class SmallHost:
    """`name` is what `ssh` knows it by; `logs` is its /var/log, as this computer sees it."""

    name: str
    logs: Path
    size: int
    """How many bytes the disk of its logs has."""
    entered: Callable[[str], str]

    def run(self, script: str) -> str:
        """Run a script there, without `ssh`, and give what it printed."""
        command = ["sh", "-c", self.entered('"$0"'), script]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    @property
    def used(self) -> int:
        """Percent of that disk, as `df` rounds them."""
        found = os.statvfs(self.logs)
        taken = found.f_blocks - found.f_bfree
        return -(-100 * taken // (taken + found.f_bavail))

    def write(self, name: str, share: float) -> Path:
        """A log that takes this share of the disk, and can be made a lot smaller."""
        path = self.logs / "app" / name
        line = b"GET /checkout 200\n"
        path.write_bytes(line * int(self.size * share / len(line)))
        return path


@contextmanager
def small_host(fleet: Fleet, name: str, megabytes: int = 16) -> Iterator[SmallHost]:
    """A host with a small disk for its logs, a full /tmp, and a journal of its own."""
    needs_program("logrotate")
    if not Path(JOURNALD).exists():
        lacking("systemd")
    script = _BEGIN.format(size=megabytes, journald=JOURNALD)
    with _host(fleet, name, script, "run/own/stdout") as (root, entered):
        yield SmallHost(name, root / "var/log", megabytes << 20, entered)


@contextmanager
def loaded_host(fleet: Fleet, name: str, load: Path) -> Iterator[None]:
    """A host whose load is what stands in a file, as in /proc/loadavg."""
    script = f"""
        set -e
        mount --bind {load} /proc/loadavg
        mount -t tmpfs tmpfs /run
        touch /run/own
        exec sleep 600
    """
    with _host(fleet, name, script, "run/own"):
        yield


@contextmanager
def _host(
    fleet: Fleet, name: str, script: str, ready: str
) -> Iterator[tuple[Path, Callable[[str], str]]]:
    """A host that `ssh` knows by a name, with what a script mounts; it is ready when a file is there.

    Given are its root, and what enters it. The test is skipped where nobody may mount.
    """
    needs_program("nsenter", "util-linux")
    mounting = ("unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt")
    if os.geteuid() != 0 or subprocess.run(mounting, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount")
    needs_sudo()
    process = subprocess.Popen(["unshare", "--mount", "sh", "-c", script])
    try:
        root = Path(f"/proc/{process.pid}/root")
        until(lambda: (root / ready).exists() or process.poll() is not None)
        assert process.poll() is None

        def entered(script: str) -> str:
            return f"exec nsenter --mount=/proc/{process.pid}/ns/mnt -- sh -c {script}"

        fleet.add(name, entered('"$SSH_ORIGINAL_COMMAND"'))
        yield root, entered
    finally:
        process.kill()
        process.wait()
