"""The schema takes what is read, and refuses what is refused for its shape."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from pup_tui.catalog.places import bundled_dir
from pup_tui.cli.schema import whole_schema
from pup_tui.rehearsal.places import rehearsal_files
from pup_tui.rehearsal.reading import parse_rehearsals

DEFINITIONS: dict[str, Any] = whole_schema()["$defs"]
VALIDATOR = Draft202012Validator({"$ref": "#/$defs/rehearsals", "$defs": DEFINITIONS})


@pytest.mark.parametrize("file", rehearsal_files(bundled_dir()), ids=lambda path: path.stem)
def test_the_bundled_rehearsals_are_valid(file: Path) -> None:
    errors = VALIDATOR.iter_errors(yaml.safe_load(file.read_text()))
    assert [error.message for error in errors] == []


@pytest.mark.parametrize(
    "text",
    [
        "case: []",
        "cases: []",
        "cases: [{vars: {}}]",
        "cases: [{name: a, answer: []}]",
        "cases: [{name: a, answers: [{step: x}]}]",
        "cases: [{name: a, answers: [{sent: x}]}]",
        "cases: [{name: a, answers: [{step: x, sent: y, attempt: 0}]}]",
        "cases: [{name: a, answers: [{step: x, sent: y, status: 20}]}]",
        "cases: [{name: a, answers: [{step: x, digest: abc}]}]",
        "cases: [{name: a, expect: {run: done}}]",
        "cases: [{name: a, expect: {steps: {x: fail}}}]",
    ],
)
def test_what_the_schema_refuses_is_refused_when_it_is_read(text: str) -> None:
    assert list(VALIDATOR.iter_errors(yaml.safe_load(text)))
    assert parse_rehearsals(Path("x.yaml"), text.encode()).problems


def test_every_key_is_explained() -> None:
    for name in ("recordedAnswer", "expected", "case", "rehearsals"):
        for key, said in DEFINITIONS[name]["properties"].items():
            assert said.get("description"), f"{name}.{key}"
