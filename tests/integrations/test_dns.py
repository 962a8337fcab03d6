"""Each action for DNS against real name servers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pup_tui.runbook.problems import InvalidRunbook
from tests.support.integrations import Done, carried_out, proved
from tests.support.name_servers import PRIMARY, SECONDARY, NameServers, key, name_servers

pytestmark = pytest.mark.library

WHAT = "BIND 9.18"
ZONE = "example.com"


@pytest.fixture
def servers() -> Iterator[NameServers]:
    with name_servers() as up:
        yield up


async def acted(
    action: str,
    servers: NameServers,
    folder: Path,
    *,
    undone: bool = False,
    own: dict[str, str] | None = None,
    **given: Any,
) -> Done:
    environ = {
        "PUP_TUI_DNS_SERVER": PRIMARY,
        "PUP_TUI_DNS_PORT": str(servers.port),
        "PUP_TUI_DNS_KEY_FILE": str(servers.key),
        **(own or {}),
    }
    done = await carried_out("dns", action, folder, environ, given, undone=undone)
    assert servers.secret not in repr((done.state, done.texts))
    return done


async def test_whether_the_key_is_taken(servers: NameServers, tmp_path: Path) -> None:
    assert (await acted("key", servers, tmp_path / "1")).outputs == {"STATUS": "REFUSED"}
    wrong = tmp_path / "wrong.key"
    key(wrong)
    for number, (file, reason) in enumerate(
        ((wrong, "does not take the key"), (tmp_path / "none", "cannot be read"))
    ):
        own = {"PUP_TUI_DNS_KEY_FILE": str(file)}
        done = await acted("key", servers, tmp_path / f"wrong{number}", own=own)
        assert reason in done.reason
    away = await acted("key", servers, tmp_path / "2", own={"PUP_TUI_DNS_PORT": "1"})
    assert not away.ok
    proved("dns", "key", "server", WHAT)


async def test_what_names_resolve_to(servers: NameServers, tmp_path: Path) -> None:
    for number, (name, kind, status, values) in enumerate(
        (
            ("www.example.com", "A", "NOERROR", ["192.0.2.1", "192.0.2.2"]),
            ("alias.example.com.", "A", "NOERROR", ["192.0.2.1", "192.0.2.2"]),
            ("alias.example.com", "CNAME", "NOERROR", ["www.example.com."]),
            ("said.example.com", "TXT", "NOERROR", ['"v=spf1 a; -all" "two"']),
            ("none.www.example.com", "A", "NXDOMAIN", []),
        )
    ):
        done = await acted("lookup", servers, tmp_path / str(number), NAME=name, TYPE=kind)
        assert (done.outputs["STATUS"], sorted(done.outputs["VALUES"])) == (status, values)
    refused = await acted("lookup", servers, tmp_path / "refused", NAME="www.example.net")
    assert "The server gives no answer: REFUSED" in refused.reason
    away = await acted("lookup", servers, tmp_path / "away", NAME="www.example.com", AT=SECONDARY)
    assert not away.ok
    proved("dns", "lookup", "server", WHAT)


async def test_a_record_changes_at_all_servers_and_is_put_back(
    servers: NameServers, tmp_path: Path
) -> None:
    new: dict[str, Any] = {
        "ZONE": ZONE,
        "NAME": "www.example.com",
        "VALUES": ["192.0.2.8", "192.0.2.7"],
    }
    with servers.secondary():
        same = (await acted("servers", servers, tmp_path / "1", ZONE=ZONE)).outputs
        assert set(same["SERVERS"]) == {PRIMARY, SECONDARY}
        assert (same["SERIALS"], same["SAME"]) == (["7"], True)
        done = await acted("update", servers, tmp_path / "2", **new, TTL=5)
        assert done.ok, done.reason
        assert sorted(done.outputs["BEFORE"]) == ["192.0.2.1", "192.0.2.2"]
        assert done.outputs["TTL_BEFORE"] == 60
        waited = await acted("wait_for", servers, tmp_path / "3", **new)
        assert set(waited.outputs["SERVERS"]) == {PRIMARY, SECONDARY}
        assert servers.asked(SECONDARY, "www.example.com") == ["192.0.2.7", "192.0.2.8"]
        proved("dns", "servers", "server", WHAT)
    one_is_away = await acted("servers", servers, tmp_path / "4", ZONE=ZONE)
    assert any("(::1) does not answer" in text for text in one_is_away.texts)
    late = await acted("wait_for", servers, tmp_path / "5", **new, WAIT="1s")
    assert not late.ok
    proved("dns", "wait_for", "server", WHAT)


@pytest.mark.parametrize(
    ("name", "kind", "values"),
    [
        ("www.example.com", "A", ["192.0.2.7"]),
        ("said.example.com.", "TXT", ['"a;b" "it\'s $(id)"', '"c"']),
        ("new.www.example.com", "AAAA", ["2001:DB8::7"]),
    ],
)
async def test_undo_puts_back_what_it_was(
    servers: NameServers, tmp_path: Path, name: str, kind: str, values: list[str]
) -> None:
    before = servers.asked(PRIMARY, name, kind)
    given: dict[str, Any] = {"ZONE": ZONE, "NAME": name, "TYPE": kind, "VALUES": values}
    await acted("update", servers, tmp_path / "1", **given, undone=True)
    assert servers.asked(PRIMARY, name, kind) == before
    done = await acted("update", servers, tmp_path / "2", **given)
    assert done.ok, done.texts
    assert [each.lower() for each in servers.asked(PRIMARY, name, kind)] == [
        each.lower() for each in values
    ]
    proved("dns", "update", "server", WHAT)


async def test_what_cannot_be_changed(servers: NameServers, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.key"
    key(wrong)
    given: dict[str, Any] = {"ZONE": ZONE, "NAME": "www.example.com", "VALUES": ["192.0.2.7"]}
    cases: list[tuple[dict[str, Any], dict[str, str], str]] = [
        ({}, {"PUP_TUI_DNS_KEY_FILE": str(wrong)}, "BADSIG"),
        ({"VALUES": ["nonsense"]}, {}, "bad dotted quad"),
        ({"NAME": "www.example.net"}, {}, "the server does not have the zone"),
        # A server says nothing of an address beside an alias, and leaves it out.
        ({"NAME": "alias.example.com"}, {}, "NXRRSET"),
        # What a wildcard answers is no record of the name.
        ({"NAME": "some.example.com"}, {}, "NXRRSET"),
    ]
    for number, (change, own, told) in enumerate(cases):
        done = await acted("update", servers, tmp_path / str(number), own=own, **given | change)
        assert not done.ok
        assert any(told in text for text in [*done.texts, done.reason]), done.texts
        assert servers.asked(PRIMARY, "www.example.com") == ["192.0.2.1", "192.0.2.2"]
    given["VALUES"] = ["192.0.2.7\nupdate delete www.example.com. A"]
    with pytest.raises(InvalidRunbook, match="does not match"):
        await acted("update", servers, tmp_path / "line", **given)


async def test_a_record_goes_and_comes_back(servers: NameServers, tmp_path: Path) -> None:
    given: dict[str, Any] = {"ZONE": ZONE, "NAME": "alias.example.com", "TYPE": "CNAME"}
    await acted("remove", servers, tmp_path / "1", **given, undone=True)
    assert servers.asked(PRIMARY, "alias.example.com", "CNAME") == ["www.example.com."]
    done = await acted("remove", servers, tmp_path / "2", **given)
    assert done.outputs == {"BEFORE": ["www.example.com."], "TTL_BEFORE": 60}
    assert servers.asked(PRIMARY, "alias.example.com", "CNAME") == []
    again = await acted("remove", servers, tmp_path / "3", **given)
    assert "There is no such record." in again.reason
    proved("dns", "remove", "server", WHAT)
