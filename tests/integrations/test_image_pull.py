"""The runbook for images that cannot be pulled by the real kubectl against a stand-in for a cluster."""

from __future__ import annotations

from typing import Any

import pytest

from pup_tui.core.state import RunStatus
from tests.integrations.test_kubernetes_runbooks import images, run
from tests.support.cluster import Broken
from tests.support.cluster_api import KubernetesApi
from tests.support.library_runs import Answers, outcomes, troubles

pytestmark = pytest.mark.library

TOLD = "manifest for web:2.0 not found: manifest unknown"


def misspelt(api: KubernetesApi) -> dict[str, Any]:
    """Release an image that is not there; gives what the runbook is started with."""
    api.cluster.broken["web:2.O"] = Broken("ImagePullBackOff", message=TOLD, started=False)
    api.cluster.release("web", "web:2.O")
    (name,) = api.cluster.pods(
        "web", lambda pod: pod["spec"]["containers"][0]["image"] == "web:2.O"
    )
    return {"NAMESPACE": "shop", "POD": name, "WAIT": "5m"}


def doing(what: str, image: str = "web:2.0") -> Answers:
    return {"what": {"DEPLOYMENT": "web", "DO": what, "IMAGE": image}}


async def test_the_image_that_is_there_runs(kubernetes: KubernetesApi) -> None:
    state, seen = await run(kubernetes, "image-pull", misspelt(kubernetes), doing("image"))
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert images(kubernetes) == {"web:2.0"}
    what, image, _ = seen.questions
    assert f"waits for ImagePullBackOff: {TOLD}" in what.message
    assert "run web:2.0 in place of web:2.O?\n2 of 2 pods are ready." in image.message


async def test_the_version_before_runs_again(kubernetes: KubernetesApi) -> None:
    state, seen = await run(kubernetes, "image-pull", misspelt(kubernetes), doing("undo"))
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert images(kubernetes) == {"web:1"}


async def test_it_is_pulled_once_more_when_it_was_pushed(kubernetes: KubernetesApi) -> None:
    given = misspelt(kubernetes)
    after = {"deployment": kubernetes.cluster.broken.clear}
    state, seen = await run(kubernetes, "image-pull", given, doing("again"), after)
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert images(kubernetes) == {"web:2.O"}
    assert given["POD"] not in kubernetes.cluster.pods("web")


async def test_an_image_that_is_not_there_either_is_taken_back(kubernetes: KubernetesApi) -> None:
    given = {**misspelt(kubernetes), "WAIT": "1s"}
    kubernetes.cluster.broken["web:2.0"] = kubernetes.cluster.broken["web:2.O"]
    state, _ = await run(kubernetes, "image-pull", given, doing("image"))
    assert state.status is RunStatus.FAILED
    assert outcomes(state)["image"] == "failed"
    assert kubernetes.cluster.image("web") == "web:2.O"


async def test_a_pod_that_waits_for_no_image_is_left_alone(kubernetes: KubernetesApi) -> None:
    well = kubernetes.cluster.pods("web")[0]
    given = {**misspelt(kubernetes), "POD": well}
    state, seen = await run(kubernetes, "image-pull", given)
    assert state.status is RunStatus.SUCCEEDED
    assert seen.questions == []
