"""A run keeps its numbers as they were typed, and so does its record."""

from __future__ import annotations

from pathlib import Path

from pup_tui.drivers.replay import replay
from pup_tui.journal import codec
from pup_tui.journal.writer import MemoryJournal
from pup_tui.spelling import spelled
from tests.support.runbooks import program_of
from tests.support.runs import Seen, local_run

FILE = """
vars: {TOKEN: {type: secret}, V: {type: number}}
steps:
  - name: each
    kind: shell
    foreach: [3.9, 3.10, "{{ V }}", "{{ 1 if TOKEN == 'x' else 2 }}", 18446744073709551617]
    run: "echo {{ item }} {{ item == 3.1 }} {{ item == '3.10' }} {{ item * 2 }}"
    capture: {I: item}
  - {name: show, kind: shell, run: "echo '{{ I }}'"}
"""


async def test_a_loop_goes_over_what_was_typed(tmp_path: Path) -> None:
    program = program_of(FILE)
    journal = MemoryJournal()
    given = {"V": spelled(1.5, "1.50")}
    run = await local_run(
        program, tmp_path, values=given, secrets={"TOKEN": "longer"}, journal=journal
    )
    seen = Seen(run)
    run.watch(seen)
    state = await run.drive()
    assert state.status == "succeeded"
    assert seen.texts("each[0]") == ["3.9 false false 7.8"]
    assert seen.texts("each[1]") == ["3.10 true true 6.2"]
    assert seen.texts("show") == ["[3.9, 3.10, 1.50, 2, 18446744073709551617]"]

    events = [codec.decode(codec.encode(event).encode()) for event in journal.events["01RUN"]]
    again = replay(program, events)
    assert str(again.state.frames[""].captured["I"]) == "[3.9, 3.10, 1.50, 2, 18446744073709551617]"
