"""The runbook for containers that are killed for their memory, by the real kubectl against a stand-in."""

from __future__ import annotations

from typing import Any

import pytest

from pup_tui.core.state import RunStatus
from tests.integrations.test_kubernetes import resources
from tests.integrations.test_kubernetes_runbooks import images, run
from tests.support.cluster import Broken
from tests.support.cluster_api import KubernetesApi
from tests.support.library_runs import Answers, outcomes, troubles

pytestmark = pytest.mark.library


def killed(api: KubernetesApi) -> dict[str, Any]:
    """Release a version that needs more memory; gives what the runbook is started with."""
    api.cluster.broken["web:3"] = Broken(ended="OOMKilled", exit_code=137)
    api.cluster.logs["web:3"] = "loading the whole catalogue\n"
    api.cluster.release("web", "web:3")
    (name,) = api.cluster.pods("web", lambda pod: pod["spec"]["containers"][0]["image"] == "web:3")
    return {"NAMESPACE": "shop", "POD": name, "DEPLOYMENT": "web", "WAIT": "5m", "STEADY": 0}


MORE: Answers = {"what": {"DO": "more", "MEMORY": "1Gi"}}


async def test_it_gets_more_memory_and_stays_up(kubernetes: KubernetesApi) -> None:
    given = killed(kubernetes)
    after = {"deployment": kubernetes.cluster.broken.clear}
    state, seen = await run(kubernetes, "oom-killed", given, MORE, after)
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert resources(kubernetes) == {"limits": {"memory": "1Gi"}, "requests": {"memory": "1Gi"}}
    assert images(kubernetes) == {"web:3"}
    what, more, _ = seen.questions
    assert "asks for none in particular, and may have what the node has" in what.message
    assert "loading the whole catalogue" in what.message
    assert "Give app of web in shop 1Gi in place of no limit?" in more.message


async def test_it_is_killed_all_the_same_and_has_what_it_had(kubernetes: KubernetesApi) -> None:
    given = {**killed(kubernetes), "WAIT": "1s"}
    state, _ = await run(kubernetes, "oom-killed", given, MORE)
    assert state.status is RunStatus.FAILED
    assert outcomes(state)["more"] == "failed"
    assert not any(resources(kubernetes).values())


async def test_the_version_before_runs_again(kubernetes: KubernetesApi) -> None:
    answers: Answers = {"what": {"DO": "undo"}}
    state, seen = await run(kubernetes, "oom-killed", killed(kubernetes), answers)
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert images(kubernetes) == {"web:1"}


async def test_one_that_ended_for_another_reason_is_left_alone(kubernetes: KubernetesApi) -> None:
    given = killed(kubernetes)
    kubernetes.cluster.broken["web:3"] = Broken()
    kubernetes.cluster.remove(("pods", "shop", given["POD"]))
    kubernetes.cluster.settle()
    (ill,) = kubernetes.cluster.pods(
        "web", lambda pod: pod["spec"]["containers"][0]["image"] == "web:3"
    )
    state, seen = await run(kubernetes, "oom-killed", {**given, "POD": ill})
    assert state.status is RunStatus.SUCCEEDED
    assert seen.questions == []
