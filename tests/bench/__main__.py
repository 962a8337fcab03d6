"""`make bench`: how fast it is, on this machine. Prints a table; asserts nothing."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from tests.bench import cost, fleet_keys, hosts, keys, outputs, statistics, terminal

ROUNDS = 5
Row = tuple[str, float, str]
"""What was measured, how much it is, and of what."""

SECRETS = [f"SECRET{number}" for number in range(5)]
FLOOD = (
    "name: flood\nvars:\n"
    + "".join(f"  {name}: {{type: secret}}\n" for name in SECRETS)
    + "steps:\n  - {name: flood, kind: shell, run: seq 5000000}\n"
)


def best(call: Callable[[], None], rounds: int = ROUNDS) -> float:
    """The fastest of some rounds, in seconds: what the code needs when nothing else runs."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        call()
        times.append(time.perf_counter() - began)
    return min(times)


def first_paint(environ: Mapping[str, str], what: str) -> Callable[[], None]:
    def run() -> None:
        command = [sys.executable, "-m", "tests.bench.first_paint", what]
        subprocess.run(command, env=environ, check=True, capture_output=True)

    return run


def program(environ: Mapping[str, str], *args: str) -> Callable[[], None]:
    def run() -> None:
        command = [sys.executable, "-m", "pup_tui", *args]
        subprocess.run(command, env=environ, check=True, capture_output=True)

    return run


def write_catalog(folder: Path, runbooks: int, steps: int) -> None:
    """A catalog of runbooks as people write them: variables, pup, shell, a confirm, a poll."""
    folder.mkdir()
    kinds = (
        "{{name: Look {n}, kind: pup, run: 'monitors list --tags=service:{{{{ SERVICE }}}}'}}",
        "{{name: Do {n}, kind: shell, run: 'echo {{{{ SERVICE }}}} | tr a b', capture: OUT{n}}}",
        "{{name: Ask {n}, kind: confirm, message: 'Go on with {{{{ SERVICE }}}}?'}}",
        "{{name: Wait {n}, kind: pup, run: 'monitors get 1', poll: {{until: status == OK}}}}",
    )
    for number in range(runbooks):
        listed = "\n".join(f"  - {kinds[n % len(kinds)].format(n=n)}" for n in range(steps))
        text = (
            f"name: bench-{number:03}\ntags: {{type: t{number % 7}}}\n"
            f"vars: {{SERVICE: payments}}\nsteps:\n{listed}\n"
        )
        (folder / f"bench-{number:03}.yaml").write_text(text)


def machine_events() -> float:
    """Events a second that the machine handles in a run of 1,000 steps."""
    from tests.support.player import Player
    from tests.support.runbooks import program_of

    steps = "\n".join(f"  - {{name: s{n}, kind: shell, run: echo {n}}}" for n in range(1000))
    compiled = program_of(f"steps:\n{steps}\n")
    player = Player(compiled)
    began = time.perf_counter()
    player.create().play()
    return len(player.events) / (time.perf_counter() - began)


def output_lines(folder: Path) -> float:
    """Lines a second from bytes to the spool, with three secrets to look for."""
    from pup_tui.output.mask import Masker
    from pup_tui.output.pipeline import KeptOutput

    masker = Masker(["hunter2-secret", "another-secret-value", "third/secret+with=signs"])
    output = KeptOutput(folder / "0000-bench.log", masker)
    line = (
        b"2026-01-01T00:00:00Z payments INFO request served in 12 ms, path=/checkout status=200\n"
    )
    chunk = line * 700
    lines = 0
    began = time.perf_counter()
    while lines < 500_000:
        output.write("stdout", chunk)
        lines += 700
    output.close()
    return lines / (time.perf_counter() - began)


def flood(environ: Mapping[str, str], folder: Path) -> tuple[float, float]:
    """Seconds of the processor and megabytes that a run of 5,000,000 lines takes, headless to a file.

    Five secrets are looked for.
    """
    runbook, secrets = folder / "flood.yaml", folder / "secrets.yaml"
    runbook.write_text(FLOOD)
    secrets.write_text("".join(f"{name}: a/secret+value={name}\n" for name in SECRETS))
    command = [sys.executable, "-m", "pup_tui", "run", str(runbook), "--arg-file", str(secrets)]
    with (folder / "out.txt").open("wb") as out:
        process = subprocess.Popen(command, env=environ, stdout=out, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, "the run failed"
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def redrawn(folder: Path, state: bytes) -> float:
    """Megabytes a second of a line that is drawn again and again; `state` has a place for a number."""
    from pup_tui.output.mask import Masker
    from pup_tui.output.pipeline import KeptOutput

    output = KeptOutput(folder / "0001-bench.log", Masker(["hunter2-secret"]))
    chunks = [
        b"".join(state % (n % 1000) for n in range(at, at + 3000)) for at in range(0, 60_000, 3000)
    ]
    began = time.perf_counter()
    for chunk in chunks:
        output.write("stdout", chunk)
    output.close()
    return sum(map(len, chunks)) / (time.perf_counter() - began) / 1e6


def journal_appends(folder: Path) -> float:
    """Durable events a second."""
    from pup_tui.core.events import Moment, TimerFired
    from pup_tui.journal.records import RunRecord
    from pup_tui.journal.store import Journal

    journal = Journal.open(folder)
    record = RunRecord(
        run="01BENCH", runbook="b", name="b", started_at=0.0, operator="ada", host="here",
        pid=os.getpid(), path="b.yaml", sha256="0" * 64,
    )  # fmt: skip
    journal.create_run(record, {"b.yaml": b"name: b"})
    count = 500
    began = time.perf_counter()
    for number in range(count):
        at = Moment(wall=float(number), clock=float(number))
        journal.append("01BENCH", TimerFired(at=at, timer="next:a"))
    took = time.perf_counter() - began
    journal.close()
    return count / took


def step_latency(folder: Path) -> float:
    """Seconds that a run of 20 trivial shell steps takes for each step."""
    from tests.support.runbooks import program_of
    from tests.support.runs import local_run

    steps = "\n".join(f"  - {{name: s{n}, kind: shell, run: 'true'}}" for n in range(20))
    compiled = program_of(f"steps:\n{steps}\n")

    async def run() -> None:
        await (await local_run(compiled, folder)).drive()

    return best(lambda: asyncio.run(run()), rounds=3) / 20


def rows(folder: Path) -> Iterator[Row]:
    """All that is measured, one after the other."""
    write_catalog(folder / "catalog", 500, 20)
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TERM": "xterm-256color",
        "PUP_TUI_STATE_DIR": f"{folder}/state",
        "PUP_TUI_CONFIG_DIR": f"{folder}/config",
    }
    large = {**environ, "PUP_TUI_RUNBOOKS": f"{folder}/catalog"}
    state = folder / "journal"
    state.mkdir(mode=0o700)
    yield "pup-tui --version", best(program(environ, "--version")), "s"
    yield "pup-tui list", best(program(environ, "list")), "s"
    yield "list, 500 runbooks of 20 steps", best(program(large, "list"), 3), "s"
    yield "an empty Textual application", best(first_paint(environ, "empty")), "s"
    yield "the console, first paint and out", best(first_paint(environ, "console")), "s"
    yield "the same with 500 runbooks", best(first_paint(large, "console")), "s"
    yield from terminal.rows(folder, environ, large, "bench-000")
    yield "machine", machine_events(), "events/s"
    yield "output, bytes to spool", output_lines(folder), "lines/s"
    seconds, megabytes = min(flood(environ, folder) for _ in range(3))
    yield "5,000,000 lines to a file: processor", seconds, "s"
    yield "the same: memory", megabytes, "MB"
    yield "a progress bar", redrawn(folder, b"\r%4d of 9999"), "MB/s"
    yield "progress of two lines", redrawn(folder, b"\x1b[A\x1b[2K%4d\r\x1b[B"), "MB/s"
    yield "a flood of backspaces", redrawn(folder, b"%3d\b\b\b"), "MB/s"
    yield "journal", journal_appends(state), "durable events/s"
    yield "a shell step, all in all", step_latency(folder), "s"
    yield from statistics.rows(folder, environ)
    yield from cost.rows(folder, environ)
    yield from keys.rows(folder, environ)
    yield from fleet_keys.rows(folder, environ)
    yield from outputs.rows(folder)
    yield from hosts.rows(folder, environ)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="pup-tui-bench-") as name:
        for label, value, unit in rows(Path(name)):
            told = f"{value:,.0f}" if value > 100 else f"{value:.3f}"
            print(f"{label:<44}{told:>12} {unit}", flush=True)


if __name__ == "__main__":
    main()
