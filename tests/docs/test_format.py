"""Every example of the manual of the format runs, prints and ends as it says."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from pup_tui.runbook.allowed import fields_of
from pup_tui.runbook.model import AnyStep, Runbook, Step
from pup_tui.runbook.parts import Variable
from tests.support.manual import Example, examples, is_true
from tests.support.stage import Stage

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "format.md"
EXAMPLES = examples(DOCUMENT)


@pytest.mark.parametrize(
    "example", EXAMPLES, ids=[f"{number}-{e.title}" for number, e in enumerate(EXAMPLES)]
)
async def test_example(example: Example, stage: Stage) -> None:
    await is_true(example, stage)


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
