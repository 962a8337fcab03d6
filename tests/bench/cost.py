"""What headless runs cost in CPU: the program's, with that of all that it starts."""

from __future__ import annotations

import re
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROUNDS = 8
STEPS = 100

PLAIN = "name: plain\nsteps:\n  - {name: hi, kind: shell, run: echo hi}\n"
TEMPLATES = (
    "name: templates\nvars: {WHO: world}\nsteps:\n"
    "  - {name: hi, kind: shell, run: 'echo hi {{ WHO }}'}\n"
)
SPAWNS = "import subprocess\nfor _ in range({}): subprocess.run(['sh', '-c', 'true'])"
IMPORTS = """
import sys
from contextlib import suppress
for module in sys.argv[1:]:
    with suppress(ImportError):
        __import__(module)
"""
_IMPORTED = re.compile(r"import time:\s+\d+ \|\s+\d+ \|\s+(?P<module>\S+)")


def cpu(command: Sequence[str], environ: Mapping[str, str]) -> float:
    """Seconds of CPU that a command and its processes need."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=environ, check=True, stdin=subprocess.DEVNULL, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def floor(path: Path, environ: Mapping[str, str]) -> list[str]:
    """What imports all that a run imports of others, and does nothing else."""
    command = [sys.executable, "-X", "importtime", "-m", "pup_tui", "run", str(path)]
    told = subprocess.run(
        command, env=environ, check=True, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    modules = [found["module"] for found in _IMPORTED.finditer(told.stderr)]
    others = [name for name in modules if name.partition(".")[0] != "pup_tui"]
    return [sys.executable, "-c", IMPORTS, *others]


def rows(folder: Path, environ: Mapping[str, str]) -> list[tuple[str, float, str]]:
    """The rows of the table; every round measures all of them, so that a busy machine is fair to all."""
    plain, templates = _written(folder, "plain", PLAIN), _written(folder, "templates", TEMPLATES)
    calls = {
        "plain": _run(plain),
        "plain floor": floor(plain, environ),
        "templates": _run(templates),
        "templates floor": floor(templates, environ),
        "one": _run(_written(folder, "one", steps(1))),
        "many": _run(_written(folder, "many", steps(STEPS + 1))),
        "no spawns": [sys.executable, "-c", SPAWNS.format(0)],
        "spawns": [sys.executable, "-c", SPAWNS.format(STEPS)],
    }
    took: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(ROUNDS):
        for name, call in calls.items():
            took[name].append(cpu(call, environ))
    best = {name: min(seconds) for name, seconds in took.items()}
    return [
        ("run, one step without templates", best["plain"], "s of CPU"),
        ("  the same imports of others alone", best["plain floor"], "s of CPU"),
        ("run, one step with templates", best["templates"], "s of CPU"),
        ("  the same imports of others alone", best["templates floor"], "s of CPU"),
        ("a durable step beyond start-up", (best["many"] - best["one"]) / STEPS * 1e3, "ms of CPU"),
        ("  `sh -c true` alone", (best["spawns"] - best["no spawns"]) / STEPS * 1e3, "ms of CPU"),
    ]


def _run(path: Path) -> list[str]:
    return [sys.executable, "-m", "pup_tui", "run", str(path)]


def _written(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(text)
    return path


def steps(count: int) -> str:
    listed = "".join(f"  - {{name: s{n}, kind: shell, run: 'true'}}\n" for n in range(count))
    return f"name: steps\nsteps:\n{listed}"
