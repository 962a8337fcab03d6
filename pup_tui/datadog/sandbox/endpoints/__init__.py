"""The endpoints of the sandbox, one module for each part of Datadog."""

from __future__ import annotations

from pup_tui.datadog.sandbox.endpoints import (
    account,
    deployments,
    downtimes,
    flags,
    incidents,
    logs,
    metrics,
    monitors,
    slos,
    workflows,
)
from pup_tui.datadog.sandbox.router import Route

ROUTES: list[Route] = [
    *account.ROUTES,
    *deployments.ROUTES,
    *downtimes.ROUTES,
    *flags.ROUTES,
    *incidents.ROUTES,
    *logs.ROUTES,
    *metrics.ROUTES,
    *monitors.ROUTES,
    *slos.ROUTES,
    *workflows.ROUTES,
]
