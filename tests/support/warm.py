"""The program imported nearly whole, with all that it imports and works out once: tests begin copies of it.

What few of them need is left out: to copy a process takes the longer the more memory it has.
"""

from __future__ import annotations

import ctypes  # noqa: F401
import gc
import importlib
import pkgutil
from pathlib import Path

import anyio._backends._asyncio  # noqa: F401
import certifi  # noqa: F401
import httpcore  # noqa: F401
import httpx  # noqa: F401
import keyring.backends.null  # noqa: F401
import packaging.specifiers  # noqa: F401
import pytest  # noqa: F401

import pup_tui
from pup_tui.catalog.catalog import Catalog
from pup_tui.catalog.entries import Origin
from pup_tui.catalog.known_pup import KnownPup
from pup_tui.catalog.places import Folder
from pup_tui.datadog.transport import bundled_certificates
from pup_tui.output.sanitize import safe_text
from pup_tui.runbook.lint import linter
from pup_tui.runbook.load import load
from pup_tui.template.sql.tokens import tokens_of

_APART = (
    *("pup_tui.__main__", "pup_tui.tui"),
    # The SDK for agents, which is a third of all memory.
    *("pup_tui.agent.server", "pup_tui.agent.web"),
    # Programs of their own.
    *("pup_tui.steps.notify_sender", "pup_tui.steps.sql.mysql", "pup_tui.steps.sql.postgresql"),
)

for _module in pkgutil.walk_packages(pup_tui.__path__, "pup_tui."):
    if not _module.name.startswith(_APART):
        importlib.import_module(_module.name)

_ROOT = Path(__file__).parents[2]
_bundled = Catalog([Folder(_ROOT / "runbooks", Origin.BUNDLED, trusted=True)])
for _entry in _bundled.entries():
    assert not _bundled.lint(_entry.path, lambda word: True).errors
load(_ROOT / "tests/runbook/data/valid.yaml", linter=linter(lambda word: True), pup=KnownPup())
tokens_of("select 1", "sqlite")
bundled_certificates()
safe_text("e\u0301")

# What stays for good need not be looked through, and so is copied by none of those that begin here.
gc.collect()
gc.freeze()
