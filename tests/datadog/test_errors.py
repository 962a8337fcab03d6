from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from pup_tui.datadog.errors import refusal
from pup_tui.datadog.transport import Response


def answer(body: Any, content_type: str = "application/json") -> Response:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(400, {"content-type": content_type}, raw)


@pytest.mark.parametrize(
    ("exchange", "text"),
    [
        ("dd-006", "Monitor not found"),
        ("dd-076", "workflow not found"),
        ("dd-083", "WORKFLOW_NOT_FOUND: workflow not found"),
        ("dd-111", "project not found"),
        ("dd-118", "API key required"),
        (
            "dd-101",
            "Not Found: gate evaluation with id 00000000-0000-0000-0000-000000000000 not found",
        ),
    ],
)
def test_what_datadog_really_said(recorded: Callable[[str], Any], exchange: str, text: str) -> None:
    assert refusal(answer(recorded(exchange))) == text


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ({"errors": {"abc": "not found", "def": ["gone", "away"]}}, "application/json",
         "abc: not found; def: gone; def: away"),
        ({"error": "text"}, "application/json", "text"),
        ({"errors": ["json in plain text"]}, "text/plain", "json in plain text"),
        (b"upstream connect error\n  or reset", "text/plain", "upstream connect error or reset"),
        (b"<html>Bad Gateway</html>", "text/html; charset=utf-8", ""),
        (b"", "", ""),
        ({}, "application/json", ""),
        ({"errors": []}, "application/json", ""),
        ([1, 2], "application/json", ""),
        (b"[" * 100_000, "application/json", "[" * 499 + "…"),
    ],
)  # fmt: skip
def test_every_shape_of_a_refusal(body: Any, content_type: str, text: str) -> None:
    assert refusal(answer(body, content_type)) == text
