"""Texts of others in a runbook that is made by the program."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any


def literal(text: str) -> str:
    """A template that renders to this text, whatever stands in it."""
    return text.replace("{", "{{ '{' }}")


def made_file(name: str, steps: Sequence[Mapping[str, Any]]) -> bytes:
    """A runbook of these steps, as it would stand in a file: what is JSON is YAML as well."""
    return json.dumps({"name": name, "steps": steps}, ensure_ascii=False).encode()
