"""A `pup` for PATH: it notes what it is given, and asks the Datadog that it is led to."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Called:
    """A call of it: its arguments and all of its environment."""

    words: Sequence[str]
    environ: Mapping[str, str]


class FakePup:
    """Installed in a folder, under the name of `pup`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.path = folder / "pup"
        self._note = folder / "calls"
        self.path.write_text(
            f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(ROOT)!r})\n"
            f"from tests.support.fake_pup import main\nmain({str(self._note)!r})\n"
        )
        self.path.chmod(0o755)

    @property
    def calls(self) -> list[Called]:
        lines = self._note.read_text().splitlines() if self._note.exists() else []
        return [Called(**json.loads(line)) for line in lines]


def main(note: str) -> None:
    """Be a `pup`: as the installed one it knows no spelling of the built-in client's own."""
    from pup_tui.datadog.commands import CommandError, resolve
    from pup_tui.datadog.errors import DatadogError

    words = sys.argv[1:]
    with open(note, "a") as file:
        file.write(json.dumps({"words": words, "environ": dict(os.environ)}) + "\n")
    try:
        invocation = resolve(words)
        if invocation.row.alias:
            raise CommandError("error: unexpected argument found")
        if invocation.mutates and os.environ.get("DD_READ_ONLY") == "true":
            raise CommandError("error: read-only mode")
        printed = asyncio.run(_answered(invocation))
    except (CommandError, DatadogError) as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    sys.stdout.write(printed)


async def _answered(invocation: object) -> str:
    from pup_tui.datadog.client import DatadogClient
    from pup_tui.datadog.commands import Invocation, execute
    from pup_tui.datadog.configuration import DatadogConfiguration

    assert isinstance(invocation, Invocation)
    own = {**os.environ, "PUP_TUI_DATADOG_URL": os.environ["PUP_MOCK_SERVER"]}
    async with DatadogClient(DatadogConfiguration.from_environment(own)) as client:
        return (await execute(invocation, client)).stdout
