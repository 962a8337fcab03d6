"""The runbook for autoscalers at their limit by the real kubectl against a stand-in for a cluster."""

from __future__ import annotations

import pytest

from pup_tui.core.state import RunStatus
from tests.integrations.test_kubernetes import autoscaled
from tests.integrations.test_kubernetes_runbooks import run
from tests.support.cluster_api import KubernetesApi
from tests.support.library_runs import Answers, outcomes, troubles

pytestmark = pytest.mark.library

GIVEN = {"NAMESPACE": "shop", "AUTOSCALER": "web", "WAIT": "5m", "SETTLE": "5m"}
FIVE: Answers = {"limit": {"NEW_MOST": "5"}}


def limit(api: KubernetesApi) -> int:
    return int(api.cluster.get("horizontalpodautoscalers", "web")["spec"]["maxReplicas"])


async def test_it_has_more_pods(kubernetes: KubernetesApi) -> None:
    autoscaled(kubernetes, 9)
    state, seen = await run(kubernetes, "hpa-maxed", GIVEN, FIVE)
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert limit(kubernetes) == len(kubernetes.cluster.pods("web")) == 5
    asked, raised, afterwards = seen.questions
    assert "has 3 and wants 3\n(more than maximum). 3 of 3 are ready." in asked.message
    assert "have 5 pods of web in place of 3?" in raised.message
    assert "That is its limit again" in afterwards.message


async def test_pods_that_find_no_room_bring_the_limit_back(kubernetes: KubernetesApi) -> None:
    autoscaled(kubernetes, 5)
    for node in kubernetes.cluster.of("nodes"):
        node["status"]["allocatable"]["pods"] = "2"
    state, _ = await run(kubernetes, "hpa-maxed", {**GIVEN, "WAIT": "1s"}, FIVE)
    assert state.status is RunStatus.FAILED
    assert outcomes(state)["ready"] == "failed"
    assert limit(kubernetes) == len(kubernetes.cluster.pods("web")) == 3


async def test_one_that_may_have_more_is_left_alone(kubernetes: KubernetesApi) -> None:
    autoscaled(kubernetes, 2)
    state, seen = await run(kubernetes, "hpa-maxed", GIVEN)
    assert state.status is RunStatus.SUCCEEDED
    assert seen.questions == []
