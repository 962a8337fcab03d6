from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support import databases
from tests.support.clouds import Account, account_of_aws
from tests.support.cluster import Broken
from tests.support.cluster_api import KubernetesApi, kubernetes_api
from tests.support.databases import Server, server_of
from tests.support.needed import needs_program
from tests.support.ports import answers, free_port
from tests.support.redis import redis_server, replica_of
from tests.support.terraform import Configuration, StateServer, needs_terraform, state_server


def _is_ready(port: int) -> bool:
    return answers(port, "/-/ready")


@pytest.fixture(scope="session")
def redis() -> Iterator[Server]:
    with redis_server() as up:
        yield up


@pytest.fixture(scope="session")
def redis_replica(redis: Server) -> Iterator[Server]:
    with replica_of(redis) as up:
        yield up


@pytest.fixture(scope="session")
def prometheus() -> Iterator[Server]:
    def arguments(folder: Path, port: int) -> list[str]:
        config = folder / "prometheus.yml"
        config.write_text(
            "global: {scrape_interval: 1s, evaluation_interval: 1s}\n"
            "rule_files: [rules.yml]\n"
            "scrape_configs:\n"
            f"  - {{job_name: up, static_configs: [{{targets: ['127.0.0.1:{port}']}}]}}\n"
            "  - {job_name: gone, static_configs: [{targets: ['127.0.0.1:1']}]}\n"
        )
        (folder / "rules.yml").write_text(
            "groups: [{name: own, rules: [{alert: Always, expr: vector(1)}]}]\n"
        )
        return [
            f"--config.file={config}",
            f"--storage.tsdb.path={folder}/data",
            *("--web.enable-lifecycle", "--web.enable-admin-api"),
            f"--web.listen-address=127.0.0.1:{port}",
        ]

    with server_of("prometheus", "prometheus", arguments, _is_ready) as up:
        yield up


@pytest.fixture(scope="session")
def alertmanager() -> Iterator[Server]:
    def arguments(folder: Path, port: int) -> list[str]:
        config = folder / "alertmanager.yml"
        config.write_text("route: {receiver: none}\nreceivers: [{name: none}]\n")
        return [
            f"--config.file={config}",
            f"--storage.path={folder}/data",
            "--cluster.listen-address=",
            f"--web.listen-address=127.0.0.1:{port}",
        ]

    with server_of(
        "prometheus-alertmanager", "prometheus-alertmanager", arguments, _is_ready
    ) as up:
        yield up


@pytest.fixture(scope="session")
def etcd() -> Iterator[Server]:
    def arguments(folder: Path, port: int) -> list[str]:
        peers = f"http://127.0.0.1:{free_port()}"
        own = f"http://127.0.0.1:{port}"
        return [
            *("--name", "one", "--data-dir", f"{folder}/data"),
            *("--listen-client-urls", own, "--advertise-client-urls", own),
            *("--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers),
            *("--initial-cluster", f"one={peers}"),
        ]

    with server_of("etcd-server", "etcd", arguments, lambda port: answers(port, "/health")) as up:
        yield up


@pytest.fixture(scope="session")
def nats() -> Iterator[Server]:
    def arguments(folder: Path, port: int) -> list[str]:
        monitor = ("--addr", "127.0.0.1", "--http_port", str(port))
        return [
            *monitor,
            "--port",
            str(free_port()),
            "--jetstream",
            "--store_dir",
            f"{folder}/data",
        ]

    with server_of(
        "nats-server", "nats-server", arguments, lambda port: answers(port, "/varz")
    ) as up:
        yield up


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    with databases.postgresql() as up:
        yield up


@pytest.fixture(scope="session")
def postgres_replica(postgres: Server) -> Iterator[Server]:
    with databases.postgresql_replica(postgres, "replica") as up:
        yield up


@pytest.fixture(scope="session")
def mariadb() -> Iterator[Server]:
    with databases.mariadb() as up:
        yield up


@pytest.fixture(scope="session")
def mariadb_replica(mariadb: Server) -> Iterator[Server]:
    with databases.mariadb_replica(mariadb) as up:
        yield up


@pytest.fixture(scope="session")
def aws() -> Iterator[Account]:
    with account_of_aws() as account:
        yield account


@pytest.fixture
async def kubernetes(tmp_path: Path) -> AsyncIterator[KubernetesApi]:
    """A cluster of two nodes in which `web`, of the namespace `shop`, runs twice; `web:2` would crash."""
    needs_program("kubectl", "kubernetes-client")
    async with kubernetes_api(tmp_path) as api:
        for name in ("node-1", "node-2"):
            api.cluster.node(name)
        api.cluster.broken["web:2"] = Broken()
        api.cluster.deployment("web", "web:1")
        yield api


@pytest.fixture
def terraform(tmp_path: Path) -> Configuration:
    """A configuration of three resources that is applied; its state is a file."""
    needs_terraform()
    return Configuration(tmp_path)


@pytest.fixture
async def terraform_elsewhere(tmp_path: Path) -> AsyncIterator[tuple[Configuration, StateServer]]:
    """The same with a state that a server keeps."""
    needs_terraform()
    async with state_server() as backend:
        yield await asyncio.to_thread(Configuration, tmp_path, backend.backend), backend
