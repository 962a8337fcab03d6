"""Each request of an action, judged by the vendor's own description, and both kinds of its answers."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support.descriptions import Description, description
from tests.support.http_server import FakeServer, Recorded, Reply, Write
from tests.support.integrations import bundled, carried_out, proved


@dataclass(frozen=True)
class Vendor:
    """How an integration is led to a server that stands in for its vendor.

    `described` are the descriptions, each with the variable that leads there and what stands before its own
    paths. `credentials` are parameters of theirs that go in a header of another name; `answers` is what the
    description leaves open and the actions read, by the path; `error` is the status of what it calls
    `default`.
    """

    described: Mapping[str, tuple[str, str]]
    environ: Mapping[str, str]
    credentials: Sequence[str] = ()
    answers: Mapping[str, Any] = field(default_factory=dict)
    error: int = 500


_CREDENTIALS = {"authorization", "x-nomad-token"}

VENDORS = {
    "slack": Vendor(
        {"slack": ("PUP_TUI_SLACK_URL", "/api")},
        {"SLACK_BOT_TOKEN": "xoxb-not-a-token"},
        credentials=("token",),
        error=200,
        answers={
            "/conversations.create": {"channel": {"id": "C024BE91L"}},
            "/conversations.list": {"channels": [{"id": "C024BE91L", "name": "incidents"}]},
            "/users.lookupByEmail": {"user": {"id": "U012AB3CD"}},
        },
    ),
    "github": Vendor(
        {"github": ("PUP_TUI_GITHUB_URL", "")},
        {"GH_TOKEN": "not-a-token"},
        answers={
            "/repos/{owner}/{repo}/actions/runs/{run_id}": {
                "status": "completed",
                "conclusion": "success",
            }
        },
    ),
    "jira": Vendor(
        {"jira": ("PUP_TUI_JIRA_URL", "")},
        {"PUP_TUI_JIRA_EMAIL": "alice@example.com", "PUP_TUI_JIRA_TOKEN": "not-a-token"},
        answers={
            "/rest/api/3/issue/{issueIdOrKey}": {
                "fields": {
                    "status": {"name": "Open"},
                    "summary": "It is slow",
                    "assignee": {"accountId": "5b109f2e9729b51b54dc274d"},
                }
            }
        },
    ),
    "pagerduty": Vendor(
        {
            "pagerduty": ("PAGERDUTY_API_HOST", ""),
            "pagerduty-events": ("PUP_TUI_PAGERDUTY_EVENTS_URL", "/v2"),
        },
        {
            "PAGERDUTY_USER_API_KEY": "not-a-key",
            "PUP_TUI_PAGERDUTY_EMAIL": "alice@example.com",
            "PUP_TUI_PAGERDUTY_ROUTING_KEY": "not-a-routing-key",
        },
    ),
    "opsgenie": Vendor(
        {"opsgenie": ("PUP_TUI_OPSGENIE_URL", "")},
        {"PUP_TUI_OPSGENIE_API_KEY": "not-a-key"},
        answers={"/v2/alerts/requests/{requestId}": {"data": {"isSuccess": True}}},
    ),
    "statuspage": Vendor(
        {"statuspage": ("PUP_TUI_STATUSPAGE_URL", "")},
        {"PUP_TUI_STATUSPAGE_PAGE": "kctbh9vrtdwd", "PUP_TUI_STATUSPAGE_TOKEN": "not-a-token"},
        answers={"/pages/{page_id}/components": [{"id": "ftgks51sfs2d"}]},
    ),
    "launchdarkly": Vendor(
        {"launchdarkly": ("PUP_TUI_LAUNCHDARKLY_URL", "")},
        {"LD_API_KEY": "not-a-key"},
        answers={
            "/api/v2/flags/{projectKey}/{featureFlagKey}": {
                "environments": {"production": {"on": True}}
            }
        },
    ),
    "gitlab": Vendor(
        {"gitlab": ("PUP_TUI_GITLAB_URL", "")},
        {"PUP_TUI_GITLAB_TOKEN": "not-a-token"},
        answers={"/api/v4/projects/{id}/pipelines/{pipeline_id}": {"status": "success"}},
    ),
    "grafana": Vendor({"grafana": ("GRAFANA_URL", "")}, {"GRAFANA_API_KEY": "not-a-token"}),
    "sentry": Vendor(
        {"sentry": ("PUP_TUI_SENTRY_URL", "")},
        {"PUP_TUI_SENTRY_ORGANIZATION": "example", "PUP_TUI_SENTRY_TOKEN": "not-a-token"},
    ),
    "cloudflare": Vendor(
        {"cloudflare": ("PUP_TUI_CLOUDFLARE_URL", "/client/v4")},
        {"CLOUDFLARE_API_TOKEN": "not-a-token"},
    ),
    "mattermost": Vendor(
        {"mattermost": ("PUP_TUI_MATTERMOST_URL", "")},
        {"PUP_TUI_MATTERMOST_TOKEN": "not-a-token"},
    ),
    "discord": Vendor(
        {"discord": ("PUP_TUI_DISCORD_URL", "/api/v10")},
        {"PUP_TUI_DISCORD_BOT_TOKEN": "not-a-token"},
    ),
    "argocd": Vendor(
        {"argocd": ("PUP_TUI_ARGOCD_URL", "")},
        {"ARGOCD_AUTH_TOKEN": "not-a-token"},
        answers={
            "/api/v1/applications/{name}": {
                "status": {
                    "operationState": {"phase": "Succeeded"},
                    "sync": {"status": "Synced"},
                    "health": {"status": "Healthy"},
                }
            }
        },
    ),
    "nomad": Vendor(
        {"nomad": ("NOMAD_ADDR", "")},
        {"NOMAD_TOKEN": "not-a-token"},
        answers={
            "/job/{jobName}": {"TaskGroups": [{"Name": "web"}]},
            "/deployment/{deploymentID}": {"Status": "successful"},
        },
    ),
    "twilio": Vendor(
        {"twilio": ("PUP_TUI_TWILIO_URL", "")},
        {
            "PUP_TUI_TWILIO_ACCOUNT": "AC" + "0" * 32,
            "PUP_TUI_TWILIO_TOKEN": "not-a-token",
            "PUP_TUI_TWILIO_FROM": "+15005550001",
        },
        answers={
            "/2010-04-01/Accounts/{AccountSid}/Messages/{Sid}.json": {"status": "delivered"},
            "/2010-04-01/Accounts/{AccountSid}/Calls/{Sid}.json": {"status": "completed"},
        },
    ),
    "unleash": Vendor(
        {"unleash": ("PUP_TUI_UNLEASH_URL", "")}, {"PUP_TUI_UNLEASH_TOKEN": "not-a-token"}
    ),
    "elasticsearch": Vendor(
        {"elasticsearch": ("PUP_TUI_ELASTICSEARCH_URL", "")},
        {"PUP_TUI_ELASTICSEARCH_API_KEY": "not-a-key"},
    ),
}


class StandIn:
    """Judges requests by descriptions, and answers as they say; with `fails` by their errors, which `refused`
    paths get in any case.
    """

    def __init__(
        self, vendor: Vendor, *, fails: bool = False, refused: Collection[str] = ()
    ) -> None:
        self._descriptions = {
            prefix: description(name) for name, (_, prefix) in vendor.described.items()
        }
        self._vendor = vendor
        self._fails = fails
        self._refused = refused
        self.problems: list[str] = []
        self.asked: list[str] = []

    async def __call__(self, request: Recorded, write: Write) -> Reply:
        try:
            return self._reply(request)
        except AssertionError as error:
            self.problems.append(str(error))
            return Reply(status=500)

    def _reply(self, request: Recorded) -> Reply:
        described = self._description(request)
        operation = described.operation(request)
        self.asked.append(f"{request.method} {operation.path}")
        self.problems += described.problems(request, self._vendor.credentials)
        if self._fails or operation.path in self._refused:
            return described.failure(operation, self._vendor.error)
        return described.success(operation, self._vendor.answers.get(operation.path))

    def _description(self, request: Recorded) -> Description:
        prefixes = [
            prefix for prefix in self._descriptions if request.path.startswith(f"{prefix}/")
        ]
        return self._descriptions[max(prefixes, key=len)]


def actions() -> list[tuple[str, str]]:
    """Those that say that a description proves them."""
    found = []
    for name in VENDORS:
        said = bundled(name).said
        assert said is not None
        found += [
            (name, key) for key, each in said.actions.items() if each.verified == "description"
        ]
    return found


def around(vendor: Vendor, url: str) -> dict[str, str]:
    places = {variable: url + prefix for variable, prefix in vendor.described.values()}
    return {**vendor.environ, **places}


@dataclass(frozen=True)
class StoodIn:
    """Servers that stand in for vendors, by their names, and what leads to them."""

    environ: Mapping[str, str]
    stand_ins: Mapping[str, StandIn]
    servers: Mapping[str, FakeServer]

    @property
    def problems(self) -> list[str]:
        return [problem for each in self.stand_ins.values() for problem in each.problems]

    def asked(self, name: str) -> list[str]:
        return self.stand_ins[name].asked

    def requests(self, name: str) -> list[Recorded]:
        return self.servers[name].requests


@asynccontextmanager
async def standing_in(
    vendors: Mapping[str, Vendor], refused: Collection[str] = ()
) -> AsyncIterator[StoodIn]:
    """Stand in for vendors; any of them answers `refused` paths by an error."""
    stand_ins = {name: StandIn(vendor, refused=refused) for name, vendor in vendors.items()}
    environ: dict[str, str] = {}
    async with AsyncExitStack() as stack:
        servers = {
            name: await stack.enter_async_context(FakeServer(handler=each))
            for name, each in stand_ins.items()
        }
        for name, server in servers.items():
            environ |= around(vendors[name], server.url)
        yield StoodIn(environ, stand_ins, servers)


@pytest.mark.parametrize(("name", "action"), actions())
async def test_a_request_is_as_the_vendor_describes_it(
    name: str, action: str, tmp_path: Path
) -> None:
    vendor = VENDORS[name]
    stand_in = StandIn(vendor)
    said = bundled(name).said
    assert said is not None
    async with FakeServer(handler=stand_in) as server:
        for given in (None, _all_of(name, action)):
            done = await carried_out(name, action, tmp_path, around(vendor, server.url), given)
            assert stand_in.problems == []
            assert done.ok, done.reason
        assert set(done.outputs) == set(said.actions[action].outputs)
        for request in server.requests:
            assert _CREDENTIALS & request.headers.keys() or b"routing_key" in request.body
        # What takes it back is a request as well.
        if await _is_undone(name, action, tmp_path / "undo", around(vendor, server.url)):
            assert stand_in.problems == []
    asked = list(dict.fromkeys(stand_in.asked))
    assert asked
    failing = StandIn(vendor, fails=True)
    # What waits would wait for something else than an error.
    short = {"TIMEOUT": "100ms"} if "TIMEOUT" in said.actions[action].params else {}
    given = {**said.actions[action].example, **short}
    async with FakeServer(handler=failing) as server:
        done = await carried_out(
            name, action, tmp_path / "failing", around(vendor, server.url), given
        )
    assert not done.ok
    assert done.reason
    proved(name, action, "description", ", ".join(asked))


def _all_of(name: str, action: str) -> dict[str, Any]:
    """A value for everything that an action takes, so that every part of its request is made."""
    said = bundled(name).said
    assert said is not None
    of_type = {
        "integer": 7,
        "number": 1.5,
        "boolean": True,
        "list": ["one", "two"],
        "duration": "60s",
        "json": "{}",
    }
    values: dict[str, Any] = {}
    for param, variable in said.actions[action].params.items():
        choices = [choice.value for choice in variable.options]
        if choices:
            values[param] = choices if variable.is_list else choices[-1]
        else:
            values[param] = of_type.get(variable.type, "text")
    return {**values, **said.actions[action].example}


async def _is_undone(name: str, action: str, folder: Path, environ: Mapping[str, str]) -> bool:
    """Whether an action can be taken back; where it can, it is."""
    done = await carried_out(name, action, folder, environ, undone=True)
    undos = [id_ for id_ in done.state.steps if id_.endswith(":undo")]
    for id_ in undos:
        assert done.state.steps[id_].status == "succeeded", done.state.steps[id_].reason
    return bool(undos)


async def test_credentials_go_only_where_the_settings_lead(tmp_path: Path) -> None:
    """A server that answers by a redirect gets no second request out of an action."""
    elsewhere = FakeServer()
    async with elsewhere:
        away = Reply(status=302, headers={"Location": f"{elsewhere.url}/auth.test"})
        async with FakeServer(away) as server:
            environ = {"PUP_TUI_SLACK_URL": server.url, "SLACK_BOT_TOKEN": "xoxb-not-a-token"}
            done = await carried_out("slack", "whoami", tmp_path, environ)
    assert not done.ok
    assert elsewhere.requests == []


async def test_an_issue_that_nobody_had_is_nobodys_again(tmp_path: Path) -> None:
    async def answer(request: Recorded, write: Write) -> Reply:
        return Reply(body={"fields": {"assignee": None}})

    async with FakeServer(handler=answer) as server:
        environ = around(VENDORS["jira"], server.url)
        done = await carried_out("jira", "assign", tmp_path, environ, undone=True)
    assert done.state.steps["call/assign_it:undo"].status == "succeeded"
    assert json.loads(server.requests[-1].body) == {"accountId": None}


@pytest.mark.parametrize(("event", "undone"), [("trigger", "succeeded"), ("resolve", "skipped")])
async def test_only_what_was_triggered_is_resolved(event: str, undone: str, tmp_path: Path) -> None:
    given = {"EVENT": event, "SUMMARY": "slow", "SOURCE": "payments", "DEDUP_KEY": "payments/slow"}
    async with FakeServer(Reply(status=202, body={"dedup_key": "payments/slow"})) as server:
        environ = around(VENDORS["pagerduty"], server.url)
        done = await carried_out("pagerduty", "send_event", tmp_path, environ, given, undone=True)
    assert done.state.steps["call/send_the_event:undo"].status == undone
    told = [json.loads(request.body)["event_action"] for request in server.requests]
    assert told == [event, *(["resolve"] if undone == "succeeded" else [])]
