"""What a run works out of outputs does not stand on its event loop."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

from tests.support.runbooks import program_of
from tests.support.runs import local_run


async def test_a_long_json_is_looked_at_beside_the_loop(tmp_path: Path) -> None:
    rows = [{"id": number, "name": f"item {number}"} for number in range(25_000)]
    (tmp_path / "rows.json").write_text(json.dumps(rows))
    program = program_of(
        """
        steps:
          - name: a
            kind: shell
            run: cat rows.json
            capture: {ROWS: json, NAMES: "json | map(attribute='name') | list"}
            assert: NAMES | length == 25000
        """
    )
    run = await local_run(program, tmp_path)
    longest = 0.0

    async def watch() -> None:
        """The longest use of the processor, in seconds, by which the loop was kept from its next turn."""
        nonlocal longest
        while True:
            before = time.thread_time()
            await asyncio.sleep(0.001)
            longest = max(longest, time.thread_time() - before)

    watching = asyncio.create_task(watch())
    before = time.process_time()
    state = await run.drive()
    used = time.process_time() - before
    watching.cancel()
    assert state.status == "succeeded"
    assert longest < used / 4
