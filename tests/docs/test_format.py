"""Every example of the manual of the format runs, prints and ends as it says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from pup_tui.runbook.allowed import fields_of
from pup_tui.runbook.model import AnyStep, Call, Defaults, Runbook, Step
from pup_tui.runbook.parts import (
    Assertion,
    Capture,
    Choice,
    ChoicesFrom,
    Link,
    Poll,
    Retry,
    Variable,
)
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


PARTS: list[tuple[type, str]] = [
    (Runbook, "Top level"),
    (Defaults, "Top level"),
    (Link, "Top level"),
    (Variable, "Variables"),
    (Choice, "Variables"),
    (ChoicesFrom, "Variables"),
    (Step, "What every step can say"),
    (Poll, "Polls"),
    (Retry, "Failing and retrying"),
    (Capture, "Captures"),
    (Assertion, "Assertions"),
    (Call, "Step templates and groups in files"),
    *((kind, str(kind.__struct_config__.tag)) for kind in get_args(AnyStep)),
]


@pytest.mark.parametrize(("struct", "title"), PARTS, ids=[struct.__name__ for struct, _ in PARTS])
def test_every_key_is_told_of_where_it_belongs(struct: type, title: str) -> None:
    prose = re.sub(r"```.*?```", "", DOCUMENT.read_text(), flags=re.DOTALL)
    section = re.search(rf"^#+ {re.escape(title)}\n(.*?)(?=^#|\Z)", prose, re.M | re.S)
    assert section is not None
    told = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`[^`]+`", section[1]))))
    keys = set(fields_of(struct))
    if issubclass(struct, Step) and struct is not Step:
        keys -= set(fields_of(Step))
    assert sorted(keys - told) == []
