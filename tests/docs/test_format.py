"""Every example of the manual of the format runs, prints and ends as it says."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, get_args

import pexpect
import pytest

from pup_tui.runbook.allowed import fields_of
from pup_tui.runbook.model import AnyStep, Runbook, Step
from pup_tui.runbook.parts import Variable
from tests.support.manual import Example, agrees, examples
from tests.support.program import PROGRAM
from tests.support.stage import Stage

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "format.md"
EXAMPLES = examples(DOCUMENT)


@pytest.mark.parametrize(
    "example", EXAMPLES, ids=[f"{number}-{e.title}" for number, e in enumerate(EXAMPLES)]
)
async def test_example(example: Example, stage: Stage) -> None:
    if "typed" in example.setup:
        await type_in(example, stage)
        return
    played = await stage.play(example.runbook, example.files, **example.setup)
    printed = played.printed()
    assert agrees(example.printed, printed), "\n".join(printed)
    assert played.ended == example.ended, played.reason
    assert {step: played.statuses.get(step) for step in example.statuses} == example.statuses


async def type_in(example: Example, stage: Stage) -> None:
    """Run an example that somebody at a terminal takes part in."""
    await stage.write("typed.yaml", f"name: typed\n{example.runbook}")
    environ: Any = {**os.environ, "TERM": "xterm-256color"}
    child: pexpect.spawn[str] = pexpect.spawn(
        PROGRAM[0], [*PROGRAM[1:], "run", "typed.yaml"], env=environ, encoding="utf-8", timeout=200
    )
    try:
        child.sendline(example.setup["typed"])
        for line in [*example.printed, example.ended]:
            child.expect_exact(line)
        child.expect(pexpect.EOF)
    finally:
        child.close(force=True)


@pytest.mark.parametrize("kind", [str(s.__struct_config__.tag) for s in get_args(AnyStep)])
def test_every_kind_and_its_keys_have_an_example(kind: str) -> None:
    struct = next(s for s in get_args(AnyStep) if s.__struct_config__.tag == kind)
    shown = "\n".join(e.text for e in EXAMPLES if f"kind: {kind}" in e.text)
    own = set(fields_of(struct)) - set(fields_of(Step)) - {"call", "called"}
    assert shown
    if kind == "group":
        own.discard("with")
    assert [key for key in sorted(own) if f"{key}:" not in shown] == []


@pytest.mark.parametrize("struct", [Runbook, Variable, Step], ids=lambda struct: struct.__name__)
def test_every_other_key_has_an_example(struct: type) -> None:
    shown = "\n".join(e.text + "".join(e.files.values()) for e in EXAMPLES)
    missing = [key for key in fields_of(struct) if f"{key}:" not in shown]
    # Packs and profiles are the operator's: no example stands alone with them.
    assert missing == (["import", "profiles"] if struct is Runbook else [])
