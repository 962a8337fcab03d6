"""The schema refuses a blank text wherever the loader does, and nowhere else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pup_tui.runbook import yaml
from pup_tui.runbook.load import load_files
from pup_tui.runbook.nodes import Mapping, Scalar, Sequence, YamlNode
from pup_tui.runbook.schema import schema
from tests.support.runbooks import VALID_FILES

VALIDATOR = Draft202012Validator(schema())
BLANK = re.compile(r"must not be empty|must not be blank")


def data(node: YamlNode) -> Any:
    if isinstance(node, Mapping):
        return {key: data(entry.value) for key, entry in node.entries.items()}
    if isinstance(node, Sequence):
        return [data(item) for item in node.items]
    assert isinstance(node, Scalar)
    return node.value


def texts(part: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where texts stand that a key of the format names: those of one key once for each kind of step."""
    if isinstance(part, str):
        yield path
    elif isinstance(part, dict | list):
        inner = part.items() if isinstance(part, dict) else enumerate(part)
        for key, value in inner:
            yield from texts(value, (*path, key))


ROOT, _ = yaml.parse(VALID_FILES["valid.yaml"], "valid.yaml")
assert ROOT is not None
WHOLE = data(ROOT)
PLACES = list(texts(WHOLE))


def with_text(path: tuple[str | int, ...], text: str) -> Any:
    whole = deepcopy(WHOLE)
    place = whole
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = text
    return whole


def disagreement(path: tuple[str | int, ...], blank: str) -> str:
    whole = with_text(path, blank)
    written = {**VALID_FILES, "valid.yaml": json.dumps(whole).encode()}
    errors = [str(problem) for problem in load_files("valid", written, Path("valid.yaml")).errors]
    refused = [error.json_path for error in VALIDATOR.iter_errors(whole)]
    if refused and not errors:
        return f"only the schema refuses it, at {refused[0]}"
    if any(map(BLANK.search, errors)) and not refused:
        return f"only the loader refuses it: {errors[0]}"
    return ""


@pytest.mark.parametrize("blank", ["", "\n\t "], ids=["empty", "white"])
def test_they_agree_on_blank_texts(blank: str) -> None:
    told = [
        f"{'.'.join(map(str, path))}: {wrong}"
        for path in PLACES
        if (wrong := disagreement(path, blank))
    ]
    assert told == []


def test_the_table_holds_every_text() -> None:
    assert len(PLACES) > 100
