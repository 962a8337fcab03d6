"""How much a source may be, and what is made of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pup_tui.convert.bounds import MOST_STEPS
from pup_tui.convert.errors import ConversionError
from pup_tui.convert.formats import converted
from pup_tui.convert.sessions import kinds
from pup_tui.convert.shell.reading import MOST_STATEMENTS
from pup_tui.convert.source_text import MAX_BYTES
from tests.support.program import program_in

SCRIPT = "#!/bin/sh\nls\n"


def test_a_source_has_a_limit(tmp_path: Path) -> None:
    program = program_in(tmp_path)
    (whole,) = converted(SCRIPT + "#" * (MAX_BYTES - len(SCRIPT)), "a.sh")
    assert len(whole.steps) == 1
    with pytest.raises(ConversionError, match="larger than 1 MiB"):
        converted(SCRIPT + "#" * (MAX_BYTES - len(SCRIPT) + 1), "a.sh")
    (program.cwd / "a.cast").write_bytes(b"x" * (kinds.MAX_BYTES + 1))
    refused = program("new", "--from", "a.cast")
    assert refused.code == 2
    assert "the source is larger than 16 MiB: a.cast: convert it in parts" in refused.err


def script(steps: int) -> str:
    return "#!/bin/sh\n" + "".join(f"kubectl delete pod p{n}\n" for n in range(steps))


def page(steps: int) -> str:
    command = "```sh\nkubectl get pod p{}\n```\n\n"
    return "# Pods\n\n" + "".join(f"## Step {n}\n\n{command.format(n)}" for n in range(steps))


@pytest.mark.parametrize(("made", "name"), [(script, "a.sh"), (page, "a.md")])
def test_a_runbook_is_no_longer_than_somebody_could_read(
    made: Callable[[int], str], name: str
) -> None:
    (runbook,) = converted(made(MOST_STEPS), name)
    assert len(runbook.steps) == MOST_STEPS
    with pytest.raises(ConversionError) as refused:
        converted(made(MOST_STEPS + 1), name)
    assert refused.value.todo == "convert it in parts, of at most 300"


def test_a_script_has_so_many_commands_and_no_more() -> None:
    text = "#!/bin/sh\n" + "echo hello\n" * (MOST_STATEMENTS + 1)
    with pytest.raises(ConversionError, match="the script has 3001 commands"):
        converted(text, "a.sh")
