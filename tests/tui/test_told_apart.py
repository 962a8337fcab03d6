"""Several runs of one runbook do not look alike."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from pup_tui.tui.told_apart import Begun, told_apart
from pup_tui.tui.widgets.run_tabs import Tab
from tests.support.console import MakeServices, OpenConsole
from tests.support.executors import FakeExecutor

ASKS = """
name: asks
vars: {SERVICE: {default: payments}, ENV: {default: staging}}
steps: [{name: Ask, kind: confirm, message: "{{ SERVICE }}?"}]
"""


def run(id_: str, second: int, **values: object) -> Begun:
    return Begun(id_, f"2026-01-31T09:{second // 60:02}:{second % 60:02}+00:00", values)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (({"A": 1, "B": "x"}, {"A": 1, "B": "y"}), ["x", "y"]),
        (({"A": [1], "B": 2}, {"A": [2], "B": 2}), ["[1]", "[2]"]),
        (({"A": "one\ntwo"}, {"A": "three"}), ["one two", "three"]),
    ],
)
def test_runs_are_told_apart_by_the_first_value_that_differs(
    values: tuple[Mapping[str, object], ...], told: list[str]
) -> None:
    runs = [("deploy", run(f"R{at}", at, **each)) for at, each in enumerate(values)]
    assert told_apart([runs[0], ("other", run("X", 0)), runs[1]]) == [told[0], "", told[1]]


def test_runs_with_the_same_values_are_told_apart_by_when_they_began() -> None:
    first, soon, late = run("01AAAAAA", 1), run("01BBBBBB", 2), run("01CCCCCC", 90)
    apart = told_apart(("deploy", each) for each in (first, late))
    assert all(text.endswith((":00", ":01")) and len(text) == 5 for text in apart)
    assert [text[-3:] for text in told_apart(("deploy", each) for each in (first, soon))] == [
        ":01",
        ":02",
    ]
    unknown = Begun("01DDDDDD", "", {})
    assert told_apart(("deploy", each) for each in (first, unknown)) == ["…AAAAAA", "…DDDDDD"]


@pytest.mark.parametrize(
    ("width", "told"),
    [
        (22, "● deplo…rvice eu-central"),
        (12, "● d…e eu-…tral"),
        (5, "● eu…al"),
        (0, "●"),
    ],
)
def test_what_tells_a_tab_apart_keeps_its_room_longest(width: int, told: str) -> None:
    tab = Tab("run-1", "deploy-service", "running", "eu-central")
    assert tab.content(width).plain == told


@pytest.mark.parametrize(
    ("width", "told"), [(11, "✔ polls 09:16"), (10, "✔ p…ls 09:16"), (8, "✔ 09:16")]
)
def test_a_name_has_what_a_short_time_leaves(width: int, told: str) -> None:
    assert Tab("run-1", "polls", "succeeded", "09:16").content(width).plain == told


async def test_two_runs_of_one_runbook_have_a_tab_each_with_what_differs(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"asks.yaml": ASKS}, executor=FakeExecutor())
    async with open_console(services) as console:
        for service in ("payments", "orders"):
            console.select("asks")
            await console.press("r")
            await console.on("form")
            await console.press(*service, "ctrl+r")
            await console.sees(f"{service}?", "No  n")
            await console.press("escape")
        await console.sees("Runbooks", "? asks payments", "? asks orders")
        await console.press("q")
        await console.sees("2 runs are under way", "? waiting  asks  payments", "asks  orders")
