"""A cluster behind the interface of Kubernetes, on loopback: discovery, reading, watching, patches, scale,
eviction and logs, as far as the real `kubectl` asks for them in tests.

It answers as https://kubernetes.io/docs/reference/using-api/api-concepts/ says. Where the description of the
interface is at hand, each answer is judged by it; what is asked, by the real `kubectl`, needs no judge.
"""

from __future__ import annotations

import copy
import json
import re
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.cluster import KINDS, Cluster, Key, Object
from tests.support.descriptions import Description, known_description
from tests.support.http_server import FakeServer, Recorded, Reply, Write
from tests.support.untrusted import CERTIFICATE

TOKEN = "t0ken-of-alice"

_SUBRESOURCES = {
    "pods": (("log", "Pod", {}), ("eviction", "Eviction", {"group": "policy", "version": "v1"})),
    "deployments": (("scale", "Scale", {"group": "autoscaling", "version": "v1"}),),
}
_SHORT = {"namespaces": "ns", "nodes": "no", "pods": "po", "events": "ev", "deployments": "deploy"}
_SHORT |= {
    "replicasets": "rs",
    "daemonsets": "ds",
    "statefulsets": "sts",
    "horizontalpodautoscalers": "hpa",
    "poddisruptionbudgets": "pdb",
}
_CLUSTERWIDE = ("nodes", "namespaces")
_PATH = re.compile(
    r"/(?:api/v1|apis/(?:apps/v1|policy/v1|autoscaling/v2))(?:/namespaces/(?P<namespace>[^/]+))?"
    r"/(?P<resource>[a-z]+)(?:/(?P<name>[^/]+))?(?:/(?P<sub>log|scale|eviction))?"
)


class Refused(Exception):
    """What is answered in place of success, as a Status."""

    def __init__(self, code: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.reply = Reply(code, _status("Failure", message=message, reason=reason, code=code))


@dataclass
class KubernetesApi:
    """The interface of one cluster. `forbidden` are pairs of verb and resource: ("delete", "pods")."""

    cluster: Cluster
    server: FakeServer
    kubeconfig: Path
    forbidden: set[tuple[str, str]] = field(default_factory=set)
    before: Callable[[str, str, str], None] = lambda *_: None
    """Called with verb, resource and name before a request is carried out: the world goes on meanwhile."""
    described: Description | None = None
    wrong: list[str] = field(default_factory=list)
    """What the description has against answers."""

    async def answer(self, request: Recorded, write: Write) -> Reply | None:
        reply = await self._answered(request, write)
        if self.described and reply and self.described.has(request):
            told = self.described.answer_problems(request, reply)
            self.wrong += [f"{request.method} {request.path}: {each}" for each in told]
        return reply

    async def _answered(self, request: Recorded, write: Write) -> Reply | None:
        try:
            if request.headers.get("authorization") != f"Bearer {TOKEN}":
                raise Refused(401, "Unauthorized", "Unauthorized")
            known = _discovery(request.path)
            return known or await self._carried_out(request, write)
        except Refused as refused:
            return refused.reply

    async def _carried_out(self, request: Recorded, write: Write) -> Reply | None:
        found = _PATH.fullmatch(request.path)
        if request.path.startswith("/api/v1/namespaces/") and request.path.count("/") == 4:
            found = re.fullmatch(
                r"/api/v1/(?P<resource>namespaces)/(?P<name>[^/]+)(?P<namespace>x)?(?P<sub>x)?",
                request.path,
            )
        if found is None or found["resource"] not in KINDS:
            raise Refused(404, "NotFound", "the server could not find the requested resource")
        resource, name, sub = found["resource"], found["name"], found["sub"]
        self._permit(request.method, resource, name or "", sub)
        if name is None:
            return await self._listed(request, resource, found["namespace"], write)
        key = (resource, found["namespace"] or "", name)
        if key not in self.cluster.objects:
            group = KINDS[resource][1].rpartition("/")[0]
            told = f'{resource}{"." * bool(group)}{group} "{name}" not found'
            raise Refused(404, "NotFound", told)
        reply = self._done(request, key, sub)
        async with self.cluster.changed:
            self.cluster.changed.notify_all()
        return reply

    def _permit(self, method: str, resource: str, name: str, sub: str | None) -> None:
        verb = {"GET": "get" if name else "list", "POST": "create", "PUT": "update"}.get(
            method, method.lower()
        )
        what = f"{resource}/{sub}" if sub else resource
        if (verb, what) in self.forbidden:
            told = f'{what} "{name}" is forbidden: User "alice" cannot {verb} resource "{what}"'
            raise Refused(403, "Forbidden", told)
        self.before(verb, what, name)

    def _done(self, request: Recorded, key: Key, sub: str | None) -> Reply:
        cluster, method = self.cluster, request.method
        found = cluster.objects[key]
        match sub, method:
            case "log", "GET":
                return self._log(found, request.query)
            case "eviction", "POST":
                return self._evicted(key, found)
            case "scale", "GET":
                return Reply(body=_scale(found))
            case "scale", "PUT" | "PATCH":
                scale = request.json if method == "PUT" else _patched(_scale(found), request)
                new = copy.deepcopy(found)
                new["spec"]["replicas"] = scale["spec"].get("replicas", 0)
                cluster.replace(key, new)
                return Reply(body=_scale(cluster.objects[key]))
            case None, "GET":
                return Reply(body=found)
            case None, "PATCH":
                new = _patched(copy.deepcopy(found), request)
                if "dryRun" not in request.query:
                    cluster.replace(key, new)
                return Reply(body=new)
            case None, "DELETE":
                self._delete(key)
                return Reply(body=found)
        raise Refused(405, "MethodNotAllowed", "the server does not allow this method")

    def _delete(self, key: Key) -> None:
        if key[2] in self.cluster.stuck:
            self.cluster.objects[key]["metadata"]["deletionTimestamp"] = "2026-11-30T12:00:00Z"
            self.cluster.note("MODIFIED", key[0], self.cluster.objects[key])
        else:
            self.cluster.remove(key)
        self.cluster.settle()

    def _evicted(self, key: Key, pod: Object) -> Reply:
        self.cluster.settle()
        for budget in self.cluster.of("poddisruptionbudgets"):
            if self.cluster.covers(budget, pod) and not budget["status"]["disruptionsAllowed"]:
                told = "Cannot evict pod as it would violate the pod's disruption budget."
                raise Refused(429, "TooManyRequests", told)
        self._delete(key)
        return Reply(201, _status("Success"))

    def _log(self, pod: Object, query: Mapping[str, str]) -> Reply:
        statuses = {each["name"]: each for each in pod["status"].get("containerStatuses", ())}
        name = query.get("container") or pod["spec"]["containers"][0]["name"]
        told = pod["metadata"]["name"]
        if name not in statuses:
            raise Refused(400, "BadRequest", f"container {name} is not valid for pod {told}")
        if query.get("previous") == "true" and "terminated" not in statuses[name]["lastState"]:
            missing = f'previous terminated container "{name}" in pod "{told}" not found'
            raise Refused(400, "BadRequest", missing)
        lines = self.cluster.logs.get(statuses[name]["image"], "").splitlines(keepends=True)
        text = "".join(lines[-int(query.get("tailLines", 10_000)) :])
        return Reply(body=text.encode(), headers={"Content-Type": "text/plain"})

    async def _listed(
        self, request: Recorded, resource: str, namespace: str | None, write: Write
    ) -> Reply | None:
        if request.method != "GET":
            raise Refused(405, "MethodNotAllowed", "the server does not allow this method")

        def wanted(each: Object) -> bool:
            inside = namespace in (None, each["metadata"].get("namespace"))
            return (
                inside
                and _labelled(each, request.query.get("labelSelector", ""))
                and _has_fields(each, request.query.get("fieldSelector", ""))
            )

        if request.query.get("watch") in ("true", "1"):
            await self._watch(request, resource, wanted, write)
            return None
        kind, version = KINDS[resource]
        items = [each for each in self.cluster.of(resource) if wanted(each)]
        meta = {"resourceVersion": str(len(self.cluster.history))}
        return Reply(
            body={"kind": f"{kind}List", "apiVersion": version, "metadata": meta, "items": items}
        )

    async def _watch(
        self, request: Recorded, resource: str, wanted: Callable[[Object], bool], write: Write
    ) -> None:
        """Tell each change until the one who asked goes away."""
        if request.query.get("sendInitialEvents"):
            told = "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled"
            raise Refused(422, "Invalid", told)
        since = int(request.query.get("resourceVersion") or 0)
        await write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
        )
        while True:
            for what, changed in self.cluster.versions(since, resource):
                if wanted(changed):
                    await write(json.dumps({"type": what, "object": changed}).encode() + b"\n")
            since = len(self.cluster.history)
            async with self.cluster.changed:
                while len(self.cluster.history) <= since:
                    await self.cluster.changed.wait()


def _status(status: str, **more: Any) -> Object:
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": status, **more}


def _scale(found: Object) -> Object:
    names = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
    meta = {name: found["metadata"][name] for name in names}
    selector = ",".join(f"{k}={v}" for k, v in found["spec"]["selector"]["matchLabels"].items())
    status = {"replicas": found["status"]["replicas"], "selector": selector}
    spec = {"replicas": found["spec"]["replicas"]}
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": meta,
        "spec": spec,
        "status": status,
    }


def _discovery(path: str) -> Reply | None:
    if path == "/version":
        return Reply(
            body={"major": "1", "minor": "33", "gitVersion": "v1.33.0", "platform": "linux/amd64"}
        )
    if path == "/api":
        return Reply(body={"kind": "APIVersions", "versions": ["v1"]})
    if path == "/apis":
        groups = [
            {"name": name, "versions": [version], "preferredVersion": version}
            for name, number in (("apps", "v1"), ("policy", "v1"), ("autoscaling", "v2"))
            for version in [{"groupVersion": f"{name}/{number}", "version": number}]
        ]
        return Reply(body={"kind": "APIGroupList", "apiVersion": "v1", "groups": groups})
    version = path.removeprefix("/apis/").removeprefix("/api/")
    if path.count("/") > 3 or version not in {said for _, said in KINDS.values()}:
        return None
    resources = []
    for name, (kind, said) in KINDS.items():
        if said != version:
            continue
        told = {
            "namespaced": name not in _CLUSTERWIDE,
            "verbs": ["get", "list", "watch", "patch", "delete"],
        }
        own = {
            "name": name,
            "singularName": kind.lower(),
            "kind": kind,
            "shortNames": [_SHORT[name]],
        }
        resources.append(told | own)
        for sub, of_kind, group in _SUBRESOURCES.get(name, ()):
            resources.append(
                told | {"name": f"{name}/{sub}", "singularName": "", "kind": of_kind} | group
            )
    body = {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": version,
        "resources": resources,
    }
    return Reply(body=body)


def _labelled(found: Object, selector: str) -> bool:
    labels = found["metadata"].get("labels") or {}
    for each in filter(None, re.split(r",(?![^(]*\))", selector)):
        if inside := re.fullmatch(r"(\S+) (in|notin) \((.*)\)", each):
            holds = (labels.get(inside[1]) in inside[3].split(",")) == (inside[2] == "in")
        elif "!=" in each:
            name, _, value = each.partition("!=")
            holds = labels.get(name) != value
        elif "=" in each:
            name, _, value = each.replace("==", "=").partition("=")
            holds = labels.get(name) == value
        else:
            holds = (each.removeprefix("!") in labels) != each.startswith("!")
        if not holds:
            return False
    return True


def _has_fields(found: Object, selector: str) -> bool:
    for each in filter(None, selector.split(",")):
        path, sign, value = re.fullmatch(r"([\w.]+)(!?=)=?(.*)", each).groups()  # type: ignore[union-attr]
        there: Any = found
        for part in path.split("."):
            there = there.get(part, "") if isinstance(there, dict) else ""
        if (there == value) != (sign == "="):
            return False
    return True


def _patched(found: Object, request: Recorded) -> Object:
    kind = request.headers["content-type"].partition(";")[0]
    if kind == "application/json-patch+json":
        for each in request.json:
            _operate(found, each)
        return found
    return _merged(found, request.json, by_name="strategic" in kind)


def _operate(found: Any, said: Object) -> None:
    *way, last = (
        part.replace("~1", "/").replace("~0", "~") for part in said["path"].split("/")[1:]
    )
    for part in way:
        found = found[part]
    if said["op"] == "remove":
        del found[last]
    else:
        found[last] = _without_nulls(said["value"])


def _without_nulls(value: Any) -> Any:
    """What is null is not there."""
    if isinstance(value, dict):
        return {k: _without_nulls(each) for k, each in value.items() if each is not None}
    return [_without_nulls(each) for each in value] if isinstance(value, list) else value


def _merged(old: Object, new: Object, *, by_name: bool) -> Object:
    """A merge patch; a strategic one merges the items of a list that have the same name."""
    for name, value in new.items():
        if name.startswith("$"):
            continue
        if value is None:
            old.pop(name, None)
        elif isinstance(value, dict):
            held = old.get(name)
            old[name] = _merged(held if isinstance(held, dict) else {}, value, by_name=by_name)
        elif by_name and isinstance(old.get(name), list) and all("name" in each for each in value):
            held = {each["name"]: each for each in old[name]}
            for each in value:
                held[each["name"]] = _merged(held.get(each["name"], {}), each, by_name=True)
            old[name] = list(held.values())
        else:
            old[name] = value
    return old


@asynccontextmanager
async def kubernetes_api(
    folder: Path, cluster: Cluster | None = None
) -> AsyncIterator[KubernetesApi]:
    """A cluster, by default an empty one, and in `folder` the kubeconfig that leads to it."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(CERTIFICATE)

    async def handler(request: Recorded, write: Write) -> Reply | None:
        return await api.answer(request, write)

    async with FakeServer(handler=handler, tls=tls) as server:
        api = KubernetesApi(cluster or Cluster(), server, folder / "kubeconfig")
        api.described = known_description("kubernetes")
        api.cluster.add("namespaces", "", "shop")
        api.kubeconfig.write_text(kubeconfig(server.url))
        yield api
        assert not api.wrong, "\n".join(api.wrong)


def kubeconfig(url: str, token: str = TOKEN) -> str:
    place = {"server": url, "certificate-authority": str(CERTIFICATE)}
    named = {"cluster": "here", "user": "alice", "namespace": "shop"}
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "here", "cluster": place}],
            "users": [{"name": "alice", "user": {"token": token}}],
            "contexts": [{"name": "here", "context": named}],
            "current-context": "here",
        }
    )
