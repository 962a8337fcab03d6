"""How far one can rely on a runbook, in words: no environment is claimed without a profile."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import pytest

from pup_tui.analysis.freshness import (
    STALE_AFTER,
    UNPROVEN,
    Freshness,
    freshness,
    how_long_ago,
    short_freshness,
    told_freshness,
)
from pup_tui.journal.proofs import Proof
from pup_tui.journal.records import RehearsalRecord
from pup_tui.text_tree import text_tree

NOW = 1_800_000_000.0
DAY = 86_400.0
FILES = {"a.yaml": b"name: a\n", "1/notify.yaml": b"name: notify\n"}
TEXTS = frozenset(hashlib.sha256(text).hexdigest() for text in FILES.values())


def rehearsed(
    days: float, *, failed: int = 0, files: Mapping[str, bytes] = FILES
) -> RehearsalRecord:
    return RehearsalRecord(
        path="/a.yaml",
        runbook="a",
        tree=text_tree(files),
        rehearsed_at=NOW - days * DAY,
        cases=4,
        failed=failed,
        points=10,
        reached=9,
    )


def told(fresh: Freshness, profile: str = "") -> str:
    return " · ".join(told_freshness(fresh, NOW, profile))


def succeeded(**days: float) -> Freshness:
    """When it succeeded, by the profile; `_` stands for none."""
    at = {name.replace("_", ""): NOW - ago * DAY for name, ago in days.items()}
    return Freshness(succeeded=at, ran=max(at.values()))


@pytest.mark.parametrize(
    ("fresh", "profile", "says"),
    [
        (UNPROVEN, "", "never run"),
        (UNPROVEN, "production", "never run"),
        (Freshness(ran=NOW - DAY), "", "never succeeded"),
        (succeeded(_=12.5), "", "last succeeded 12 days ago"),
        (succeeded(production=12.5), "", "last succeeded with profile production 12 days ago"),
        (
            succeeded(production=12.5),
            "production",
            "last succeeded with profile production 12 days ago",
        ),
        (
            succeeded(_=1.5),
            "production",
            "never succeeded with profile production, without one a day ago",
        ),
        (
            succeeded(staging=1.5, production=40),
            "production",
            "last succeeded with profile production 40 days ago, with profile staging a day ago",
        ),
    ],
)
def test_when_it_succeeded_is_told_with_the_profile_it_did_with(
    fresh: Freshness, profile: str, says: str
) -> None:
    assert told(fresh, profile) == says


def test_a_text_that_no_run_was_made_from_is_told() -> None:
    proof = Proof(succeeded={"": NOW - DAY}, ran=NOW - DAY, texts=TEXTS)
    assert told(freshness(proof, None, FILES)) == "last succeeded a day ago"
    edited = {**FILES, "1/notify.yaml": b"name: other\n"}
    assert told(freshness(proof, None, edited)) == (
        "last succeeded a day ago · never run since it changed"
    )
    assert freshness(proof, None, None).is_changed is None
    assert freshness(None, None, FILES).is_changed is None


def test_a_rehearsal_counts_for_the_text_that_it_was_of() -> None:
    assert told(freshness(None, rehearsed(3), FILES)) == "never run · last rehearsed 3 days ago"
    other = freshness(None, rehearsed(3, failed=1, files={}), FILES)
    assert told(other).endswith("last rehearsed 3 days ago, 1 of 4 failed, changed since")


def test_what_nothing_has_proven_for_long_is_stale() -> None:
    assert UNPROVEN.is_stale(NOW)
    days = STALE_AFTER / DAY
    assert succeeded(_=days + 1).is_stale(NOW)
    assert not succeeded(_=days - 1).is_stale(NOW)
    assert not freshness(None, rehearsed(3), None).is_stale(NOW)
    assert freshness(None, rehearsed(3, failed=1), None).is_stale(NOW)


def test_in_a_list_it_takes_few_characters() -> None:
    changed = Freshness(succeeded={"": NOW - 12.5 * DAY}, ran=NOW, is_changed=True)
    short = [short_freshness(each, NOW) for each in (UNPROVEN, succeeded(_=0.5), changed)]
    assert short == ["never", "today", "12d changed"]


def test_how_fresh_something_is() -> None:
    assert [how_long_ago(days * DAY) for days in (0.9, 1.5, 12)] == [
        "less than a day ago", "a day ago", "12 days ago"
    ]  # fmt: skip
