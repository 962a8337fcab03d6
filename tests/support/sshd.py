"""Real servers of `ssh` on loopback, with keys and configuration of their own: nobody's home is touched."""

from __future__ import annotations

import os
import shutil
import socket
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.support.needed import lacking
from tests.support.ports import accepts, free_port
from tests.support.runs import ENVIRON
from tests.support.waiting import until

_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
SERVER = shutil.which("sshd", path=_PATH)
CLIENT = shutil.which("ssh")

HOSTS = tuple(f"web{number}" for number in range(1, 33))
"""Aliases of the hosts that are there, each with an address of its own."""
_EACH = 16
"""Addresses that one server listens on at most."""

LOGIN_SHELLS = ("bash", "csh", "dash", "fish", "ksh", "zsh")
"""`login-SHELL` is a host whose login shell that is."""
POSIX_SHELLS = ("bash", "busybox", "dash", "ksh", "zsh")
"""`sh-SHELL` is a host whose `sh` that is."""

_AS_LOGIN = 'exec {} -c "$SSH_ORIGINAL_COMMAND"'
_AS_SH = 'PATH={}:$PATH; export PATH; exec sh -c "$SSH_ORIGINAL_COMMAND"'
_BARE = 'PATH={}; export PATH; exec sh -c "$SSH_ORIGINAL_COMMAND"'


@dataclass(frozen=True)
class Fleet:
    """The hosts: `bin` has the `ssh` that knows them, by the configuration `config`."""

    bin: Path
    config: Path

    @property
    def path(self) -> str:
        """The PATH on which that is the `ssh`."""
        return os.pathsep.join((str(self.bin), os.environ["PATH"]))

    @property
    def environ(self) -> dict[str, str]:
        return {**os.environ, "PATH": self.path}

    @property
    def around(self) -> dict[str, str]:
        """What a run has around its processes that reaches them."""
        return {**ENVIRON, "PATH": self.path}

    def add(self, name: str, command: str) -> None:
        """A further host, at which this command gets what is to run, as SSH_ORIGINAL_COMMAND."""
        folder = self.config.parent
        _keygen(folder / name)
        with (folder / "authorized").open("a") as keys:
            keys.writelines(_authorized_for(folder, {name: command}))
        ports = (line.split() for line in self.config.read_text().splitlines())
        port = next(words[1] for words in ports if words[0] == "Port")
        with self.config.open("a") as config:
            config.write("\n".join(_entry(folder, name, _address(0), port, name)) + "\n")


@pytest.fixture(scope="session")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """32 hosts on two servers, hosts with other shells, and some that let nobody in.

    `unknown` shows another key than it is known by, `barred` takes no key of ours, `unreachable` is not
    there, `silent` accepts and says nothing, `closing` closes at once, `jumped` is reached by way of web2,
    `bare` has no mktemp, `nologin` runs nothing, `noisy` greets whoever logs in.
    """
    if not sys.platform.startswith("linux"):
        pytest.skip("needs the whole of 127.0.0.0/8 to be this computer, as Linux has it")
    if SERVER is None or CLIENT is None:
        lacking("openssh-server")
    with ExitStack() as stack:
        yield started(tmp_path_factory.mktemp("sshd"), stack)


def started(folder: Path, stack: ExitStack, own: Mapping[str, Path] | None = None) -> Fleet:
    """The hosts, with all that is theirs in a folder; they end with the stack. `own` are more hosts, each
    with a folder whose programs come before the computer's.
    """
    if os.geteuid() == 0:  # where a server that root starts wants to have a folder of its own
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    forced = _forced(folder)
    forced |= {name: _AS_SH.format(programs) for name, programs in (own or {}).items()}
    for key in ("host", "other", "user", *forced):
        _keygen(folder / key)
    (folder / "home").mkdir()
    (folder / "authorized").write_text("".join(_authorized(folder, forced)))
    port = free_port()
    for number in (0, 1):
        stack.callback(_end, _start(folder, number, port))
    silent = stack.enter_context(closing(_listening()))
    ports = {
        "unreachable": free_port(),
        "silent": silent.getsockname()[1],
        "closing": _closing(stack),
    }
    config = _write_config(folder, port, ports, tuple(forced))
    for number in range(len(HOSTS)):
        until(partial(accepts, port, _address(number)))
    return Fleet(_write_client(folder, config), config)


def _forced(folder: Path) -> dict[str, str]:
    """What runs on the hosts that have another shell, or another `sh`, by their names."""
    forced = {f"login-{each}": _AS_LOGIN.format(each) for each in LOGIN_SHELLS}
    for each in POSIX_SHELLS:
        forced[f"sh-{each}"] = _AS_SH.format(_programs(folder / f"bin-{each}", sh=each))
    bare = ("sh", "dd", "rm", "cat")
    forced["bare"] = _BARE.format(_programs(folder / "bin-bare", **{name: name for name in bare}))
    forced["nologin"] = "echo This account is not available. >&2; exit 1"
    forced["noisy"] = f"echo welcome; echo banner >&2; {_AS_LOGIN.format('sh')}"
    return forced


def _programs(folder: Path, **programs: str) -> Path:
    """A folder with programs under these names, each a link."""
    folder.mkdir()
    for name, program in programs.items():
        if (found := shutil.which(program)) is not None:
            (folder / name).symlink_to(found)
    return folder


def _authorized(folder: Path, forced: dict[str, str]) -> Iterator[str]:
    yield (folder / "user.pub").read_text()
    yield from _authorized_for(folder, forced)


def _authorized_for(folder: Path, forced: dict[str, str]) -> Iterator[str]:
    for name, command in forced.items():
        quoted = command.replace('"', '\\"')
        yield f'command="{quoted}" {(folder / f"{name}.pub").read_text()}'


def _keygen(path: Path) -> None:
    words = ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", path.name, "-f", str(path))
    subprocess.run(words, check=True)


def _listening() -> socket.socket:
    made = socket.socket()
    made.bind(("127.0.0.1", 0))
    made.listen(64)
    return made


def _address(number: int) -> str:
    """The address of a host by its number, from 0."""
    return f"127.0.1.{number + 1}"


def _start(folder: Path, number: int, port: int) -> subprocess.Popen[bytes]:
    numbers = range(number * _EACH, (number + 1) * _EACH)
    lines = [f"ListenAddress {_address(each)}:{port}" for each in numbers]
    lines += [
        f"HostKey {folder}/host",
        f"AuthorizedKeysFile {folder}/authorized",
        f"PidFile {folder}/pid{number}",
        "StrictModes no",
        "UsePAM no",
        "PasswordAuthentication no",
        "KbdInteractiveAuthentication no",
        "PermitRootLogin yes",
        # No file of the account's own shell is read.
        f"SetEnv HOME={folder}/home",
        "MaxStartups 200",
        "LogLevel ERROR",
    ]
    path = folder / f"sshd{number}.conf"
    path.write_text("\n".join(lines) + "\n")
    assert SERVER is not None
    with (folder / f"sshd{number}.log").open("wb") as log:
        return subprocess.Popen((SERVER, "-D", "-e", "-f", str(path)), stderr=log)


def _end(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    server.wait()


def _closing(stack: ExitStack) -> int:
    """A port at which somebody accepts and closes at once."""
    server = socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler)
    stack.enter_context(server)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    stack.callback(server.shutdown)
    return int(server.server_address[1])


def _write_config(folder: Path, port: int, ports: dict[str, int], forced: tuple[str, ...]) -> Path:
    hosts = {name: (_address(number), port, "user") for number, name in enumerate(HOSTS)}
    hosts |= {name: (_address(0), port, name) for name in forced}
    hosts |= {
        "barred": (_address(0), port, "other"),
        "unknown": (_address(0), port, "user"),
        **{name: ("127.0.0.1", number, "user") for name, number in ports.items()},
        "jumped": (_address(2), port, "user"),
    }
    known = folder / "known_hosts"
    key = " ".join((folder / "host.pub").read_text().split()[:2])
    other = " ".join((folder / "other.pub").read_text().split()[:2])
    known.write_text(f"pup-tui-test {key}\nunknown {other}\n")
    lines = []
    for name, (address, number, identity) in hosts.items():
        lines += _entry(folder, name, address, number, identity)
    lines += [
        "Host jumped",
        "  ProxyJump web2",
        "Host silent",
        "  ConnectTimeout 1",
        "Host *",
        f"  UserKnownHostsFile {known}",
        "  GlobalKnownHostsFile /dev/null",
        "  StrictHostKeyChecking yes",
        "  IdentitiesOnly yes",
        "  IdentityAgent none",
        "  PreferredAuthentications publickey",
    ]
    path = folder / "config"
    path.write_text("\n".join(lines) + "\n")
    return path


def _entry(folder: Path, name: str, address: str, port: int | str, identity: str) -> list[str]:
    return [
        f"Host {name}",
        f"  HostName {address}",
        f"  Port {port}",
        f"  IdentityFile {folder}/{identity}",
        f"  HostKeyAlias {'unknown' if name == 'unknown' else 'pup-tui-test'}",
    ]


def _write_client(folder: Path, config: Path) -> Path:
    """A folder with an `ssh` that reads this configuration: the real one looks in the account's home."""
    folder = folder / "bin"
    folder.mkdir()
    (folder / "ssh").write_text(f'#!/bin/sh\nexec {CLIENT} -F {config} "$@"\n')
    (folder / "ssh").chmod(0o755)
    return folder
