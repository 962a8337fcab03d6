"""Each action for Redis against a real server."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.databases import Server
from tests.support.integrations import Done, carried_out, proved
from tests.support.redis import AROUND, PASSWORD, asked

WHAT = "redis-server 7, by redis-cli"


def leading_to(server: Server, password: str = PASSWORD) -> dict[str, str]:
    return {
        "PUP_TUI_REDIS_HOST": "127.0.0.1",
        "PUP_TUI_REDIS_PORT": str(server.port),
        "REDISCLI_AUTH": password,
    }


async def acted(
    action: str, server: Server, folder: Path, given: dict[str, Any] | None = None, **more: Any
) -> Done:
    return await carried_out("redis", action, folder, leading_to(server), given, **more)


async def test_what_looks(redis: Server, tmp_path: Path) -> None:
    assert (await acted("ping", redis, tmp_path / "1")).ok
    proved("redis", "ping", "server", WHAT)
    told = await acted("info", redis, tmp_path / "2")
    assert told.outputs["ROLE"] == "master"
    assert told.outputs["USED_MEMORY"] > 0
    assert told.outputs["CLIENTS"] >= 1
    proved("redis", "info", "server", WHAT)
    assert (await acted("slowlog", redis, tmp_path / "3", {"COUNT": 3})).outputs == {"SLOW": []}
    proved("redis", "slowlog", "server", WHAT)
    assert (await acted("config_get", redis, tmp_path / "4")).outputs == {"VALUE": "noeviction"}
    missing = await acted("config_get", redis, tmp_path / "5", {"NAME": "no-such-setting"})
    assert "There is no setting no-such-setting, or it is a password." in missing.reason
    secret = await acted("config_get", redis, tmp_path / "6", {"NAME": "requirepass"})
    assert "There is no setting requirepass, or it is a password." in secret.reason
    assert PASSWORD not in "".join(secret.texts)
    proved("redis", "config_get", "server", WHAT)


async def test_how_its_memory_is(redis: Server, tmp_path: Path) -> None:
    told = (await acted("memory", redis, tmp_path / "1")).outputs
    assert (told["ROLE"], told["MAX"], told["POLICY"]) == ("master", 0, "noeviction")
    assert told["LIMIT"] == told["SYSTEM"] > told["USED"] > 0
    assert told["FRAGMENTATION"] > 0
    assert told["REFUSED"] == told["EVICTED"] == 0
    asked(redis, "-n", "5", "SET", "a", "1", "EX", "3600")
    asked(redis, "-n", "6", "SET", "b", "1")
    asked(redis, "CONFIG", "SET", "maxmemory", "1")
    asked(redis, "-n", "6", "SET", "b", "2", fails=True)
    try:
        told = (await acted("memory", redis, tmp_path / "2")).outputs
    finally:
        asked(redis, "CONFIG", "SET", "maxmemory", "0")
    assert (told["MAX"], told["LIMIT"], told["REFUSED"]) == (1, 1, 1)
    assert (told["KEYS"], told["EXPIRING"]) == (2, 1)
    proved("redis", "memory", "server", WHAT)


async def test_the_largest_keys(redis: Server, tmp_path: Path) -> None:
    asked(redis, "-n", "7", "SET", 'one "odd" key', "x" * 5000)
    asked(redis, "-n", "7", "SET", "small", "x")
    asked(redis, "-n", "7", "RPUSH", "has", "x" * 100)
    told = (await acted("big_keys", redis, tmp_path / "1", {"DATABASE": 7})).outputs["LARGEST"]
    found = {kind: (name, int(size)) for kind, name, size in told}
    assert found["string"][0] == 'one \\"odd\\" key'
    assert found["string"][1] > 5000
    assert found["list"][0] == "has"
    none = await acted("big_keys", redis, tmp_path / "2", {"DATABASE": 8})
    assert none.outputs == {"LARGEST": []}
    beyond = await acted("big_keys", redis, tmp_path / "3", {"DATABASE": 99})
    assert not beyond.ok
    proved("redis", "big_keys", "server", WHAT)


async def test_a_key_goes_and_is_taken_back(redis: Server, tmp_path: Path) -> None:
    key = "-a key"
    given = {"KEY": key, "SECONDS": 3600, "DATABASE": 9}
    missing = await acted("expire_key", redis, tmp_path / "1", given)
    assert "There is no such key." in missing.reason
    asked(redis, "-n", "9", "SET", key, "1")
    await acted("expire_key", redis, tmp_path / "2", given, undone=True)
    assert asked(redis, "-n", "9", "TTL", key) == "-1"
    assert (await acted("expire_key", redis, tmp_path / "3", given)).ok
    assert 3500 < int(asked(redis, "-n", "9", "TTL", key)) <= 3600
    again = await acted("expire_key", redis, tmp_path / "4", given)
    assert "It goes by itself already." in again.reason
    proved("redis", "expire_key", "server", WHAT)


async def test_a_setting_is_changed_and_taken_back(redis: Server, tmp_path: Path) -> None:
    given = {"NAME": "maxmemory", "VALUE": "104857600"}
    changed = await acted("config_set", redis, tmp_path / "1", given)
    assert changed.outputs == {"BEFORE": "0"}
    assert asked(redis, "CONFIG", "GET", "maxmemory").split()[1] == "104857600"
    given["VALUE"] = "209715200"
    await acted("config_set", redis, tmp_path / "2", given, undone=True)
    assert asked(redis, "CONFIG", "GET", "maxmemory").split()[1] == "104857600"
    asked(redis, "CONFIG", "SET", "maxmemory", "0")
    wrong = await acted("config_set", redis, tmp_path / "3", {"NAME": "maxmemory", "VALUE": "much"})
    assert not wrong.ok
    proved("redis", "config_set", "server", WHAT)


@pytest.fixture
def listener(redis: Server) -> Iterator[int]:
    """A client that listens, by its id."""
    with subprocess.Popen(
        ["redis-cli", "-p", str(redis.port), "SUBSCRIBE", "news"],
        env=AROUND,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout
        process.stdout.readline()
        clients = asked(redis, "CLIENT", "LIST").splitlines()
        (line,) = [each for each in clients if "cmd=subscribe" in each]
        yield int(line.split()[0].removeprefix("id="))
        process.terminate()


async def test_a_connection_is_closed(redis: Server, listener: int, tmp_path: Path) -> None:
    assert (await acted("client_kill", redis, tmp_path / "1", {"CLIENT_ID": listener})).ok
    gone = await acted("client_kill", redis, tmp_path / "2", {"CLIENT_ID": listener})
    assert f"There is no client {listener}." in gone.reason
    proved("redis", "client_kill", "server", WHAT)


async def test_keys_are_dropped(redis: Server, tmp_path: Path) -> None:
    asked(redis, "-n", "3", "SET", "a", "1")
    asked(redis, "-n", "4", "SET", "a", "1")
    assert (await acted("flushdb", redis, tmp_path, {"DATABASE": 3})).ok
    assert (asked(redis, "-n", "3", "DBSIZE"), asked(redis, "-n", "4", "DBSIZE")) == ("0", "1")
    proved("redis", "flushdb", "server", WHAT)


async def test_a_replica_is_promoted_and_taken_back(
    redis: Server, redis_replica: Server, tmp_path: Path
) -> None:
    promoted = await acted("promote", redis_replica, tmp_path / "1", undone=True)
    assert promoted.state.steps["call/wait_until_it_is_the_primary"].status == "succeeded"
    assert "role:slave" in asked(redis_replica, "INFO", "replication")
    for_good = await acted("promote", redis_replica, tmp_path / "2")
    assert for_good.outputs == {"PRIMARY_HOST": "127.0.0.1", "PRIMARY_PORT": str(redis.port)}
    assert "role:master" in asked(redis_replica, "INFO", "replication")
    again = await acted("promote", redis_replica, tmp_path / "3")
    assert "This server is no replica." in again.reason
    proved("redis", "promote", "server", WHAT)


@pytest.mark.parametrize("action", ["ping", "flushdb"])
async def test_a_wrong_password_fails_and_is_not_told(
    redis: Server, tmp_path: Path, action: str
) -> None:
    environ = leading_to(redis, "wrong-password")
    done = await carried_out("redis", action, tmp_path, environ)
    assert not done.ok
    assert "wrong-password" not in "\n".join([*done.texts, done.reason])
