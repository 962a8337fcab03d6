"""Where `show` may stand, and which names its texts know."""

from __future__ import annotations

from pathlib import Path

import pytest

from pup_tui.runbook.load import load_files


def _errors(step: str) -> list[str]:
    text = f"name: t\nvars: {{V: x}}\nsteps:\n  - {{name: a, {step}}}\n"
    loaded = load_files("t", {"t.yaml": text.encode()}, Path("t.yaml"))
    return [error.message for error in loaded.errors]


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("kind: confirm, message: x, show: json", "a confirm step has no output to show"),
        ("kind: wait, duration: 1s, show: none", "a wait step has no output to show"),
        (
            "kind: group, show: json, steps: [{name: b, kind: shell, run: ls}]",
            "a group step has no output to show",
        ),
        ("kind: shell, interactive: true, run: vi, show: json", "what it prints is not kept"),
        ("kind: shell, run: ls, show: yaml", "`show` cannot be `yaml`"),
        ("kind: shell, run: ls, show: {table: {columns: [a]}}", "has no `rows`"),
        ("kind: shell, run: ls, show: {table: {rows: nope}}", "`nope` is not defined"),
        ("kind: shell, run: ls, show: {table: {rows: 'json.'}}", ""),
        ("kind: shell, run: ls, show: {table: {rows: json, columns: ['{{ V }}']}}", "a template"),
        (
            "kind: shell, run: ls, show: {table: {rows: json, columns: [{title: '{{ no }}', value: x}]}}",
            "`no` is not defined",
        ),
    ],
)
def test_what_cannot_be_shown_is_refused(step: str, told: str) -> None:
    (error, *_) = _errors(step)
    assert told in error


@pytest.mark.parametrize(
    "show",
    [
        "text",
        "{table: {rows: lines}}",
        "{table: {rows: 'json | selectattr(`n`, `equalto`, V) | list'}}",
        "{table: {rows: json, columns: [a b, a.b, {title: '{{ V }}', value: anything.of + row.it}]}}",
    ],
)
def test_a_table_knows_the_attempt_the_variables_and_the_fields_of_its_rows(show: str) -> None:
    assert _errors(f"kind: shell, run: ls, show: {show}".replace("`", '"')) == []
