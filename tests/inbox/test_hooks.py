"""Who may send alerts, what is taken of what they send, and what is kept of it; by a real server."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from pup_tui.inbox.hook_token import HookToken
from pup_tui.inbox.hooks import LIMITS, Arrived, Hooks, refused
from pup_tui.journal.errors import JournalError
from pup_tui.journal.inbox import InboxRow, ReceivedAlert, Taken, kept_alerts, take_alerts
from pup_tui.journal.store import Journal
from pup_tui.private import NotPrivate
from pup_tui.serving.web_server import WebServer

DATA = Path(__file__).parent.parent / "analysis" / "data"
NOW = 1_800_000_000.0


class Stage:
    """A listener with its journal, and a client without a token."""

    def __init__(self, state: Path, client: httpx.AsyncClient, token: str) -> None:
        self.state, self.client, self.token = state, client, token
        self.arrived: list[Arrived] = []
        self.clock = 0.0
        self.error: JournalError | None = None

    async def send(self, text: str | bytes, **options: Any) -> httpx.Response:
        return await self.client.post(f"/hook/{self.token}", content=text, **options)

    def rows(self) -> list[InboxRow]:
        with closing(Journal.open(self.state)) as journal:
            return kept_alerts(journal, NOW)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    state = tmp_path / "state"
    token = HookToken(state)
    made = token.make()

    async def keep(alerts: Sequence[ReceivedAlert]) -> Taken:
        if it.error is not None:
            raise it.error
        return take_alerts(journal, alerts, NOW)

    with closing(Journal.open(state)) as journal:
        async with httpx.AsyncClient(trust_env=False, verify=False) as client:
            it = Stage(state, client, made)
            hooks = Hooks(token, keep, clock=lambda: it.clock, tell=it.arrived.append)
            server = WebServer(hooks.answer, refused, host="127.0.0.1", port=0, limits=LIMITS)
            async with server:
                client.base_url = httpx.URL(server.url)
                yield it


def read(name: str) -> str:
    return (DATA / "alerts" / name).read_text()


async def test_an_alert_is_taken_read_and_kept(stage: Stage) -> None:
    answered = await stage.send(read("alertmanager-single.json"))
    assert (answered.status_code, answered.json()) == (200, {"new": 1, "known": 0, "ended": 0})
    (row,) = stage.rows()
    assert (row.system, row.key, row.times) == ("Prometheus Alertmanager", "6f1c0a4be0d2931c", 1)
    assert row.is_open
    assert row.alert["facts"]["service"]["where"] == "alerts[0].labels.service"
    assert [len(each.alerts) for each in stage.arrived] == [1]


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer {}"},
        {"authorization": "bearer  {}"},
        {"AUTHORIZATION": "BEARER {}"},
    ],
)
async def test_the_token_may_stand_in_a_header(stage: Stage, headers: dict[str, str]) -> None:
    named = {name: said.format(stage.token) for name, said in headers.items()}
    answered = await stage.client.post("/hook", content='{"title": "x is down"}', headers=named)
    assert answered.status_code == 200


@pytest.mark.proves("P26")
@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/hook", {}),
        ("/hook/", {}),
        ("/hook/wrong", {}),
        ("/hook/%00", {}),
        ("/hook/é", {}),
        ("/hook?token={}", {}),
        ("/hook/{}x", {}),
        ("/hook/wrong", {"Authorization": "Bearer {}"}),
        ("/hook", {"Authorization": "Basic {}"}),
        ("/hook", {"Authorization": "{}"}),
        ("/hook", {"Authorization": "Bearer"}),
        ("/hook", {"X-Token": "{}"}),
    ],
)
async def test_without_the_token_nothing_is_taken(
    stage: Stage, path: str, headers: dict[str, str]
) -> None:
    named = {name: said.format(stage.token) for name, said in headers.items()}
    answered = await stage.client.post(
        path.format(stage.token), content=read("alertmanager-single.json"), headers=named
    )
    assert answered.status_code == 401
    assert stage.token not in answered.text
    assert answered.headers["www-authenticate"] == "Bearer"
    assert not stage.rows()
    assert not stage.arrived


async def test_other_paths_methods_and_codings_are_refused(stage: Stage) -> None:
    hook = f"/hook/{stage.token}"
    assert (await stage.client.post("/")).status_code == 404
    assert (await stage.client.post(f"/hooks/{stage.token}")).status_code == 404
    for method in ("GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"):
        answered = await stage.client.request(method, hook)
        assert (answered.status_code, answered.headers["allow"]) == (405, "POST")
    gzip = {"Content-Encoding": "gzip"}
    assert (await stage.send(b"\x1f\x8b", headers=gzip)).status_code == 415
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    assert (await stage.send(b"--x--", headers=form)).status_code == 415
    assert (await stage.send("x" * (LIMITS.body + 1))).status_code == 413
    assert not stage.rows()


@pytest.mark.parametrize("text", ["", "  ", "{}", "[]", '{"a": 1}', "[" * 5000, '{"title": ""}'])
async def test_what_says_nothing_is_told_so(stage: Stage, text: str) -> None:
    answered = await stage.send(text)
    assert answered.status_code == 422
    assert answered.json()["error"]
    assert not stage.rows()


async def test_bytes_that_are_no_utf8_and_control_characters_are_kept_as_text(stage: Stage) -> None:
    body = b'{"title": "disk \xff\xfe \\ud800 \\u0000 \\u001b[31m full", "host": "web-1"}'
    assert (await stage.send(body)).status_code == 200
    (row,) = stage.rows()
    assert "disk" in row.alert["facts"]["title"]["value"]


async def test_a_query_string_is_an_alert_too(stage: Stage) -> None:
    query = read("uptimerobot-query.txt").strip().removeprefix("?")
    answered = await stage.client.get(f"/hook/{stage.token}?{query}")
    assert answered.status_code == 200
    assert stage.rows()[0].system == "UptimeRobot"


SECRETS = {
    "pagerduty": '{{"routing_key": "{0}", "event_action": "trigger", "payload": {{"summary": "a is down"}}}}',
    "slack": '{{"title": "a is down", "reply": "https://hooks.slack.com/services/{0}"}}',
    "sns": '{{"title": "a is down", "UnsubscribeURL": "https://sns.example.com/?Token={0}"}}',
    "text": "a is down\npassword: {0}\n",
    "header": '{{"title": "a is down", "request": "Authorization: Bearer {0}"}}',
    "signature": '{{"title": "a is down", "url": "https://example.com/x?sig={0}"}}',
    "label": '{{"alerts": [{{"labels": {{"alertname": "A", "api_token": "{0}"}}}}]}}',
}


@pytest.mark.proves("P26")
@pytest.mark.parametrize("shape", SECRETS)
async def test_no_secret_of_an_alert_is_kept(stage: Stage, shape: str) -> None:
    secret = "s3cr3tvalue0123456789"
    assert (await stage.send(SECRETS[shape].format(secret))).status_code == 200
    files = [path for path in stage.state.rglob("*") if path.is_file()]
    assert not [path for path in files if secret.encode() in path.read_bytes()]
    assert secret not in str(stage.arrived)


@pytest.mark.proves("P26")
async def test_the_token_is_nowhere_but_with_who_was_told(stage: Stage) -> None:
    await stage.send(read("zabbix-webhook.json"))
    files = [path for path in stage.state.rglob("*") if path.is_file()]
    assert not [path for path in files if stage.token.encode() in path.read_bytes()]
    path = HookToken(stage.state).path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


async def test_a_new_token_takes_the_place_of_the_old_one_at_once(stage: Stage) -> None:
    old, stage.token = stage.token, HookToken(stage.state).make()
    body = '{"title": "x is down"}'
    assert (await stage.client.post(f"/hook/{old}", content=body)).status_code == 401
    assert (await stage.send(body)).status_code == 200


async def test_too_many_at_once_are_told_to_come_later(stage: Stage) -> None:
    hook = f"/hook/{stage.token}"
    statuses = [(await stage.client.put(hook)).status_code for _ in range(61)]
    assert statuses == [405] * 60 + [429]
    stage.clock += 1.0
    assert (await stage.client.put(hook)).status_code == 405


@pytest.mark.proves("P26")
async def test_what_cannot_be_kept_is_not_said_to_be(stage: Stage) -> None:
    stage.error = JournalError("the journal cannot be written: the disk is full", stage.state)
    answered = await stage.send('{"title": "x is down"}')
    assert answered.status_code == 503
    assert str(stage.state) not in answered.text
    assert "the disk is full" in stage.arrived[0].problem
    stage.error = None
    assert (await stage.send('{"title": "x is down"}')).status_code == 200


async def test_what_nobody_has_thought_of_ends_one_request_only(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        known: dict[str, str] = {}
        patch.setattr(HookToken, "known", lambda _: known["s3cr3t"])
        answered = await stage.send('{"title": "x is down"}')
    assert answered.status_code == 500
    assert "s3cr3t" not in answered.text + str(stage.arrived)
    assert "KeyError" in stage.arrived[0].problem
    assert (await stage.send('{"title": "x is down"}')).status_code == 200


async def test_an_alert_with_more_to_say_than_is_kept_is_refused(stage: Stage) -> None:
    labels = {f"label{n}": "x" * 1000 for n in range(100)}
    body = json.dumps({"alerts": [{"labels": {"alertname": "A", **labels}}]})
    assert (await stage.send(body)).status_code == 422


def _no_hash(path: Path) -> None:
    path.write_text("not a hash\n")


def _link(path: Path) -> None:
    other = path.with_name("other")
    path.rename(other)
    path.symlink_to(other)


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("harm", [_no_hash, _link, _folder])
async def test_a_token_that_was_tampered_with_lets_nobody_in(
    stage: Stage, harm: Callable[[Path], None]
) -> None:
    harm(HookToken(stage.state).path)
    with pytest.raises(NotPrivate):
        HookToken(stage.state).known()
    assert (await stage.send('{"title": "x is down"}')).status_code == 503
    assert not stage.rows()
    assert stage.arrived[0].problem


def test_before_one_is_made_there_is_no_token(tmp_path: Path) -> None:
    assert HookToken(tmp_path).known() is None
    assert os.listdir(tmp_path) == []
