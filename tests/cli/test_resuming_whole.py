"""`pup-tui resume` runs all that was kept from its turn, and again only what it named."""

from __future__ import annotations

import pytest

from tests.cli.test_resuming import effects, newest
from tests.support.program import Program
from tests.support.terminal import ended, typed

PASSED_BY = """
name: whole
steps:
  - {name: bad, kind: shell, run: test -e again}
  - name: g
    kind: group
    steps:
      - {name: g1, kind: shell, run: echo g1 >> effects}
      - {name: h, kind: group, steps: [{name: h1, kind: shell, run: echo h1 >> effects}]}
  - name: p
    kind: parallel
    max_parallel: 1
    steps:
      - {name: p1, kind: shell, run: echo p1 >> effects}
      - {name: p2, kind: shell, run: echo p2 >> effects}
  - {name: z, kind: shell, run: echo z >> effects}
"""


@pytest.mark.proves("P11")
@pytest.mark.parametrize("options", [(), ("--with-current-file",)])
def test_blocks_that_a_failure_kept_from_their_turn_run(
    program: Program, options: tuple[str, ...]
) -> None:
    path = program.write("whole", PASSED_BY)
    assert program("run", str(path)).code == 1
    (program.cwd / "again").mkdir()
    if options:
        program.write("whole", PASSED_BY + "# Changed since.\n")
    resumed = program("resume", *options)
    assert (resumed.code, effects(program)) == (0, ["g1", "h1", "p1", "p2", "z"])
    assert newest(program)["status"] == "succeeded"


LOOP = """
name: whole
steps:
  - name: loop
    kind: shell
    foreach: [x, y, z]
    run: echo {{ item }} >> effects
    undo: {kind: shell, run: 'echo back-{{ item }} >> effects; test {{ item }} != y'}
  - {name: bad, kind: shell, run: test -e again}
"""


@pytest.mark.proves("P11")
def test_items_before_one_that_was_taken_back_are_not_done_twice(program: Program) -> None:
    path = program.write("whole", LOOP)
    assert program("run", str(path), "--undo").code == 1
    done = ["x", "y", "z", "back-z", "back-y"]
    assert effects(program) == done
    (program.cwd / "again").mkdir()
    with typed(program, "resume") as child:
        child.expect_exact("loop[2]: taken back: runs again")
        child.expect_exact("loop[1]: its undo began and did not finish")
        child.expect_exact("Go on?")
        child.sendline("y")
        child.expect_exact("`bad` failed")
        child.expect_exact("or [a]bort")
        child.sendline("r")
        child.expect_exact("Was it taken back?")
        child.sendline("n")
        assert ended(child) == 0
    assert effects(program) == [*done, "z"]
