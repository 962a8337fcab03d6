"""What of an sql step is judged when its file is loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from pup_tui.runbook.load import load_files

VARS = "name: s\nvars: {X: x, P: {type: secret}}\nsteps:\n"


def errors(keys: str) -> list[str]:
    text = f"{VARS}  - {{name: a, {keys}}}\n"
    loaded = load_files("s", {"s.yaml": text.encode()}, Path("s.yaml"))
    return [f"{error.message}: {error.hint}" for error in loaded.errors]


@pytest.mark.parametrize(
    "keys",
    [
        "kind: sql, query: select 1, url: 'postgresql://app@db.example.com/shop'",
        "kind: sql, query: select 1, url: 'postgresql://app:{{ P }}@db.example.com/shop'",
        "kind: sql, query: select 1, url: 'mysql://app:{{ P }}@db.example.com/shop'",
        "kind: sql, query: select 1, url: 'postgresql:///shop?password={{ P }}'",
        "kind: sql, query: select 1, url: '{{ P }}'",
        "kind: sql, query: select 1, url: '{{ X }}', engine: mysql",
        "kind: sql, query: select 1, service: shop",
        "kind: sql, query: select 1, service: '{{ X }}', engine: mysql",
        "kind: sql, query: 'select {{ P }}', url: 'sqlite:///x.db'",
        "kind: sql, query: select 1, url: 'sqlite://', read_only: true",
        "kind: sql, query: drop table t, url: 'sqlite://', read_only: false, danger: true",
    ],
)
def test_accepted(keys: str) -> None:
    assert errors(keys) == []


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ("kind: sql, query: select 1", "needs a `url` or a `service`"),
        ("kind: sql, query: select 1, url: 'sqlite://', service: x", "exclude each other"),
        ("kind: sql, query: select 1, service: x, engine: sqlite", "SQLite has no services"),
        ("kind: sql, query: select 1, url: 'sqlite://', engine: mysql", "that of sqlite"),
        ("kind: sql, query: select 1, url: 'oracle://x'", "does not begin with postgresql://"),
        ("kind: sql, query: select 1, url: 'postgresql://a:pass@h/d'", "a password stands"),
        ("kind: sql, query: select 1, url: 'postgresql://a:x{{ P }}@h/d'", "a password stands"),
        ("kind: sql, query: select 1, url: 'mysql://h/d?password=x'", "a password stands"),
        ("kind: sql, query: select 1, service: '{{ P }}'", "is a secret"),
        ("kind: sql, query: select 1, url: 'sqlite:///{{ P }}.db'", "in the name of a file"),
        ("kind: sql, query: select 1, url: 'SQLite:////srv/{{ P[:8] }}'", "in the name of a file"),
        ("kind: sql, query: commit, url: 'sqlite://', read_only: true", "`commit` cannot stand"),
        ("kind: sql, query: select 1, url: 'sqlite://', read_only: true, danger: true", "exclude"),
        (
            "kind: sql, query: select 1, url: 'sqlite://', read_only: true, autocommit: true",
            "exclude",
        ),
        ("kind: sql, query: commit, url: 'sqlite://', read_only: TRUE", "`commit` cannot stand"),
        ('kind: sql, url: "mysql://h/d", query: "select \\"{{ X }}\\""', "within quotes"),
        ('kind: sql, service: x, query: "select $$ {{ X }} $$"', "within quotes"),
    ],
)
def test_refused(keys: str, problem: str) -> None:
    told = errors(keys)
    assert any(problem in each for each in told), told


def test_a_long_text_costs_its_length() -> None:
    text = f"{VARS}  - {{name: a, kind: sql, url: 'sqlite://', query: '{'(' * 200_000}'}}\n"
    loaded = load_files("s", {"s.yaml": text.encode()}, Path("s.yaml"))
    assert any("more templates" in error.message for error in loaded.errors)
