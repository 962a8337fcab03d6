"""By what one sees that an alert is one that came before, and how those that came are grouped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec import Struct

from pup_tui.analysis.alerts.alert import Alert
from pup_tui.analysis.alerts.groups import about, began, ended, grouped
from pup_tui.analysis.alerts.kept import alert_from, alike, key_of_alert, plain_alert, told_of
from pup_tui.analysis.alerts.read import read_alerts
from tests.analysis.test_reading import rows

DATADOG = {
    "id": "1",
    "event_type": "metric_alert_monitor",
    "title": "[Triggered] CPU of web is high {env:prod,host:web-1}",
    "body": "%%%\n[[Monitor Status](https://app.datadoghq.com/monitors/55?group=host%3Aweb-1)]\n%%%",
    "date": "1795747503000",
}
NAGIOS = (
    "Subject: ** PROBLEM Service Alert: mail-2/SMTP is CRITICAL **\n\n***** Nagios *****\n"
    "Notification Type: PROBLEM\nService: SMTP\nHost: mail-2\nState: CRITICAL\n"
)


def one(said: object) -> Alert:
    return read_alerts(said if isinstance(said, str) else json.dumps(said)).first


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            DATADOG,
            {**DATADOG, "id": "2", "title": DATADOG["title"].replace("Triggered", "Recovered")},
        ),
        (NAGIOS, NAGIOS.replace("PROBLEM", "RECOVERY").replace("CRITICAL", "OK")),
        (
            {"title": "Disk of web-1 is 91 % full", "status": "critical", "host": "web-1"},
            {"title": "RECOVERED: Disk of web-1 is 40 % full", "status": "ok", "host": "web-1"},
        ),
        (
            {"alerts": [{"status": "firing", "labels": {"alertname": "A"}, "fingerprint": "f"}]},
            {
                "alerts": [
                    {
                        "status": "resolved",
                        "labels": {"alertname": "A", "more": "x"},
                        "fingerprint": "f",
                    }
                ]
            },
        ),
    ],
)
def test_the_end_of_an_alert_is_known_as_that_of_the_same(before: object, after: object) -> None:
    first, last = one(before), one(after)
    assert not first.is_resolved
    assert last.is_resolved
    assert key_of_alert(first) == key_of_alert(last)


@pytest.mark.parametrize(
    "other",
    [
        {**DATADOG, "title": DATADOG["title"].replace("web-1", "web-2")},
        {**DATADOG, "body": DATADOG["body"].replace("55", "56")},
        {**DATADOG, "title": DATADOG["title"].replace("prod", "staging")},
        {"title": "CPU of web is high", "host": "web-1", "env": "prod"},
    ],
)
def test_another_monitor_host_environment_or_system_is_another_alert(other: object) -> None:
    assert alike(one(DATADOG)) != alike(one(other))
    assert key_of_alert(one(DATADOG)) != key_of_alert(one(other))


@pytest.mark.parametrize(
    ("title", "again"),
    [
        ("Queue has 5123 messages", "Queue has 5200 messages"),
        ("p95 3.2s of api", "p95 4s of api"),
        ("disk of db1 91 % full", "RESOLVED: disk of db1 40% full"),
        ("[FIRING:2] DiskFull", "[FIRING:1] DiskFull"),
        ("2 of 3 replicas down", "1 of 3 replicas down"),
        ("errors > 5", "errors > 16"),
        ("backup failed 2026-11-27 03:12", "backup failed 2026-11-28 04:12"),
    ],
)
def test_what_is_measured_makes_no_other_alert(title: str, again: str) -> None:
    assert key_of_alert(one({"title": title})) == key_of_alert(one({"title": again}))


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("db1 is down", "db2 is down"),
        ("Backup of shard 3 failed", "Backup of shard 4 failed"),
        ("10.0.3.12 is down", "10.0.4.12 is down"),
        ("5xx of api", "4xx of api"),
        ("Job 4711 failed", "Job 4712 failed"),
        ("Port 8080 is closed", "Port 8081 is closed"),
    ],
)
def test_a_number_that_names_one_of_several_makes_another_alert(title: str, other: str) -> None:
    assert key_of_alert(one({"title": title})) != key_of_alert(one({"title": other}))


@pytest.mark.parametrize(("path", "row"), rows(), ids=lambda each: getattr(each, "name", ""))
def test_an_alert_that_is_kept_says_the_same(path: Path, row: object) -> None:
    for alert in read_alerts(path.read_text()).alerts:
        kept = alert_from(json.loads(json.dumps(plain_alert(alert))))
        assert kept == alert
        assert told_of(plain_alert(alert)) == alert.for_run()


@pytest.mark.parametrize("plain", [{}, {"facts": 1}, {"system": "x", "facts": {"title": "x"}}])
def test_what_is_no_alert_any_more_says_nothing(plain: dict[str, object]) -> None:
    assert alert_from(plain) is None
    assert told_of(plain) == {}


class Come(Struct, frozen=True):
    last_at: float
    first_at: float = 0.5
    has_ended: bool = False
    is_aside: bool = False

    @property
    def is_open(self) -> bool:
        return not (self.has_ended or self.is_aside)


def test_they_are_grouped_by_what_they_are_about_the_worst_first() -> None:
    come = [
        (Come(1), one({"title": "aaa", "service": "shop", "severity": "warning"})),
        (Come(2), one({"title": "bbb", "host": "web-1"})),
        (Come(3), one({"title": "ccc", "service": "shop", "severity": "critical"})),
        (Come(4), one({"title": "ddd", "service": "shop", "env": "prod", "severity": "high"})),
        (Come(5, has_ended=True), one({"title": "eee", "service": "shop"})),
        (Come(6, is_aside=True), one({"title": "fff", "service": "shop"})),
        (Come(7), one({"title": "ggg", "severity": "warning"})),
    ]
    found = grouped(come)
    told = [(group.about, [alert.title for _, alert in group.alerts]) for group in found.groups]
    assert told == [
        ("shop", ["ccc", "aaa"]),
        ("shop · prod", ["ddd"]),
        ("", ["ggg"]),
        ("web-1", ["bbb"]),
    ]
    assert [alert.title for _, alert in found.ended] == ["eee"]
    assert [alert.title for _, alert in found.aside] == ["fff"]
    assert about(come[3][1]) == "shop · prod"


def test_it_fires_since_it_says_so_and_else_since_it_came() -> None:
    said = {
        "title": "x is down",
        "startsAt": "2026-11-27T02:41:12Z",
        "endsAt": "2026-11-27T03:00:00Z",
    }
    assert began(Come(9), one(said)) == 1_795_747_272
    assert ended(Come(9), one(said)) == 1_795_748_400
    assert (began(Come(9), one(NAGIOS)), ended(Come(9), one(NAGIOS))) == (0.5, 9)
