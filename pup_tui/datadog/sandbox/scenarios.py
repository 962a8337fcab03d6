"""What the sandbox can play: small functions that fill a world."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pup_tui.datadog.sandbox import ids
from pup_tui.datadog.sandbox.records import (
    Fault,
    FeatureFlag,
    FlagEnvironment,
    Incident,
    Instance,
    Monitor,
    Service,
    Slo,
    Workflow,
)

if TYPE_CHECKING:
    from pup_tui.datadog.sandbox.world import World

MINUTE = 60.0
HOUR = 60 * MINUTE
DAY = 24 * HOUR

FLAG_REMEDY = f"flag {ids.FLAG_KEY}"

FAULT_BEGAN = -30 * MINUTE
"""The scenario second at which the trouble of a scenario began."""


def demo(world: World) -> None:
    """A live incident in payments, and a redis that can be drained."""
    _add_payments(world, flag_on=True, sli=99.62, budget=24.0)
    _add_redis(world)
    _add_fault(world, remedies=frozenset({FLAG_REMEDY, "deploy"}))
    _add_incidents(world, live=True)


def incident(world: World) -> None:
    """Payments alone, with its incident: a flag or the mitigation workflow ends it."""
    _add_payments(world, flag_on=True, sli=99.31, budget=-38.0)
    _add_fault(world, remedies=frozenset({FLAG_REMEDY}))
    _add_incidents(world, live=True)


def deployment(world: World) -> None:
    """Payments fails since its last version; only a new deployment helps."""
    _add_payments(world, flag_on=False, sli=99.83, budget=66.0)
    _add_fault(world, remedies=frozenset({"deploy"}))
    _add_incidents(world, live=False)


def drain(world: World) -> None:
    """A redis that drains once a downtime covers it or somebody watches its requests."""
    _add_redis(world)


def quiet(world: World) -> None:
    """Everything is well."""
    _add_payments(world, flag_on=False, sli=99.94, budget=88.0)
    _add_redis(world)
    world.services["redis"].drains_when_watched = False
    _add_incidents(world, live=False)


def rate_limited(world: World) -> None:
    """The demo behind a rate limit that a busy caller meets at once."""
    demo(world)
    world.rate_limit = 5


SCENARIOS: MappingProxyType[str, Callable[[World], None]] = MappingProxyType(
    {
        "demo": demo,
        "incident": incident,
        "deployment": deployment,
        "drain": drain,
        "quiet": quiet,
        "rate-limited": rate_limited,
    }
)


# ---------------------------------------------------------------------- the services


def _add_payments(world: World, *, flag_on: bool, sli: float, budget: float) -> None:
    now = world.timeline.wall()
    world.services["payments"] = Service("payments", "shop", 120.0, 0.4, 0.18)
    world.monitors += _payments_monitors(now)
    world.slos.append(
        Slo(
            id=ids.PAYMENTS_SLO_ID,
            name="payments: checkouts succeed",
            service="payments",
            tags=["service:payments", "env:production", "team:shop"],
            description="Checkout requests that are answered without an error.",
            target=99.5,
            warning=99.7,
            sli=sli,
            budget=budget,
            created=now - 200 * DAY,
        )
    )
    world.flags += _flags(now, flag_on=flag_on)
    world.workflows += _workflows(now)
    world.effects |= {ids.DEPLOY_WORKFLOW_ID: _deploy, ids.MITIGATION_WORKFLOW_ID: _mitigate}
    world.deploy("payments", "v2.13.4", "production", now - 26 * HOUR, now - 26 * HOUR + 240)
    world.deploy("payments", "v2.14.0", "production", now - 41 * MINUTE, now - 37 * MINUTE)


def _add_redis(world: World) -> None:
    now = world.timeline.wall()
    world.services["redis"] = Service(
        "redis", "platform", 840.0, 0.2, 0.002, drains_when_watched=True
    )
    world.monitors.append(
        Monitor(
            id=ids.REDIS_MONITOR_ID,
            name="redis: commands are slow",
            type="query alert",
            query="avg(last_5m):avg:trace.redis.command.duration"
            "{service:redis,env:production} > 0.02",
            service="redis",
            measure="duration",
            critical=0.02,
            warning=0.01,
            tags=["service:redis", "env:production", "team:platform"],
            message="redis answers slowly. @slack-platform",
            created=now - 300 * DAY,
        )
    )
    world.slos.append(
        Slo(
            id=ids.REDIS_SLO_ID,
            name="redis: commands succeed",
            service="redis",
            tags=["service:redis", "env:production", "team:platform"],
            description="Commands that are answered without an error.",
            target=99.9,
            warning=99.95,
            sli=99.978,
            budget=78.0,
            created=now - 200 * DAY,
        )
    )
    world.deploy("redis", "7.4.2", "production", now - 9 * DAY, now - 9 * DAY + 900)


def _payments_monitors(now: float) -> list[Monitor]:
    tags = ["service:payments", "env:production", "team:shop"]
    scope = "{service:payments,env:production}"
    common: dict[str, Any] = {"service": "payments", "tags": tags, "created": now - 200 * DAY}
    return [
        Monitor(
            id=ids.MONITOR_ID,
            name="payments: error rate is high",
            type="query alert",
            query=f"sum(last_5m):sum:trace.servlet.request.errors{scope}.as_count() / "
            f"sum:trace.servlet.request.hits{scope}.as_count() > 0.05",
            measure="error_ratio",
            critical=0.05,
            warning=0.04,
            message="Checkouts fail. @slack-shop",
            priority=1,
            **common,
        ),
        Monitor(
            id=ids.LATENCY_MONITOR_ID,
            name="payments: requests are slow",
            type="query alert",
            query=f"avg(last_5m):avg:trace.servlet.request.duration{scope} > 0.5",
            measure="duration",
            critical=0.5,
            warning=0.3,
            message="Checkouts are slow. @slack-shop",
            priority=3,
            **common,
        ),
        Monitor(
            id=ids.LOG_MONITOR_ID,
            name="payments: many errors are logged",
            type="log alert",
            query='logs("service:payments status:error").index("*").rollup("count")'
            '.last("5m") > 100',
            measure="errors",
            critical=5.0,
            warning=4.0,
            message="Look at the logs first. @slack-shop",
            priority=2,
            **common,
        ),
    ]


def _flags(now: float, *, flag_on: bool) -> list[FeatureFlag]:
    def environments(*, production: bool) -> list[FlagEnvironment]:
        return [
            FlagEnvironment(ids.PRODUCTION_ENVIRONMENT_ID, "production", True, production),
            FlagEnvironment(ids.STAGING_ENVIRONMENT_ID, "staging", False, True),
        ]

    return [
        FeatureFlag(
            id=ids.FLAG_ID,
            key=ids.FLAG_KEY,
            name="New checkout",
            description="The new checkout flow of payments.",
            environments=environments(production=flag_on),
            created=now - 20 * DAY,
            updated=now + FAULT_BEGAN if flag_on else now - 2 * DAY,
            tags=["service:payments", "team:shop"],
        ),
        FeatureFlag(
            id=ids.OTHER_FLAG_ID,
            key=ids.OTHER_FLAG_KEY,
            name="Dark mode",
            description="Dark colours in the shop.",
            environments=environments(production=True),
            created=now - 90 * DAY,
            updated=now - 60 * DAY,
            tags=["team:shop"],
        ),
    ]


# ---------------------------------------------------------------------- the trouble


def _add_fault(world: World, *, remedies: frozenset[str]) -> None:
    world.fault = Fault("payments", errors=26.0, seconds=0.9, remedies=remedies)
    world.direct_fault(FAULT_BEGAN)
    world.settle()
    began = world.timeline.wall() + FAULT_BEGAN
    for monitor in world.monitors:
        if monitor.state != "OK":
            monitor.changed = began + 3 * MINUTE


def _add_incidents(world: World, *, live: bool) -> None:
    now = world.timeline.wall()
    world.incidents.append(
        Incident(
            id=ids.PAST_INCIDENT_ID,
            public_id=ids.PAST_INCIDENT_PUBLIC_ID,
            title="Refunds are delayed",
            fields={
                "severity": "SEV-4",
                "state": "resolved",
                "services": ["payments"],
                "teams": ["shop"],
                "detection_method": "employee",
                "root_cause": "A queue worker was stuck.",
                "summary": "Refunds were up to two hours late.",
            },
            created=now - 12 * DAY,
            modified=now - 11 * DAY,
            resolved=now - 11 * DAY,
        )
    )
    if live:
        world.incidents.insert(0, _live_incident(now))


def _live_incident(now: float) -> Incident:
    return Incident(
        id=ids.INCIDENT_ID,
        public_id=ids.INCIDENT_PUBLIC_ID,
        title="Checkouts fail in payments",
        fields={
            "severity": "SEV-2",
            "state": "active",
            "services": ["payments"],
            "teams": ["shop"],
            "detection_method": "monitor",
            "root_cause": None,
            "summary": "About one checkout in five fails since the new checkout flow is on.",
        },
        created=now + FAULT_BEGAN + 4 * MINUTE,
        modified=now + FAULT_BEGAN + 9 * MINUTE,
        customer_impact="Customers cannot pay.",
        commanded=True,
    )


# ---------------------------------------------------------------------- the workflows


def _workflows(now: float) -> list[Workflow]:
    created = now - 100 * DAY
    return [
        Workflow(
            id=ids.DEPLOY_WORKFLOW_ID,
            name="Deploy a service",
            description="Rolls a version of a service out and records the deployment.",
            steps=["Build", "Roll_out"],
            inputs=[
                _input("service", "The service to roll out."),
                _input("version", "Without one, the one after the newest.", defaultValue=""),
                _input(
                    "env",
                    "Where to.",
                    allowedValues=["staging", "production"],
                    defaultValue="production",
                ),
            ],
            created=created,
            tags=["type:deployment", "team:shop"],
        ),
        Workflow(
            id=ids.MITIGATION_WORKFLOW_ID,
            name="Mitigate the checkout incident",
            description="Turns new-checkout off in production and marks the incident as stable.",
            steps=["Turn_flag_off", "Update_incident"],
            inputs=[
                _input("service", "The service that fails.", defaultValue="payments"),
                _input("incident_id", "The incident to mark as stable.", defaultValue=""),
            ],
            created=created,
            tags=["type:incident", "team:shop"],
        ),
        Workflow(
            id=ids.FAILING_WORKFLOW_ID,
            name="Restart the payment workers",
            description="Fails, because its connection has no permission.",
            steps=["Restart"],
            inputs=[],
            created=created,
            fails=True,
        ),
        Workflow(
            id=ids.DRAFT_WORKFLOW_ID,
            name="Drain a region",
            description="A draft that nobody has published.",
            steps=["Drain"],
            inputs=[_input("percent", "How much of the traffic.", type="NUMBER", defaultValue=50)],
            created=created,
            published=False,
        ),
    ]


def _input(name: str, description: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": "STRING", "description": description, **more}


def _deploy(world: World, instance: Instance) -> dict[str, Any]:
    inputs = {name.lower(): value for name, value in instance.inputs.items()}
    service = str(inputs.get("service") or "payments")
    env = str(inputs.get("env") or "production")
    version = str(inputs.get("version") or _next_version(world, service))
    world.deploy(service, version, env, instance.started, instance.ended or instance.started)
    if world.fault is not None and service == world.fault.service:
        world.remedy("deploy", instance.ends, applied=True)
    return {"service": service, "version": version, "env": env, "status": "deployed"}


def _next_version(world: World, service: str) -> str:
    last = next((one.version for one in world.deployments if one.service == service), "v0.0.0")
    return re.sub(r"\d+$", lambda number: str(int(number[0]) + 1), last)


def _mitigate(world: World, instance: Instance) -> dict[str, Any]:
    flag = next(one for one in world.flags if one.key == ids.FLAG_KEY)
    production = flag.environment("production")
    if production is not None:
        production.enabled = False
        flag.updated = instance.ended or instance.started
    world.remedy(FLAG_REMEDY, instance.ends, applied=True)
    for one in world.incidents:
        if one.fields["state"] == "active":
            one.fields["state"] = "stable"
            one.fields["root_cause"] = f"The flag {ids.FLAG_KEY} was on in production."
            one.modified = instance.ended or instance.started
    return {"flag": ids.FLAG_KEY, "environment": "production", "status": "DISABLED"}
