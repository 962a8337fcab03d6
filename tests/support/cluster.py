"""What a Kubernetes cluster does with its objects, as far as tests need it: deployments keep replica sets,
these keep pods, pods are put on nodes, budgets are kept.

Everything happens at once as an object is changed: there is no clock. A rollout that cannot go on has passed
its deadline if `progressDeadlineSeconds` is 1, and never otherwise.
"""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha1
from typing import Any

Object = dict[str, Any]
Key = tuple[str, str, str]
"""Resource, namespace (none for nodes) and name."""

REVISION = "deployment.kubernetes.io/revision"
HASH = "pod-template-hash"
LONG_AGO = "2026-11-28T00:00:00Z"

NODE_INFO = {
    "architecture": "amd64",
    "bootID": "6a1c0f1e",
    "containerRuntimeVersion": "containerd://1.7.27",
    "kernelVersion": "6.1.0",
    "kubeProxyVersion": "v1.33.0",
    "kubeletVersion": "v1.33.0",
    "machineID": "9f5b2c3d",
    "operatingSystem": "linux",
    "osImage": "Debian GNU/Linux 12",
    "systemUUID": "4c4c4544",
}

KINDS = {
    "namespaces": ("Namespace", "v1"),
    "nodes": ("Node", "v1"),
    "pods": ("Pod", "v1"),
    "events": ("Event", "v1"),
    "deployments": ("Deployment", "apps/v1"),
    "replicasets": ("ReplicaSet", "apps/v1"),
    "daemonsets": ("DaemonSet", "apps/v1"),
    "statefulsets": ("StatefulSet", "apps/v1"),
    "poddisruptionbudgets": ("PodDisruptionBudget", "policy/v1"),
}


@dataclass(frozen=True)
class Broken:
    """Why the containers of an image do not run; with `enough` they do if they may use so many MiB.

    Without a reason for which they `ended` they have never been started.
    """

    waiting: str = "CrashLoopBackOff"
    ended: str = "Error"
    exit_code: int = 1
    enough: int = 0

    def holds(self, container: Object) -> bool:
        limit = container.get("resources", {}).get("limits", {}).get("memory", "0Mi")
        return not self.enough or int(limit.removesuffix("Mi")) < self.enough


@dataclass
class Cluster:
    """The objects of a cluster by their keys; `logs` and `broken` go by the image of a container."""

    objects: dict[Key, Object] = field(default_factory=dict)
    logs: dict[str, str] = field(default_factory=dict)
    broken: dict[str, Broken] = field(default_factory=dict)
    history: list[tuple[int, str, str, Object]] = field(default_factory=list)
    """Each change: its version, what it was (ADDED, MODIFIED, DELETED), the resource, the object after it."""
    stuck: set[str] = field(default_factory=set)
    """The names of pods that go on ending, and never have ended."""
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    _made: int = 0

    # Objects

    def of(self, resource: str) -> list[Object]:
        return [found for (kind, _, _), found in sorted(self.objects.items()) if kind == resource]

    def get(self, resource: str, name: str, namespace: str = "shop") -> Object:
        return self.objects[resource, "" if resource == "nodes" else namespace, name]

    def add(self, resource: str, namespace: str, name: str, **said: Any) -> Object:
        """A new object, with what is `said`; nothing follows from it before `settle`."""
        kind, version = KINDS[resource]
        self._made += 1
        meta = {
            "name": name,
            "uid": f"uid-{self._made}",
            "creationTimestamp": LONG_AGO,
            "generation": 1,
        }
        if namespace:
            meta["namespace"] = namespace
        made = {"kind": kind, "apiVersion": version, **said}
        made["metadata"] = {**meta, **said.get("metadata", {})}
        self.objects[resource, namespace, name] = made
        self.note("ADDED", resource, made)
        return made

    def remove(self, key: Key) -> Object:
        gone = self.objects.pop(key)
        self.note("DELETED", key[0], gone)
        return gone

    def note(self, what: str, resource: str, changed: Object) -> None:
        version = len(self.history) + 1
        changed["metadata"]["resourceVersion"] = str(version)
        self.history.append((version, what, resource, copy.deepcopy(changed)))

    def replace(self, key: Key, new: Object) -> None:
        """An object as a client wants it from now on."""
        old = self.objects[key]
        if new.get("spec") != old.get("spec"):
            new["metadata"]["generation"] = old["metadata"]["generation"] + 1
        self.objects[key] = new
        self.note("MODIFIED", key[0], new)
        self.settle()

    # Controllers

    def settle(self) -> None:
        """All that follows from what the objects say."""
        before = {key: json.dumps(each, sort_keys=True) for key, each in self.objects.items()}
        for deployment in self.of("deployments"):
            self._roll(deployment)
        for budget in self.of("poddisruptionbudgets"):
            self._count(budget)
        for key, each in list(self.objects.items()):
            if key in before and json.dumps(each, sort_keys=True) != before[key]:
                self.note("MODIFIED", key[0], each)

    def _roll(self, deployment: Object) -> None:
        spec, meta = deployment["spec"], deployment["metadata"]
        if not spec.get("paused"):
            current = self._replica_set(deployment)
            meta.setdefault("annotations", {})[REVISION] = current["metadata"]["annotations"][
                REVISION
            ]
            older = [each for each in self.owned("replicasets", deployment) if each is not current]
            wanted = spec["replicas"]
            serving = [each for each in older if each["spec"]["replicas"] and not self._fails(each)]
            stays = serving[0] if serving and self._fails(current) else None
            for each in older:
                self._keep(each, wanted if each is stays else 0)
            self._keep(current, min(1, wanted) if stays else wanted)
        self._tell(deployment)

    def _replica_set(self, deployment: Object) -> Object:
        """The one of the deployment's template, which gets the newest revision if it did not have it."""
        spec, meta = deployment["spec"], deployment["metadata"]
        known = self.owned("replicasets", deployment)
        revisions = [int(each["metadata"]["annotations"][REVISION]) for each in known]
        label = sha1(json.dumps(spec["template"], sort_keys=True).encode()).hexdigest()[:8]
        for each in known:
            if each["metadata"]["labels"][HASH] == label:
                if int(each["metadata"]["annotations"][REVISION]) < max(revisions):
                    each["metadata"]["annotations"][REVISION] = str(max(revisions) + 1)
                return each
        template = copy.deepcopy(spec["template"])
        template["metadata"]["labels"][HASH] = label
        labels = template["metadata"]["labels"]
        return self.add(
            "replicasets",
            meta["namespace"],
            f"{meta['name']}-{label}",
            metadata={
                "labels": dict(labels),
                "annotations": {REVISION: str(max(revisions, default=0) + 1)},
                "ownerReferences": [_owner(deployment)],
            },
            spec={"replicas": 0, "selector": {"matchLabels": dict(labels)}, "template": template},
        )

    def _keep(self, replica_set: Object, wanted: int) -> None:
        replica_set["spec"]["replicas"] = wanted
        pods = self.owned("pods", replica_set)
        for pod in pods[wanted:]:
            self.remove(key_of("pods", pod))
        for _ in range(wanted - len(pods)):
            self.run_pod(replica_set, replica_set["spec"]["template"])
        for pod in self.owned("pods", replica_set):
            if not pod["spec"].get("nodeName"):
                self._place(pod)
        pods = self.owned("pods", replica_set)
        ready = sum(is_ready(each) for each in pods)
        replica_set["status"] = {
            "replicas": len(pods),
            "readyReplicas": ready,
            "availableReplicas": ready,
        }

    def run_pod(self, owner: Object, template: Object, node: str = "") -> Object:
        name = f"{owner['metadata']['name']}-{self._made + 1:05x}"
        pod = self.add(
            "pods",
            owner["metadata"]["namespace"],
            name,
            metadata={
                "labels": dict(template["metadata"]["labels"]),
                "ownerReferences": [_owner(owner)],
            },
            spec=copy.deepcopy(template["spec"]),
            status={"phase": "Pending"},
        )
        self._place(pod, node)
        return pod

    def _place(self, pod: Object, node: str = "") -> None:
        """Put a pod on the node that has the fewest."""
        taken = [each["spec"].get("nodeName") for each in self.of("pods")]
        free = [
            each["metadata"]["name"]
            for each in self.of("nodes")
            if not each["spec"].get("unschedulable") and is_ready(each)
        ]
        if node or free:
            pod["spec"]["nodeName"] = node or min(free, key=lambda each: (taken.count(each), each))
            pod["status"] = self._status(pod)
            return
        told = "0 nodes are available."
        condition = {
            "type": "PodScheduled",
            "status": "False",
            "reason": "Unschedulable",
            "message": told,
        }
        pod["status"] = {"phase": "Pending", "conditions": [condition]}

    def _status(self, pod: Object) -> Object:
        containers = [self._container(each) for each in pod["spec"]["containers"]]
        ready = all(each["ready"] for each in containers)
        started = all("running" in each["state"] or each["lastState"] for each in containers)
        return {
            "phase": "Running" if started else "Pending",
            "podIP": "10.0.0.1",
            "startTime": LONG_AGO,
            "conditions": [{"type": "Ready", "status": str(ready)}],
            "containerStatuses": containers,
        }

    def _container(self, container: Object) -> Object:
        image = container["image"]
        told = {"name": container["name"], "image": image, "imageID": image}
        broken = self.broken.get(image)
        if broken is None or not broken.holds(container):
            running = {"running": {"startedAt": LONG_AGO}}
            return {**told, "ready": True, "restartCount": 0, "state": running, "lastState": {}}
        waiting = {
            "waiting": {
                "reason": broken.waiting,
                "message": "back-off 5m0s restarting failed container",
            }
        }
        if not broken.ended:
            return {**told, "ready": False, "restartCount": 0, "state": waiting, "lastState": {}}
        ended = {"exitCode": broken.exit_code, "reason": broken.ended, "finishedAt": LONG_AGO}
        return {
            **told,
            "ready": False,
            "restartCount": 7,
            "state": waiting,
            "lastState": {"terminated": {**ended, "startedAt": LONG_AGO}},
        }

    def _tell(self, deployment: Object) -> None:
        sets = self.owned("replicasets", deployment)
        newest = deployment["metadata"].get("annotations", {}).get(REVISION)
        pods = [pod for each in sets for pod in self.owned("pods", each)]
        updated = [
            pod
            for each in sets
            if each["metadata"]["annotations"][REVISION] == newest
            for pod in self.owned("pods", each)
        ]
        wanted, ready = deployment["spec"]["replicas"], sum(map(is_ready, pods))
        done = len(pods) == len(updated) == ready == wanted
        late = not done and deployment["spec"].get("progressDeadlineSeconds") == 1
        why = (
            "NewReplicaSetAvailable"
            if done
            else "ProgressDeadlineExceeded"
            if late
            else "ReplicaSetUpdated"
        )
        deployment["status"] = {
            "observedGeneration": deployment["metadata"]["generation"],
            "replicas": len(pods),
            "updatedReplicas": len(updated),
            "readyReplicas": ready,
            "availableReplicas": ready,
            "unavailableReplicas": max(0, wanted - ready),
            "conditions": [
                {"type": "Available", "status": str(ready >= wanted * 3 // 4)},
                {"type": "Progressing", "status": str(not late), "reason": why},
            ],
        }

    def _count(self, budget: Object) -> None:
        pods = [each for each in self.of("pods") if self.covers(budget, each)]
        healthy, least = sum(map(is_ready, pods)), budget["spec"]["minAvailable"]
        budget["status"] = {
            "currentHealthy": healthy,
            "desiredHealthy": least,
            "expectedPods": len(pods),
            "disruptionsAllowed": max(0, healthy - least),
        }

    def covers(self, budget: Object, pod: Object) -> bool:
        wanted: Mapping[str, str] = budget["spec"]["selector"]["matchLabels"]
        same: bool = budget["metadata"]["namespace"] == pod["metadata"]["namespace"]
        return same and wanted.items() <= pod["metadata"].get("labels", {}).items()

    def owned(self, resource: str, owner: Object) -> list[Object]:
        uid = owner["metadata"]["uid"]
        return [
            each
            for each in self.of(resource)
            if any(by["uid"] == uid for by in each["metadata"].get("ownerReferences", ()))
        ]

    def _fails(self, replica_set: Object) -> bool:
        containers = replica_set["spec"]["template"]["spec"]["containers"]
        return any(
            each["image"] in self.broken and self.broken[each["image"]].holds(each)
            for each in containers
        )

    # What tests set up and ask

    def node(self, name: str) -> Object:
        return self.add(
            "nodes",
            "",
            name,
            spec={},
            status={
                "conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady"}],
                "nodeInfo": NODE_INFO,
                "capacity": {"cpu": "4", "memory": "8Gi", "pods": "110"},
                "allocatable": {"cpu": "4", "memory": "8Gi", "pods": "110"},
            },
        )

    def deployment(self, name: str, image: str, replicas: int = 2, **spec: Any) -> Object:
        labels = {"app": name}
        template = {
            "metadata": {"labels": dict(labels)},
            "spec": {"containers": [{"name": "app", "image": image, "resources": {}}]},
        }
        said = {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template}
        said |= {"strategy": {"type": "RollingUpdate"}, "progressDeadlineSeconds": 600, **spec}
        made = self.add("deployments", "shop", name, metadata={"labels": dict(labels)}, spec=said)
        self.settle()
        return made

    def release(self, name: str, image: str) -> None:
        """Have a deployment run another image, as a deployment tool would."""
        new = copy.deepcopy(self.get("deployments", name))
        new["spec"]["template"]["spec"]["containers"][0]["image"] = image
        self.replace(("deployments", "shop", name), new)

    def image(self, name: str) -> str:
        spec = self.get("deployments", name)["spec"]["template"]["spec"]
        return str(spec["containers"][0]["image"])

    def pods(self, app: str, chosen: Callable[[Object], bool] = lambda _: True) -> list[str]:
        """The names of the pods of a deployment."""
        return [
            each["metadata"]["name"]
            for each in self.of("pods")
            if each["metadata"].get("labels", {}).get("app") == app and chosen(each)
        ]

    def nodes_of(self, app: str) -> list[str]:
        """Where the pods of a deployment are."""
        return [self.get("pods", name)["spec"].get("nodeName", "") for name in self.pods(app)]

    def versions(self, since: int, resource: str) -> Iterator[tuple[str, Object]]:
        """What was changed since a version."""
        for version, what, kind, changed in self.history:
            if version > since and kind == resource:
                yield what, changed


def key_of(resource: str, found: Object) -> Key:
    return resource, found["metadata"].get("namespace", ""), found["metadata"]["name"]


def is_ready(found: Object) -> bool:
    conditions = found.get("status", {}).get("conditions", ())
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)


def _owner(owner: Object) -> Object:
    told = {"apiVersion": owner["apiVersion"], "kind": owner["kind"], "controller": True}
    return {**told, "name": owner["metadata"]["name"], "uid": owner["metadata"]["uid"]}
