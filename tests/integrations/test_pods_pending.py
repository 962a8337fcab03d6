"""The runbook for pods without a node by the real kubectl against a stand-in for a cluster."""

from __future__ import annotations

from typing import Any

import pytest

from pup_tui.core.state import RunStatus
from tests.integrations.test_kubernetes_runbooks import run
from tests.support.cluster_api import KubernetesApi
from tests.support.library_runs import Answers, outcomes, troubles

pytestmark = pytest.mark.library


def pending(api: KubernetesApi) -> dict[str, Any]:
    """A pod more than there is room for: one on each node, and the first node takes none."""
    for node in api.cluster.of("nodes"):
        node["status"]["allocatable"]["pods"] = "2"
    api.cluster.get("nodes", "node-1")["spec"]["unschedulable"] = True
    api.cluster.get("nodes", "node-2")["status"]["allocatable"]["pods"] = "1"
    api.cluster.deployment("worker", "worker:1", 1)
    (pod,) = api.cluster.pods("worker")
    return {"NAMESPACE": "shop", "POD": pod, "WAIT": "20s"}


def node_of(api: KubernetesApi, given: dict[str, Any]) -> str:
    return str(api.cluster.get("pods", given["POD"])["spec"].get("nodeName", ""))


def takes_pods(api: KubernetesApi) -> bool:
    return not api.cluster.get("nodes", "node-1")["spec"].get("unschedulable")


UNCORDON: Answers = {"what": {"DO": "uncordon", "TAKER": "node-1"}}
SHRINK: Answers = {"what": {"DO": "shrink", "SHRUNK": "web", "COUNT": "0"}}


async def test_a_node_takes_pods_again(kubernetes: KubernetesApi) -> None:
    given = pending(kubernetes)
    state, seen = await run(kubernetes, "pods-pending", given, UNCORDON)
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert node_of(kubernetes, given) == "node-1"
    assert "0 nodes are available." in seen.questions[0].message
    assert "Of 2 nodes these take no pods: node-1" in seen.questions[0].message


async def test_another_deployment_makes_room(kubernetes: KubernetesApi) -> None:
    given = pending(kubernetes)
    state, seen = await run(kubernetes, "pods-pending", given, SHRINK)
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert node_of(kubernetes, given) == "node-2"
    assert kubernetes.cluster.pods("web") == []


async def test_a_node_that_does_not_help_takes_no_pods_again(kubernetes: KubernetesApi) -> None:
    given = {**pending(kubernetes), "WAIT": "1s"}
    kubernetes.cluster.get("nodes", "node-1")["status"]["allocatable"]["pods"] = "1"
    state, _ = await run(kubernetes, "pods-pending", given, UNCORDON)
    assert state.status is RunStatus.FAILED
    assert outcomes(state)["ready"] == "failed"
    assert not takes_pods(kubernetes)


async def test_a_pod_that_has_a_node_is_left_alone(kubernetes: KubernetesApi) -> None:
    given = {**pending(kubernetes), "POD": kubernetes.cluster.pods("web")[0]}
    state, seen = await run(kubernetes, "pods-pending", given)
    assert state.status is RunStatus.SUCCEEDED
    assert seen.questions == []
