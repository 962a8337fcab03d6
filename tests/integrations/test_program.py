"""What the program tells of integrations, and what it does with their credentials."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from pup_tui.catalog.catalog import Catalog
from pup_tui.catalog.entries import Origin
from pup_tui.catalog.places import Folder
from tests.support.http_server import FakeServer, Recorded, Reply, Write
from tests.support.program import Program, program_in

CHAT = """\
integration: chat
title: A chat
category: chat
settings:
  CHAT_URL: {type: url, from: "env:CHAT_URL", default: "https://chat.example.com"}
  CHAT_TOKEN: {type: secret, from: "env:CHAT_TOKEN"}
check: who
actions:
  who:
    description: Whose token it is.
    effect: read
    steps:
      - {name: Ask, kind: http, url: "{{ CHAT_URL }}/who", capture: {WHO: json.name},
         headers: {Authorization: "Bearer {{ CHAT_TOKEN }}"}}
    outputs: {WHO: WHO}
  post:
    description: Say something.
    effect: change
    params: {TEXT: {description: What}}
    example: {TEXT: hello}
    steps:
      - {name: Post, kind: http, method: POST, url: "{{ CHAT_URL }}/post", json: {text: "{{ TEXT }}"},
         headers: {Authorization: "Bearer {{ CHAT_TOKEN }}"}}
"""
RUNBOOK = """\
name: talk
steps:
  - {name: Who, template: chat/who}
  - {name: Post, template: chat/post, with: {TEXT: "{{ WHO }} is here"}}
"""
TOKEN = "a-token-of-chat"


@pytest.fixture
def program(tmp_path: Path) -> Program:
    made = program_in(tmp_path)
    folder = made.cwd / "own" / "integrations"
    folder.mkdir(parents=True)
    (folder / "chat.yaml").write_text(CHAT)
    (made.cwd / "own" / "talk.yaml").write_text(RUNBOOK)
    return made


@pytest.fixture
def chat() -> Iterator[FakeServer]:
    """A chat that knows one token, in a thread of its own since the program is waited for."""

    async def answer(request: Recorded, write: Write) -> Reply:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return Reply(status=401, body={"error": "who are you"})
        return Reply(body={"name": "alice"})

    server = FakeServer(handler=answer)
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result()
    yield server
    asyncio.run_coroutine_threadsafe(server.__aexit__(None, None, None), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def told(program: Program, **environ: str) -> dict[str, Any]:
    done = program("integrations", "chat", "--json", "--runbooks", "own", **environ)
    assert done.code == 0, done.err
    (found,) = done.json
    assert isinstance(found, dict)
    return found


def test_credentials_that_are_missing_right_or_refused(program: Program, chat: FakeServer) -> None:
    missing = told(program)
    assert missing["credentials"] == "missing"
    assert "env:CHAT_TOKEN holds none" in missing["detail"]
    assert chat.requests == []
    right = told(program, CHAT_URL=chat.url, CHAT_TOKEN=TOKEN)
    assert (right["credentials"], right["detail"]) == ("ok", "accepts the credentials")
    wrong = told(program, CHAT_URL=chat.url, CHAT_TOKEN="another-token")
    assert wrong["credentials"] == "refused"
    assert "HTTP 401" in wrong["detail"]
    away = told(program, CHAT_URL="http://127.0.0.1:1", CHAT_TOKEN=TOKEN)
    assert away["credentials"] == "unknown"
    assert [action["effect"] for action in right["actions"]] == ["read", "change"]
    for each in (missing, right, wrong, away):
        assert "token-of-chat" not in json.dumps(each)


def test_a_profile_is_an_account(program: Program, chat: FakeServer) -> None:
    folder = Path(program.environ["PUP_TUI_CONFIG_DIR"]) / "profiles"
    folder.mkdir(parents=True)
    (folder / "eu.yaml").write_text(
        f"integrations: {{chat: {{CHAT_URL: '{chat.url}', CHAT_TOKEN: {{from: 'env:EU_TOKEN'}}}}}}\n"
    )
    given = ("own/talk.yaml", "--runbooks", "own", "--profile", "eu")
    done = program("run", *given, EU_TOKEN=TOKEN, CHAT_TOKEN="another-token")
    assert done.code == 0, done.err
    assert [(each.method, each.path) for each in chat.requests] == [
        ("GET", "/who"),
        ("POST", "/post"),
    ]
    assert json.loads(chat.requests[-1].body) == {"text": "alice is here"}
    assert TOKEN not in done.out + done.err


def test_a_secret_stands_not_in_a_profile(program: Program) -> None:
    with_profile(program, f"integrations: {{chat: {{CHAT_TOKEN: {TOKEN}}}}}\n")
    done = program("run", "own/talk.yaml", "--runbooks", "own", "--profile", "eu")
    assert done.code == 1
    assert "may not hold it: write {from: …} there ·" in done.err


def with_profile(program: Program, text: str) -> None:
    folder = Path(program.environ["PUP_TUI_CONFIG_DIR"]) / "profiles"
    folder.mkdir(parents=True)
    (folder / "eu.yaml").write_text(text)


@pytest.mark.parametrize("misspelt", ["CHAT_TOKN: {from: 'env:EU_TOKEN'}", "CHAT_URI: 'https://x'"])
def test_a_misspelt_setting_of_a_profile_asks_no_other_account(
    misspelt: str, program: Program, chat: FakeServer
) -> None:
    with_profile(program, f"integrations: {{chat: {{{misspelt}}}}}\n")
    given = ("run", "own/talk.yaml", "--runbooks", "own", "--profile", "eu")
    done = program(*given, CHAT_URL=chat.url, CHAT_TOKEN=TOKEN, EU_TOKEN="another-token")
    assert done.code == 1
    assert (
        f"`{misspelt.split(':', maxsplit=1)[0]}`, which is no setting of it: did you mean"
        in done.err
    )
    assert chat.requests == []


def test_an_account_of_no_integration_is_told(program: Program) -> None:
    with_profile(program, "integrations: {chta: {CHAT_URL: 'https://x.example.com'}}\n")
    done = program("doctor", "--offline", "--json", "--runbooks", "own", "--profile", "eu")
    (found,) = [each for each in done.json["checks"] if each["subject"] == "chta"]
    assert (found["what"], found["state"], found["hint"]) == (
        "integrations", "warning", "did you mean `chat`?"
    )  # fmt: skip


def test_what_actions_take_and_no_secret_is_told(program: Program) -> None:
    chat = CHAT.replace('from: "env:CHAT_TOKEN"', f"default: {TOKEN}").replace(
        "{description: What}",
        "{description: What}, TONE: {type: enum, choices: [calm, loud], default: calm, description: How}",
    )
    (program.cwd / "own" / "integrations" / "chat.yaml").write_text(chat)
    done = program("integrations", "chat", "--offline", "--runbooks", "own")
    assert "  takes TEXT (string)  What" in done.out.splitlines()
    assert "  takes TONE (enum: calm, loud; default calm)  How" in done.out.splitlines()
    assert "(default ***)" in done.out
    assert TOKEN not in done.out + done.err
    whole = program("integrations", "chat/post", "--runbooks", "own")
    assert whole.code == 2
    assert "`pup-tui integrations chat` tells of its actions" in whole.err


def test_credentials_are_looked_at_before_a_run(program: Program, chat: FakeServer) -> None:
    checks = ("check", "own/talk.yaml", "--runbooks", "own", "--json")
    done = program(*checks, CHAT_URL=chat.url, CHAT_TOKEN="another-token")
    (found,) = [each for each in done.json["checks"] if each["what"] == "credentials"]
    assert (found["subject"], found["ok"], found["stops"]) == ("A chat", False, False)
    assert "does not accept the credentials" in found["detail"]
    (program.cwd / "own" / "talk.yaml").write_text(
        RUNBOOK.replace("chat/who", "chat/who, if: 'false'")
    )
    text = "name: maybe\nsteps: [{name: Who, template: chat/who, if: run.profile == 'x'}]\n"
    (program.cwd / "own" / "maybe.yaml").write_text(text)
    done = program("check", "own/maybe.yaml", "--runbooks", "own", "--json", CHAT_TOKEN=TOKEN)
    assert [each for each in done.json["checks"] if each["what"] == "credentials"] == []


def test_nothing_is_changed_where_nothing_may_be(program: Program, chat: FakeServer) -> None:
    given = ("own/talk.yaml", "--runbooks", "own", "--read-only", "--json")
    done = program("run", *given, CHAT_URL=chat.url, CHAT_TOKEN=TOKEN)
    assert done.statuses()["who/ask"] == "succeeded"
    assert "read-only" in done.event("step.finished", step="post/post")["reason"]
    assert [each.path for each in chat.requests] == ["/who"]


def test_all_of_them_are_listed_and_valid(program: Program) -> None:
    done = program("integrations", "--offline", "--runbooks", "own")
    assert done.out.splitlines()[0].split()[:3] == ["INTEGRATION", "CATEGORY", "CREDENTIALS"]
    assert {"chat", "slack"} <= {line.split()[0] for line in done.out.splitlines()}
    unknown = program("integrations", "slak")
    assert unknown.code == 2
    assert "did you mean `slack`?" in unknown.err
    (program.cwd / "own" / "integrations" / "chat.yaml").write_text(
        CHAT.replace("effect: read", "effect: x")
    )
    done = program("validate", "own/integrations/chat.yaml")
    assert done.code == 2
    assert "`effect` cannot be `x`" in done.out


def test_an_edited_integration_is_noticed(program: Program) -> None:
    catalog = Catalog([Folder(program.cwd / "own", Origin.GIVEN)])
    before = catalog.stamp()
    assert catalog.find("talk").broken is False
    (program.cwd / "own" / "integrations" / "chat.yaml").write_text("integration: chat\n")
    assert catalog.stamp() != before
    assert catalog.find("talk").broken


def test_who_trusts_is_told_of_credentials(program: Program) -> None:
    (program.cwd / "own").rename(program.cwd / "runbooks")
    done = program("trust", "./runbooks/talk.yaml")
    assert "reads the credential CHAT_TOKEN (from env:CHAT_TOKEN, a profile)" in done.out + done.err
    assert (
        "and sends it to https://chat.example.com, or where env:CHAT_URL leads"
        in done.out + done.err
    )


def test_a_trusted_pack_has_its_integration_and_a_changed_one_is_told_anew(
    program: Program,
) -> None:
    program("import", "./own", "--name", "packed", "--yes")
    (before,) = [
        each for each in program("pack", "list", "--json").json if each["name"] == "packed"
    ]
    trusted = program("trust", "packed", "--trust", before["tree"])
    assert trusted.code == 0, trusted.err
    listed = program("integrations", "--offline", "--json").json
    assert [(each["pack"], each["trusted"]) for each in listed if each["name"] == "chat"] == [
        ("packed", True)
    ]
    moved = CHAT.replace("chat.example.com", "elsewhere.example.com")
    (program.cwd / "own" / "integrations" / "chat.yaml").write_text(moved)
    program("import", "./own", "--name", "packed", "--yes")
    done = program("trust", "packed")
    assert "has changed since it was trusted" in done.out + done.err
    assert "and sends it to https://elsewhere.example.com, or" in done.out + done.err


def test_a_setting_is_found_once_in_a_run(program: Program, chat: FakeServer) -> None:
    counting = CHAT.replace(
        'from: "env:CHAT_TOKEN"', f'from: "command:echo x >> asked; echo {TOKEN}"'
    )
    (program.cwd / "own" / "integrations" / "chat.yaml").write_text(counting)
    done = program("run", "own/talk.yaml", "--runbooks", "own", CHAT_URL=chat.url)
    assert done.code == 0, done.err
    assert len(chat.requests) == 2
    assert (program.cwd / "asked").read_text() == "x\n"
