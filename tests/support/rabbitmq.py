"""A real RabbitMQ with its management API, in a folder of its own, with a port mapper of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import (
    HTTPBasicAuthHandler,
    HTTPPasswordMgrWithDefaultRealm,
    Request,
    build_opener,
)

from tests.support.databases import Server, server_of
from tests.support.needed import lacking
from tests.support.ports import free_ports
from tests.support.waiting import until

PASSWORD = "s3cret/of:rabbit"
_PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")


@contextmanager
def rabbitmq() -> Iterator[Server]:
    """The server; its `port` is that of the management API."""
    if not _PROGRAM.exists() or not shutil.which("epmd"):
        lacking("rabbitmq-server")
    mapper, ours, inner = free_ports(3)
    environ = {"ERL_EPMD_PORT": str(mapper), "ERL_EPMD_ADDRESS": "127.0.0.1"}

    def arguments(folder: Path, port: int) -> list[str]:
        config = folder / "rabbitmq.conf"
        config.write_text(
            f"listeners.tcp.default = 127.0.0.1:{ours}\n"
            f"management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = {port}\n"
            f"default_user = app\ndefault_pass = {PASSWORD}\n"
            "collect_statistics_interval = 500\n"
        )
        (folder / "enabled").write_text("[rabbitmq_management,rabbitmq_shovel].\n")
        given = {
            **environ,
            "HOME": str(folder),
            "RUNNING_UNDER_SYSTEMD": "1",  # which has it end as soon as it is told to
            "RABBITMQ_NODENAME": "tests@localhost",
            "RABBITMQ_DIST_PORT": str(inner),
            "RABBITMQ_CONFIG_FILE": str(config),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled"),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_GENERATED_CONFIG_DIR": str(folder),
        }
        return [*(f"{name}={value}" for name, value in given.items()), str(_PROGRAM)]

    with subprocess.Popen(["env", *(f"{k}={v}" for k, v in environ.items()), "epmd"]) as names:
        try:
            with server_of("rabbitmq-server", "env", arguments, _answers) as up:
                yield up
        finally:
            names.terminate()


def published(server: Server, queue: str, count: int) -> None:
    """Publish some messages to a queue that has none, and wait until the server tells of them."""
    until(lambda: told_messages(server, queue) == 0)
    for number in range(count):
        message = {"routing_key": queue, "payload": str(number), "payload_encoding": "string"}
        sent = {**message, "properties": {"delivery_mode": 2}}
        assert asked(server, "POST", "/exchanges/%2F/amq.default/publish", sent)["routed"]
    until(lambda: told_messages(server, queue) == count)


def told_messages(server: Server, queue: str) -> int:
    """How many messages a queue has, as the server tells it some seconds late."""
    for each in asked(server, "GET", "/queues/%2F"):
        if each["name"] == queue:
            return int(each.get("messages", 0))
    return 0


def consuming(server: Server, queue: str) -> None:
    """Have somebody take the messages of a queue from now on, and put them into `done`."""
    uri = "amqp:///%2F"
    shovel = {
        "src-protocol": "amqp091",
        "src-uri": uri,
        "src-queue": queue,
        "dest-protocol": "amqp091",
        "dest-uri": uri,
        "dest-queue": "done",
    }
    asked(server, "PUT", f"/parameters/shovel/%2F/{quote(queue, safe='')}", {"value": shovel})


def asked(server: Server, method: str, path: str, body: Any = None) -> Any:
    """What the API answers, asked without the program."""
    return _asked(server.port, method, path, body)


def _asked(port: int, method: str, path: str, body: Any = None) -> Any:
    root = f"http://127.0.0.1:{port}/"
    known = HTTPPasswordMgrWithDefaultRealm()
    known.add_password(None, root, "app", PASSWORD)
    data = None if body is None else json.dumps(body).encode()
    request = Request(f"{root}api{path}", data, {"Content-Type": "application/json"}, method=method)
    with build_opener(HTTPBasicAuthHandler(known)).open(request) as answer:
        text = answer.read()
        return json.loads(text) if text else None


def _answers(port: int) -> bool:
    with suppress(OSError):
        return "rabbitmq_version" in _asked(port, "GET", "/overview")
    return False
