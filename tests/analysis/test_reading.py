"""What is read out of alerts: the texts in `data`, of many systems, with the facts that stand in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pup_tui.analysis.alerts.alert import Alert
from pup_tui.analysis.alerts.paste import LARGEST, NoAlert
from pup_tui.analysis.alerts.read import read_alerts

DATA = Path(__file__).parent / "data"


def rows() -> list[tuple[Path, dict[str, Any]]]:
    """Each alert of `data` with what its index says of it."""
    found = []
    for folder in ("alerts", "own"):
        for line in (DATA / folder / "index.jsonl").read_text().splitlines():
            row = json.loads(line)
            found.append((DATA / folder / row["file"], row))
    return found


def first(text: str) -> Alert:
    return read_alerts(text).first


def said(alert: Alert) -> dict[str, Any]:
    told = alert.as_json()
    return {**told["extra"], **{key: told[key] for key in told if key not in ("extra", "read")}}


@pytest.mark.parametrize(("path", "row"), rows(), ids=lambda each: getattr(each, "name", ""))
def test_every_fact_of_an_alert_is_read(path: Path, row: dict[str, Any]) -> None:
    reading = read_alerts(path.read_text())
    found = said(reading.first)
    assert len(reading.alerts) == row["alerts"]
    assert row["system"] in (None, reading.first.system)
    for name, expected in row["facts"].items():
        if name == "secrets":
            assert set(expected) <= set(found[name])
        elif name == "labels":
            assert {key: str(value) for key, value in found[name].items()} == {
                key: str(value) for key, value in expected.items()
            }
        elif isinstance(expected, list):
            assert found[name] == expected
        else:
            assert str(found.get(name)) == str(expected), name


@pytest.mark.parametrize(("path", "row"), rows(), ids=lambda each: getattr(each, "name", ""))
def test_of_every_fact_is_told_where_it_stood(path: Path, row: dict[str, Any]) -> None:
    for alert in read_alerts(path.read_text()).alerts:
        assert all(fact.where for fact in alert.facts.values())


def test_what_is_not_there_stays_away() -> None:
    found = said(first((DATA / "alerts" / "cloudwatch-lambda-records.json").read_text()))
    assert "environment" not in found
    assert "severity" not in found
    found = said(first((DATA / "alerts" / "pagerduty-incident-url.txt").read_text()))
    assert not {"title", "service", "environment", "status"} & set(found)
    found = said(first((DATA / "alerts" / "zabbix-webhook.json").read_text()))
    assert "started_at" not in found  # its time has no zone


def test_guesses_are_marked() -> None:
    alert = first((DATA / "alerts" / "datadog-email.txt").read_text())
    assert {"service", "environment", "cluster"} <= set(alert.guesses)
    assert "title" not in alert.guesses
    assert alert.facts["service"].where == "the name of the pod"


@pytest.mark.proves("P26")
def test_no_secret_is_kept() -> None:
    texts = [
        '{"routing_key": "R0123456789", "event_action": "trigger", "payload": {"summary": "x"}}',
        "Token=8d4e0f5b1c2a&Status=Down&TestID=5&StatusCode=0&Name=x",
        "Down: see https://hooks.slack.com/services/T1/B2/8d4e0f5b1c2a",
        "failed: curl -H 'Authorization: Bearer 8d4e0f5b1c2a8d4e0f5b' https://example.com",
        "disk full\napi_key: 8d4e0f5b1c2a\nhost: db-1",
        "connect to postgres://app:8d4e0f5b1c2a@db-1/orders failed",
        "https://example.com/monitors/1?token=8d4e0f5b1c2a&group=x",
        '{"title": "x", "headers": [{"name": "X-Api-Key", "value": "8d4e0f5b1c2a"}]}',
        '{"alert": "{\\"api_key\\": \\"8d4e0f5b1c2a\\", \\"title\\": \\"x\\"}"}',
        "“password”: “8d4e0f5b1c2a”, host: db-1",
    ]
    for text in texts:
        reading = read_alerts(text)
        told = json.dumps([alert.as_json() for alert in reading.alerts])
        assert "8d4e0f5b1c2a" not in told + reading.text, text
        assert "R0123456789" not in told + reading.text


def test_what_is_an_ordinary_fact_is_no_secret() -> None:
    text = '{"incident_key": "db/1", "title": "tokens are used up", "tokens_per_second": 12}'
    assert said(first(text))["title"] == "tokens are used up"
    assert "***" not in read_alerts(text).text


@pytest.mark.proves("P26")
def test_hostile_text_stays_text() -> None:
    alert = first((DATA / "own" / "hostile.json").read_text())
    assert alert.text("environment") == "{{ 7*7 }}"
    assert alert.text("host") == "db-1; rm -rf /"
    assert "runbook_url" not in alert.facts  # no address that a browser would run


@pytest.mark.parametrize(
    "text", ["", "  \n", "\ufeff", "x" * (LARGEST + 1), "[" + "0," * 60_000 + "0]"]
)
def test_what_is_empty_or_too_large_is_refused(text: str) -> None:
    with pytest.raises(NoAlert) as refused:
        read_alerts(text)
    assert refused.value.hint


@pytest.mark.parametrize(
    "text",
    [
        "[" * 5000, '{"a":' * 3000, "{}", "[]", "null", "42", '"x"', "[1, 2, 3]", '{"alerts": []}',
        '{"alerts": [1, null, "x"]}', '{"alerts": {"a": 1}}', '{"event": {"event_type": 1, "data": 2}}',
        "Subject: =?x?y?z?=\n\n", "Subject: x\nContent-Type: text/plain; charset=nix\n\nä",
        "Content-Type: multipart/mixed\n\nx", "http://[", "https://", "a=b&c=%ff", "\x00\x1b[31m", "kind: [",
        '{"alerts": [{"labels": "x", "status": {}, "startsAt": []}]}', '{"Records": [1]}', "\ud800",
        '{"Message": "{\\"Message\\": \\"{}\\"}"}', "apiVersion: v1\nkind: Event\n", '{"title": ["a", 1]}',
    ],
)  # fmt: skip
def test_whatever_is_pasted_gives_an_alert(text: str) -> None:
    reading = read_alerts(text)
    assert reading.alerts
    json.dumps(reading.first.as_json())


def test_the_firing_and_most_severe_alert_of_a_group_comes_first() -> None:
    alerts = [
        {"status": status, "labels": {"alertname": name, "severity": severity}}
        for name, status, severity in (
            ("A", "resolved", "critical"),
            ("B", "firing", "warning"),
            ("C", "firing", "critical"),
        )
    ]
    reading = read_alerts(json.dumps({"status": "firing", "alerts": alerts}))
    assert [alert.title for alert in reading.alerts] == ["C", "B", "A"]


def test_how_a_paste_was_read_is_told() -> None:
    assert "cut off" in read_alerts((DATA / "alerts" / "truncated-paste.txt").read_text()).notes[0]
    assert read_alerts("everything is slow").notes == ("it was read as text",)
    group = {"alerts": [{"labels": {"alertname": str(n)}} for n in range(120)]}
    reading = read_alerts(json.dumps(group))
    assert len(reading.alerts) == 100
    assert "20 more alerts" in reading.notes[0]


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ('{"startsAt": 1795747503, "title": "x"}', "started_at", "2026-11-27T02:45:03Z"),
        ('{"startsAt": "1795747503000", "title": "x"}', "started_at", "2026-11-27T02:45:03Z"),
        ('{"startsAt": 1795747503000000000, "title": "x"}', "started_at", "2026-11-27T02:45:03Z"),
        ('{"date": "2026-11-27T03:45:03.5+01:00", "title": "x"}', "started_at",
         "2026-11-27T02:45:03.500Z"),
        ('{"startsAt": "2026-11-27 03:45:03", "title": "x"}', "started_at", "None"),
        ("[FIRING:1] DiskFull\n - severity = P2\n - instance = db-1:9100", "host", "db-1"),
        ("[FIRING:1] DiskFull\n - severity = P2\n - instance = db-1:9100", "severity", "high"),
        ("Störung: Platte voll\nUmgebung: Produktion", "environment", "production"),
        ("RESOLVED: disk of db-1 is fine", "status", "resolved"),
        ("https://console.aws.amazon.com/cloudwatch/home?region=eu-west-1#alarmsV2:alarm/orders-5xx", "title",
         "orders-5xx"),
        ("env:prod service:payments p95 3.2s", "environment", "prod"),
        ("env:prod service:payments p95 3.2s", "service", "payments"),
        ("p95 is 3.2s [env:prod,service:payments]", "service", "payments"),
        ("alert DiskFull host:db-3 is full", "host", "db-3"),
        ('level=error msg="service: none" service=auth', "service", "auth"),
        ("Service: payments | Urgency: high", "service", "payments"),
        ("Service: payments | Urgency: high", "severity", "high"),
        ("Service: payments, Env: staging", "service", "payments"),
        ("Service: payments, Env: staging", "environment", "staging"),
        ("Disk is full, Host: db-1, Severity: high", "severity", "high"),
        ("Summary: payments fails, status: 500", "summary", "payments fails, status: 500"),
        ("Problem: lag; Host: db-1; Severity: high", "host", "db-1"),
        ('{"alert": {"name": "Slow", "labels": ["env:prod", "service:pay"]}}', "service", "pay"),
        ("Subject: Full\nContent-Type: text/html\n\n<table><tr><td>Host</td><td>db-9</td></tr></table>",
         "host", "db-9"),
        ("Subject: Full\nContent-Type: text/html\n\n<table><tr><th>Host:</th><td>db-9</td></tr></table>",
         "host", "db-9"),
        ("Subject: Full\nContent-Type: text/html\n\n<table><tr><td><p>It is full.</p></td></tr></table>",
         "summary", "It is full."),
        ("CRITICAL: payments answers 12 % with 5xx", "severity", "critical"),
        ("[PROD] [P2] Checkout is slow", "severity", "high"),
        ("Subject: ** WARNING - load of web-1\n\nIt is high.", "severity", "warning"),
        ("Critical path of the build is slow", "severity", "None"),
        ("Error: no luck", "severity", "None"),
        ("Host: web-1 env:prod", "host", "web-1"),
        ("Summary: down, cause: none, env:prod", "summary", "down, cause: none, env:prod"),
        ("Error:refused\nSummary: a:b is 3:4", "summary", "a:b is 3:4"),
        ('{"alert": {"alertId": "a", "entity": "cache-1.example.com", "tags": ["service:sessions"]}}',
         "service", "sessions"),
        ('{"alert": {"alertId": "a", "entity": "cache-1.example.com"}}', "service", "None"),
        ('{"alert": {"alertId": "a", "entity": "cache-1.example.com"}}', "host", "cache-1.example.com"),
        ('{"ProblemTitle": "x", "ProblemID": "P-1", "ImpactedEntity": "CPU of x", "Tags": "a, service:pay"}',
         "service", "pay"),
        ('{"ProblemTitle": "x", "ProblemID": "P-1", "ImpactedEntity": "CPU on db-9"}', "service", "None"),
        ("https://app.datadoghq.com/event/event?id=7291830456127390124", "alert_id", "7291830456127390124"),
        ("https://app.datadoghq.com/logs?query=service%3Apay%20env%3Aprod", "service", "pay"),
        ("https://app.datadoghq.com/logs?query=service%3Apay%20env%3Aprod", "environment", "prod"),
        ("https://console.cloud.google.com/monitoring/alerting/incidents/0.mab?project=p", "system",
         "Google Cloud Monitoring"),
        ("https://g.example.com/sub/alerting/grafana/ab1/view", "monitor_id", "ab1"),
        ("Monitor APP  3:41 AM\nDisk of db-1 is full\nSee the graph", "title", "Disk of db-1 is full"),
        ("Monitor\nAPP  3:41 AM\nDisk of db-1 is full", "title", "Disk of db-1 is full"),
        ("Subject: DOWN: Shop\n\nShop alert:\nShop is down since 3.", "summary", "Shop is down since 3."),
        ("https://acme.sentry.io/issues/5318/?environment=production", "environment", "production"),
        ('{"kind": "Event", "involvedObject": {"kind": "Pod", "name": "web-5d8f7c-abcde"}, "reason": "x"}',
         "service", "web"),
    ],
)  # fmt: skip
def test_times_words_and_names(text: str, name: str, value: str) -> None:
    assert str(said(first(text)).get(name)) == value


def test_tags_without_a_value_and_messages_of_a_chat() -> None:
    alert = first('{"name": "lag", "tags": ["production", "kafka"], "status": "ALERT"}')
    assert alert.tags == ("production", "kafka")
    assert (alert.text("title"), alert.text("environment")) == ("lag", "production")
    text = (
        "PagerDuty\nAPP  9:12 AM\nTriggered <https://example.pagerduty.com/incidents/Q9|#4821>: it fails\n"
        "*Service:* <https://example.com|settlement>  *Urgency:* High"
    )
    found = said(first(text))
    assert (found["title"], found["service"], found["alert_id"]) == ("it fails", "settlement", "Q9")
    assert (found["severity"], found["url"]) == (
        "high",
        "https://example.pagerduty.com/incidents/Q9",
    )


@pytest.mark.parametrize(
    "head", ["", "Subject: x\n\n", "datadoghq.eu/monitors/1 ", "Events:\n", '{"title": "']
)
@pytest.mark.parametrize(
    "flood", ["a", "*", "\n", " ", "<http://", "a.", "[", "a: ", "token=", "_"]
)
def test_floods_are_read_in_time_that_grows_with_their_length(head: str, flood: str) -> None:
    assert read_alerts(head + "x" + flood * 20_000 + "x").alerts


@pytest.mark.parametrize(
    "begins", ["The disk of web-1 is full\n", "Subject: The disk of web-1 is full\n\n"]
)
def test_of_a_long_text_only_the_beginning_is_read_and_that_is_said(begins: str) -> None:
    reading = read_alerts(begins + "nothing else\n" * 20_000 + "host: web-2\n")
    assert "only its first 100,000 characters were read" in reading.notes
    assert reading.first.title == "The disk of web-1 is full"
    assert reading.first.text("host") == "web-1"
    whole = read_alerts(json.dumps({"title": "x is down", "log": "y" * 200_000, "host": "web-3"}))
    assert (whole.notes, whole.first.text("host")) == ((), "web-3")


@pytest.mark.proves("P26")
@pytest.mark.parametrize(
    "text",
    [
        "x is down token=a=hunter2hunter2",
        "x is down, a=token=hunter2hunter2",
        'x is down {"api_key" : "hunter2hunter2"}',
        "x is down `password`: `hunter2hunter2`",
        "x is down *API Key:* hunter2hunter2",
        "x is down\n-----BEGIN RSA PRIVATE KEY-----\nhunter2hunter2",
        "x is down; curl -u admin:hunter2hunter2 https://example.com",
        "x is down https://example.com/a?X-Amz-Signature=hunter2hunter2&b=1",
        "x is down DD_API_KEY=hunter2hunter2",
    ],
)
def test_a_secret_in_a_text_is_taken_out_wherever_it_stands(text: str) -> None:
    for said in (text, json.dumps({"title": "x", "log": text}), json.dumps({"text": text})):
        reading = read_alerts(said)
        assert "hunter2hunter2" not in reading.text + str(reading.alerts)


@pytest.mark.parametrize(
    "text",
    [
        "Subject: x is down\nDate: Fri, 27 Nov 2026 04:15:00 +09999999999999999999\n\nHost: web-1\n",
        "Betreff: x is down \ud800\n\nHost: web-1\n",
        "Subject: =?utf-8?b?=?utf-8?b? x is down\nContent-Type: text/plain; charset=x\n\nHost: web-1\n",
    ],
)
def test_a_mail_with_headers_that_nobody_can_read_is_read_all_the_same(text: str) -> None:
    alert = first(text)
    assert "x is down" in alert.title
    assert alert.text("host") == "web-1"
