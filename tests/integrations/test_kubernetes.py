"""Each action for Kubernetes by the real kubectl against a stand-in for the interface of a cluster."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from tests.support.cluster_api import KubernetesApi, kubeconfig
from tests.support.integrations import Done, carried_out, proved

pytestmark = pytest.mark.library

WHAT = "kubectl, against a stand-in for the API"


async def acted(api: KubernetesApi, action: str, /, *, undone: bool = False, **given: Any) -> Done:
    folder = api.kubeconfig.with_name(f"run-{len(api.server.requests)}")
    environ = {"KUBECONFIG": str(api.kubeconfig), "PUP_TUI_KUBERNETES_CONTEXT": "here"}
    return await carried_out("kubernetes", action, folder, environ, given, undone=undone)


def shown(*actions: str) -> None:
    for action in actions:
        proved("kubernetes", action, "emulator", WHAT)


def told(done: Done) -> str:
    return "\n".join(done.texts)


def crash(api: KubernetesApi, log: str = "starting\nno DATABASE_URL\n") -> str:
    """Release a version that ends at once; gives the name of its pod."""
    api.cluster.logs["web:2"] = log
    api.cluster.release("web", "web:2")
    (name,) = api.cluster.pods("web", lambda pod: pod["spec"]["containers"][0]["image"] == "web:2")
    return name


def happened(api: KubernetesApi, pod: str, reason: str, message: str) -> None:
    """Note that something is wrong with a pod."""
    api.cluster.add(
        "events",
        "shop",
        f"{pod}.1",
        involvedObject={
            "kind": "Pod",
            "name": pod,
            "namespace": "shop",
            "uid": api.cluster.get("pods", pod)["metadata"]["uid"],
        },
        type="Warning",
        reason=reason,
        message=message,
        count=12,
        firstTimestamp="2026-11-30T12:00:00Z",
        lastTimestamp="2026-11-30T12:10:00Z",
    )


async def test_the_credentials_are_proved(kubernetes: KubernetesApi) -> None:
    done = await acted(kubernetes, "cluster")
    assert done.outputs == {"VERSION": "v1.33.0"}
    kubernetes.kubeconfig.write_text(kubeconfig(kubernetes.server.url, "an0ther-token"))
    refused = await acted(kubernetes, "cluster")
    assert not refused.ok
    assert "Unauthorized" in told(refused) or "logged in" in told(refused)
    shown("cluster")


async def test_another_context_is_none_that_there_is(kubernetes: KubernetesApi) -> None:
    environ = {"KUBECONFIG": str(kubernetes.kubeconfig), "PUP_TUI_KUBERNETES_CONTEXT": "elsewhere"}
    done = await carried_out(
        "kubernetes", "cluster", kubernetes.kubeconfig.with_name("run"), environ, {}
    )
    assert not done.ok
    assert 'context "elsewhere" does not exist' in told(done)
    assert kubernetes.server.requests == []


async def test_pods_are_listed_with_those_that_are_not_well(kubernetes: KubernetesApi) -> None:
    well = kubernetes.cluster.pods("web")
    ill = crash(kubernetes)
    done = await acted(kubernetes, "pods", NAMESPACE="shop", SELECTOR="app=web")
    assert sorted(done.outputs["PODS"]) == sorted([*well, ill])
    assert done.outputs["NOT_READY"] == done.outputs["CRASHING"] == [ill]
    assert done.outputs["RESTARTED"] == [ill]
    none = await acted(kubernetes, "pods", NAMESPACE="shop", SELECTOR="app=other")
    assert none.outputs == {"PODS": [], "NOT_READY": [], "CRASHING": [], "RESTARTED": []}
    kubernetes.forbidden.add(("list", "pods"))
    refused = await acted(kubernetes, "pods", NAMESPACE="shop")
    assert "pods" in told(refused)
    assert "Forbidden" in told(refused)
    shown("pods")


async def test_a_pod_without_a_node_is_not_ready(kubernetes: KubernetesApi) -> None:
    for node in kubernetes.cluster.of("nodes"):
        node["spec"]["unschedulable"] = True
    waiting = kubernetes.cluster.deployment("batch", "batch:1", 1)
    done = await acted(kubernetes, "pods", NAMESPACE="shop", SELECTOR="app=batch")
    assert done.outputs["NOT_READY"] == kubernetes.cluster.pods(waiting["metadata"]["name"])


async def test_a_pod_tells_why_it_crashes(kubernetes: KubernetesApi) -> None:
    ill = crash(kubernetes)
    done = await acted(kubernetes, "pod", NAMESPACE="shop", POD=ill)
    assert done.outputs["WAITS_FOR"] == "CrashLoopBackOff"
    assert done.outputs["ENDED_BY"] == "Error"
    assert done.outputs["EXIT_CODES"] == [1]
    assert done.outputs["RESTARTS"] == 7
    assert done.outputs["CONTAINER"] == "app"
    assert done.outputs["OWNER"] == "ReplicaSet"
    assert done.outputs["IMAGES"] == ["web:2"]
    well = await acted(kubernetes, "pod", NAMESPACE="shop", POD=kubernetes.cluster.pods("web")[0])
    assert well.ok, well.reason
    assert (well.outputs["WAITS_FOR"], well.outputs["EXIT_CODES"]) == ("", [])
    gone = await acted(kubernetes, "pod", NAMESPACE="shop", POD="web-gone")
    assert 'pods "web-gone" not found' in told(gone)
    shown("pod")


async def test_logs_of_now_and_before(kubernetes: KubernetesApi) -> None:
    ill = crash(kubernetes)
    done = await acted(kubernetes, "logs", NAMESPACE="shop", POD=ill, PREVIOUS=True, LINES=1)
    assert done.outputs == {"LOG": "no DATABASE_URL"}
    well = kubernetes.cluster.pods("web")[0]
    none = await acted(kubernetes, "logs", NAMESPACE="shop", POD=well, PREVIOUS=True)
    assert f'previous terminated container "app" in pod "{well}" not found' in told(none)
    shown("logs")


async def test_what_happened_is_told(kubernetes: KubernetesApi) -> None:
    ill = crash(kubernetes)
    happened(kubernetes, ill, "BackOff", "Back-off restarting failed container")
    done = await acted(kubernetes, "events", NAMESPACE="shop", NAME=ill)
    assert done.outputs == {"REASONS": ["BackOff"]}
    described = await acted(kubernetes, "describe", NAMESPACE="shop", NAME=ill)
    assert "Back-off restarting failed container" in described.outputs["EVENTS"]
    for kind, name in (("deployment", "web"), ("node", "node-1")):
        assert (await acted(kubernetes, "describe", NAMESPACE="shop", KIND=kind, NAME=name)).ok
    assert not (await acted(kubernetes, "describe", NAMESPACE="shop", NAME="web-gone")).ok
    kubernetes.forbidden.add(("list", "events"))
    assert "Forbidden" in told(await acted(kubernetes, "events", NAMESPACE="shop", NAME=ill))
    shown("events", "describe")


async def test_a_deployment_is_read(kubernetes: KubernetesApi) -> None:
    done = await acted(kubernetes, "deployment", NAMESPACE="shop", DEPLOYMENT="web")
    assert done.outputs == {
        "REPLICAS": 2,
        "READY": 2,
        "UPDATED": 2,
        "IMAGES": "web:1",
        "REVISION": 1,
        "PAUSED": False,
        "SELECTOR": "app=web",
    }
    gone = await acted(kubernetes, "deployment", NAMESPACE="shop", DEPLOYMENT="gone")
    assert 'deployments.apps "gone" not found' in told(gone)
    shown("deployment")


async def test_the_revisions_are_told(kubernetes: KubernetesApi) -> None:
    alone = await acted(kubernetes, "rollout_history", NAMESPACE="shop", DEPLOYMENT="web")
    assert "There is no revision of web before the newest one." in alone.reason
    crash(kubernetes)
    done = await acted(kubernetes, "rollout_history", NAMESPACE="shop", DEPLOYMENT="web")
    assert done.outputs == {"REVISIONS": [1, 2], "MEANT": 1, "RAN": "web:1"}
    asked = await acted(kubernetes, "rollout_history", NAMESPACE="shop", DEPLOYMENT="web", OF=2)
    assert asked.outputs["RAN"] == "web:2"
    unknown = await acted(kubernetes, "rollout_history", NAMESPACE="shop", DEPLOYMENT="web", OF=9)
    assert "unable to find the specified revision" in told(unknown)
    shown("rollout_history")


async def test_a_rollout_is_waited_for(kubernetes: KubernetesApi) -> None:
    assert (await acted(kubernetes, "rollout_status", NAMESPACE="shop", DEPLOYMENT="web")).ok
    crash(kubernetes)
    done = await acted(kubernetes, "rollout_status", NAMESPACE="shop", DEPLOYMENT="web", WAIT="1s")
    assert not done.ok
    kubernetes.cluster.deployment("late", "web:2", progressDeadlineSeconds=1)
    late = await acted(kubernetes, "rollout_status", NAMESPACE="shop", DEPLOYMENT="late")
    assert "exceeded its progress deadline" in told(late)
    gone = await acted(kubernetes, "rollout_status", NAMESPACE="shop", DEPLOYMENT="gone")
    assert "NotFound" in told(gone)
    shown("rollout_status")


def _limit(api: KubernetesApi) -> Any:
    container = api.cluster.get("deployments", "web")["spec"]["template"]["spec"]["containers"][0]
    return container["resources"].get("limits", {}).get("memory")


async def test_the_memory_is_changed_and_taken_back(kubernetes: KubernetesApi) -> None:
    given: dict[str, Any] = {"NAMESPACE": "shop", "DEPLOYMENT": "web", "CONTAINER": "app"}
    await acted(kubernetes, "set_memory", **given, LIMIT="256Mi", undone=True)
    assert _limit(kubernetes) is None
    done = await acted(kubernetes, "set_memory", **given, LIMIT="512Mi")
    assert done.ok, told(done)
    assert _limit(kubernetes) == "512Mi"
    pods = [kubernetes.cluster.get("pods", name) for name in kubernetes.cluster.pods("web")]
    assert [pod["spec"]["containers"][0]["resources"]["limits"] for pod in pods] == [
        {"memory": "512Mi"},
        {"memory": "512Mi"},
    ]
    other = {**given, "CONTAINER": "proxy"}
    missing = await acted(kubernetes, "set_memory", **other, LIMIT="1Gi")
    assert "web has no container proxy." in missing.reason
    kubernetes.forbidden.add(("patch", "deployments"))
    refused = await acted(kubernetes, "set_memory", **given, LIMIT="1Gi")
    assert not refused.ok
    assert _limit(kubernetes) == "512Mi"
    shown("set_memory")


async def test_the_image_is_changed_and_taken_back(kubernetes: KubernetesApi) -> None:
    given: dict[str, Any] = {"NAMESPACE": "shop", "DEPLOYMENT": "web", "CONTAINER": "app"}
    await acted(kubernetes, "set_image", **given, IMAGE="web:3", undone=True)
    assert kubernetes.cluster.image("web") == "web:1"
    done = await acted(kubernetes, "set_image", **given, IMAGE="registry.example.com:5000/web:3")
    assert done.ok, told(done)
    assert kubernetes.cluster.image("web") == "registry.example.com:5000/web:3"
    missing = await acted(kubernetes, "set_image", **{**given, "CONTAINER": "proxy"}, IMAGE="web:4")
    assert 'unable to find container named "proxy"' in told(missing)
    crashes = await acted(kubernetes, "set_image", **given, IMAGE="web:2", WAIT="1s")
    assert not crashes.ok
    shown("set_image")


async def test_a_rollout_is_undone_and_taken_back(kubernetes: KubernetesApi) -> None:
    crash(kubernetes)
    done = await acted(kubernetes, "rollout_undo", NAMESPACE="shop", DEPLOYMENT="web")
    assert done.outputs == {"BEFORE": 2}
    assert kubernetes.cluster.image("web") == "web:1"
    await acted(
        kubernetes,
        "rollout_undo",
        NAMESPACE="shop",
        DEPLOYMENT="web",
        REVISION=2,
        WAIT="1s",
        undone=True,
    )
    assert kubernetes.cluster.image("web") == "web:1"
    same = await acted(kubernetes, "rollout_undo", NAMESPACE="shop", DEPLOYMENT="web", REVISION=5)
    assert not same.ok
    unknown = await acted(
        kubernetes, "rollout_undo", NAMESPACE="shop", DEPLOYMENT="web", REVISION=9
    )
    assert "unable to find specified revision 9 in history" in told(unknown)
    shown("rollout_undo")


async def test_pods_are_started_anew(kubernetes: KubernetesApi) -> None:
    before = kubernetes.cluster.pods("web")
    assert (await acted(kubernetes, "rollout_restart", NAMESPACE="shop", DEPLOYMENT="web")).ok
    after = kubernetes.cluster.pods("web")
    assert len(after) == 2
    assert not set(before) & set(after)
    assert not (await acted(kubernetes, "rollout_restart", NAMESPACE="shop", DEPLOYMENT="gone")).ok
    shown("rollout_restart")


async def test_a_deployment_is_scaled_and_taken_back(kubernetes: KubernetesApi) -> None:
    done = await acted(kubernetes, "scale", NAMESPACE="shop", DEPLOYMENT="web", COUNT=4)
    assert done.outputs == {"BEFORE": 2}
    assert len(kubernetes.cluster.pods("web")) == 4
    await acted(kubernetes, "scale", NAMESPACE="shop", DEPLOYMENT="web", COUNT=1, undone=True)
    assert len(kubernetes.cluster.pods("web")) == 4
    assert not (await acted(kubernetes, "scale", NAMESPACE="shop", DEPLOYMENT="gone", COUNT=1)).ok
    shown("scale")


async def test_who_scales_at_the_same_time_is_not_overruled(kubernetes: KubernetesApi) -> None:
    def meanwhile(verb: str, what: str, name: str) -> None:
        if (verb, what) == ("get", "deployments/scale"):
            kubernetes.cluster.get("deployments", "web")["spec"]["replicas"] = 7

    kubernetes.before = meanwhile
    done = await acted(kubernetes, "scale", NAMESPACE="shop", DEPLOYMENT="web", COUNT=4)
    assert "Expected replicas to be 2, was 7" in told(done)


async def test_a_pod_is_deleted(kubernetes: KubernetesApi) -> None:
    first, second = kubernetes.cluster.pods("web")
    assert (await acted(kubernetes, "delete_pod", NAMESPACE="shop", POD=first)).ok
    assert first not in kubernetes.cluster.pods("web")
    assert len(kubernetes.cluster.pods("web")) == 2
    gone = await acted(kubernetes, "delete_pod", NAMESPACE="shop", POD=first)
    assert "NotFound" in told(gone)
    kubernetes.cluster.stuck.add(second)
    stays = await acted(kubernetes, "delete_pod", NAMESPACE="shop", POD=second, WAIT="1s")
    assert "timed out" in told(stays)
    shown("delete_pod")


async def test_a_condition_is_waited_for(kubernetes: KubernetesApi) -> None:
    waited = partial(acted, kubernetes, "wait", NAMESPACE="shop")
    assert (await waited(NAME="web", CONDITION="Available")).ok
    late = await waited(NAME="web", CONDITION="Progressing=False", WAIT="1s")
    assert "timed out waiting for the condition" in told(late)
    assert "NotFound" in told(await waited(NAME="gone", CONDITION="Available"))
    shown("wait")


async def test_a_node_is_read(kubernetes: KubernetesApi) -> None:
    kubernetes.cluster.add("daemonsets", "shop", "agent", spec={})
    owner = kubernetes.cluster.get("daemonsets", "agent")
    template = {
        "metadata": {"labels": {"app": "agent"}},
        "spec": {"containers": [{"name": "app", "image": "a"}]},
    }
    kubernetes.cluster.run_pod(owner, template, "node-1")
    done = await acted(kubernetes, "node", NODE="node-1")
    here = kubernetes.cluster.pods("web", lambda pod: pod["spec"]["nodeName"] == "node-1")
    assert done.outputs == {"READY": True, "CORDONED": False, "VERSION": "v1.33.0", "PODS": here}
    assert len(here) == 1
    assert 'nodes "node-9" not found' in told(await acted(kubernetes, "node", NODE="node-9"))
    shown("node")


async def test_a_node_is_cordoned_and_taken_back(kubernetes: KubernetesApi) -> None:
    def cordoned() -> bool:
        return bool(kubernetes.cluster.get("nodes", "node-1")["spec"].get("unschedulable"))

    await acted(kubernetes, "cordon", NODE="node-1", undone=True)
    assert not cordoned()
    assert (await acted(kubernetes, "cordon", NODE="node-1")).ok
    assert cordoned()
    # What was so before is not taken back.
    await acted(kubernetes, "cordon", NODE="node-1", undone=True)
    assert cordoned()
    assert (await acted(kubernetes, "uncordon", NODE="node-1")).ok
    assert not cordoned()
    for action in ("cordon", "uncordon"):
        assert "not found" in told(await acted(kubernetes, action, NODE="node-9"))
    shown("cordon", "uncordon")


def budget(api: KubernetesApi, least: int) -> None:
    spec = {"minAvailable": least, "selector": {"matchLabels": {"app": "web"}}}
    api.cluster.add("poddisruptionbudgets", "shop", "web", spec=spec)
    api.cluster.settle()


async def test_budgets_that_let_nothing_go_are_told(kubernetes: KubernetesApi) -> None:
    assert (await acted(kubernetes, "budgets")).outputs == {"EXHAUSTED": []}
    budget(kubernetes, 2)
    assert (await acted(kubernetes, "budgets")).outputs == {"EXHAUSTED": ["web"]}
    kubernetes.forbidden.add(("list", "poddisruptionbudgets"))
    assert "Forbidden" in told(await acted(kubernetes, "budgets"))
    shown("budgets")


async def test_a_node_is_drained(kubernetes: KubernetesApi) -> None:
    (going,) = kubernetes.cluster.pods("web", lambda pod: pod["spec"]["nodeName"] == "node-1")
    planned = await acted(kubernetes, "drain_plan", NODE="node-1")
    assert planned.outputs == {"GOING": [f"shop/{going}"]}
    assert kubernetes.cluster.nodes_of("web") == ["node-1", "node-2"]
    assert (await acted(kubernetes, "drain", NODE="node-1")).ok
    assert kubernetes.cluster.nodes_of("web") == ["node-2", "node-2"]
    assert kubernetes.cluster.get("nodes", "node-1")["spec"]["unschedulable"]
    shown("drain")


async def test_a_pod_that_nothing_would_make_anew_is_not_evicted(kubernetes: KubernetesApi) -> None:
    spec = {"nodeName": "node-1", "containers": [{"name": "app", "image": "debug:1"}]}
    kubernetes.cluster.add("pods", "shop", "debug", spec=spec, status={"phase": "Running"})
    for action in ("drain_plan", "drain"):
        done = await acted(kubernetes, action, NODE="node-1")
        assert not done.ok
        assert "cannot delete Pods" in told(done)
        assert "shop/debug" in told(done)
    assert len(kubernetes.cluster.pods("web")) == 2
    shown("drain_plan")


async def test_a_drain_that_a_budget_stops_is_taken_back(kubernetes: KubernetesApi) -> None:
    budget(kubernetes, 2)
    done = await acted(kubernetes, "drain", NODE="node-1", WAIT="1s", undone=True)
    assert not done.ok
    assert "violate the pod's disruption budget" in told(done)
    assert not kubernetes.cluster.get("nodes", "node-1")["spec"].get("unschedulable")
    assert kubernetes.cluster.nodes_of("web") == ["node-1", "node-2"]
