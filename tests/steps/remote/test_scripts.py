from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from pup_tui.core.render import Remote
from pup_tui.core.requests import ShellRequest
from pup_tui.datadog.configuration import READ_ONLY_VARIABLE
from pup_tui.steps.executor import without_changes
from tests.steps.remote.conftest import Elsewhere
from tests.support.executors import RecordingSink
from tests.support.needed import needs_program, needs_sudo
from tests.support.sshd import LOGIN_SHELLS, POSIX_SHELLS

EVERY_BYTE = bytes(range(1, 256))
HOSTILE = (
    "",
    " ",
    "\n",
    "\n\n",
    "ends\n",
    "\nbegins",
    "'",
    "''",
    '"',
    "\\",
    "\\\\",
    "\\'",
    "$HOME",
    "${X}",
    "$(touch /tmp/never)",
    "`id`",
    "!!",
    "!$",
    "#x",
    "~",
    "*",
    "?",
    "[a-z]",
    "{a,b}",
    "-n",
    "-e",
    "--",
    "a;b",
    "a&b",
    "a|b",
    "<x",
    ">x",
    "a\tb",
    "\r\n",
    "\x01\x7f",
    "\x1b]0;x\x07",
    "é",
    "\u202e",
    "😀",
    "%s%n",
    "EOF",
    "'; exit 3; '",
    "x" * 100_000,
    EVERY_BYTE.decode(errors="surrogateescape"),
    "\udc81\udc88\udcff",
)


class TestAsAtHome:
    async def test_streams_and_exit_code(self, on: Elsewhere, sink: RecordingSink) -> None:
        outcome = await on("web1", "echo out; echo err >&2; exit 3")
        assert (outcome.ok, outcome.exit_code, outcome.reason) == (False, 3, "exited with 3")
        assert (sink.stdout, sink.stderr) == (b"out\n", b"err\n")

    async def test_255_of_the_script_is_its_own(self, on: Elsewhere) -> None:
        outcome = await on("web1", "exit 255")
        assert (outcome.exit_code, outcome.is_unknown, outcome.unreachable) == (255, False, False)

    async def test_success_codes(self, on: Elsewhere) -> None:
        assert (await on("web1", "exit 4", success_codes=(4,))).ok

    async def test_a_script_that_is_killed(self, on: Elsewhere, sink: RecordingSink) -> None:
        outcome = await on("web1", "echo before; kill -KILL $$")
        assert (outcome.exit_code, sink.stdout, sink.stderr) == (137, b"before\n", b"")

    async def test_standard_input_is_empty(self, on: Elsewhere) -> None:
        assert await on.printed("web1", "cat; echo end") == b"end\n"

    async def test_standard_input_is_the_scripts_alone(self, on: Elsewhere) -> None:
        script = "read -r A\nread -r B\necho $B $A\ncat"
        assert await on.printed("web1", script, stdin="1\n2\n3\n4") == b"2 1\n3\n4"

    async def test_every_byte_of_a_large_standard_input(self, on: Elsewhere) -> None:
        stdin = (EVERY_BYTE * 3_000).decode(errors="surrogateescape")
        assert await on.printed("web1", "cat", stdin=stdin) == EVERY_BYTE * 3_000

    async def test_a_large_script(self, on: Elsewhere) -> None:
        filler = "".join(f": {'x' * 90} {number}\n" for number in range(3_100))
        assert await on.printed("web1", f"{filler}echo $LINENO end", shell="bash") == (
            b"3101 end\n"
        )

    async def test_output_holds_whatever_it_holds(self, on: Elsewhere) -> None:
        script = f"head -c 300000 /dev/zero; printf '{'x' * 9000}pup-tui:'"
        printed = await on.printed("web1", script)
        assert printed == bytes(300_000) + b"x" * 9000 + b"pup-tui:"

    async def test_strict(self, on: Elsewhere) -> None:
        outcome = await on("web1", "false | true\necho never", shell="bash", strict=True)
        assert (outcome.exit_code, on.sink.stdout) == (1, b"")

    async def test_other_interpreters(self, on: Elsewhere) -> None:
        script = "import sys; print(len(sys.argv), sys.stdin.read())"
        assert await on.printed("web1", script, shell="python3", stdin="in") == b"1 in\n"
        script = "print(__name__, __file__)"
        told = await on.printed("web1", script, shell="python3", arguments=("-",))
        assert told == b"__main__ <stdin>\n"

    async def test_environment(self, on: Elsewhere) -> None:
        context = replace(on.context, environ={**on.context.environ, "SECRETLY": "here"})
        on.context = context
        script = "echo $A ${SECRETLY-unset} ${LOGNAME-unset} $PUP_TUI_RUN $PUP_TUI_STEP"
        env = {"A": "1", "LOGNAME": None}
        told = f"1 unset unset {context.run} step\n"
        assert await on.printed("web1", script, env=env) == told.encode()

    async def test_a_run_that_may_change_nothing(self, on: Elsewhere) -> None:
        on.context = replace(on.context, environ=without_changes(on.context.environ))
        assert await on.printed("web1", f"echo ${READ_ONLY_VARIABLE}") == b"true\n"

    async def test_directory(self, on: Elsewhere, tmp_path: Path) -> None:
        home = await on.printed("web1", "pwd")
        assert home != f"{tmp_path}\n".encode()
        (tmp_path / "-x y").mkdir()
        assert await on.printed("web1", "pwd", cwd=f"{tmp_path}/-x y") == (
            f"{tmp_path}/-x y\n".encode()
        )
        outcome = await on("web1", "echo never", cwd="/nowhere")
        assert outcome.reason == (
            "cannot enter the directory of `cwd` on web1: it is not there, or not for this user"
        )

    async def test_what_a_script_leaves_open_is_not_waited_for(self, on: Elsewhere) -> None:
        outcome = await on("web1", "sleep 30 & echo $!")
        try:
            assert outcome.ok
            assert b"holds its output open" in on.sink.stderr
        finally:
            os.kill(int(on.sink.stdout), 9)

    async def test_no_umask_and_no_variable_of_ours(self, on: Elsewhere) -> None:
        assert await on.printed("web1", "umask") != b"0077\n"
        assert await on.printed("web1", "set | grep -ci _pup_tui || :") == b"0\n"


class TestValues:
    @pytest.mark.parametrize("shell", POSIX_SHELLS)
    async def test_every_byte_arrives(self, shell: str, on: Elsewhere) -> None:
        needs_program(shell)
        values = {f"V{number}": text for number, text in enumerate(HOSTILE)}
        script = "".join(f'printf "%s\\0" "${name}"\n' for name in values)
        printed = await on.printed(f"sh-{shell}", script, values=values, shell="bash")
        told = printed.split(b"\0")[:-1]
        assert told == [text.encode(errors="surrogateescape") for text in HOSTILE]

    @pytest.mark.parametrize("shell", LOGIN_SHELLS)
    async def test_whatever_the_login_shell_is(self, shell: str, on: Elsewhere) -> None:
        needs_program(shell)
        values = {"V": "$(id)`id`!! 'a\n\"b\\"}
        script = 'printf %s "$V"; cat'
        assert await on.printed(f"login-{shell}", script, values=values, stdin="!in") == (
            b"$(id)`id`!! 'a\n\"b\\!in"
        )

    async def test_nothing_stands_in_an_argument_list(self, on: Elsewhere) -> None:
        script = "ps -e -o args= 2>/dev/null || cat /proc/[0-9]*/cmdline; : # hidden-remark"
        printed = await on.printed(
            "web1", script, values={"V": "hidden-value"}, stdin="hidden-input"
        )
        assert b"web1" in printed
        assert b"hidden" not in printed

    @pytest.mark.parametrize(
        ("value", "why"),
        [
            ("a\0b", "the environment variable 'V' holds a NUL character"),
            ("x" * 131_072, "the environment variable V takes 131,074 bytes"),
            ("\ud800", "the environment or `cwd` cannot be handed over: it is not valid Unicode"),
        ],
    )
    async def test_what_no_process_can_be_given(self, value: str, why: str, on: Elsewhere) -> None:
        outcome = await on("web1", "echo never", values={"V": value})
        assert outcome.reason.startswith(why)
        assert not on.followed

    async def test_no_file_is_left(self, on: Elsewhere, tmp_path: Path) -> None:
        script = "ls -la /proc/self/fd; ls -A $TMPDIR"
        printed = await on.printed(
            "web1", script, values={"V": "value"}, env={"TMPDIR": str(tmp_path)}, stdin="given"
        )
        assert all(
            line.endswith(b"(deleted)") for line in printed.splitlines() if b"pup-tui." in line
        )
        assert os.listdir(tmp_path) == []


class TestHosts:
    async def test_by_way_of_another(self, on: Elsewhere) -> None:
        assert await on.printed("jumped", "echo there") == b"there\n"

    async def test_what_is_said_before_the_script_is_no_output(self, on: Elsewhere) -> None:
        assert await on.printed("noisy", "echo own; echo err >&2") == b"own\n"
        assert on.sink.stderr == b"err\n"

    @pytest.mark.parametrize(
        ("host", "why"),
        [
            ("unreachable", "Connection refused"),
            ("unknown", "Host key verification failed"),
            ("barred", "Permission denied (publickey)"),
            ("silent", "timed out"),
            ("closing", "closed"),
            ("no-such-host.invalid", "Could not resolve hostname"),
        ],
    )
    async def test_unreachable(self, host: str, why: str, on: Elsewhere) -> None:
        outcome = await on(host, "echo never")
        assert (outcome.ok, outcome.unreachable, outcome.is_unknown) == (False, True, False)
        assert outcome.reason.startswith(f"cannot reach {host}: ")
        assert why in outcome.reason
        assert not on.followed

    async def test_nobody_may_log_in(self, on: Elsewhere) -> None:
        outcome = await on("nologin", "echo never")
        assert outcome.reason == "nologin did not begin the script: This account is not available"
        assert not outcome.unreachable

    async def test_a_program_that_is_missing_there(self, on: Elsewhere) -> None:
        outcome = await on("bare", "echo never")
        assert outcome.reason == "bare needs mktemp for scripts to be sent there"
        outcome = await on("web1", "echo never", shell="python0")
        assert outcome.reason == (
            "python0 is not on PATH of web1; install it there or change `shell`"
        )

    async def test_nobody_becomes_root_there(self, on: Elsewhere) -> None:
        outcome = await on("bare", "echo never", become=True)
        assert outcome.reason.startswith("bare did not begin the script: ")
        assert "sudo" in outcome.reason
        assert not outcome.unreachable

    async def test_no_ssh_here(self, on: Elsewhere, tmp_path: Path) -> None:
        on.context = replace(on.context, environ={"PATH": str(tmp_path)})
        outcome = await on("web1", "echo never")
        assert outcome.reason == (
            "web1: `ssh` is not on PATH: install the client of OpenSSH, or run the step on this computer"
        )

    async def test_as_root(self, on: Elsewhere) -> None:
        needs_sudo()
        outcome = await on("web1", 'id -u; echo "$V"; cat', become=True, values={"V": "a'b"})
        assert (outcome.ok, on.sink.stdout) == (True, b"0\na'b\n")

    async def test_a_connection_that_breaks_off(self, on: Elsewhere) -> None:
        # What serves the session is what the server started for it: the parent of the script's parent.
        script = "echo begun; set -- $(cat /proc/$PPID/stat); kill -KILL $4; exec sleep 1"
        outcome = await on("web1", script)
        assert (outcome.ok, outcome.is_unknown, outcome.unreachable) == (False, True, False)
        assert outcome.reason.startswith("the connection to web1 was lost (ssh exited with 255)")
        assert "on web1 may still run" in outcome.reason
        assert len(on.followed) == 1

    async def test_many_at_once(self, on: Elsewhere) -> None:
        outcomes = await asyncio.gather(*(on(f"web{n}", f"exit {n}") for n in range(1, 9)))
        assert [each.exit_code for each in outcomes] == list(range(1, 9))

    async def test_a_user_and_a_port_of_the_runbook(self, on: Elsewhere) -> None:
        remote = Remote("web1", "nobody-there", 22)
        outcome = await on.carried_out(ShellRequest(script="echo never", remote=remote))
        assert outcome.unreachable
        assert "nobody-there" in outcome.reason or "port 22" in outcome.reason
