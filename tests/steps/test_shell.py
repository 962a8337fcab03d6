from __future__ import annotations

import asyncio
import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from pup_tui.core.requests import ShellRequest
from pup_tui.steps.shell import ShellExecutor
from pup_tui.template.shell.script import compile_shell

if TYPE_CHECKING:
    from pup_tui.steps.executor import Context, Outcome, Stop
    from tests.support.executors import RecordingSink

SHELLS = [shell for shell in ("sh", "bash", "dash", "zsh", "ksh") if shutil.which(shell)]


@pytest.fixture
def run(sink: RecordingSink, stop: Stop, context: Context) -> Run:
    return Run(sink, stop, context)


class Run:
    """Runs scripts with the test's sink, stop and context."""

    def __init__(self, sink: RecordingSink, stop: Stop, context: Context) -> None:
        self._sink, self._stop, self._context = sink, stop, context

    async def __call__(
        self,
        script: str,
        *,
        shell: str = "sh",
        values: dict[str, str] | None = None,
        env: dict[str, str] | None = None,
        cwd: str | None = None,
        stdin: str | None = None,
        success_codes: tuple[int, ...] = (0,),
        context: Context | None = None,
    ) -> Outcome:
        request = ShellRequest(
            script=script,
            shell=shell,
            values=values or {},
            env=env or {},
            cwd=cwd,
            stdin=stdin,
            success_codes=success_codes,
        )
        async with asyncio.timeout(60):
            return await ShellExecutor().run(
                request, self._sink, self._stop, context or self._context
            )


@pytest.mark.parametrize("shell", SHELLS)
class TestEveryShell:
    async def test_runs_the_script_and_tells_success(
        self, shell: str, run: Run, sink: RecordingSink
    ) -> None:
        outcome = await run("echo out\necho err >&2", shell=shell)
        assert (outcome.ok, outcome.exit_code, outcome.reason) == (True, 0, "")
        assert (sink.stdout, sink.stderr) == (b"out\n", b"err\n")

    @pytest.mark.proves("P10")
    async def test_script_is_in_no_argument_list(
        self, shell: str, run: Run, sink: RecordingSink
    ) -> None:
        await run("tr '\\0' ' ' < /proc/$$/cmdline; : # hidden-remark", shell=shell)
        assert sink.stdout == f"{shell} /dev/stdin ".encode()

    async def test_larger_than_a_pipe(self, shell: str, run: Run, sink: RecordingSink) -> None:
        filler = "".join(f": {'x' * 90} {number}\n" for number in range(3_100))
        assert len(filler) > 300_000
        outcome = await run(f"{filler}echo the end", shell=shell)
        assert outcome.ok
        assert sink.stdout == b"the end\n"

    async def test_standard_input_is_empty(self, shell: str, run: Run, sink: RecordingSink) -> None:
        await run("cat\nread line || echo none\ncat <<EOF\nhere\nEOF\n", shell=shell)
        assert sink.stdout == b"none\nhere\n"

    async def test_given_text_is_standard_input_byte_for_byte(
        self, shell: str, run: Run, sink: RecordingSink
    ) -> None:
        text = "\0 $(x) `y` \\ \udcff\r\n" + "ab" * 100_000 + "no line end"
        outcome = await run("cat; read line || echo over", shell=shell, stdin=text)
        assert outcome.ok
        assert sink.stdout == text.encode(errors="surrogateescape") + b"over\n"

    async def test_given_text_is_read_by_whoever_reads_first(
        self, shell: str, run: Run, sink: RecordingSink
    ) -> None:
        script = 'read first; read second; echo "$second $first"; cat <<EOF\nhere\nEOF\ncat\n'
        await run(script, shell=shell, stdin="1\n2\n3\n")
        assert sink.stdout == b"2 1\nhere\n3\n"

    async def test_given_text_is_in_no_argument_list_and_no_environment(
        self, shell: str, run: Run, sink: RecordingSink
    ) -> None:
        await run(
            "cat /proc/$$/cmdline /proc/$$/environ | grep -c hidden-remark; : # hidden-remark",
            shell=shell,
            stdin="hidden-remark",
        )
        assert sink.stdout == b"0\n"

    async def test_locks_are_inherited(
        self, shell: str, run: Run, sink: RecordingSink, context: Context, tmp_path: Path
    ) -> None:
        lock = os.open(tmp_path / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            kept = replace(context, inherit=(lock,))
            await run(f"env readlink /proc/self/fd/{lock}", shell=shell, context=kept)
            assert not os.get_inheritable(lock)
        finally:
            os.close(lock)
        assert sink.stdout.decode() == f"{tmp_path}/lock\n"

    async def test_child_inherits_the_three_streams_and_no_more(
        self, shell: str, run: Run, sink: RecordingSink
    ) -> None:
        code = (
            "import os; print(sorted(os.listdir('/proc/self/fd')), os.readlink('/proc/self/fd/0'))"
        )
        # Listing the directory takes the one more.
        await run(f'{shlex.quote(sys.executable)} -c "{code}"', shell=shell)
        assert sink.stdout == b"['0', '1', '2', '3'] /dev/null\n"

    async def test_line_numbers_of_messages_are_the_authors(
        self, shell: str, run: Run, sink: RecordingSink
    ) -> None:
        outcome = await run("#!/usr/bin/env sh\n:\nno-such-command", shell=shell)
        assert (outcome.ok, outcome.exit_code) == (False, 127)
        assert outcome.reason == "exited with 127"
        assert b"no-such-command" in sink.stderr
        assert b"3" in sink.stderr.replace(b"/dev/stdin", b"")

    async def test_values_arrive_as_they_are(
        self, shell: str, run: Run, sink: RecordingSink
    ) -> None:
        value = "a'b\"c $(touch pwned) `touch pwned`\n; é \udcff"
        await run('printf %s "$PUP_VALUE"', shell=shell, values={"PUP_VALUE": value})
        assert sink.stdout == value.encode("utf-8", "surrogateescape")


async def test_environment_is_the_operators_then_the_steps_then_the_values(
    run: Run, sink: RecordingSink, context: Context
) -> None:
    await run(
        'echo "$A $B $C $PUP_TUI_RUN $PUP_TUI_STEP"',
        env={"B": "step", "C": "step"},
        values={"C": "value"},
        context=replace(
            context, environ={**context.environ, "A": "own", "B": "own"}, step="a/b[2]"
        ),
    )
    assert sink.stdout.decode() == f"own step value {context.run} a/b[2]\n"


async def test_relative_directory_is_below_the_operators(
    run: Run, sink: RecordingSink, context: Context
) -> None:
    (context.cwd / "sub").mkdir()
    await run("pwd", cwd="sub")
    assert sink.stdout.decode() == f"{context.cwd}/sub\n"


async def test_empty_standard_input_may_be_given(run: Run, sink: RecordingSink) -> None:
    await run("cat; echo over", stdin="")
    assert sink.stdout == b"over\n"


class TestSuccessCodes:
    @pytest.mark.parametrize("code", [0, 3])
    async def test_each_is_a_success(self, code: int, run: Run) -> None:
        outcome = await run(f"exit {code}", success_codes=(0, 3))
        assert (outcome.ok, outcome.exit_code, outcome.reason) == (True, code, "")

    async def test_any_other_is_a_failure(self, run: Run) -> None:
        outcome = await run("exit 4", success_codes=(0, 3))
        assert (outcome.ok, outcome.exit_code, outcome.reason) == (False, 4, "exited with 4")

    async def test_zero_may_be_one(self, run: Run) -> None:
        outcome = await run("exit 0", success_codes=(1, 2))
        assert (outcome.ok, outcome.exit_code) == (False, 0)
        assert outcome.reason == "exited with 0, and its `success_codes` are 1, 2"

    async def test_signal_is_none(self, run: Run) -> None:
        assert not (await run("kill -KILL $$", success_codes=(0, 9, 137))).ok


async def test_side_by_side_they_do_not_meet(run: Run, sink: RecordingSink) -> None:
    await asyncio.gather(*(run("cat; pwd >&2", stdin=f"{n}\n") for n in range(8)))
    assert sorted(sink.stdout.split()) == [str(n).encode() for n in range(8)]


class TestCannotStart:
    async def test_directory_missing(self, run: Run, context: Context) -> None:
        outcome = await run("echo x", cwd="gone")
        assert (outcome.ok, outcome.exit_code) == (False, None)
        assert f"cannot enter the directory {context.cwd}/gone: No such file" in outcome.reason

    async def test_directory_is_a_file(self, run: Run, context: Context) -> None:
        (context.cwd / "file").write_text("")
        outcome = await run("echo x", cwd="file")
        assert "cannot enter the directory" in outcome.reason

    async def test_shell_missing(self, run: Run) -> None:
        for name, what in (("zsh", "shell"), ("no-such-program", "interpreter")):
            outcome = await run("echo x", shell=name, env={"PATH": "/nowhere"})
            assert not outcome.ok
            assert outcome.reason.startswith(f"the {what} {name} is not on PATH")

    async def test_shell_that_is_no_program(self, run: Run, context: Context) -> None:
        shell = context.cwd / "zsh"
        shell.write_bytes(b"\x7fELF nonsense")
        shell.chmod(0o755)
        outcome = await run("echo x", shell="zsh", env={"PATH": str(context.cwd)})
        assert outcome.reason.startswith(f"cannot start {shell}: it is no program")

    @pytest.mark.skipif(not shutil.which("dash"), reason="dash stands in for a bash of macOS")
    @pytest.mark.parametrize("name", ["bash", "sh"])
    @pytest.mark.parametrize(
        ("template", "is_refused"),
        [
            ("declare -A m; m[{{ V }}]=1", True),
            ("x=$(cat <<'E'\n{{ V }}\nE\n); echo done", True),
            ("cat <<'E'\n{{ V }}\nE\necho done", False),
            ("x=$(cat <<E\n{{ V }}\nE\n); echo done", False),
            ("x=$(printf %s {{ V }}); echo done", False),
        ],
    )
    async def test_a_bash_that_reads_otherwise_is_refused_before_anything_runs(
        self,
        template: str,
        is_refused: bool,
        name: str,
        run: Run,
        context: Context,
        sink: RecordingSink,
    ) -> None:
        dash = shutil.which("dash")
        assert dash is not None
        (context.cwd / name).symlink_to(dash)
        made = compile_shell(template, "bash").render({"V": "a ) b"})
        env = {"PATH": f"{context.cwd}:{os.environ['PATH']}", "BASH_VERSION": "3.2.57(1)-release"}
        outcome = await run("echo begun\n" + made.script, shell=name, values=made.env, env=env)
        assert outcome.ok is not is_refused
        told = b"this script needs bash 4 or later; the bash on PATH is 3.2.57(1)-release"
        assert (told in sink.stderr) is is_refused
        assert (b"begun" in sink.stdout) is not is_refused

    @pytest.mark.proves("F21c")
    async def test_value_larger_than_the_system_takes(self, run: Run) -> None:
        outcome = await run("echo x", values={"PUP_V1": "s3cret" * 40_000})
        assert not outcome.ok
        assert "PUP_V1 takes 240,007 bytes" in outcome.reason
        assert "131,071" in outcome.reason
        assert "s3cret" not in outcome.reason

    @pytest.mark.parametrize(
        ("value", "said"), [("s3cret\0", "NUL"), ("s3cret\ud800", "not valid Unicode")]
    )
    async def test_value_that_no_environment_can_hold(
        self, run: Run, value: str, said: str
    ) -> None:
        outcome = await run("echo x", values={"PUP_V1": value})
        assert not outcome.ok
        assert "PUP_V1" in outcome.reason
        assert said in outcome.reason
        assert "s3cret" not in outcome.reason

    async def test_standard_input_that_is_not_unicode(self, run: Run) -> None:
        outcome = await run("cat", stdin="s3cret\ud800")
        assert not outcome.ok
        assert outcome.reason.startswith("its `stdin` cannot be handed to the shell")
        assert "s3cret" not in outcome.reason

    async def test_script_that_is_not_unicode(self, run: Run) -> None:
        outcome = await run("echo \ud800")
        assert not outcome.ok
        assert outcome.reason.startswith("the script cannot be handed to the shell")


@pytest.mark.proves("F21b")
async def test_leaves_no_descriptor_open_over_a_thousand_runs(run: Run) -> None:
    await run("exit 0")
    before = len(os.listdir("/proc/self/fd"))
    for number in range(1_000):
        # Every tenth fails to start, since that way out has its own cleaning up.
        await run("exit 0", cwd="gone" if number % 10 == 0 else None, stdin="x" * (number % 2))
    assert len(os.listdir("/proc/self/fd")) == before


async def test_values_in_a_plain_locale(context: Context) -> None:
    """In the C locale Python could not encode the value itself."""
    program = """
import asyncio, pathlib, sys
from pup_tui.core.requests import ShellRequest
from pup_tui.steps.executor import Context, Stop
from tests.support.executors import RecordingSink
from pup_tui.steps.shell import ShellExecutor
from pup_tui.template.shell.script import compile_shell
async def main():
    sink = RecordingSink()
    context = Context(environ={"PATH": sys.argv[1]}, cwd=pathlib.Path("."), run="r", step="s")
    request = ShellRequest(script='printf %s "$V"', values={"V": "gr\\xfc\\xdfe \\u65e5"})
    print(await ShellExecutor().run(request, sink, Stop(), context), ascii(sink.stdout))
asyncio.run(main())
"""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program, os.environ["PATH"]),
        env={
            "LC_ALL": "POSIX",
            "PYTHONUTF8": "0",
            "PYTHONCOERCECLOCALE": "0",
            "PYTHONPATH": str(Path(__file__).parents[2]),
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert err == b""
    assert ascii("grüße 日".encode()).encode() in out
