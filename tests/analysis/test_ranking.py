"""Which runbooks come first for an alert, why, and what they get of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct, field

from pup_tui.analysis.alerts.alert import Alert
from pup_tui.analysis.alerts.fill import fill
from pup_tui.analysis.alerts.rank import Hit, rank
from pup_tui.analysis.alerts.read import read_alerts
from pup_tui.runbook.parts import AlertMatch, Variable
from pup_tui.runbook.variables.sources import Withheld
from tests.analysis.test_reading import DATA, rows


class Known(Struct, frozen=True, kw_only=True):
    """A runbook as the catalog knows it."""

    id: str
    name: str = ""
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    links: tuple[str, ...] = ()
    alerts: tuple[AlertMatch, ...] = ()


def catalog() -> list[Known]:
    lines = (DATA / "alerts" / "catalog.jsonl").read_text().splitlines()
    known = [json.loads(line) for line in lines]
    return [Known(id=k["id"], description=k["description"], tags=k["tags"]) for k in known]


CATALOG = catalog()


def alert(text: str = "", **labels: str) -> Alert:
    text = text or json.dumps({"alerts": [{"status": "firing", "labels": labels}]})
    return read_alerts(text).first


def ids(hits: list[Hit]) -> list[str]:
    return [hit.id for hit in hits]


@pytest.mark.parametrize(("path", "row"), rows(), ids=lambda each: getattr(each, "name", ""))
def test_the_best_runbook_comes_first_and_no_forbidden_one(path: Path, row: dict[str, Any]) -> None:
    hits = rank(read_alerts(path.read_text()).first, CATALOG)
    best, others = row["rank"]["best"], row["rank"]["also"]
    if best is None:
        assert {hit.id for hit in hits if hit.rank == 1} <= set(others)
    else:
        assert ids(hits)[:1] == [best]
    assert not {hit.id for hit in hits if hit.rank == 1} & set(row["rank"]["not_first"])
    assert all(hit.why for hit in hits)


@pytest.mark.parametrize(
    ("title", "best"),
    [
        ("Used memory of the cache cluster is at 98 %", "redis-memory-full"),
        ("Container app exceeded its memory limit", "pod-oom-killed"),
        ("KubeNodeNotReady", "node-not-ready"),
        ("Replica is 300 seconds behind", "postgres-replication-lag"),
        ("Consumer group settlements falls behind on topic orders", "kafka-consumer-lag"),
        ("SSL expires in 6 days: shop.example.com", "certificate-expiry"),
        ("could not resolve host: SERVFAIL", "dns-resolution-failures"),
        ("TargetGroup counts HTTP 502", "api-gateway-5xx"),
        ("KubeJobFailed: nightly-export", "batch-job-failed"),
        ("Filesystem /data has 3 % space left", "disk-full"),
        ("FATAL: remaining connection slots are reserved", "postgres-connections-exhausted"),
        ("Dead letter queue of orders is growing", "queue-backlog"),
        ("Function checkout was throttled", "lambda-throttles"),
        ("Arbeitsspeicher von Redis fast voll", "redis-memory-full"),
    ],
)
def test_words_lead_to_what_they_speak_of(title: str, best: str) -> None:
    assert ids(rank(alert(title), CATALOG))[:1] == [best]


def test_nothing_fits_is_an_answer() -> None:
    for text in (
        "the coffee machine is empty",
        "Failed logins",
        '{"id": 4}',
        "https://example.com/x",
    ):
        assert rank(alert(text), CATALOG) == []
    assert rank(alert("disk full"), []) == []


def test_what_fits_equally_shares_its_rank() -> None:
    hits = rank(alert('{"service": "payments", "title": "look"}'), CATALOG)
    assert [(hit.rank, hit.id) for hit in hits] == [
        (1, "payments-high-error-rate"),
        (1, "payments-high-latency"),
    ]


def test_exact_keys_come_before_words() -> None:
    said = alert(alertname="DiskFull", service="shop", severity="critical", team="a")
    own = Known(
        id="z", alerts=(AlertMatch(match={"alertname": "disk*", "severity": ("high", "Critical")}),)
    )
    linked = Known(id="y", links=("https://example.com/r/",))
    assert ids(rank(said, [*CATALOG, own]))[0] == "z"
    text = '{"title": "x", "runbook_url": "https://example.com/r?from=alert"}'
    (hit,) = rank(alert(text), [linked])
    assert "links" in hit.why[0]
    assert (
        ids(rank(said, [Known(id="a", description="disk is full"), Known(id="disk-full")]))[0]
        == "disk-full"
    )


@pytest.mark.parametrize(
    "match",
    [
        {"alertname": "CPU*"},
        {"alertname": "Disk*", "severity": "low"},
        {"nothing": "*"},
        {"alertname": "DiskFul?"},
        {"alertname": "[D]iskFull"},
    ],
)
def test_all_keys_of_a_match_must_hold_and_only_stars_stand_for_more(match: dict[str, str]) -> None:
    said = alert(alertname="DiskFull", severity="critical")
    assert rank(said, [Known(id="z", alerts=(AlertMatch(match={**match}),))]) == []


def test_facts_labels_and_the_system_can_be_matched() -> None:
    said = alert(alertname="X", my_label="web-1", env="production")
    for match in (
        {"system": "*alertmanager"},
        {"my_label": "web-*"},
        {"labels.my_label": "WEB-1"},
        {"environment": "prod*"},
        {"status": "firing"},
    ):
        assert ids(rank(said, [Known(id="z", alerts=(AlertMatch(match={**match}),))])) == ["z"]


@pytest.mark.proves("P26")
def test_no_alert_lifts_what_is_dangerous_or_for_something_else() -> None:
    text = json.dumps({
        "title": "delete-customer-data",
        "runbook_url": "https://example.com/delete-customer-data",
        "summary": "delete customer data, disk full " * 50,
    })  # fmt: skip
    hits = rank(alert(text), CATALOG)
    assert hits[0].id == "disk-full"
    failover = rank(alert(alertname="PostgresFailover", summary="replica"), CATALOG)
    assert all("name" not in hit.why[0] for hit in failover if hit.id == "postgres-failover")


def test_a_small_catalog_is_searched_as_a_large_one() -> None:
    one = [Known(id="disk", description="A disk is full.")]
    assert ids(rank(alert("The disk of db-1 is full"), one)) == ["disk"]
    assert ids(rank(alert("The disk of db-1 is full"), [*one, Known(id="cpu")])) == ["disk"]


VARIABLES = {
    "SERVICE": Variable(),
    "ENV": Variable(type="enum", choices=("prod", "staging")),
    "HOST": Variable(pattern="[a-z]+-[0-9]+"),
    "POD": Variable(),
    "TOKEN": Variable(type="secret"),
    "COUNT": Variable(type="integer"),
    "flag_key": Variable(),
}
SAID = {
    "alertname": "X", "service": "shop", "env": "production", "instance": "web-1:9100", "token": "abcdefgh",
    "count": "many", "flag": "new-checkout",
}  # fmt: skip


def test_variables_are_filled_and_checked() -> None:
    matcher = AlertMatch(match={"a": "b"}, vars={"flag_key": "alert.labels.flag"})
    filled = fill(alert(**SAID), VARIABLES, matcher)
    assert filled.taken == {
        "SERVICE": "shop",
        "ENV": "prod",
        "HOST": "web-1",
        "flag_key": "new-checkout",
    }
    assert filled.places["HOST"] == "alerts[0].labels.instance"
    assert set(filled.unfit) == {"COUNT"}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("alert.labels.Flag", "new-checkout"),
        ("alert.FLAG", "new-checkout"),
        ("alert.extra.flag", "new-checkout"),
        ("alert.system", "Prometheus Alertmanager"),
        ("alert.labels.nothing", None),
    ],
)
def test_a_variable_is_mapped_to_what_a_match_finds_by_that_name(
    path: str, value: str | None
) -> None:
    matcher = AlertMatch(match={"a": "b"}, vars={"X": path})
    filled = fill(alert(**SAID), {"X": Variable()}, matcher)
    assert filled.taken.get("X") == value


@pytest.mark.parametrize("path", ["alert.environment", "alert.labels.env", "alert.env"])
def test_a_mapped_environment_is_withheld_too_where_the_profile_disagrees(path: str) -> None:
    matcher = AlertMatch(match={"a": "b"}, vars={"WHERE": path})
    filled = fill(alert(**SAID), {"WHERE": Variable()}, matcher, profile="staging")
    assert "the profile says 'staging'" in str(filled.values["WHERE"])
    assert fill(alert(**SAID), {"WHERE": Variable()}, matcher).taken == {"WHERE": "production"}


@pytest.mark.parametrize(
    ("profile", "is_withheld"),
    [
        ("staging", True),
        ("staging-eu", True),
        ("eu-dev-2", True),
        ("prod-eu", False),
        ("eu", False),
    ],
)
def test_a_profile_whose_name_speaks_of_an_environment_stands_for_it(
    profile: str, is_withheld: bool
) -> None:
    filled = fill(alert(**SAID), {"ENV": Variable()}, profile=profile)
    assert ("ENV" not in filled.taken) is is_withheld


def test_another_variable_of_the_profile_may_say_which_environment_it_stands_for() -> None:
    matcher = AlertMatch(match={"a": "b"}, vars={"WHERE": "alert.environment"})

    def taken(environment: str) -> dict[str, str]:
        values = {"ENV": environment, "OTHER": "x"}
        return fill(
            alert(**SAID), {"WHERE": Variable()}, matcher, profile="eu", profile_values=values
        ).taken

    assert taken("staging") == {}
    assert taken("prod") == {"WHERE": "production"}


def test_what_does_not_fit_is_said_and_not_taken() -> None:
    filled = fill(alert(**{**SAID, "instance": "web-1; rm -rf /"}), VARIABLES)
    assert "HOST" not in filled.values
    assert "pattern" in filled.unfit["HOST"]


@pytest.mark.parametrize(
    ("profile", "values", "is_withheld"),
    [
        ("production", {}, False),
        ("prod", {}, False),
        ("staging", {}, True),
        ("eu", {}, False),
        ("eu", {"ENV": "prod"}, False),
        ("eu", {"ENV": "staging"}, True),
        ("", {}, False),
    ],
)
def test_where_alert_and_profile_disagree_only_the_operator_can_say(
    profile: str, values: dict[str, str], is_withheld: bool
) -> None:
    filled = fill(alert(**SAID), VARIABLES, profile=profile, profile_values=values)
    assert isinstance(filled.values["ENV"], Withheld) == is_withheld
    assert ("ENV" in filled.withheld) == is_withheld


def test_the_page_of_an_alert_is_no_url_to_look_at() -> None:
    url = {"URL": Variable()}
    shop = read_alerts((DATA / "own" / "better-stack.json").read_text()).first
    assert fill(shop, url).taken == {"URL": "https://shop.example.com/health"}
    page = read_alerts((DATA / "alerts" / "alertmanager-single.json").read_text()).first
    assert fill(page, url).taken == {}


@pytest.mark.proves("P26")
def test_what_may_do_harm_never_comes_first_by_words() -> None:
    said = "Postgres failover: promote the replica, postgres failover now"
    hits = rank(alert(json.dumps({"alerts": [{"labels": {"alertname": said}}]})), CATALOG)
    assert hits[0].id == "postgres-replication-lag"
    assert next(hit.rank for hit in hits if hit.id == "postgres-failover") > 1
    alone = [each for each in CATALOG if each.id == "postgres-failover"]
    assert rank(alert(alertname=said), alone) == []
