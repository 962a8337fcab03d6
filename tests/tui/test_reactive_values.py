"""A reactive attribute has the value that Textual gives it."""

from __future__ import annotations

from typing import Any

import pytest
from textual.reactive import Reactive, ReactiveError, reactive
from textual.widget import Widget

from pup_tui.tui import reactive_values


class Counter(Widget):
    count = reactive(1)
    made: Reactive[list[int]] = reactive(list[int])
    doubled: Reactive[int] = reactive(0)

    def compute_doubled(self) -> int:
        return self.count * 2


class DoublesLate(Counter):
    late = reactive(7)


class Triples(DoublesLate):
    def compute_late(self) -> int:
        return self.count * 3


class Unfinished(Counter):
    def __init__(self) -> None:
        pass


def test_it_is_the_default_and_then_what_was_set() -> None:
    assert Reactive.__get__ is not reactive_values.textuals_own
    counter, other = Counter(), Counter()
    assert [counter.count, counter.made] == [1, []]
    assert counter.made is counter.made
    assert counter.made is not other.made
    counter.count = 5
    assert [counter.count, counter.count, other.count] == [5, 5, 1]


@pytest.mark.parametrize("kind", [Counter, DoublesLate, Triples])
def test_what_is_worked_out_is_worked_out_each_time(kind: type[Counter]) -> None:
    counter = kind()
    for count in (2, 3):
        counter.set_reactive(Counter.count, count)
        assert counter.doubled == 2 * count


def test_a_subclass_may_work_out_what_its_base_only_has() -> None:
    simple, triples = DoublesLate(), Triples()
    for _ in range(2):
        assert [simple.late, triples.late] == [7, 3]
        triples.set_reactive(Counter.count, 1)


def test_of_the_class_it_is_the_attribute_itself() -> None:
    counted: Any = Counter.count
    assert isinstance(counted, Reactive)


def test_a_widget_that_was_not_made_whole_is_told_of() -> None:
    with pytest.raises(ReactiveError, match="super"):
        _ = Unfinished().count
