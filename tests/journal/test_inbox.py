"""The alerts that the journal keeps: each once, for some days, folded when they end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pup_tui.journal.inbox import (
    KEPT_SECONDS,
    MOST_KEPT,
    ReceivedAlert,
    Taken,
    inbox_version,
    kept_alerts,
    put_aside,
    take_alerts,
)
from pup_tui.journal.reader import JournalReader
from pup_tui.journal.store import Journal
from tests.support.journals import problems_of

NOW = 1_800_000_000.0


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with closing(Journal.open(tmp_path / "state")) as journal:
        yield journal


def came(key: str = "a", status: str = "firing", alike: str = "", **said: Any) -> ReceivedAlert:
    return ReceivedAlert(
        system="Datadog",
        key=key,
        alike=alike or key,
        status=status,
        alert={"facts": {"title": {"value": key}}, **said},
        text=f"{key} {status}",
    )


def test_the_same_alert_is_kept_once_and_what_it_says_last_counts(journal: Journal) -> None:
    assert take_alerts(journal, [came(), came("b")], NOW) == Taken(new=2)
    assert take_alerts(journal, [came(level=2)], NOW + 5) == Taken(known=1)
    first, second = kept_alerts(journal, NOW + 6)
    assert (first.key, first.times, first.first_at, first.last_at) == ("a", 2, NOW, NOW + 5)
    assert first.alert["level"] == 2
    assert (second.key, second.times) == ("b", 1)


def test_the_same_id_of_another_system_is_another_alert(journal: Journal) -> None:
    other = ReceivedAlert(system="Zabbix", key="a", alike="a", status="firing", alert={}, text="")
    take_alerts(journal, [came(), other], NOW)
    assert {row.system for row in kept_alerts(journal, NOW)} == {"Datadog", "Zabbix"}


def test_one_that_ends_is_folded_and_asks_again_when_it_comes_again(journal: Journal) -> None:
    take_alerts(journal, [came()], NOW)
    assert take_alerts(journal, [came(status="resolved")], NOW + 1) == Taken(ended=1)
    (row,) = kept_alerts(journal, NOW + 1)
    assert row.has_ended
    assert not row.is_open
    take_alerts(journal, [came()], NOW + 2)
    assert kept_alerts(journal, NOW + 2)[0].is_open


def test_the_end_of_an_alert_under_another_id_is_its_end(journal: Journal) -> None:
    take_alerts(journal, [came("1", alike="x"), came("2", alike="x"), came("3", alike="y")], NOW)
    taken = take_alerts(journal, [came("9", "resolved", alike="x")], NOW + 1)
    assert taken == Taken(ended=1)
    assert {row.key: row.has_ended for row in kept_alerts(journal, NOW + 1)} == {
        "1": True,
        "2": True,
        "3": False,
    }
    assert take_alerts(journal, [came("8", "resolved", alike="z")], NOW + 2) == Taken(new=1)


def test_one_that_was_put_aside_stays_there_until_it_has_ended_and_comes_again(
    journal: Journal,
) -> None:
    take_alerts(journal, [came()], NOW)
    put_aside(journal, kept_alerts(journal, NOW)[0].number, NOW + 1)
    take_alerts(journal, [came()], NOW + 2)
    (row,) = kept_alerts(journal, NOW + 2)
    assert (row.aside_at, row.is_open, row.times) == (NOW + 1, False, 2)
    take_alerts(journal, [came(status="resolved")], NOW + 3)
    take_alerts(journal, [came()], NOW + 4)
    assert kept_alerts(journal, NOW + 4)[0].is_open


def test_what_is_too_old_goes_and_is_not_shown_before(journal: Journal) -> None:
    take_alerts(journal, [came("old")], NOW)
    later = NOW + KEPT_SECONDS + 1
    assert kept_alerts(journal, later) == []
    take_alerts(journal, [came("new")], later)
    assert [row.key for row in kept_alerts(journal, NOW)] == ["new"]


def test_of_too_many_those_that_have_ended_go_first_then_the_oldest(journal: Journal) -> None:
    ended = [came(f"ended {n}", "resolved") for n in range(3)]
    take_alerts(journal, [came(f"open {n}") for n in range(MOST_KEPT - 3)], NOW)
    take_alerts(journal, ended, NOW + 1)
    assert len(kept_alerts(journal, NOW + 1)) == MOST_KEPT
    take_alerts(journal, [came(f"more {n}") for n in range(4)], NOW + 2)
    keys = {row.key for row in kept_alerts(journal, NOW + 2)}
    assert len(keys) == MOST_KEPT
    assert not {each.key for each in ended} & keys
    assert {"more 0", "more 1", "more 2", "more 3"} <= keys
    assert "open 0" not in keys


def test_hostile_texts_are_kept_as_they_are(journal: Journal) -> None:
    text = "'; DROP TABLE inbox; -- \x1b[31m \ud800 \x00"
    take_alerts(journal, [came(text, said=text, number=1e400, many=[text] * 3)], NOW)
    (row,) = kept_alerts(journal, NOW)
    assert row.alert["said"] == text
    assert row.alert["many"] == [text] * 3


def test_what_was_damaged_is_left_out_and_harms_no_run(journal: Journal) -> None:
    take_alerts(journal, [came("a"), came("b")], NOW)
    journal.write(lambda at: at.execute("UPDATE inbox SET alert = '{' WHERE key = 'a'"))
    journal.write(lambda at: at.execute("UPDATE inbox SET text = x'ff' WHERE key = 'b'"))
    assert kept_alerts(journal, NOW) == []
    assert problems_of(journal) == []


def test_it_is_read_beside_whoever_writes_it(journal: Journal) -> None:
    take_alerts(journal, [came()], NOW)
    with closing(JournalReader.open(journal.state)) as reader:
        assert len(kept_alerts(reader, NOW)) == 1
        take_alerts(journal, [came("b")], NOW)
        assert len(kept_alerts(reader, NOW)) == 2


def test_whatever_changes_the_inbox_is_seen_without_reading_it(journal: Journal) -> None:
    state = journal.path.parent

    def version(now: float = NOW) -> tuple[object, ...]:
        with closing(JournalReader.open(state)) as reader:
            return inbox_version(reader, now)

    seen = [version()]
    # The clock may stand still meanwhile.
    for act in (
        lambda: take_alerts(journal, [came("a"), came("b")], NOW),
        lambda: take_alerts(journal, [came("a")], NOW),
        lambda: put_aside(journal, 1, NOW),
        lambda: take_alerts(journal, [came("c", "resolved", alike="b")], NOW),
        lambda: take_alerts(journal, [came("a", "resolved")], NOW),
        lambda: take_alerts(journal, [came("a")], NOW),
    ):
        act()
        seen.append(version())
    seen.append(version(NOW + KEPT_SECONDS + 1))
    assert len(set(seen[1:])) == len(seen) - 1
    assert seen[0] == seen[-1]
