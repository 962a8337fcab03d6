"""Whether an answer is only a part of all there is."""

from __future__ import annotations

from typing import Any

import pytest

from pup_tui.answers.pages import more_than

TWO = [{"id": 1}, {"id": 2}]
GOES_ON = "there are more results than these"


@pytest.mark.parametrize(
    "beside",
    [
        {"meta": {"page": {"after": "x"}}},
        {"links": {"next": "https://api.datadoghq.com/api/v2/x?page=2"}},
        {"meta": {"page": {"next_cursor": "x"}}},
        {"meta": {"pagination": {"next_cursor": "x"}}},
        {"meta": {"next_page_token": "x"}},
        {"pagination": {"has_more": True}},
        {"nextPageToken": "x"},
        {"has_more": True},
        {"paging": {"next": "x"}},
    ],
)
def test_an_answer_that_names_what_follows_is_a_part(beside: dict[str, Any]) -> None:
    assert more_than({"data": TWO, **beside}) == GOES_ON


@pytest.mark.parametrize(
    "beside",
    [
        {"meta": {"page": {"after": None}}},
        {"meta": {"page": {"after": ""}}},
        {"links": {"next": None, "self": "https://api.datadoghq.com/api/v2/x"}},
        {"has_more": False},
        {"meta": {"page": {"total_count": 2}}},
        {"meta": {"page": {"total_filtered_count": 2, "total_count": 9}}},
        {},
    ],
)
def test_one_that_names_nothing_is_the_whole(beside: dict[str, Any]) -> None:
    assert more_than({"data": TWO, **beside}) == ""


def test_a_total_says_how_many_there_are() -> None:
    answer = {"data": TWO, "meta": {"page": {"total_count": 199}}}
    assert more_than(answer) == "these are 2 of 199 results"


def test_a_query_that_was_not_finished_is_a_part() -> None:
    answer = {"data": TWO, "meta": {"status": "timeout"}}
    assert "not complete" in more_than(answer)


def test_a_full_page_may_have_one_behind_it() -> None:
    assert "there may be more" in more_than(TWO, 2)
    assert more_than(TWO, 3) == ""
    assert more_than(TWO) == ""
