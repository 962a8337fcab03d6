"""What the program is made of: its own version, what it runs on, and what is installed beside it."""

from __future__ import annotations

import platform
import sqlite3
import sys
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from importlib import metadata
from typing import TYPE_CHECKING

import pup_tui
from pup_tui.cli.failure import named
from pup_tui.cli.health.diagnosis import Diagnosis

if TYPE_CHECKING:
    from pup_tui.cli.health.installed import Installed
    from pup_tui.runbook.model import Step

WHAT = "versions"
SHOWN = ("textual", "httpx", "jinja2", "msgspec")
EXTRAS: Mapping[str, tuple[str, ...]] = {
    "notify": ("apprise",),
    "keyring": ("keyring",),
    "sql": ("psycopg", "mysql-connector-python"),
}
"""What an extra of the package brings."""


def versions(found: Collection[Installed]) -> Iterator[Diagnosis]:
    """The program, its interpreter, libraries, and the extras: missing ones by the steps that need them."""
    told = f"{pup_tui.__version__} on {platform.system()} {platform.release()}"
    yield Diagnosis(what=WHAT, subject="pup-tui", detail=told)
    python = f"{platform.python_version()} ({sys.executable}), SQLite {sqlite3.sqlite_version}"
    yield Diagnosis(what=WHAT, subject="python", detail=python)
    libraries = ", ".join(f"{name} {metadata.version(name)}" for name in SHOWN)
    yield Diagnosis(what=WHAT, subject="libraries", detail=libraries)
    needing = _needing(found)
    for extra, packages in EXTRAS.items():
        yield _extra(extra, packages, needing)


def _extra(
    extra: str, packages: Collection[str], needing: Mapping[str, Collection[str]]
) -> Diagnosis:
    there = {name: _version(name) for name in packages}
    missing = [name for name in packages if there[name] is None]
    steps = list(dict.fromkeys(step for name in missing for step in needing.get(name, ())))
    parts = [f"{name} {version}" if version else f"no {name}" for name, version in there.items()]
    told = ", ".join(parts)
    if not steps:
        return Diagnosis(what=WHAT, subject=f"extra {extra}", detail=told)
    return Diagnosis(
        what=WHAT,
        subject=f"extra {extra}",
        state="warning",
        detail=f"{told}, without which these steps fail: {named(steps)}",
        hint=f'pip install "pup-tui[{extra}]"',
    )


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _needing(found: Collection[Installed]) -> dict[str, list[str]]:
    """The steps that need a package, by its name."""
    needing: dict[str, list[str]] = defaultdict(list)
    for each in found:
        for node in each.nodes:
            if package := _package_of(node.step):
                needing[package].append(f"{each.entry.id}/{node.id}")
    return needing


def _package_of(step: Step) -> str:
    """The package of an extra that a step cannot do without; blank for most."""
    from pup_tui.runbook.model import NotifyStep, SqlStep
    from pup_tui.template.sql.engines import engine_of

    if isinstance(step, NotifyStep):
        return "apprise"
    if not isinstance(step, SqlStep):
        return ""
    engine = step.engine or ("postgresql" if step.url is None else engine_of(step.url))
    return {"postgresql": "psycopg", "mysql": "mysql-connector-python"}.get(engine or "", "")
