"""The installed `ssh`: where it is, how it is called, and what its configuration leaves open."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

from pup_tui.core.render import Remote
from pup_tui.late_pattern import late_pattern
from pup_tui.output.sanitize import safe_text
from pup_tui.steps.executor import Context, Outcome, OutputSink, Stop
from pup_tui.steps.process import ProcessCommand, run_process
from pup_tui.steps.remote.programs import AS_ROOT, COMMAND

if TYPE_CHECKING:
    from pup_tui.output.passage import Stream

OWN_FAILURE: Final = 255
"""The exit code of `ssh` where it could not connect, or lost its connection."""

CONNECT: Final = 10
"""Seconds for a connection, where the configuration says nothing of that."""

MISSING: Final = (
    "`ssh` is not on PATH: install the client of OpenSSH, or run the step on this computer"
)

# -T: no terminal, also where the configuration forces one. A command of the configuration would run in
# place of ours. Nobody is there to type a password: not even into a window that `ssh` would open.
_ALWAYS: Final = ("-T", "-o", "RemoteCommand=none")
_NEVER_ASKS: Final = {"SSH_ASKPASS_REQUIRE": "never"}


class SshError(Exception):
    """Why `ssh` cannot be called for a host, as a sentence."""


class SshCall(Struct, frozen=True):
    """How `ssh` is called for a host: its words up to the command, and the environment for it."""

    executable: str
    words: tuple[str, ...]
    remote: Remote

    def command(self, context: Context) -> ProcessCommand:
        """The process that starts our own program there."""
        literal = AS_ROOT if self.remote.become else COMMAND
        return _process(self.executable, (*self.words, literal), context)


class SshCalls:
    """Knows how `ssh` is called for each host: what the operator's configuration says is asked once."""

    def __init__(self) -> None:
        self._known: dict[Remote, SshCall] = {}

    async def to(self, remote: Remote, stop: Stop, context: Context) -> SshCall | None:
        """The call for a host, None where a stop came first. Raises SshError."""
        if (known := self._known.get(remote)) is not None:
            return known
        executable = shutil.which("ssh", path=context.environ.get("PATH"))
        if executable is None:
            raise SshError(MISSING)
        where = _address(remote)
        options = await _configured(executable, where, stop, context)
        if options is None:
            return None
        own = (
            ()
            if options.get("connecttimeout", "none") != "none"
            else (f"ConnectTimeout={CONNECT}",)
        )
        given = [word for each in ("BatchMode=yes", *own) for word in ("-o", each)]
        call = SshCall(executable, (*_ALWAYS, *given, *where), remote)
        self._known[remote] = call
        return call


def _address(remote: Remote) -> tuple[str, ...]:
    """The words that name a host; behind `--` nothing is an option."""
    user = () if remote.user is None else ("-l", remote.user)
    port = () if remote.port is None else ("-p", str(remote.port))
    return (*user, *port, "--", remote.host)


async def _configured(
    executable: str, where: tuple[str, ...], stop: Stop, context: Context
) -> dict[str, str] | None:
    """What the configuration of `ssh` says for a host, by lower case names; None where a stop came first."""
    heard = Heard()
    ended = await run_beside(_process(executable, ("-G", *where), context), heard, stop, context)
    if ended.stopped:
        return None
    if not ended.ok:
        raise SshError(f"the configuration of `ssh` is not usable for it: {heard.last_word(ended)}")
    lines = (line.partition(" ") for line in heard.text("stdout").splitlines())
    return {name.lower(): value for name, _, value in lines}


async def run_beside(
    command: ProcessCommand,
    heard: OutputSink,
    stop: Stop,
    context: Context,
    *,
    stdin: int = subprocess.DEVNULL,
) -> Outcome:
    """Run what is no process of the attempt: nothing of it is to be found again."""
    quiet = replace(context, began=lambda pid, pipes: None)
    return await run_process(command, heard, stop, quiet, stdin=stdin)


def _process(executable: str, words: tuple[str, ...], context: Context) -> ProcessCommand:
    return ProcessCommand(
        executable=executable,
        arguments=("ssh", *words),
        environ={**context.environ, **_NEVER_ASKS},
        cwd=context.cwd,
        # A connection that several share outlives the step that needed it first.
        marked=False,
    )


class Heard:
    """Keeps what a short command prints."""

    def __init__(self) -> None:
        self._printed: dict[Stream, bytearray] = {"stdout": bytearray(), "stderr": bytearray()}

    def write(self, stream: Stream, data: bytes) -> None:
        kept = self._printed[stream]
        kept += data[: max(0, _MOST_HEARD - len(kept))]

    def text(self, stream: Stream) -> str:
        return bytes(self._printed[stream]).decode(errors="replace")

    def word(self, mark: str) -> str:
        """The last word that our own program said behind its mark; empty where it said nothing."""
        _, found, rest = self.text("stdout").rpartition(f"{mark} ")
        return rest.partition("\n")[0] if found and "\n" in rest else ""

    def last_word(self, ended: Outcome) -> str:
        """What it said last, or else how it ended."""
        return last_line(self.text("stderr")) or ended.reason


_MOST_HEARD: Final = 256 * 1024


_OF_THE_WAY: Final = late_pattern(
    r"kex_exchange_identification: |banner exchange: |stdio forwarding failed|.*\bUNKNOWN port 65535\b"
)
"""What `ssh` says last where the connection is made by another program, as for `ProxyJump`: only that this
has ended."""


def why_not_reached(said: str) -> str:
    """The line that tells why a host was not reached: behind a jump host, what went wrong on the way."""
    told = (line for line in said.splitlines() if not _OF_THE_WAY.match(line.strip()))
    return last_line("\n".join(told)) or last_line(said)


def last_line(said: str) -> str:
    """The last line that says anything, fit for a sentence."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return safe_text(lines[-1])[:500].rstrip(".") if lines else ""
