"""A configuration of Terraform, of resources that the program has itself, and backends that hold locks."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.http_server import FakeServer, Recorded, Reply, Write
from tests.support.runs import ENVIRON

PROGRAM = "terraform"
LOCK = {
    "ID": "0b3c0c6e-3d5c-0f7e-8a0e-6a2f6d3f9b11",
    "Operation": "OperationTypeApply",
    "Info": "",
    "Who": "ci@runner-7",
    "Version": "1.11.4",
    "Created": "2026-11-30T20:00:00.123456789Z",
    "Path": "terraform.tfstate",
}
"""What a holder of a lock tells of itself."""

_CODE = """
variable "size" {
  default = "small"
}
resource "terraform_data" "web" {
  input = var.size
}
resource "terraform_data" "worker" {
  for_each = toset(["day shift", "night"])
  input    = each.key
}
output "size" {
  value = terraform_data.web.output
}
output "password" {
  value     = "s3cret-of-terraform"
  sensitive = true
}
"""


def needs_terraform() -> None:
    """Skip the test where the program is missing: Debian has no package of it."""
    if shutil.which(PROGRAM) is None:
        pytest.skip("the program terraform is not installed")


class Configuration:
    """A folder with code; `around` is what the program has around it."""

    def __init__(self, folder: Path, backend: str = "") -> None:
        home = folder / "home"
        home.mkdir(parents=True)
        self.folder = folder / "code"
        self.folder.mkdir()
        self.around = {**ENVIRON, "HOME": str(home), "CHECKPOINT_DISABLE": "1"}
        self.write(backend + _CODE)
        self.call("init")
        self.call("apply", "-auto-approve")

    def write(self, text: str) -> None:
        (self.folder / "main.tf").write_text(text)

    def change(self, old: str, new: str) -> None:
        """Change the code."""
        file = self.folder / "main.tf"
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))

    def call(self, *words: str) -> str:
        done = subprocess.run(
            [PROGRAM, *words, "-no-color"],
            cwd=self.folder,
            env=self.around,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def sizes(self) -> Any:
        """What the state has by now."""
        return json.loads(self.call("output", "-json", "size"))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """The state is locked, as another process of the program does it."""
        with (self.folder / "terraform.tfstate").open("r+") as state:
            fcntl.lockf(state, fcntl.LOCK_EX)
            told = self.folder / ".terraform.tfstate.lock.info"
            told.write_text(json.dumps(LOCK))
            yield
            told.unlink()

    def files(self) -> list[str]:
        return sorted(os.listdir(self.folder))


class StateServer:
    """A backend that keeps a state and its lock, as https://developer.hashicorp.com/terraform/language/backend/http
    says; `lock` is what its holder told of itself.
    """

    def __init__(self) -> None:
        self.state: bytes = b""
        self.lock: dict[str, Any] | None = None
        self.server = FakeServer(handler=self._answer)

    async def _answer(self, request: Recorded, write: Write) -> Reply:
        match request.method:
            case "GET":
                return Reply(200, self.state) if self.state else Reply(404)
            case "POST":
                self.state = request.body
            case "LOCK" if self.lock is not None:
                return Reply(423, self.lock)
            case "LOCK":
                self.lock = request.json
            case "UNLOCK":
                self.lock = None
        return Reply()

    def locked_by(self) -> str:
        """The id of the lock, empty without one."""
        return str(self.lock["ID"]) if self.lock else ""

    @property
    def backend(self) -> str:
        """The part of a configuration that names it."""
        names = ("address", "lock_address", "unlock_address")
        lines = "\n".join(f'{name} = "{self.server.url}/state"' for name in names)
        return f'terraform {{\nbackend "http" {{\n{lines}\n}}\n}}\n'


@asynccontextmanager
async def state_server() -> AsyncIterator[StateServer]:
    backend = StateServer()
    async with backend.server:
        yield backend
