"""The runbooks for Kubernetes by the real kubectl against a stand-in for the interface of a cluster."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from pup_tui.core.state import RunState, RunStatus
from tests.integrations.test_kubernetes import crash
from tests.support.cluster_api import KubernetesApi
from tests.support.library_runs import Answers, outcomes, run_of, troubles
from tests.support.runs import Seen

pytestmark = pytest.mark.library


async def run(
    api: KubernetesApi,
    runbook: str,
    values: Mapping[str, Any],
    answers: Answers | None = None,
    after: Mapping[str, Callable[[], None]] | None = None,
) -> tuple[RunState, Seen]:
    return await run_of(
        f"kubernetes/{runbook}",
        api.kubeconfig.with_name("run"),
        values,
        environ={"KUBECONFIG": str(api.kubeconfig), "PUP_TUI_KUBERNETES_CONTEXT": "here"},
        answers=answers,
        after=after,
    )


def images(api: KubernetesApi) -> set[str]:
    names = api.cluster.pods("web")
    return {api.cluster.get("pods", name)["spec"]["containers"][0]["image"] for name in names}


ROLLOUT = {"NAMESPACE": "shop", "DEPLOYMENT": "web", "TO": 0, "WAIT": "1s", "STEADY": 0}


async def test_a_bad_rollout_is_undone(kubernetes: KubernetesApi) -> None:
    ill = crash(kubernetes)
    state, seen = await run(kubernetes, "rollout-undo", ROLLOUT)
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert kubernetes.cluster.image("web") == "web:1"
    assert images(kubernetes) == {"web:1"}
    back, _ = seen.questions
    assert "revision 1 (web:1) in place of 2 (web:2)" in back.message
    assert f"2 of 2 pods are ready. Not ready: {ill}." in back.message


async def test_pods_that_do_not_stay_ready_bring_the_newest_revision_back(
    kubernetes: KubernetesApi,
) -> None:
    crash(kubernetes)

    def node_lost() -> None:
        kubernetes.cluster.broken["web:1"] = kubernetes.cluster.broken.pop("web:2")
        kubernetes.cluster.remove(("pods", "shop", kubernetes.cluster.pods("web")[0]))
        kubernetes.cluster.settle()

    state, _ = await run(kubernetes, "rollout-undo", ROLLOUT, after={"back": node_lost})
    assert state.status is RunStatus.FAILED
    assert outcomes(state)["steady"] == "failed"
    assert kubernetes.cluster.image("web") == "web:2"
    assert images(kubernetes) == {"web:2"}


async def test_a_no_leaves_the_rollout_as_it_is(kubernetes: KubernetesApi) -> None:
    crash(kubernetes)
    state, _ = await run(kubernetes, "rollout-undo", ROLLOUT, {"back": "no"})
    assert state.status is RunStatus.ABORTED
    assert kubernetes.cluster.image("web") == "web:2"
    assert {each.method for each in kubernetes.server.requests} == {"GET"}


async def test_a_paused_rollout_is_left_to_who_paused_it(kubernetes: KubernetesApi) -> None:
    kubernetes.cluster.get("deployments", "web")["spec"]["paused"] = True
    state, _ = await run(kubernetes, "rollout-undo", ROLLOUT)
    assert state.status is RunStatus.FAILED
    assert outcomes(state)["paused"] == "succeeded"
    assert outcomes(state)["earlier"] == "skipped"


def crashloop(pod: str) -> dict[str, Any]:
    return {"NAMESPACE": "shop", "POD": pod, "WAIT": "1s", "STEADY": 0}


async def test_a_version_that_crashes_is_taken_back(kubernetes: KubernetesApi) -> None:
    ill = crash(kubernetes)
    answers: Answers = {"what": {"DEPLOYMENT": "web", "DO": "undo"}}
    state, seen = await run(kubernetes, "crashloop", crashloop(ill), answers)
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert images(kubernetes) == {"web:1"}
    what, _ = seen.questions
    assert "started 7 times" in what.message
    assert "ended by Error (exit code 1)" in what.message
    assert "no DATABASE_URL" in what.message


async def test_a_pod_that_crashes_is_made_anew(kubernetes: KubernetesApi) -> None:
    ill = crash(kubernetes)

    def database_back() -> None:
        kubernetes.cluster.broken.clear()

    answers: Answers = {"what": {"DEPLOYMENT": "web", "DO": "renew"}}
    after = {"deployment": database_back}
    state, seen = await run(kubernetes, "crashloop", crashloop(ill), answers, after)
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert ill not in kubernetes.cluster.pods("web")
    assert images(kubernetes) == {"web:2"}


async def test_a_rollback_that_is_refused_leaves_what_there_is(kubernetes: KubernetesApi) -> None:
    ill = crash(kubernetes)
    kubernetes.forbidden.add(("patch", "deployments"))
    answers: Answers = {"what": {"DEPLOYMENT": "web", "DO": "undo"}}
    state, seen = await run(kubernetes, "crashloop", crashloop(ill), answers)
    assert state.status is RunStatus.FAILED
    assert outcomes(state)["back"] == "failed"
    assert any("Forbidden" in line.text or "forbidden" in line.text for _, line in seen.lines)
    assert kubernetes.cluster.image("web") == "web:2"


async def test_a_pod_that_is_well_is_left_alone(kubernetes: KubernetesApi) -> None:
    state, seen = await run(kubernetes, "crashloop", crashloop(kubernetes.cluster.pods("web")[0]))
    assert state.status is RunStatus.SUCCEEDED
    assert seen.questions == []


DRAIN = {"NODE": "node-1", "EMPTYDIR": False, "WAIT": "2s"}


def takes_pods(api: KubernetesApi) -> bool:
    return not api.cluster.get("nodes", "node-1")["spec"].get("unschedulable")


async def test_a_node_is_emptied_and_takes_pods_again(kubernetes: KubernetesApi) -> None:
    seen_empty: list[tuple[list[str], bool]] = []

    def emptied() -> None:
        seen_empty.append((kubernetes.cluster.nodes_of("web"), takes_pods(kubernetes)))

    answers: Answers = {"work": {"NEXT": "back"}}
    state, seen = await run(kubernetes, "drain-node", DRAIN, answers, {"empty": emptied})
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert seen_empty == [(["node-2", "node-2"], False)]
    assert takes_pods(kubernetes)
    assert "Move 1 pods away from node-1 (v1.33.0)?" in seen.questions[0].message


async def test_a_node_stays_empty_if_that_is_wanted(kubernetes: KubernetesApi) -> None:
    state, seen = await run(kubernetes, "drain-node", DRAIN, {"work": {"NEXT": "stays"}})
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert not takes_pods(kubernetes)


async def test_a_budget_stops_the_drain_and_the_node_takes_pods_again(
    kubernetes: KubernetesApi,
) -> None:
    spec = {"minAvailable": 2, "selector": {"matchLabels": {"app": "web"}}}
    kubernetes.cluster.add("poddisruptionbudgets", "shop", "web-budget", spec=spec)
    kubernetes.cluster.settle()
    state, seen = await run(kubernetes, "drain-node", DRAIN)
    assert state.status is RunStatus.FAILED
    assert outcomes(state)["drain"] == "failed"
    assert "wait in vain: web-budget." in seen.questions[0].message
    assert takes_pods(kubernetes)
    assert kubernetes.cluster.nodes_of("web") == ["node-1", "node-2"]


async def test_a_pod_of_nobody_stops_before_anything_is_done(kubernetes: KubernetesApi) -> None:
    spec = {"nodeName": "node-1", "containers": [{"name": "app", "image": "debug:1"}]}
    kubernetes.cluster.add("pods", "shop", "debug", spec=spec, status={"phase": "Running"})
    state, _ = await run(kubernetes, "drain-node", DRAIN)
    assert state.status is RunStatus.FAILED
    assert outcomes(state)["plan"] == "failed"
    assert takes_pods(kubernetes)
    assert {each.method for each in kubernetes.server.requests} == {"GET"}
