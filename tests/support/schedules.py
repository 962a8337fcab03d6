"""What is planned, as if it had been planned earlier."""

from __future__ import annotations

import time
from pathlib import Path

from tests.support.program import Program


def made_before(program: Program, ago: float = 100.0) -> None:
    """Let what is planned have been planned earlier, so that one or two of its moments are on time."""
    path = Path(program.environ["PUP_TUI_CONFIG_DIR"]) / "schedules.yaml"
    since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - ago))
    lines = [
        f"    since: '{since}'" if line.startswith("    since:") else line
        for line in path.read_text().splitlines()
    ]
    path.write_text("\n".join(lines) + "\n")
