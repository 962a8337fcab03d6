"""A hunt at random for scripts in which a value runs, in every shell.

The ordinary suite tries a fixed number of scripts. With ``PUP_TUI_FUZZ_SECONDS`` each test goes on
for so long, with another seed each time; ``make faults`` does that.
"""

from __future__ import annotations

import time
from pathlib import Path
from random import Random, SystemRandom

import pytest

from tests.support.often import SECONDS, often
from tests.support.proofs import Figure
from tests.template.shell.generator import SHELLS, Generator, Hunt, needs

_SCRIPTS = 120
_PARTS = often(1, 3)

pytestmark = [pytest.mark.faults, pytest.mark.timeout(150 + 3 * SECONDS)]


@pytest.mark.proves("P4")
@pytest.mark.parametrize("part", range(_PARTS))
@pytest.mark.parametrize("shell", SHELLS)
def test_no_value_runs_in_a_script_that_loads(
    shell: str, part: int, tmp_path: Path, figure: Figure
) -> None:
    needs(shell)
    seed = SystemRandom().randrange(2**32) if SECONDS else 100 + part
    hunt = Hunt(shell, seed, tmp_path)
    generator = Generator(shell, Random(seed))
    end = time.monotonic() + SECONDS / _PARTS
    while hunt.counts["tried"] < _SCRIPTS or time.monotonic() < end:
        hunt.one(generator)
    print(f"{shell}, seed {seed}: {dict(hunt.counts)}")
    figure(**{"scripts run": hunt.counts["run"], "values that ran": len(hunt.found)})
    assert not hunt.found, "\n\n".join(hunt.found[:3])
    assert hunt.counts["run"] > hunt.counts["tried"] / 5
