"""People by role, or by name."""

from __future__ import annotations

from pup_tui.analysis.report.people import People


def test_one_person_is_the_operator_and_several_are_counted() -> None:
    assert People(["ada", "--yes", "nobody", ""]).told == {"ada": "operator"}
    assert People(["ada", "bob", "ada"]).told == {"ada": "operator 1", "bob": "operator 2"}
    assert People(["ada", "bob"], by_name=True).told == {"ada": "ada", "bob": "bob"}


def test_options_and_nobody_stand_for_themselves() -> None:
    people = People(["ada", "--undo"])
    assert [people.person(by) for by in ("--undo", "--yes", "nobody", "ada")] == [
        *("--undo", "--yes", "nobody", "operator"),
    ]


def test_whole_words_of_sentences_are_replaced() -> None:
    people = People(["al", "alice", "a.b"])
    told = people.text(
        "alice asked al, and a.b; palace, albert and axb stay; cancelled by alice: al"
    )
    assert told == (
        "operator 2 asked operator 1, and operator 3; palace, albert and axb stay; "
        "cancelled by operator 2: operator 1"
    )


def test_names_of_shared_accounts_are_words_of_sentences() -> None:
    people = People(["root", "ada"])
    assert people.person("root") == "operator 1"
    assert people.text("ada found the root cause") == "operator 2 found the root cause"


def test_of_who_holds_a_lock_the_computer_is_not_told() -> None:
    holder = "bob on web since 2026-01-01 12:00:00 (run R, pid 3)"
    people = People(["ada", "bob"], holders=[holder])
    told = people.text(f"broke the lock prod of {holder}; web stays")
    assert (
        told
        == "broke the lock prod of operator 2 since 2026-01-01 12:00:00 (run R, pid 3); web stays"
    )
    by_name = People(["bob"], by_name=True, holders=[holder])
    assert by_name.text(holder) == holder


def test_by_name_nothing_is_replaced() -> None:
    people = People(["ada"], by_name=True)
    assert (people.text("ada"), people.person("ada"), people.stand_in("/home/ada")) == (
        *("ada", "ada"),
        False,
    )


def test_values_are_replaced_wherever_they_stand() -> None:
    people = People(["ada"])
    assert people.value({"who": ["ada", 3, {"ada": None}]}) == {
        "who": ["operator", 3, {"operator": None}]
    }
