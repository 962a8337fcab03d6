from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pup_tui.datadog.sandbox.search import Facts, QuerySyntaxError, parse, tag_facts

INCIDENT = Facts(
    {"state": ["active"], "services": ["payments", "cart"], "severity": ["SEV-2"], "cost": ["7"]},
    "Checkouts fail in payments",
)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "*",
        "state:active",
        "STATE:ACTIVE",
        "state:active AND services:payments",
        "state:active services:payments",
        "state:(active OR stable)",
        "state:resolved OR services:cart",
        "services:pay*",
        "-state:resolved",
        "!state:resolved",
        "NOT state:resolved",
        "-(state:resolved OR services:redis)",
        "-state:(resolved OR stable)",
        "checkouts",
        '"fail in"',
        "*heckout*",
        '@services:"payments"',
        "(state:active AND (severity:SEV-1 OR severity:SEV-2))",
        "cost:>5",
        "cost:<=7",
        "state:resolved OR state:stable OR state:active",
    ],
)
def test_matches(query: str) -> None:
    assert parse(query)(INCIDENT)


@pytest.mark.parametrize(
    "query",
    [
        "state:resolved",
        "state:act",
        "state:active AND services:redis",
        "state:active services:redis",
        "state:(stable OR resolved)",
        "-state:active",
        "refunds",
        '"in fail"',
        "unknown:thing",
        "cost:>7",
        "severity:>1",
        "state:resolved OR state:active services:redis",
    ],
)
def test_does_not_match(query: str) -> None:
    assert not parse(query)(INCIDENT)


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("state:(active", "not closed"),
        ("(state:active", "not closed"),
        ('"open', "quote"),
        ("state:active OR", "missing"),
        ("AND state:active", "misplaced AND"),
        ("state:active)", "unexpected"),
        ("NOT", "missing"),
        ("()", "misplaced"),
        ("(" * 40 + "a" + ")" * 40, "deep"),
        ("-" * 40 + "a", "deep"),
        ("a" * 5000, "longer"),
    ],
)
def test_says_what_is_wrong(query: str, problem: str) -> None:
    with pytest.raises(QuerySyntaxError, match=problem):
        parse(query)


@given(st.text(alphabet='ab:()"-!* ORANDT<>=7\\[?', max_size=30))
def test_any_text_is_read_or_refused(query: str) -> None:
    try:
        matches = parse(query)
    except QuerySyntaxError:
        return
    assert matches(INCIDENT) in (True, False)


def test_tags_are_facets_and_text() -> None:
    facts = tag_facts(["service:redis", "urgent"], text="slow", status=["Alert"])

    for query in ("service:redis", "tag:urgent", "tags:service*", "slow", "status:alert", "urgent"):
        assert parse(query)(facts), query
