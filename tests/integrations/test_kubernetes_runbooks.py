"""The runbooks for Kubernetes by the real kubectl against a stand-in for the interface of a cluster."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from pup_tui.core.state import RunStatus
from tests.integrations.test_kubernetes import crash, happened
from tests.support.cluster import Broken
from tests.support.cluster_api import KubernetesApi
from tests.support.library_runs import After, Answers, Ran, outcomes, run_of, troubles

pytestmark = pytest.mark.library


async def run(
    api: KubernetesApi,
    runbook: str,
    values: Mapping[str, Any],
    answers: Answers | None = None,
    after: After | None = None,
) -> Ran:
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


ROLLOUT = {"NAMESPACE": "shop", "DEPLOYMENT": "web", "TO": 0, "WAIT": "1m", "STEADY": 0}


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
    return {"NAMESPACE": "shop", "POD": pod, "WAIT": "1m", "STEADY": 0}


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


def unpulled(api: KubernetesApi) -> str:
    """Release a version that is not in the registry; gives the name of its pod."""
    api.cluster.broken["web:2"] = Broken(waiting="ImagePullBackOff", ended="")
    pod = crash(api)
    happened(api, pod, "Failed", 'Failed to pull image "web:2": not found')
    return pod


def image_pull(pod: str) -> dict[str, Any]:
    return {"NAMESPACE": "shop", "POD": pod, "WAIT": "1m"}


async def test_an_image_that_is_there_is_run(kubernetes: KubernetesApi) -> None:
    ill = unpulled(kubernetes)
    answers: Answers = {"what": {"DEPLOYMENT": "web", "DO": "image", "IMAGE": "web:3"}}
    state, seen = await run(kubernetes, "image-pull", image_pull(ill), answers)
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert images(kubernetes) == {"web:3"}
    what = seen.questions[0].message
    assert "waits for ImagePullBackOff: web:2." in what
    assert 'Failed to pull image "web:2": not found' in what


async def test_an_image_that_is_not_there_either_is_taken_back(kubernetes: KubernetesApi) -> None:
    ill = unpulled(kubernetes)
    kubernetes.cluster.broken["web:3"] = kubernetes.cluster.broken["web:2"]
    between: list[str] = []
    answers: Answers = {"what": {"DEPLOYMENT": "web", "DO": "image", "IMAGE": "web:3"}}
    after = {"image/have_it_run_the_image": lambda: between.append(kubernetes.cluster.image("web"))}
    given = {**image_pull(ill), "WAIT": "1s"}
    state, seen = await run(kubernetes, "image-pull", given, answers, after)
    assert state.status is RunStatus.FAILED
    assert outcomes(state)["image"] == "failed", troubles(state, seen)
    assert between == ["web:3"]
    assert kubernetes.cluster.image("web") == "web:2"


async def test_a_version_that_is_not_there_is_taken_back(kubernetes: KubernetesApi) -> None:
    ill = unpulled(kubernetes)
    answers: Answers = {"what": {"DEPLOYMENT": "web", "DO": "undo"}}
    state, seen = await run(kubernetes, "image-pull", image_pull(ill), answers)
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert images(kubernetes) == {"web:1"}


async def test_an_image_that_has_come_is_pulled(kubernetes: KubernetesApi) -> None:
    ill = unpulled(kubernetes)
    answers: Answers = {"what": {"DEPLOYMENT": "web", "DO": "again"}}
    after = {"deployment": kubernetes.cluster.broken.clear}
    state, seen = await run(kubernetes, "image-pull", image_pull(ill), answers, after)
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert ill not in kubernetes.cluster.pods("web")
    assert images(kubernetes) == {"web:2"}


def killed(api: KubernetesApi, enough: int) -> str:
    """Release a version that needs so many MiB and may use 128; gives the name of its pod."""
    api.cluster.broken["web:2"] = Broken(ended="OOMKilled", exit_code=137, enough=enough)
    containers = api.cluster.get("deployments", "web")["spec"]["template"]["spec"]["containers"]
    containers[0]["resources"] = {"limits": {"memory": "128Mi"}}
    return crash(api, "loading 1,000,000 orders\n")


def oom_killed(pod: str) -> dict[str, Any]:
    return {"NAMESPACE": "shop", "POD": pod, "WAIT": "1m", "STEADY": 0}


def limits(api: KubernetesApi) -> set[str]:
    pods = [api.cluster.get("pods", name) for name in api.cluster.pods("web")]
    return {pod["spec"]["containers"][0]["resources"]["limits"]["memory"] for pod in pods}


async def test_a_container_that_was_killed_may_use_more(kubernetes: KubernetesApi) -> None:
    ill = killed(kubernetes, 256)
    answers: Answers = {"what": {"DEPLOYMENT": "web", "DO": "more", "LIMIT": "256Mi"}}
    state, seen = await run(kubernetes, "oom-killed", oom_killed(ill), answers)
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert limits(kubernetes) == {"256Mi"}
    assert images(kubernetes) == {"web:2"}
    what = seen.questions[0].message
    assert "was ended for its memory, and\nstarted 7 times in all" in what
    assert "may use 128Mi." in what
    assert "loading 1,000,000 orders" in what


async def test_more_that_is_not_enough_is_taken_back(kubernetes: KubernetesApi) -> None:
    ill = killed(kubernetes, 512)
    answers: Answers = {"what": {"DEPLOYMENT": "web", "DO": "more", "LIMIT": "256Mi"}}
    between: list[str] = []

    def looked() -> None:
        deployment = kubernetes.cluster.get("deployments", "web")
        container = deployment["spec"]["template"]["spec"]["containers"][0]
        between.append(container["resources"]["limits"]["memory"])

    after = {"more/change_how_much_it_may_use": looked}
    given = {**oom_killed(ill), "WAIT": "1s"}
    state, seen = await run(kubernetes, "oom-killed", given, answers, after)
    assert state.status is RunStatus.FAILED
    assert outcomes(state)["more"] == "failed", troubles(state, seen)
    assert between == ["256Mi"]
    looked()
    assert between == ["256Mi", "128Mi"]


async def test_a_version_that_needs_more_is_taken_back(kubernetes: KubernetesApi) -> None:
    ill = killed(kubernetes, 512)
    answers: Answers = {"what": {"DEPLOYMENT": "web", "DO": "undo"}}
    state, seen = await run(kubernetes, "oom-killed", oom_killed(ill), answers)
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert images(kubernetes) == {"web:1"}


async def test_one_that_ended_otherwise_is_left_alone(kubernetes: KubernetesApi) -> None:
    ill = crash(kubernetes)
    state, seen = await run(kubernetes, "oom-killed", oom_killed(ill))
    assert state.status is RunStatus.SUCCEEDED
    assert outcomes(state)["other"] == "succeeded"
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
