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
from pup_tui.preflight.extras import EXTRAS, package_of

if TYPE_CHECKING:
    from pup_tui.cli.health.installed import Installed

WHAT = "versions"
SHOWN = ("textual", "httpx", "jinja2", "msgspec")


def versions(found: Collection[Installed]) -> Iterator[Diagnosis]:
    """The program, its interpreter, libraries, and the extras: missing ones by the steps that need them."""
    told = f"{pup_tui.__version__} on {platform.system()} {platform.release()}"
    yield Diagnosis(what=WHAT, subject="pup-tui", detail=told)
    python = f"{platform.python_version()} ({sys.executable}), SQLite {sqlite3.sqlite_version}"
    yield Diagnosis(what=WHAT, subject="python", detail=python)
    libraries = ", ".join(f"{name} {metadata.version(name)}" for name in SHOWN)
    yield Diagnosis(what=WHAT, subject="libraries", detail=libraries)
    needing = _needing(found)
    for extra in dict.fromkeys(each.extra for each in EXTRAS):
        packages = [each.name for each in EXTRAS if each.extra == extra]
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
            package = package_of(node.step)
            if package is not None:
                needing[package.name].append(f"{each.entry.id}/{node.id}")
    return needing
