"""The key `alerts`: which alerts a runbook answers, and what they give to its variables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pup_tui.runbook.head import read_head
from pup_tui.runbook.load import load

STEPS = "steps: [{name: a, kind: shell, run: echo}]\n"


def test_it_is_read_whole_and_from_the_head(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(
        "name: a\nvars: {FLAG: {}}\nlinks: [{title: x, url: https://example.com/a}]\nalerts:\n"
        "- match: {alertname: 'Payments*', severity: [critical, high]}\n  vars: {FLAG: alert.labels.flag}\n"
        f"- match: {{system: Datadog, priority: 1}}\n{STEPS}"
    )
    runbook, head = load(path).require(), read_head(path, None)
    assert head is not None
    assert head.alerts == runbook.alerts
    assert head.links == ("https://example.com/a",)
    first, second = runbook.alerts
    assert first.patterns == {"alertname": ("Payments*",), "severity": ("critical", "high")}
    assert first.vars == {"FLAG": "alert.labels.flag"}
    assert second.patterns["priority"] == ("1",)


@pytest.mark.parametrize(
    ("alerts", "told"),
    [
        ("[{match: {}}]", "holds for every alert"),
        ("[{match: {alertname: '*'}}]", "holds for every alert"),
        ("[{match: {alertname: ' '}}]", "must not be empty"),
        ("[{match: {alertname: []}}]", "is empty"),
        ("[{vars: {FLAG: alert.title}}]", "has no `match`"),
        (
            "[{match: {a: b}, vars: {FLAGS: alert.title}}]",
            "has no variable `FLAGS`",
        ),
        ("[{match: {a: b}, vars: {TOKEN: alert.title}}]", "is a secret, and no alert may fill it"),
        ("[{match: {a: b}, vars: {FLAG: labels.flag}}]", "is nothing of an alert"),
        ("[{match: {a: b}, vars: {FLAG: '{{ alert.title }}'}}]", ""),
        ("{match: {a: b}}", "must be a list"),
        ("[{when: x, match: {a: b}}]", "unknown key"),
    ],
)
def test_what_is_wrong_is_told(alerts: str, told: str, errors: Callable[..., list[str]]) -> None:
    found = errors(
        f"name: a\nvars: {{FLAG: {{}}, TOKEN: {{type: secret}}}}\nalerts: {alerts}\n{STEPS}"
    )
    assert any(told in each for each in found), found
    assert found


def test_more_matchers_than_anybody_reads_are_refused(errors: Callable[..., list[str]]) -> None:
    items = ", ".join("{match: {a: b}}" for _ in range(101))
    (told,) = errors(f"name: a\nalerts: [{items}]\n{STEPS}")
    assert "more than 100 items" in told
